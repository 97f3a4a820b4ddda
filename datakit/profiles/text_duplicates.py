"""Groups of duplicate documents, from the fingerprints in the rows alone.

Candidates are documents that share a MinHash band key; each is then verified by the Jaccard
similarity of the shingles, because a shared key alone deletes documents that are unlike, and
chains of shared keys whole sources.

References
----------
Cohen & Kaplan 2007, Summarizing data using bottom-k sketches.
Bayardo, Ma & Srikant 2007, Scaling up all pairs similarity search (the prefix filter).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.measures.text_fingerprints import N_BANDS, SKETCH_SIZE
from datakit.profiles.groups import Groups, NearPairs, exact_groups, stars

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MIN_JACCARD", "SAME_TEXT", "near_text_groups", "near_text_pairs"]

SAME_TEXT = ("content_hash", "text_hash")
"""Columns whose equal values mean equal documents: bytes, or folded text."""

MIN_JACCARD = 0.7
"""Least Jaccard similarity of the shingles of near duplicates.

Documents that share half of their text have 1/3, those of which one is the other and half as much
again have 2/3, and one with 2 % of its words replaced has 0.82 on the average.
"""

Numbers = npt.NDArray[np.int64]
Pairs = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

_SMALL = 24  # documents with one key that are compared each with each
_COMPARISONS = 256  # what one document that is taken out of a crowd may cost
_ASKED = 1_000_000  # pairs of documents that are asked about with those of one crowd
_NEIGHBOURS = 32
_CHUNK = 1 << 20
_HIGH = np.uint64(32)
_NONE = np.zeros((0, 2), np.int64)


def near_text_groups(rows: pd.DataFrame, threshold: float = MIN_JACCARD) -> Groups:
    """Groups of documents with nearly the same text, one member per group of exact copies.

    A group is a star: every member was verified against its centre, the member with the most
    verified pairs, so that chains cannot link unlike documents.

    Parameters
    ----------
    rows
        With ``content_hash``, ``text_hash``, ``minhash`` and ``shingles``.
    threshold
        Least Jaccard similarity, in (0, 1].

    Returns
    -------
    list of (members, similarities)
        Row numbers, the centre first, and each one's Jaccard similarity to the centre.
    """
    return stars(*near_text_pairs(rows, threshold))


def near_text_pairs(
    rows: pd.DataFrame,
    threshold: float = MIN_JACCARD,
    wanted: npt.NDArray[np.bool_] | None = None,
) -> NearPairs:
    """Verified pairs of documents with nearly the same text, of one per group of exact copies.

    Of a crowd with one band key those are left out whose documents are both near one that was
    compared with all: the groups are the same without them.

    Parameters
    ----------
    rows, threshold
        See `near_text_groups`.
    wanted
        Documents, or copies of them, that are compared with all of a crowd, shape (n,): with as
        many of them as make a million pairs.

    Returns
    -------
    pairs, similarity
        Row numbers, shape (m, 2), and Jaccard similarities, shape (m,).
    """
    usable = rows["minhash"].notna().to_numpy() & rows["shingles"].notna().to_numpy()
    asked = np.zeros(len(rows), bool) if wanted is None else wanted.copy()
    for group in exact_groups(rows, SAME_TEXT):
        usable[group[1:]] = False
        asked[group[0]] = asked[group].any()
    numbers = np.flatnonzero(usable)
    if len(numbers) < 2:
        return _NONE, np.zeros(0)
    bands = np.frombuffer(b"".join(rows["minhash"].iloc[numbers]), "<u8").reshape(-1, N_BANDS)
    sketches = _Sketches(rows["shingles"].iloc[numbers].tolist())
    pairs, similarity = _near_pairs(bands, sketches, threshold, asked[numbers])
    return numbers[pairs], similarity


class _Sketches:
    """The sorted distinct shingles of n documents, at most `SKETCH_SIZE` of each.

    Parameters
    ----------
    packed
        Little-endian uint32 as bytes, none of them empty.
    """

    def __init__(self, packed: Sequence[bytes]) -> None:
        self._packed = packed
        self.sizes: Numbers = np.fromiter(map(len, packed), np.int64, len(packed)) // 4

    def joined(self, documents: Numbers) -> npt.NDArray[np.uint32]:
        """The shingles of the given documents, one behind the other."""
        return np.frombuffer(b"".join([self._packed[i] for i in documents.tolist()]), "<u4")

    def jaccard(self, pairs: Pairs) -> Shares:
        """Jaccard similarity of the shingles of every pair, shape (m,).

        Exact where both documents have fewer than `SKETCH_SIZE` distinct shingles. Else that of
        the hashes up to the largest that both sketches would hold: they are a random sample of
        the union (Cohen & Kaplan 2007) of 1,024 or more, with a standard error of 0.016 at most.
        """
        cost = np.cumsum(self.sizes[pairs].sum(axis=1))
        parts, begin = [np.zeros(0)], 0
        while begin < len(pairs):
            most = _CHUNK + (cost[begin - 1] if begin else 0)
            end = max(int(np.searchsorted(cost, most)), begin + 1)
            parts.append(self._jaccard(pairs[begin:end]))
            begin = end
        return np.concatenate(parts)

    def _jaccard(self, pairs: Pairs) -> Shares:
        documents = pairs.ravel()
        sizes, values = self.sizes[documents], self.joined(documents)
        last = values[np.cumsum(sizes) - 1]
        limits = np.where(sizes < SKETCH_SIZE, np.uint32(0xFFFFFFFF), last).reshape(-1, 2)
        owners = np.repeat(np.arange(len(pairs)), sizes.reshape(-1, 2).sum(axis=1))
        if (sizes >= SKETCH_SIZE).any():
            within = np.flatnonzero(values <= limits.min(axis=1)[owners])
            values, owners = values[within], owners[within]
        keys = (owners.astype(np.uint64) << _HIGH) | values
        keys.sort()
        both = np.flatnonzero(keys[1:] == keys[:-1])
        n_both = np.bincount((keys[both] >> _HIGH).astype(np.int64), minlength=len(pairs))
        n_all = np.bincount(owners, minlength=len(pairs)) - n_both
        return n_both / n_all


def _near_pairs(
    bands: npt.NDArray[np.uint64],
    sketches: _Sketches,
    threshold: float,
    asked: npt.NDArray[np.bool_],
) -> tuple[Pairs, Shares]:
    """Verified pairs (first < second), and their similarities."""
    seen = np.zeros(0, np.uint64)
    pairs, shares = [_NONE], [np.zeros(0)]
    for band in range(bands.shape[1]):
        close, crowds = _buckets(np.ascontiguousarray(bands[:, band]))
        found = [close, *(_crowd_pairs(crowd, sketches, threshold) for crowd in crowds)]
        found += [_pairs_with(crowd, asked) for crowd in crowds]
        codes = np.setdiff1d(_codes(np.concatenate(found)), seen)
        seen = np.union1d(seen, codes)
        candidates = _decoded(codes)
        similarity = sketches.jaccard(candidates)
        near = similarity >= threshold
        pairs.append(candidates[near])
        shares.append(similarity[near])
    return np.concatenate(pairs), np.concatenate(shares)


def _codes(pairs: Pairs) -> npt.NDArray[np.uint64]:
    low, high = pairs.min(axis=1).astype(np.uint64), pairs.max(axis=1).astype(np.uint64)
    return (low << _HIGH) | high


def _decoded(codes: npt.NDArray[np.uint64]) -> Pairs:
    low, high = codes >> _HIGH, codes & np.uint64(0xFFFFFFFF)
    return np.stack([low, high], axis=1).astype(np.int64)


def _buckets(keys: npt.NDArray[np.uint64]) -> tuple[Pairs, list[Numbers]]:
    """All pairs of documents with one key, and apart the documents of crowded keys."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    sizes = np.diff(np.append(starts, len(keys)))
    sizes[ordered[starts] == 0] = 0  # no key
    crowded = sizes > _SMALL
    crowds = [
        order[start : start + size]
        for start, size in zip(starts[crowded].tolist(), sizes[crowded].tolist(), strict=True)
    ]
    small = np.flatnonzero((sizes > 1) & ~crowded)
    pairs = [_NONE]
    for size in np.unique(sizes[small]).tolist():
        rows = starts[small[sizes[small] == size]]
        first, second = np.triu_indices(size, 1)
        members = order[rows[:, None] + np.arange(size)]
        pairs.append(np.stack([members[:, first].ravel(), members[:, second].ravel()], axis=1))
    return np.concatenate(pairs), crowds


def _crowd_pairs(crowd: Numbers, sketches: _Sketches, threshold: float) -> Pairs:
    """Candidates among many documents with one key, far fewer than all pairs.

    The first document is a centre; those near it are paired with it and leave the crowd, and so
    on as long as centres take enough. What is left are documents that have a part of their text
    in common (a form, a menu), among which the prefix filter finds the near pairs.
    """
    pairs, left, budget = [_NONE], np.sort(crowd), 4 * len(crowd)
    while len(left) > _SMALL and budget > 0:
        centre, others = left[0], left[1:]
        star = np.stack([np.full(len(others), centre), others], axis=1)
        near = sketches.jaccard(star) >= threshold
        pairs.append(star[near])
        left = others[~near]
        budget += _COMPARISONS * int(near.sum()) - len(others)
    if len(left) > _SMALL:
        pairs.append(_prefix_pairs(left, sketches, threshold))
    else:
        first, second = np.triu_indices(len(left), 1)
        pairs.append(np.stack([left[first], left[second]], axis=1))
    return np.concatenate(pairs)


def _pairs_with(crowd: Numbers, asked: npt.NDArray[np.bool_]) -> Pairs:
    """Pairs of the documents that are asked about with all others of a crowd."""
    chosen = crowd[asked[crowd]][: _ASKED // len(crowd)]
    first, second = np.repeat(chosen, len(crowd)), np.tile(crowd, len(chosen))
    return np.stack([first, second], axis=1)[first != second]


def _prefix_pairs(documents: Numbers, sketches: _Sketches, threshold: float) -> Pairs:
    """Pairs that share one of their rarest shingles: no near pair is without.

    Two sketches of m and n shingles with Jaccard similarity t or more share at least t max(m, n)
    of them. So with all shingles in one order, here the rarest among these documents first, one
    of the first m - ceil(t m) + 1 of the one is among the first n - ceil(t n) + 1 of the other.
    """
    values, sizes = sketches.joined(documents), sketches.sizes[documents]
    owners = np.repeat(np.arange(len(documents)), sizes)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    frequency = counts[inverse]
    order = np.lexsort((values, frequency, owners))
    rank = np.arange(len(values)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    prefix = sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1
    chosen = order[(rank < prefix[owners]) & (frequency[order] > 1)]
    # Where many share a shingle only neighbours are paired: documents with one rarest shingle.
    rarest = order[np.cumsum(sizes) - sizes]
    chosen = chosen[np.lexsort((owners[chosen], values[rarest][owners[chosen]], values[chosen]))]
    seen = np.zeros(0, np.uint64)
    for step in range(1, min(_NEIGHBOURS, len(chosen))):
        same = values[chosen[step:]] == values[chosen[:-step]]
        pairs = np.stack([owners[chosen[:-step]], owners[chosen[step:]]], axis=1)[same]
        low, high = sizes[pairs].min(axis=1), sizes[pairs].max(axis=1)
        seen = np.union1d(seen, _codes(documents[pairs[low >= threshold * high - 1e-9]]))
    return _decoded(seen)
