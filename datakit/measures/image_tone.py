"""Luma histogram and colour of images -> brightness, contrast, entropy, colourfulness."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["colour", "histograms", "sample_grid", "tone"]

Gray = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]

_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_RANKS = np.array(_PERCENTILES) / 100 - 1e-9
_LEVELS = np.arange(256, dtype=np.float64)
_GRID = 50


def histograms(gray: Gray) -> npt.NDArray[np.int64]:
    """Luma histograms of n images of one size, shape (n, 256)."""
    n = len(gray)
    if gray[0].size > 4096:
        found = [cv2.calcHist([one], [0], None, [256], [0, 256]).ravel() for one in gray]
        return np.array(found).astype(np.int64)
    levels = gray.reshape(n, -1) + (256 * np.arange(n, dtype=np.int32))[:, None]
    return np.bincount(levels.ravel(), minlength=256 * n).reshape(n, 256)


def tone(counts: npt.NDArray[np.int64]) -> dict[str, Values]:
    """Brightness, contrast and entropy from luma histograms.

    Parameters
    ----------
    counts
        Shape (n, 256), whole numbers: what an image gives must not depend on its neighbours.

    Returns
    -------
    dict
        Column -> values of shape (n,).
    """
    size = counts.sum(axis=1, keepdims=True)
    below = np.cumsum(counts, axis=1) / size
    share = counts / size
    columns: dict[str, Values] = {}
    mean = (share * _LEVELS).sum(axis=1)
    columns["luma_mean"] = mean / 255
    ranks = (below[:, None, :] < _RANKS[:, None]).sum(axis=2) / 255
    for k, percent in enumerate(_PERCENTILES):
        columns[f"luma_p{percent}"] = ranks[:, k]
    columns["contrast"] = np.sqrt((share * (_LEVELS - mean[:, None]) ** 2).sum(axis=1)) / 255
    columns["black_rate"] = below[:, 5]
    columns["white_rate"] = np.maximum(1 - below[:, 249], 0)
    logs = np.log2(share, out=np.zeros_like(share), where=share > 0)
    columns["entropy"] = np.abs((share * logs).sum(axis=1))
    return columns


def sample_grid(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Some 50 x 50 pixels of n images of one size, for `colour`."""
    step = max(1, min(pixels.shape[1:3]) // _GRID)
    return np.ascontiguousarray(pixels[:, step // 2 :: step, step // 2 :: step])


def colour(grid: npt.NDArray[np.uint8]) -> dict[str, Values]:
    """Colour statistics of n images from a grid of their pixels.

    Parameters
    ----------
    grid
        uint8, shape (n, h, w, 3), or (n, h, w) for gray images.
    """
    n, h, w = grid.shape[:3]
    inner = (slice(None), slice(h // 4, h - h // 4), slice(w // 4, w - w // 4))
    if grid.ndim == 3:
        zero = np.zeros(n)
        clipped = (grid[inner] >= 250).reshape(n, -1).mean(axis=1)
        return {"colourfulness": zero, "chroma": zero, "clipped_rate": clipped}
    red, green, blue = np.ascontiguousarray(np.moveaxis(grid, 3, 0))
    top = np.maximum(np.maximum(red[inner], green[inner]), blue[inner])
    clipped = (top >= 250).reshape(n, -1).mean(axis=1)
    # Whole numbers until the last step: the sums are the same in any order.
    r, g, b = (plane.reshape(n, -1).astype(np.int32) for plane in (red, green, blue))
    rg, yb = r - g, r + g - 2 * b
    m = rg.shape[1]
    mean_rg, mean_yb = rg.sum(axis=1) / m, yb.sum(axis=1) / (2 * m)
    # At most 510^2 * 10,000 pixels: a sum of squares fits into 64 bits.
    square_rg = (rg * rg).sum(axis=1, dtype=np.int64) / m
    square_yb = (yb * yb).sum(axis=1, dtype=np.int64) / (4 * m)
    spread = square_rg - mean_rg**2 + square_yb - mean_yb**2
    chroma = np.abs(rg).sum(axis=1) / m + np.abs(yb).sum(axis=1) / (2 * m)
    return {
        "colourfulness": np.sqrt(np.maximum(spread, 0)) + 0.3 * np.hypot(mean_rg, mean_yb),
        "chroma": chroma,
        "clipped_rate": clipped,
    }
