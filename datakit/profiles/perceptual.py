"""Perceptual hashes of 32 x 32 gray thumbnails, and joins of hashes that differ in a few bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_DISTANCE", "SYMMETRIES", "close_hashes", "hashes", "normalised", "window_cosines"]

Hashes = npt.NDArray[np.uint64]
Pairs = npt.NDArray[np.int64]

MAX_DISTANCE = 7
"""Largest Hamming distance that `close_hashes` is sure to find."""

_SIDE, _KEPT = 32, 8
_CHUNK = 1 << 22


def _cosines() -> npt.NDArray[np.float32]:
    k, u = np.arange(_SIDE)[None, :], np.arange(_KEPT)[:, None]
    basis = np.cos(np.pi * (2 * k + 1) * u / (2 * _SIDE)) * np.sqrt(2 / _SIDE)
    basis[0] *= np.sqrt(0.5)
    return basis.astype(np.float32)


_DCT = _cosines()

SYMMETRIES: tuple[Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]], ...] = (
    lambda t: t,
    lambda t: t[..., :, ::-1],
    lambda t: t[..., ::-1, :],
    lambda t: t[..., ::-1, ::-1],
    lambda t: np.swapaxes(t, -1, -2),
    lambda t: np.swapaxes(t, -1, -2)[..., :, ::-1],
    lambda t: np.swapaxes(t, -1, -2)[..., ::-1, :],
    lambda t: np.swapaxes(t, -1, -2)[..., ::-1, ::-1],
)
"""The eight flips and quarter turns of a stack of square pictures; the first changes nothing."""


def window_cosines(left: float, width: float) -> npt.NDArray[np.float32]:
    """The low cosines of one axis, (8, 32), taken of a window of it that is enlarged to all of it.

    Enlarging is linear, so it is folded into the transform: no window is ever drawn.

    Parameters
    ----------
    left, width
        Where the window begins and how wide it is, in thumbnail pixels.
    """
    at = np.clip((np.arange(_SIDE) + 0.5) * width / _SIDE + left - 0.5, 0, _SIDE - 1)
    low = np.minimum(at.astype(int), _SIDE - 2)
    enlarge = np.zeros((_SIDE, _SIDE))
    enlarge[np.arange(_SIDE), low] = 1 - (at - low)
    enlarge[np.arange(_SIDE), low + 1] += at - low
    return (_DCT @ enlarge).astype(np.float32)


def hashes(
    thumbs: npt.NDArray[np.float32],
    rows: npt.NDArray[np.float32] = _DCT,
    columns: npt.NDArray[np.float32] = _DCT,
) -> Hashes:
    """64-bit perceptual hashes (pHash: signs of low DCT coefficients against their median).

    Parameters
    ----------
    thumbs
        Shape (n, 32, 32).
    rows, columns
        Transforms of the two axes, (8, 32): the plain cosines, or those of a window.

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    if not len(thumbs):
        return np.zeros(0, np.uint64)
    low = (rows @ thumbs @ columns.T).reshape(len(thumbs), -1)
    median = np.partition(low[:, 1:], 31, axis=1)[:, 31:32]  # of 63
    bits = low > median
    packed = np.ascontiguousarray(np.packbits(bits, axis=1))
    return packed.view(">u8").astype(np.uint64).ravel()


def normalised(thumbs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Flattened to zero mean and unit length: dot products are correlations."""
    flat = thumbs.reshape(len(thumbs), -1).astype(np.float32)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1e-6))


def close_hashes(queries: Hashes, base: Hashes) -> Iterator[Pairs]:
    """Pairs (query, base) at most `MAX_DISTANCE` bits apart, without comparing all pairs.

    Multi-index hashing (Norouzi et al. 2012): of four 16-bit quarters of two hashes that differ
    in at most 7 bits, one differs in at most one bit; so each quarter is looked up as it is and
    with each of its bits flipped. Cost: 68 look-ups a hash, each meeting n / 65,536 others when
    the quarters are evenly filled; memory is bounded by the chunk.

    Yields
    ------
    ndarray of int64, shape (m, 2)
        Unique within one yielded chunk, not over chunks.
    """
    if len(queries) * len(base) <= _CHUNK:  # few enough to compare outright, and faster
        distance = np.bitwise_count(queries[:, None] ^ base[None, :])
        yield np.argwhere(distance <= MAX_DISTANCE)
        return
    flips = np.array([0] + [1 << bit for bit in range(16)], np.uint64)
    for quarter in range(4):
        shift = np.uint64(16 * quarter)
        keys = (base >> shift) & np.uint64(0xFFFF)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(65537, dtype=np.uint64))
        wanted = (queries >> shift) & np.uint64(0xFFFF)
        for flip in flips:
            probe = (wanted ^ flip).astype(np.int64)
            begin, count = starts[probe], starts[probe + 1] - starts[probe]
            yield from _close_in_buckets(queries, base, order, begin, count)


def _close_in_buckets(
    queries: Hashes, base: Hashes, order: Pairs, begin: Pairs, count: Pairs
) -> Iterator[Pairs]:
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    first = 0
    while first < len(count) and total:
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _CHUNK)))
        size = count[first:last]
        query = np.repeat(np.arange(first, min(last, len(count))), size)
        offset = np.arange(len(query)) - np.repeat(np.cumsum(size) - size, size)
        other = order[np.repeat(begin[first:last], size) + offset]
        near = np.bitwise_count(queries[query] ^ base[other]) <= MAX_DISTANCE
        if near.any():
            yield np.stack([query[near], other[near]], axis=1)
        first = last
