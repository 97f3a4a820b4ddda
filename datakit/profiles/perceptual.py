"""Perceptual hashes of 32 x 32 gray thumbnails, and joins of hashes that differ in a few bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "MAX_DISTANCE",
    "SYMMETRIES",
    "HashIndex",
    "hashes",
    "normalised",
    "symmetric_hashes",
    "window_hashes",
]

Hashes = npt.NDArray[np.uint64]
Pairs = npt.NDArray[np.int64]

MAX_DISTANCE = 7
"""Largest Hamming distance that `close_hashes` is sure to find."""

_SIDE, _KEPT = 32, 8
_CHUNK = 1 << 22
_FEW = 1 << 20


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


def hashes(thumbs: npt.NDArray[np.float32]) -> Hashes:
    """64-bit perceptual hashes (pHash: signs of low DCT coefficients against their median).

    Parameters
    ----------
    thumbs
        Shape (n, 32, 32).

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    return _bits(_DCT @ thumbs @ _DCT.T)


def symmetric_hashes(thumbs: npt.NDArray[np.float32]) -> Iterator[Hashes]:
    """Hashes of the eight `SYMMETRIES` of every thumbnail, from one transform.

    Turning a picture around an axis turns the sign of the odd cosines along it.
    """
    low = _DCT @ thumbs @ _DCT.T
    odd = np.where(np.arange(_KEPT) % 2, -1, 1).astype(np.float32)
    for plane in (low, np.swapaxes(low, -1, -2)):
        for rows, columns in ((1, 1), (1, odd), (odd[:, None], 1), (odd[:, None], odd)):
            yield _bits(plane * rows * columns)


def window_hashes(
    thumbs: npt.NDArray[np.float32], side: float, places: Sequence[float]
) -> Iterator[Hashes]:
    """Hashes of square windows of every thumbnail, enlarged to all of it.

    Parameters
    ----------
    thumbs
        Shape (n, 32, 32).
    side
        Of the window, in thumbnail pixels.
    places
        Where windows begin, in both directions, as shares of the room that there is.
    """
    cosines = [window_cosines((_SIDE - side) * place, side) for place in places]
    for rows in cosines:
        half = rows @ thumbs
        for columns in cosines:
            yield _bits(half @ columns.T)


def _bits(low: npt.NDArray[np.floating]) -> Hashes:
    if not len(low):
        return np.zeros(0, np.uint64)
    flat = low.reshape(len(low), -1)
    median = np.partition(flat[:, 1:], 31, axis=1)[:, 31:32]  # of 63
    packed = np.ascontiguousarray(np.packbits(flat > median, axis=1))
    return packed.view(">u8").astype(np.uint64).ravel()


def normalised(thumbs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Flattened to zero mean and unit length: dot products are correlations."""
    flat = thumbs.reshape(len(thumbs), -1).astype(np.float32)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1e-6))


class HashIndex:
    """Finds hashes at most `MAX_DISTANCE` bits away, without comparing all pairs.

    Multi-index hashing (Norouzi et al. 2012): of four 16-bit quarters of two hashes that differ
    in at most 7 bits, one differs in at most one bit; so each quarter is looked up as it is and
    with each of its bits flipped. Cost: 68 look-ups a hash, each meeting n / 65,536 others when
    the quarters are evenly filled; memory is bounded by the chunk.

    Parameters
    ----------
    base
        uint64, shape (n,).
    """

    _FLIPS = np.array([0] + [1 << bit for bit in range(16)], np.int64)

    def __init__(self, base: Hashes) -> None:
        self._base = base
        self._quarters: list[tuple[Pairs, Pairs]] = []

    def close(self, queries: Hashes) -> Iterator[Pairs]:
        """Pairs (query, base) that are close.

        Yields
        ------
        ndarray of int64, shape (m, 2)
            Unique within one yielded chunk, not over chunks.
        """
        if len(queries) * len(self._base) <= _FEW:  # comparing them outright is faster
            distance = np.bitwise_count(queries[:, None] ^ self._base[None, :])
            close = np.flatnonzero(distance.ravel() <= MAX_DISTANCE)
            yield np.stack(np.divmod(close, len(self._base)), axis=1)
            return
        if not self._quarters:
            self._quarters = [self._sorted_by(quarter) for quarter in range(4)]
        step = max(1, _CHUNK // len(self._FLIPS))
        for quarter, (order, starts) in enumerate(self._quarters):
            wanted = _quarter(queries, quarter)
            for first in range(0, len(wanted), step):
                probe = (wanted[first : first + step, None] ^ self._FLIPS).ravel()
                begin, count = starts[probe], starts[probe + 1] - starts[probe]
                hit = np.flatnonzero(count)
                asked = first + hit // len(self._FLIPS)
                yield from self._in_buckets(queries, order, asked, begin[hit], count[hit])

    def _sorted_by(self, quarter: int) -> tuple[Pairs, Pairs]:
        """Numbers of the hashes in the order of a quarter, and where each value begins."""
        keys = _quarter(self._base, quarter)
        starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=65536))])
        return np.argsort(keys, kind="stable"), starts

    def _in_buckets(
        self, queries: Hashes, order: Pairs, asked: Pairs, begin: Pairs, count: Pairs
    ) -> Iterator[Pairs]:
        """Close pairs among every asked query and the `count` others from `begin` in `order`."""
        ends = np.cumsum(count)
        first = 0
        while first < len(count):
            done = int(ends[first - 1]) if first else 0
            last = max(first + 1, int(np.searchsorted(ends, done + _CHUNK)))
            size = count[first:last]
            query = np.repeat(asked[first:last], size)
            offset = np.arange(len(query)) - np.repeat(np.cumsum(size) - size, size)
            other = order[np.repeat(begin[first:last], size) + offset]
            near = np.bitwise_count(queries[query] ^ self._base[other]) <= MAX_DISTANCE
            if near.any():
                yield np.stack([query[near], other[near]], axis=1)
            first = last


def _quarter(hashes: Hashes, quarter: int) -> Pairs:
    return ((hashes >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)).astype(np.int64)
