"""Fine detail of gray images: sharpness, noise, block edges, where the spectrum ends."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["blockiness", "effective_resolution", "noise", "sample_lines", "sharpness", "steps"]

Gray = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]

_SMALL = 4096
"""Images up to so many pixels are measured below each other in one tall picture: with them the
calls, not the pixels, are what costs."""

_MANY = 65_536
"""Of images with more pixels, every third line is enough for a mean of steps."""

_LINES = 8


def sharpness(gray: Gray, lag: int = 5) -> Values:
    """1 - blur effect (Crete et al. 2007) of n gray images, with a box filter of `lag` pixels.

    The blur effect compares the steps between neighbours before and after blurring: a sharp edge
    loses most of its steps, a blurred one keeps them. The step of a box-blurred line is the
    difference `lag` pixels apart divided by `lag`, so nothing needs to be blurred. The worse of
    the two directions counts, so that motion blur shows.

    Parameters
    ----------
    gray
        uint8, shape (n, h, w).

    Returns
    -------
    ndarray of shape (n,)
        In [0, 1]; NaN for images without any step in one direction, which are neither.
    """
    n, h, w = gray.shape
    if min(h, w) < lag + 2:
        return np.full(n, np.nan)
    if h * w > _SMALL:
        step = 3 if h * w > _MANY else 1
        effects = [max(_across(one[::step], 1, lag)[0], _down(one, step, lag)) for one in gray]
        return 1 - np.array(effects)
    across = _across(gray.reshape(n * h, w), n, lag)
    turned = np.ascontiguousarray(gray.transpose(0, 2, 1)).reshape(n * w, h)
    return np.asarray(1 - np.maximum(across, _across(turned, n, lag)))


def _across(tall: Gray, n: int, lag: int) -> Values:
    side = (lag - 1) // 2
    far = cv2.absdiff(tall[:, lag:], tall[:, :-lag])
    near = cv2.absdiff(tall[:, side + 1 : -side], tall[:, side : -side - 1])
    return _lost_steps(near, far, n, lag)


def _down(one: Gray, step: int, lag: int) -> float:
    side, h = (lag - 1) // 2, len(one)
    far = cv2.absdiff(one[lag::step], one[: h - lag : step])
    near = cv2.absdiff(one[side + 1 : h - side : step], one[side : h - side - 1 : step])
    return float(_lost_steps(near, far, 1, lag)[0])


def _lost_steps(near: Gray, far: Gray, n: int, lag: int) -> Values:
    lost = cv2.addWeighted(near, 1.0, far, -1.0 / lag, 0)
    before, after = _sums(near, n), _sums(lost, n)
    return np.where(before > 0, 1 - after / np.maximum(before, 1), np.nan)


def _sums(tall: Gray, n: int) -> Values:
    if n == 1:
        return np.array([cv2.norm(tall, cv2.NORM_L1)])
    return tall.reshape(n, -1).sum(axis=1, dtype=np.int64).astype(np.float64)


def steps(gray: Gray) -> dict[str, Values]:
    """Steps between neighbours of n gray images, across and down.

    Parameters
    ----------
    gray
        uint8, shape (n, h, w).

    Returns
    -------
    dict
        ``gradient``: the mean step, the larger of the two directions. ``flat_rate``: the share of
        pixels that are equal to their neighbour, the smaller of the two. Shape (n,) each.
    """
    n, h, w = gray.shape
    mean, equal = np.zeros((2, n)), np.ones((2, n))
    if w > 1:
        tall = gray.reshape(n * h, w)
        across = cv2.absdiff(tall[:, 1:], tall[:, :-1])
        mean[0] = _sums(across, n) / (h * (w - 1))
        equal[0] = _zeros(across, n)
    if h > 1:
        below, above = (np.ascontiguousarray(part) for part in (gray[:, 1:], gray[:, :-1]))
        wide = (n * (h - 1), w)
        down = cv2.absdiff(below.reshape(wide), above.reshape(wide))
        mean[1] = _sums(down, n) / ((h - 1) * w)
        equal[1] = _zeros(down, n)
    return {"gradient": mean.max(axis=0), "flat_rate": equal.min(axis=0)}


def _zeros(tall: Gray, n: int) -> Values:
    """Share of zeros in each of n images below each other."""
    return 1 - _sums(cv2.min(tall, 1), n) / (tall.size // n)


def noise(gray: Gray) -> Values:
    """Immerkaer's estimate in the quietest tenth of the tiles: texture is local, noise is not.

    Parameters
    ----------
    gray
        uint8, shape (n, h, w).

    Returns
    -------
    ndarray of shape (n,)
        Standard deviation in levels; NaN for images with fewer than four tiles.
    """
    n, h, w = gray.shape
    side = 16 if min(h, w) >= 64 else 8
    rows, columns = h // side, w // side
    if min(rows, columns) < 2:
        return np.full(n, np.nan)
    step = max(1, rows // 8)
    bands = gray[:, : rows * side, : columns * side].reshape(n, rows, side, columns * side)
    bands = bands[:, ::step]
    rows = bands.shape[1]
    tall = np.ascontiguousarray(bands).reshape(n * rows * side, columns * side)
    # The mixed second difference is Immerkaer's kernel, [1 -2 1] in both directions.
    response = np.abs(cv2.Sobel(tall, cv2.CV_16S, 2, 2, ksize=3)).view(np.uint16)
    # The first and last line of a band see the neighbouring band.
    inner = response.reshape(n * rows, side, columns * side)[:, 1:-1]
    lines = inner.sum(axis=1, dtype=np.uint16)  # at most 14 * 16 * 255: it fits
    tiles = lines.reshape(n, -1, side).sum(axis=2, dtype=np.int64)
    rank = int(0.1 * (tiles.shape[1] - 1))
    quiet = np.partition(tiles, rank, axis=1)[:, rank] / (side * (side - 2))
    return np.asarray(quiet * math.sqrt(math.pi / 2) / 6)


def blockiness(gray: Gray) -> Values:
    """Mean step across 8-px block edges over the mean step elsewhere, minus 1; shape (n,)."""
    n, h, w = gray.shape
    if w < 24 or h < 8:
        return np.full(n, np.nan)
    # Every fourth line is enough for a mean.
    lines = gray[0, ::4] if n == 1 else np.ascontiguousarray(gray[:, ::4]).reshape(-1, w)
    step = cv2.absdiff(lines[:, 1:], lines[:, :-1])
    n_lines = len(lines) // n
    if n == 1:
        columns = cv2.reduce(step, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    else:
        columns = step.reshape(n, n_lines, w - 1).sum(axis=1, dtype=np.int64)
    at_edge, everywhere = columns[:, 7::8].sum(axis=1), columns.sum(axis=1)
    n_edge, n_all = len(range(7, w - 1, 8)) * n_lines, (w - 1) * n_lines
    inside = (everywhere - at_edge) / (n_all - n_edge)
    return np.clip((at_edge / n_edge + 0.5) / (inside + 0.5) - 1, -1, 100)


def sample_lines(gray: Gray) -> tuple[Gray, Gray] | None:
    """Some eight rows and eight columns of n gray images, for `effective_resolution`.

    Returns
    -------
    rows, columns
        uint8, shapes (n, k, 2^a + 1) and (n, l, 2^b + 1), from the middle of the lines; None for
        images of less than 16 px.
    """
    if min(gray.shape[1:]) < 16:
        return None
    found = []
    for lines in (gray, gray.transpose(0, 2, 1)):
        _, h, w = lines.shape
        length = 1 << ((w - 1).bit_length() - 1)  # a fast length for the transform
        begin = (w - 1 - length) // 2
        some = lines[:, :: max(1, h // _LINES), begin : begin + length + 1]
        found.append(np.ascontiguousarray(some))
    return found[0], found[1]


def effective_resolution(lines: Gray) -> Values:
    """Frequency below which 95 % of the power of the steps along some lines lies.

    The power of the differences between neighbours is about flat in a picture that was never
    enlarged; above the old resolution of an enlarged one there is next to nothing.

    Parameters
    ----------
    lines
        uint8, shape (n, k, 2^a + 1): k lines of each of n images.

    Returns
    -------
    ndarray of shape (n,)
        In (0, 1], as a share of the highest frequency; 1 where there is no step at all.
    """
    n, length = len(lines), lines.shape[2] - 1
    window = np.hanning(length).astype(np.float32)
    steps = np.diff(lines.astype(np.float32), axis=2) * window
    # OpenCV packs a real transform as Re 0, Re 1, Im 1, Re 2, ..., Re length / 2.
    packed = np.asarray(cv2.dft(steps.reshape(-1, length), flags=cv2.DFT_ROWS)) ** 2
    squares = packed.reshape(n, -1, length).sum(axis=1).astype(np.float64)
    inner = squares[:, 1:-1].reshape(n, -1, 2).sum(axis=2)
    power = np.concatenate([squares[:, :1], inner, squares[:, -1:]], axis=1)
    total = power.sum(axis=1, keepdims=True)
    below = np.cumsum(power, axis=1) < 0.95 * total
    return np.where(total[:, 0] > 0, below.sum(axis=1) / power.shape[1], 1.0)
