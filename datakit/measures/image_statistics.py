"""Pixels of images -> numbers, in two steps: reduce every image, then derive for a whole shard.

Images of one size are reduced together, and what is left of them (a histogram, a few lines) is
turned into columns for all images of a shard at once: the calls, not the pixels, are what costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from datakit.measures.image_borders import borders
from datakit.measures.image_detail import (
    blockiness,
    effective_resolution,
    noise,
    sample_lines,
    sharpness,
    steps,
)
from datakit.measures.image_tone import colour, histograms, sample_grid, tone

__all__ = ["FINGERPRINT", "Reduced", "derive", "reduce_images", "statistics"]

Gray = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]

FINGERPRINT = 32
"""Side of the gray thumbnail that near duplicates are found by."""

_DETAIL_SIDE = 512
_TONE_SIDE = 320
_TOGETHER = 1 << 17

cv2.setNumThreads(1)


@dataclass(frozen=True)
class Reduced:
    """What is left of n images of one size.

    Parameters
    ----------
    columns
        Column -> values of shape (n,): what is final already.
    histogram
        Luma histograms, shape (n, 256).
    lines
        Rows and columns of pixels, see `sample_lines`; None for tiny images.
    grid
        Some pixels, see `sample_grid`.
    thumbs
        uint8, shape (n, 32, 32).
    """

    columns: dict[str, Values]
    histogram: npt.NDArray[np.int64]
    lines: tuple[Gray, Gray] | None
    grid: npt.NDArray[np.uint8]
    thumbs: Gray


def reduce_images(pixels: npt.NDArray[np.uint8], scale: int = 1) -> Reduced:
    """Reduce n images of one size.

    Parameters
    ----------
    pixels
        uint8, shape (n, h, w, 3) or (n, h, w) for gray images.
    scale
        Denominator of the scaling that the decoder applied; 8-px blocks are gone above 1.
    """
    luma = _luma(pixels)
    detail = luma
    while min(detail.shape[1:]) >= _DETAIL_SIDE:
        detail = _halve(detail)
    small = detail
    while max(small.shape[1:]) > _TONE_SIDE and min(small.shape[1:]) >= 4:
        small = _halve(small)
    columns = {
        "sharpness": sharpness(detail),
        "noise": noise(detail),
        "blockiness": blockiness(luma) if scale == 1 else np.full(len(luma), np.nan),
        **steps(small),
    }
    sides = borders(small)
    for k, side in enumerate(("top", "bottom", "left", "right")):
        columns[f"border_{side}"] = sides[:, k]
    return Reduced(
        columns, histograms(small), sample_lines(detail), sample_grid(pixels), _thumbnails(small)
    )


def derive(parts: Sequence[Reduced]) -> dict[str, npt.NDArray[np.generic]]:
    """The columns of all images of some reduced batches, in their order.

    Returns
    -------
    dict
        Column -> values, float64 of shape (n,); ``thumb`` is uint8 of shape (n, 32, 32).
    """
    names = parts[0].columns
    columns: dict[str, npt.NDArray[np.generic]] = {
        name: np.concatenate([part.columns[name] for part in parts]) for name in names
    }
    columns |= tone(np.concatenate([part.histogram for part in parts]))
    columns |= _colour(parts)
    columns["effective_resolution"] = _effective_resolution(parts)
    columns["thumb"] = np.concatenate([part.thumbs for part in parts])
    return columns


def statistics(pixels: npt.NDArray[np.uint8], scale: int = 1) -> dict[str, npt.NDArray[np.generic]]:
    """Measure n images of one size: `reduce_images`, then `derive`."""
    return derive([reduce_images(pixels, scale)])


def _colour(parts: Sequence[Reduced]) -> dict[str, Values]:
    """Colour of every image; grids of one shape are measured together."""
    out: dict[str, Values] = {}
    for rows, grid in _alike(parts, lambda part: (part.grid,)):
        for name, values in colour(grid).items():
            out.setdefault(name, np.empty(sum(len(part.grid) for part in parts)))[rows] = values
    return out


def _effective_resolution(parts: Sequence[Reduced]) -> Values:
    """The sparser direction of every image; lines of one shape are transformed together."""
    known = np.concatenate([np.full(len(p.histogram), p.lines is not None) for p in parts])
    sparsest = np.where(known, 1.0, np.nan)
    for rows, lines in _alike(parts, lambda part: part.lines or ()):
        np.minimum.at(sparsest, rows, effective_resolution(lines))
    return sparsest


def _alike(
    parts: Sequence[Reduced], arrays: Callable[[Reduced], Sequence[Gray]]
) -> Iterator[tuple[npt.NDArray[np.int64], Gray]]:
    """Arrays of one shape put together, with the numbers of the images they are of.

    Only so many at a time as stay in the cache: fresh memory costs more than the arithmetic.
    """
    found: dict[tuple[int, ...], list[tuple[int, Gray]]] = {}
    start = 0
    for part in parts:
        for array in arrays(part):
            found.setdefault(array.shape[1:], []).append((start, array))
        start += len(part.histogram)
    for shape, group in found.items():
        rows = np.concatenate([first + np.arange(len(array)) for first, array in group])
        together = np.concatenate([array for _, array in group])
        step = max(1, _TOGETHER // math.prod(shape))
        for begin in range(0, len(rows), step):
            yield rows[begin : begin + step], together[begin : begin + step]


def _luma(pixels: npt.NDArray[np.uint8]) -> Gray:
    if pixels.ndim == 3:
        return np.ascontiguousarray(pixels)
    n, h, w, _ = pixels.shape
    tall = np.ascontiguousarray(pixels).reshape(n * h, w, 3)
    return np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY)).reshape(n, h, w)


def _halve(gray: Gray) -> Gray:
    n, h, w = gray.shape
    h, w = h // 2, w // 2
    even = gray[:, : 2 * h, : 2 * w]
    if n > 1:
        even = np.ascontiguousarray(even)
    tall = even.reshape(n * 2 * h, 2 * w) if n > 1 else even[0]
    return np.asarray(cv2.resize(tall, (w, n * h), interpolation=cv2.INTER_AREA)).reshape(n, h, w)


def _thumbnails(gray: Gray) -> Gray:
    """Gray images as 32 x 32 by area averaging, shape (n, 32, 32)."""
    # Halving is far cheaper than averaging over fractions of pixels.
    while min(gray.shape[1:]) >= 4 * FINGERPRINT:
        gray = _halve(gray)
    if gray.shape[1:] == (FINGERPRINT, FINGERPRINT):
        return gray
    size = (FINGERPRINT, FINGERPRINT)
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in gray])
