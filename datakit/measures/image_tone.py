"""Luma histogram and colour of images -> brightness, contrast, entropy, colourfulness."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["colour", "histograms", "tone"]

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


def colour(pixels: npt.NDArray[np.uint8]) -> dict[str, Values]:
    """Colour statistics of n images of one size, on a grid of some 50 x 50 pixels.

    Parameters
    ----------
    pixels
        uint8, shape (n, h, w, 3) or (n, h, w) for gray images.
    """
    n, h, w = pixels.shape[:3]
    step = max(1, min(h, w) // _GRID)
    grid = pixels[:, step // 2 :: step, step // 2 :: step]
    gh, gw = grid.shape[1:3]
    inner = (slice(None), slice(gh // 4, gh - gh // 4), slice(gw // 4, gw - gw // 4))
    if pixels.ndim == 3:
        zero = np.zeros(n)
        clipped = (grid[inner] >= 250).reshape(n, -1).mean(axis=1)
        return {"colourfulness": zero, "chroma": zero, "clipped_rate": clipped}
    # Whole numbers, exact in float64: the sums are the same in any order.
    planes = np.ascontiguousarray(np.moveaxis(grid, 3, 0))
    clipped = (planes.max(axis=0)[inner] >= 250).reshape(n, -1).mean(axis=1)
    red, green, blue = planes.reshape(3, n, -1).astype(np.float64)
    rg, yb = red - green, red + green - 2 * blue
    m = rg.shape[1]
    mean_rg, mean_yb = rg.sum(axis=1) / m, yb.sum(axis=1) / (2 * m)
    square_rg = np.einsum("nm,nm->n", rg, rg) / m
    square_yb = np.einsum("nm,nm->n", yb, yb) / (4 * m)
    spread = square_rg - mean_rg**2 + square_yb - mean_yb**2
    chroma = np.abs(rg).sum(axis=1) / m + np.abs(yb).sum(axis=1) / (2 * m)
    return {
        "colourfulness": np.sqrt(np.maximum(spread, 0)) + 0.3 * np.hypot(mean_rg, mean_yb),
        "chroma": chroma,
        "clipped_rate": clipped,
    }
