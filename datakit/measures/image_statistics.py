"""Pixels of equally large images -> numbers, many images at once.

Images of one size lie below each other in one tall picture, so that a single call serves all of
them: with small images the calls, not the pixels, are what costs.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["FINGERPRINT", "border_widths", "sharpness", "statistics"]

Gray = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]

FINGERPRINT = 32
"""Side of the gray thumbnail that near duplicates are found by."""

_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_RANKS = np.array(_PERCENTILES) / 100 - 1e-9
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_LEVELS = np.arange(256, dtype=np.float64)
_DETAIL_SIDE = 512
_TONE_SIDE = 320

cv2.setNumThreads(1)


def statistics(pixels: npt.NDArray[np.uint8], scale: int = 1) -> dict[str, npt.NDArray[np.float64]]:
    """Measure n images of one size.

    Parameters
    ----------
    pixels
        uint8, shape (n, h, w, 3) or (n, h, w) for gray images.
    scale
        Denominator of the scaling that the decoder applied; 8-px blocks are gone above 1.

    Returns
    -------
    dict
        Column -> values, float64 of shape (n,); ``thumb`` is uint8 of shape (n, 32, 32).
    """
    n, _height, _width = pixels.shape[:3]
    luma = _luma(pixels)
    blocks = _blockiness(luma) if scale == 1 else np.full(n, np.nan)
    detail = luma
    while min(detail.shape[1:]) >= _DETAIL_SIDE:
        detail = _halve(detail)
    tone = detail
    while max(tone.shape[1:]) > _TONE_SIDE and min(tone.shape[1:]) >= 4:
        tone = _halve(tone)
    columns = _tone(tone)
    columns |= _colour(pixels)
    columns["sharpness"] = sharpness(detail)
    columns["noise"] = _noise(detail)
    columns["gradient"] = _gradient(tone)
    columns["blockiness"] = blocks
    columns["effective_resolution"] = _effective_resolution(detail)
    sides = np.array([border_widths(one) for one in tone])
    for k, side in enumerate(("top", "bottom", "left", "right")):
        columns[f"border_{side}"] = sides[:, k]
    columns["thumb"] = np.stack([thumbnail(one) for one in tone])
    return columns


def _luma(pixels: npt.NDArray[np.uint8]) -> Gray:
    if pixels.ndim == 3:
        return np.ascontiguousarray(pixels)
    n, h, w, _ = pixels.shape
    tall = np.ascontiguousarray(pixels).reshape(n * h, w, 3)
    return np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY)).reshape(n, h, w)


def _halve(gray: Gray) -> Gray:
    n, h, w = gray.shape
    h, w = h // 2, w // 2
    even = np.ascontiguousarray(gray[:, : 2 * h, : 2 * w]).reshape(n * 2 * h, 2 * w)
    return np.asarray(cv2.resize(even, (w, n * h), interpolation=cv2.INTER_AREA)).reshape(n, h, w)


def _tone(gray: Gray) -> dict[str, Values]:
    n = len(gray)
    if n == 1:
        histogram = cv2.calcHist([gray[0]], [0], None, [256], [0, 256]).reshape(1, 256)
    else:
        levels = gray.reshape(n, -1) + (256 * np.arange(n, dtype=np.int32))[:, None]
        histogram = np.bincount(levels.ravel(), minlength=256 * n).reshape(n, 256)
    # Whole numbers first: what an image gives must not depend on its neighbours in the batch.
    counts = histogram.astype(np.int64)
    below = np.cumsum(counts, axis=1) / gray[0].size
    share = counts / gray[0].size
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


def _colour(pixels: npt.NDArray[np.uint8]) -> dict[str, Values]:
    """Colour statistics on a grid of some 50 x 50 pixels."""
    n, h, w = pixels.shape[:3]
    step = max(1, min(h, w) // 50)
    grid = pixels[:, step // 2 :: step, step // 2 :: step]
    gh, gw = grid.shape[1:3]
    middle = grid[:, gh // 4 : gh - gh // 4, gw // 4 : gw - gw // 4]
    if pixels.ndim == 3:
        clipped = (middle >= 250).mean(axis=(1, 2))
        zero = np.zeros(n)
        return {"colourfulness": zero, "chroma": zero, "clipped_rate": clipped}
    clipped = (middle.max(axis=3).reshape(n, -1) >= 250).mean(axis=1)
    red, green, blue = (grid[..., c].reshape(n, -1).astype(np.float32) for c in range(3))
    rg, yb = red - green, 0.5 * (red + green) - blue
    spread = np.hypot(rg.std(axis=1), yb.std(axis=1))
    centre = np.hypot(rg.mean(axis=1), yb.mean(axis=1))
    return {
        "colourfulness": (spread + 0.3 * centre).astype(np.float64),
        "chroma": (np.abs(rg).mean(axis=1) + np.abs(yb).mean(axis=1)).astype(np.float64),
        "clipped_rate": clipped,
    }


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
    across = _blur_effect(gray.reshape(n * h, w), n, lag)
    turned = np.ascontiguousarray(gray.transpose(0, 2, 1)).reshape(n * w, h)
    return np.asarray(1 - np.maximum(across, _blur_effect(turned, n, lag)))


def _blur_effect(tall: Gray, n: int, lag: int) -> Values:
    side = (lag - 1) // 2
    far = cv2.absdiff(tall[:, lag:], tall[:, :-lag])
    near = cv2.absdiff(tall[:, side + 1 : -side], tall[:, side : -side - 1])
    lost = cv2.addWeighted(near, 1.0, far, -1.0 / lag, 0)
    before, after = _sums(near, n), _sums(lost, n)
    return np.where(before > 0, 1 - after / np.maximum(before, 1), np.nan)


def _sums(tall: Gray, n: int) -> Values:
    if n == 1:
        return np.array([cv2.norm(tall, cv2.NORM_L1)])
    return tall.reshape(n, -1).sum(axis=1, dtype=np.int64).astype(np.float64)


def _gradient(gray: Gray) -> Values:
    n, h, w = gray.shape
    if w < 2:
        return np.zeros(n)
    tall = gray.reshape(n * h, w)
    return _sums(cv2.absdiff(tall[:, 1:], tall[:, :-1]), n) / (h * (w - 1))


def _noise(gray: Gray) -> Values:
    """Immerkaer's estimate in the quietest tenth of the tiles: texture is local, noise is not."""
    n, h, w = gray.shape
    side = 16 if min(h, w) >= 64 else 8
    rows, cols = h // side, w // side
    if min(rows, cols) < 2:
        return np.full(n, np.nan)
    step = 2 if rows >= 16 else 1
    bands = gray[:, : rows * side, : cols * side].reshape(n, rows, side, cols * side)[:, ::step]
    rows = bands.shape[1]
    tall = np.ascontiguousarray(bands).reshape(n * rows * side, cols * side)
    response = np.abs(cv2.filter2D(tall, cv2.CV_16S, _NOISE_KERNEL))
    # The first and last line of a band see the neighbouring band.
    inner = response.reshape(n * rows, side, cols * side)[:, 1:-1].reshape(-1, cols * side)
    tiles = np.asarray(
        cv2.resize(
            inner.astype(np.float32) if side == 8 else inner,
            (cols, n * rows),
            interpolation=cv2.INTER_AREA,
        )
    ).reshape(n, -1)
    rank = int(0.1 * (tiles.shape[1] - 1))
    quiet = np.partition(tiles, rank, axis=1)[:, rank].astype(np.float64)
    return quiet * math.sqrt(math.pi / 2) / 6


def _blockiness(gray: Gray) -> Values:
    """Mean step across 8-px block edges over the mean step elsewhere, minus 1."""
    n, h, w = gray.shape
    if w < 24 or h < 8:
        return np.full(n, np.nan)
    # Every fourth line is enough for a mean.
    lines = np.ascontiguousarray(gray[:, ::4]).reshape(-1, w)
    step = cv2.absdiff(lines[:, 1:], lines[:, :-1])
    at_edge = _sums(np.ascontiguousarray(step[:, 7::8]), n)
    everywhere = _sums(step, n)
    n_lines = len(lines) // n
    n_edge, n_all = len(range(7, w - 1, 8)) * n_lines, (w - 1) * n_lines
    inside = (everywhere - at_edge) / (n_all - n_edge)
    return np.clip((at_edge / n_edge + 0.5) / (inside + 0.5) - 1, -1, 100)


def _effective_resolution(gray: Gray) -> Values:
    """Frequency below which 95 % of the power of the steps lies, of the sparser direction.

    The power of the differences between neighbours is about flat in a picture that was never
    enlarged; above the old resolution of an enlarged one there is next to nothing.
    """
    sparsest = np.ones(len(gray))
    for lines in (gray, gray.transpose(0, 2, 1)):
        n, h, w = lines.shape
        if w < 16:
            return np.full(n, np.nan)
        length = 1 << ((w - 1).bit_length() - 1)  # a fast length for the transform
        begin = (w - 1 - length) // 2
        some = lines[:, :: max(1, h // 12), begin : begin + length + 1].astype(np.float32)
        steps = np.diff(some, axis=2) * np.hanning(length).astype(np.float32)
        spectrum = np.fft.rfft(steps, axis=2)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=1, dtype=np.float64)
        total = power.sum(axis=1, keepdims=True)
        below = np.cumsum(power, axis=1) < 0.95 * total
        share = below.sum(axis=1) / power.shape[1]
        sparsest = np.minimum(sparsest, np.where(total[:, 0] > 0, share, 1.0))
    return sparsest


def border_widths(gray: Gray, tolerance: int = 10) -> tuple[float, float, float, float]:
    """Uniform border (letterbox) on each side of one gray image.

    Parameters
    ----------
    gray
        uint8, shape (h, w).
    tolerance
        How many levels a line of the border may vary, and may differ from the outermost line.

    Returns
    -------
    tuple of float
        Top, bottom, left, right, each a share of the height or width in [0, 0.5].
    """
    h, w = gray.shape
    sides = []
    for lines, length in ((gray, h), (gray.T, w)):
        for ordered in (lines, lines[::-1]):
            sides.append(_uniform_lines(ordered, length // 2, tolerance) / length)
    return (sides[0], sides[1], sides[2], sides[3])


def _uniform_lines(lines: Gray, limit: int, tolerance: int) -> int:
    first = lines[0]
    if int(first.max()) - int(first.min()) > tolerance:
        return 0
    level, count = int(first[len(first) // 2]), 1
    while count < limit:
        line = lines[count]
        if max(int(line.max()) - level, level - int(line.min())) > tolerance:
            break
        count += 1
    else:
        return 0
    # A bar ends in a line that is picture all along; an even background ends in a few pixels.
    picture = np.abs(lines[min(count + 1, len(lines) - 1)].astype(np.int16) - level) > tolerance
    return count if picture.mean() >= 0.25 else 0


def thumbnail(gray: Gray) -> Gray:
    """One gray image, shape (h, w), as 32 x 32 by area averaging."""
    if gray.shape == (FINGERPRINT, FINGERPRINT):
        return gray
    size = (FINGERPRINT, FINGERPRINT)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))
