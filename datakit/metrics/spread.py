"""Spread: how evenly samples fall into cells that were fitted on a reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.metrics.hill import nearest_cells

__all__ = ["Cells", "cells_of", "crowding", "fit_cells", "fit_centroids", "shared_weight"]

N_CELLS = 64
N_BOOKS = 4
"""Codebooks whose cells are counted together: one alone adds the accidents of its own borders."""

_PER_CELL = 16
_LEAST_CELLS = 8
_MOST_FITTED = 4_096
_STEPS = 20
_BLOCK = 4_096

Vectors = npt.NDArray[np.floating]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """Codebooks, what a cell may hold, and what the reference scores in them.

    Parameters
    ----------
    centroids
        Shape (b, k, d): b codebooks of k cells.
    allowance
        Shape (b, k), positive: the share of the samples that a cell may hold.
    norm
        `shared_weight` of the reference, from samples that the cells were not fitted on.
    """

    centroids: npt.NDArray[np.float32]
    allowance: npt.NDArray[np.float64]
    norm: float


def cells_of(vectors: Vectors, centroids: npt.NDArray[np.float32]) -> Counts:
    """Number of the nearest cell in every codebook, shape (n, b).

    Parameters
    ----------
    vectors, centroids
        Shapes (n, d) and (b, k, d). Cost: n b k d.
    """
    n_books, k, d = centroids.shape
    flat = centroids.reshape(-1, d)
    norms = (flat**2).sum(axis=1)
    cells = np.empty((len(vectors), n_books), np.int64)
    for begin in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[begin : begin + _BLOCK], np.float32)
        distances = (norms - 2 * block @ flat.T).reshape(len(block), n_books, k)
        cells[begin : begin + _BLOCK] = distances.argmin(axis=2)
    return cells


def shared_weight(cells: Counts, allowance: npt.NDArray[np.float64]) -> float:
    """Chance that two different samples share a cell, each match over the cell's allowance.

    ``mean_b sum_k c_bk (c_bk - 1) / (n (n - 1) a_bk)``, unbiased at every n >= 2. With equal
    allowances it is Simpson's index up to a constant, so that a ratio of two of them is a ratio
    of order-2 Hill numbers. With the reference's own shares as allowances it is
    ``exp(D2(p || q))``, the exponential of the order-2 Renyi divergence.

    Parameters
    ----------
    cells
        Shape (n, b), from `cells_of`.
    allowance
        Shape (b, k).

    Returns
    -------
    float
        At least 0; NaN for fewer than 2 samples.

    References
    ----------
    Simpson 1949, Measurement of diversity; Renyi 1961, On measures of entropy and information.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.array([[0]] * 500 + [[1]] * 500)
    >>> round(1 / shared_weight(cells, np.ones((1, 4))), 2)
    2.0
    """
    n, n_books = cells.shape
    if n < 2:
        return float("nan")
    k = allowance.shape[1]
    flat = (cells + np.arange(n_books) * k).ravel()
    counts = np.bincount(flat, minlength=n_books * k).astype(np.float64)
    return float((counts * (counts - 1) / allowance.ravel()).sum() / (n * (n - 1) * n_books))


def fit_centroids(
    vectors: npt.NDArray[np.float32], k: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Centroids of k cells by k-means, shape (k, d).

    k-means++ seeds, then 20 of Lloyd's steps, which is where it stops moving in practice; written
    out because its sums do not depend on the number of threads.

    Parameters
    ----------
    vectors
        Shape (n, d), n >= k. Cost: 20 n k d.
    k
        Number of cells, at least 1.
    rng
        Source of the seeds.

    References
    ----------
    Arthur & Vassilvitskii 2007, k-means++: the advantages of careful seeding.
    """
    centroids = np.empty((k, vectors.shape[1]), np.float32)
    squares = (vectors**2).sum(axis=1)
    nearest = np.full(len(vectors), np.inf)
    at = int(rng.integers(len(vectors)))
    for i in range(k):
        centroids[i] = vectors[at]
        distances = squares - 2 * vectors @ centroids[i] + squares[at]
        nearest = np.minimum(nearest, np.maximum(distances, 0))
        reach = np.cumsum(nearest)
        at = min(int(np.searchsorted(reach, rng.random() * reach[-1])), len(vectors) - 1)
    for _ in range(_STEPS):
        cells = nearest_cells(vectors, centroids)
        counts = np.bincount(cells, minlength=k)
        full = np.flatnonzero(counts)  # an empty cell stays where it is
        begins = (np.cumsum(counts) - counts)[full]
        sums = np.add.reduceat(vectors[np.argsort(cells, kind="stable")], begins, axis=0)
        centroids[full] = sums / counts[full, None]
    return centroids


def fit_cells(fitted: Vectors, held_out: Vectors, rng: np.random.Generator) -> Cells | None:
    """Cells of a reference: fitted on one part of it, their norm taken from the other part.

    What cells were fitted on fills them more evenly than anything else of its kind, so that the
    norm of the fitted part would be out of reach. A cell may hold its share of the fitted part,
    or ``1 / k`` where that is more: a corpus that fills thin cells of the reference is not
    concentrated.

    Parameters
    ----------
    fitted, held_out
        Two parts of the reference, shapes (n, d) and (m, d); at most 4,096 of the first are used
        for the centroids.
    rng
        Source of the seeds.

    Returns
    -------
    Cells or None
        4 codebooks of ``min(64, n // 16)`` cells; None where that is fewer than 8, or the norm
        cannot be told.
    """
    k = min(N_CELLS, len(fitted) // _PER_CELL, len(held_out) // 2)
    if k < _LEAST_CELLS:
        return None
    chosen = np.sort(rng.permutation(len(fitted))[:_MOST_FITTED])
    vectors = np.asarray(fitted[chosen], np.float32)
    centroids = np.stack([fit_centroids(vectors, k, rng) for _ in range(N_BOOKS)])
    cells = cells_of(fitted, centroids)
    shares = np.stack([np.bincount(column, minlength=k) for column in cells.T]) / len(fitted)
    allowance = np.maximum(shares, 1 / k)
    norm = shared_weight(cells_of(held_out, centroids), allowance)
    return Cells(centroids, allowance, norm) if norm > 0 else None


def crowding(cells: Counts, allowance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Every cell's share of the samples over its allowance, shape (b, k).

    Parameters
    ----------
    cells
        Shape (n, b), n >= 1.
    allowance
        Shape (b, k).
    """
    counts = [np.bincount(column, minlength=allowance.shape[1]) for column in cells.T]
    return np.asarray(np.stack(counts) / len(cells) / allowance)
