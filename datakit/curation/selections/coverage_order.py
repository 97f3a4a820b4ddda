"""Which samples cover the others: the order in which a greedy choice takes them."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

__all__ = ["covering_order", "facility_location", "k_center", "nearest_chosen"]

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_ENTRIES = 100_000_000
"""Similarities that are held at most: 400 MB."""

_SERVED = 2_000
_BLOCK = 4_096
_FURTHEST = 256


def covering_order(vectors: Vectors, n: int, rng: np.random.Generator) -> Numbers:
    """N samples that cover the others, in the order in which they were taken.

    By `facility_location`, which is for the many; where its table would be too large (20,000
    samples of which more than 2,500 are taken, 50,000 of which more than 1,000 are) by `k_center`,
    which is for the furthest.

    Parameters
    ----------
    vectors
        Shape (m, d), unit length.
    n
        How many, at most m.
    rng
        Draws the samples that facility location has to serve.
    """
    m = len(vectors)
    n_served = max(_SERVED, 2 * n)
    if n_served >= m and m * m <= _ENTRIES:
        return facility_location(vectors, vectors, n)
    if m * n_served <= _ENTRIES and n_served < m:
        served = np.sort(rng.permutation(m)[:n_served])
        return facility_location(vectors, vectors[served], n)
    return k_center(vectors, n)


def facility_location(vectors: Vectors, served: Vectors, n: int) -> Numbers:
    """The greedy maximum of ``sum_i max_j (1 + cos_ij) / 2`` over i served and j taken.

    It reaches ``1 - 1/e`` of the best sum at the least (Nemhauser, Wolsey & Fisher 1978); gains
    are worked out again only where they could be the largest (Minoux 1978).

    Parameters
    ----------
    vectors
        What can be taken, shape (m, d), unit length.
    served
        What has to be near to what is taken, shape (k, d): all of them, or a sample, of which
        every sum is an unbiased estimate.
    n
        How many, at most m.

    Returns
    -------
    ndarray
        Row numbers of `vectors` in the order in which they were taken, shape (n,): the first l of
        them are the choice for l. Cost: m k d + n k for each gain that is worked out again.
    """
    similar = vectors @ served.T
    similar += 1
    similar /= 2
    covered = np.zeros(len(served), np.float32)
    # A gain only falls while others are taken, so that an old one is a bound. They are rounded:
    # the last digits depend on the number of threads.
    heap = [(-round(float(gain), 3), i, 0) for i, gain in enumerate(similar.sum(axis=1))]
    heapq.heapify(heap)
    taken: list[int] = []
    while len(taken) < n:
        _, i, known = heapq.heappop(heap)
        if known == len(taken):
            taken.append(i)
            covered = np.maximum(covered, similar[i])
            continue
        gain = float(np.maximum(similar[i] - covered, 0).sum())
        heapq.heappush(heap, (-round(gain, 3), i, len(taken)))
    return np.array(taken, np.int64)


def k_center(vectors: Vectors, n: int) -> Numbers:
    """Samples that no other is far from: always the one that is furthest from those taken.

    The largest distance is at most twice the least that n samples can have (Gonzalez 1985). The
    first is the one nearest to the mean.

    Parameters
    ----------
    vectors
        Shape (m, d), unit length. Cost: n m d.
    n
        How many, at most m.

    Returns
    -------
    ndarray
        Row numbers in the order in which they were taken, shape (n,).
    """
    taken = [int(np.argmax(np.round(vectors @ vectors.mean(axis=0), 5)))]
    nearest = np.full(len(vectors), -1.0, np.float32)
    told = 0
    while len(taken) < n:
        # Similarities only rise, so that as long as one of the furthest is still further than all
        # others were, it is the furthest of all, and the others need not be worked out yet.
        while told < len(taken):
            some = vectors[taken[told : told + _FURTHEST]]
            for begin in range(0, len(vectors), _BLOCK):
                block = slice(begin, begin + _BLOCK)
                known = (vectors[block] @ some.T).max(axis=1)
                nearest[block] = np.maximum(nearest[block], np.round(known, 5))
            nearest[taken[told : told + _FURTHEST]] = np.inf
            told += len(some)
        order = np.argsort(nearest, kind="stable")[: _FURTHEST + 1]
        furthest = np.sort(order[:_FURTHEST])
        bound = nearest[order[_FURTHEST]] if len(order) > _FURTHEST else np.inf
        values = nearest[furthest].copy()
        while len(taken) < n:
            at = int(np.argmin(values))
            if values[at] > bound or (values[at] == bound and told < len(taken)):
                break
            taken.append(int(furthest[at]))
            known = np.round(vectors[furthest] @ vectors[furthest[at]], 5)
            values = np.maximum(values, known)
            values[at] = np.inf
            if np.isinf(values).all():
                break
    return np.array(taken, np.int64)


def nearest_chosen(vectors: Vectors, chosen: Vectors) -> tuple[Numbers, npt.NDArray[np.float32]]:
    """Number of the most similar chosen one of every vector, and its cosine, shapes (m,)."""
    numbers = np.empty(len(vectors), np.int64)
    cosines = np.empty(len(vectors), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        block = vectors[begin : begin + _BLOCK] @ chosen.T
        numbers[begin : begin + _BLOCK] = block.argmax(axis=1)
        cosines[begin : begin + _BLOCK] = block.max(axis=1)
    return numbers, cosines
