"""Pairs of images that show the same picture: recompressed, resized, cropped, turned, recoloured.

Candidates come from an index (perceptual hashes of the picture, its eight symmetries, and windows
of it; nearest neighbours among the embeddings) and are then verified by correlating thumbnails,
because a hash alone does not hold its precision on a large corpus.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from datakit.metrics.neighbours import nearest_neighbours
from datakit.profiles.perceptual import (
    SYMMETRIES,
    HashIndex,
    hashes,
    normalised,
    symmetric_hashes,
    window_hashes,
)

__all__ = ["MIN_CORRELATION", "MIN_CROP_CORRELATION", "Fingerprints", "near_pairs"]

Pairs = npt.NDArray[np.int64]

# The thresholds were chosen on planted copies of photographs (benchmarks/planted_images.py, seeds
# 0 to 2, where they let no false pair through) as lines in the plane of correlation and cosine.
MIN_CORRELATION = 0.80
"""Correlation of two thumbnails whose hashes are close from which they are one picture."""

MIN_FRAME_EVIDENCE = 1.22
"""The same without close hashes: correlation + 0.45 * cosine of the embeddings."""

MIN_CROP_EVIDENCE = 1.25
"""Best correlation of a thumbnail inside the other + 0.4 * cosine of the embeddings."""

MIN_CROP_CORRELATION = 0.97
"""Best correlation inside the other where there are no embeddings."""

WINDOW_LIMIT = 20_000
"""Largest corpus in which windows are hashed, to find crops without embeddings."""

_SIDE = 32
_NEIGHBOURS = 6
_CROP_SIDES = tuple(range(19, 32))
_BLOCK = 8192


@dataclass(frozen=True)
class Fingerprints:
    """What near duplicates are found by.

    Parameters
    ----------
    thumbs
        uint8, shape (n, 32, 32), gray.
    borders
        Shape (n, 4): uniform border at top, bottom, left, right as shares.
    vectors
        Embeddings, shape (n, d), unit length; a row of zeros where there is none.
    small
        Shape (n,), true for images below 64 px: there the thumbnail is all there is, and unlike
        pictures of one kind of object correlate as well as crops of one photograph do.
    floor
        Shape (n,), the least correlation of whole thumbnails for an image, where it is more than
        `MIN_CORRELATION`: small line drawings are alike without being the same.
    """

    thumbs: npt.NDArray[np.uint8]
    borders: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32] | None = None
    small: npt.NDArray[np.bool_] | None = None
    floor: npt.NDArray[np.float64] | None = None


def near_pairs(prints: Fingerprints) -> tuple[Pairs, npt.NDArray[np.float64]]:
    """Verified pairs of near duplicates.

    Parameters
    ----------
    prints
        Fingerprints of n images, none of them flat.

    Returns
    -------
    pairs
        Shape (m, 2), first < second, sorted, unique.
    similarity
        Shape (m,), correlation in [0, 1].
    """
    whole = prints.thumbs.astype(np.float32)
    trimmed = _trimmed(whole, prints.borders)
    found: dict[tuple[int, int], float] = {}
    close = _unique(_hash_candidates(whole, trimmed))
    frame = _frame_similarity(close, whole, trimmed)
    floor: float | npt.NDArray[np.float64] = MIN_CORRELATION
    if prints.floor is not None:
        floor = np.maximum(prints.floor[close].max(axis=1, initial=0), MIN_CORRELATION)
    _keep(found, close, frame, frame >= floor)
    inside = _unique(_crop_candidates(trimmed, prints.vectors))
    drawn = np.zeros(len(inside), bool)
    if prints.floor is not None:  # a part of a line drawing fits into many others
        drawn = prints.floor[inside].max(axis=1, initial=0) > MIN_CORRELATION
    if prints.vectors is None:
        inside = inside[~drawn]
        crop = _crop_similarity(inside, trimmed)
        _keep(found, inside, crop, crop >= MIN_CROP_CORRELATION)
    else:
        frame = _frame_similarity(inside, whole, trimmed)
        cosine = _cosine(inside, prints.vectors)
        small = _both(inside, prints.small)
        _keep(found, inside, frame, (frame + 0.45 * cosine >= MIN_FRAME_EVIDENCE) & ~small)
        possible = (1.0 + 0.4 * cosine >= MIN_CROP_EVIDENCE) & ~drawn
        inside, cosine, small = inside[possible], cosine[possible], small[possible]
        crop = _crop_similarity(inside, trimmed)
        enough = (crop >= MIN_CROP_CORRELATION) | ~small
        _keep(found, inside, crop, enough & (crop + 0.4 * cosine >= MIN_CROP_EVIDENCE))
    keys = sorted(found)
    pairs = np.array(keys, np.int64).reshape(-1, 2)
    return pairs, np.clip([found[key] for key in keys], 0.0, 1.0)


def _keep(
    found: dict[tuple[int, int], float],
    pairs: Pairs,
    similarity: npt.NDArray[np.float64],
    accepted: npt.NDArray[np.bool_],
) -> None:
    """Record the accepted pairs, each with its highest similarity."""
    values = similarity[accepted].tolist()
    for (a, b), value in zip(pairs[accepted].tolist(), values, strict=True):
        found[a, b] = max(value, found.get((a, b), 0.0))


def _both(pairs: Pairs, small: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
    if small is None:
        return np.zeros(len(pairs), bool)
    return np.asarray(small[pairs[:, 0]] | small[pairs[:, 1]])


def _cosine(pairs: Pairs, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    out = np.zeros(len(pairs))
    for begin in range(0, len(pairs), _BLOCK):
        block = pairs[begin : begin + _BLOCK]
        out[begin : begin + _BLOCK] = (vectors[block[:, 0]] * vectors[block[:, 1]]).sum(axis=1)
    return out


def _trimmed(
    whole: npt.NDArray[np.float32], borders: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Thumbnails without their uniform borders, stretched back to 32 x 32."""
    out = whole.copy()
    for i in np.flatnonzero(borders.max(axis=1, initial=0) > 0.01):
        top, bottom, left, right = borders[i] * _SIDE
        height, width = _SIDE - top - bottom, _SIDE - left - right
        if min(height, width) < _SIDE / 4:
            continue
        out[i] = _window(whole[i], left, top, width, height)
    return out


def _window(
    thumb: npt.NDArray[np.float32], left: float, top: float, width: float, height: float
) -> npt.NDArray[np.float32]:
    """A window of a thumbnail, enlarged to 32 x 32."""
    x, y = width / _SIDE, height / _SIDE
    # Pixel centres: destination i looks at (i + 1/2) * zoom + offset - 1/2.
    matrix = np.array([[x, 0, left + x / 2 - 0.5], [0, y, top + y / 2 - 0.5]], np.float32)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(thumb, matrix, (_SIDE, _SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
    )


def _unique(chunks: Iterator[Pairs]) -> Pairs:
    """All pairs with first < second, once each."""
    seen = np.zeros(0, np.int64)
    for chunk in chunks:
        low, high = chunk.min(axis=1), chunk.max(axis=1)
        codes = ((low << 32) | high)[low < high]
        seen = np.union1d(seen, codes)
    return np.stack([seen >> 32, seen & 0xFFFFFFFF], axis=1)


def _hash_candidates(
    whole: npt.NDArray[np.float32], trimmed: npt.NDArray[np.float32]
) -> Iterator[Pairs]:
    plain = hashes(whole)
    yield from HashIndex(plain).close(plain)
    base = HashIndex(hashes(trimmed))
    for turned in symmetric_hashes(trimmed):
        yield from base.close(turned)


def _frame_similarity(
    pairs: Pairs, whole: npt.NDArray[np.float32], trimmed: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Best correlation over the plain frame and the eight symmetries of the trimmed one."""
    best = np.zeros(len(pairs))
    for begin in range(0, len(pairs), _BLOCK):
        block = pairs[begin : begin + _BLOCK]
        first, second = block[:, 0], block[:, 1]
        top = (normalised(whole[first]) * normalised(whole[second])).sum(axis=1)
        other = normalised(trimmed[second])
        for symmetry in SYMMETRIES:
            turned = normalised(np.ascontiguousarray(symmetry(trimmed[first])))
            top = np.maximum(top, (turned * other).sum(axis=1))
        best[begin : begin + _BLOCK] = top
    return best


def _crop_candidates(
    trimmed: npt.NDArray[np.float32], vectors: npt.NDArray[np.float32] | None
) -> Iterator[Pairs]:
    if vectors is not None:
        yield from _neighbours(vectors)
        return
    if len(trimmed) > WINDOW_LIMIT:
        return
    base = HashIndex(hashes(trimmed))
    for part in (0.92, 0.85, 0.77, 0.70):
        for windows in window_hashes(trimmed, part * _SIDE, (0.0, 0.5, 1.0)):
            yield from base.close(windows)


def _neighbours(vectors: npt.NDArray[np.float32]) -> Iterator[Pairs]:
    """The nearest embedded neighbours of every embedded image."""
    present = np.flatnonzero(np.abs(vectors).max(axis=1) > 0)
    if len(present) < 2:
        return
    nearest, _ = nearest_neighbours(vectors[present], _NEIGHBOURS)
    first = np.repeat(present, nearest.shape[1])
    yield np.stack([first, present[nearest.ravel()]], axis=1)


def _crop_similarity(pairs: Pairs, trimmed: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Best correlation of one picture with any window of the other that keeps >= 60 % a side."""
    best = [
        max(_inside(trimmed[a], trimmed[b]), _inside(trimmed[b], trimmed[a]))
        for a, b in pairs.tolist()
    ]
    return np.array(best, np.float64)


def _inside(part: npt.NDArray[np.float32], picture: npt.NDArray[np.float32]) -> float:
    best = 0.0
    for side in _CROP_SIDES:
        small = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
        best = max(best, float(cv2.matchTemplate(picture, small, cv2.TM_CCOEFF_NORMED).max()))
    return best
