"""Nearest neighbours among vectors, exact, by blocks."""

from __future__ import annotations

import importlib
import importlib.util

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks
from datakit.metrics.inputs import as_matrix

__all__ = ["k_nearest", "nearest_neighbours"]

Rows = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]

_BLOCK = 1024
_SPARE = 16
"""Candidates beyond k: ties and rounding reorder neighbours at the edge."""
_NUMPY_ROWS = 50_000
"""Largest base searched with numpy, in float64."""
_TORCH_ROWS = 200_000
"""Largest base searched with torch while faiss is there."""


def nearest_neighbours(
    vectors: npt.NDArray[np.float32], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The k most similar other rows of every row, by cosine.

    Parameters
    ----------
    vectors
        Shape (n, d), unit length, n >= 2.
    k
        How many; at most n - 1 are given.

    Returns
    -------
    indices, cosines
        Shape (n, min(k, n - 1)), the most similar first. Cost: n^2 d; memory: a block of rows.
    """
    n = len(vectors)
    k = min(k, n - 1)
    vectors = np.ascontiguousarray(vectors)
    indices = np.empty((n, k), np.int64)
    cosines = np.empty((n, k), np.float32)
    for begin in range(0, n, _BLOCK):
        block = vectors[begin : begin + _BLOCK] @ vectors.T
        rows = np.arange(len(block))
        block[rows, begin + rows] = -np.inf
        top = np.argpartition(block, -k, axis=1)[:, -k:]
        values = np.take_along_axis(block, top, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        indices[begin : begin + _BLOCK] = np.take_along_axis(top, order, axis=1)
        cosines[begin : begin + _BLOCK] = np.take_along_axis(values, order, axis=1)
    return indices, cosines


def k_nearest(
    queries: npt.ArrayLike, base: npt.ArrayLike, k: int, *, exclude_self: bool = False
) -> tuple[Indices, Matrix]:
    """The k nearest base rows of every query, Euclidean, exact.

    Candidates come from matrix products; the distances given are taken again from differences, in
    float64, so copies are at exactly 0. Of equally near rows the smaller index comes first.

    Up to 50,000 base rows numpy searches in float64. Beyond, torch does in float32 (no faster on
    one core, but it uses all), and beyond 200,000 faiss where it is installed, about twice as fast;
    without it torch goes on, slower but to the same answer. In float32 neighbours whose distances
    agree to some 1e-3 of the data's spread may be taken for one another at the edge of the list,
    and of more than 16 ties there any may be given.

    Parameters
    ----------
    queries, base
        Shapes (n, d) and (m, d).
    k
        How many, at most m (m - 1 with `exclude_self`).
    exclude_self
        The queries are the base itself, and no row is its own neighbour (its copies are).

    Returns
    -------
    indices, distances
        Shape (n, k), the nearest first. Cost: n m d; memory: blocks of 32 MB and a centred copy.

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, or a k that is out of reach.
    """
    a, b = as_matrix(queries, "queries"), as_matrix(base, "base")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"queries have {a.shape[1]} columns and base {b.shape[1]}; give one width")
    if exclude_self and len(a) != len(b):
        raise ValueError(
            f"exclude_self with {len(a)} queries and {len(b)} base rows; give the base as queries"
        )
    reach = len(b) - exclude_self
    if not 1 <= k <= reach:
        raise ValueError(f"k is {k} with {reach} rows to choose from; give 1 to {reach}")
    width = min(k + _SPARE, reach)
    if len(b) <= _NUMPY_ROWS:
        candidates = _by_numpy(a, b, k, width, exclude_self)
    elif len(b) > _TORCH_ROWS and importlib.util.find_spec("faiss"):
        candidates = _by_faiss(a, b, width, exclude_self)
    else:
        candidates = _by_torch(a, b, width, exclude_self)
    return _ordered(a, b, candidates, k)


def _by_numpy(a: Rows, b: Rows, k: int, width: int, exclude_self: bool) -> Indices:
    """Candidates of every query, shape (n, width), among them the k nearest, ties by index."""
    centre = b.mean(axis=0, dtype=np.float64)
    centred = b - centre
    norms = (centred**2).sum(axis=1)
    candidates = np.empty((len(a), width), np.int64)
    for block in row_blocks(len(a), len(b)):
        rows = a[block] - centre
        squares = norms - 2 * (rows @ centred.T)  # the query's own norm changes no order
        if exclude_self:
            squares[np.arange(len(rows)), np.arange(block.start, block.stop)] = np.inf
        nearest = np.argpartition(squares, width - 1, axis=1)[:, :width]
        values = np.take_along_axis(squares, nearest, axis=1)
        edge = np.partition(values, k - 1, axis=1)[:, k - 1]
        rounding = 1e-13 * ((rows**2).sum(axis=1) + norms[nearest].max(axis=1))
        for row in np.flatnonzero(values.max(axis=1) - edge <= rounding):
            # More ties than candidates: the nearer ones, then ties by index.
            below = squares[row] < edge[row] - rounding[row]
            ties = (squares[row] <= edge[row] + rounding[row]) & ~below
            nearer = np.flatnonzero(below)
            nearest[row] = np.concatenate([nearer, np.flatnonzero(ties)])[:width]
        candidates[block] = nearest
    return candidates


def _by_torch(a: Rows, b: Rows, width: int, exclude_self: bool) -> Indices:
    """Candidates of every query, shape (n, width), in float32."""
    import torch

    centre = b.mean(axis=0, dtype=np.float64)
    centred = torch.from_numpy((b - centre).astype(np.float32))
    norms = (centred**2).sum(dim=1)
    candidates = np.empty((len(a), width), np.int64)
    for block in row_blocks(len(a), len(b)):
        rows = torch.from_numpy((a[block] - centre).astype(np.float32))
        squares = torch.addmm(norms[None, :], rows, centred.T, alpha=-2)
        if exclude_self:
            squares[torch.arange(len(rows)), torch.arange(block.start, block.stop)] = torch.inf
        candidates[block] = torch.topk(squares, width, dim=1, largest=False).indices.numpy()
    return candidates


def _by_faiss(a: Rows, b: Rows, width: int, exclude_self: bool) -> Indices:
    """Candidates of every query, shape (n, width), in float32, by an exact (flat) index."""
    faiss = importlib.import_module("faiss")
    centre = b.mean(axis=0, dtype=np.float64)
    index = faiss.IndexFlatL2(b.shape[1])
    index.add((b - centre).astype(np.float32))
    candidates = np.empty((len(a), width), np.int64)
    for block in row_blocks(len(a), b.shape[1]):
        _, found = index.search((a[block] - centre).astype(np.float32), width + exclude_self)
        if exclude_self:
            own = found == np.arange(block.start, block.stop)[:, None]
            own[~own.any(axis=1), -1] = True  # copies pushed the row itself out: drop the last
            found = found[~own].reshape(-1, width)
        candidates[block] = found
    return candidates


def _ordered(a: Rows, b: Rows, candidates: Indices, k: int) -> tuple[Indices, Matrix]:
    """The k nearest of the candidates by exact distance, then by index."""
    indices = np.empty((len(a), k), np.int64)
    distances = np.empty((len(a), k))
    for block in row_blocks(len(a), candidates.shape[1] * b.shape[1]):
        chosen = np.sort(candidates[block], axis=1)
        apart = b[chosen].astype(np.float64) - a[block][:, None]
        squares = np.einsum("nkd,nkd->nk", apart, apart)
        order = np.argsort(squares, axis=1, kind="stable")[:, :k]
        indices[block] = np.take_along_axis(chosen, order, axis=1)
        distances[block] = np.sqrt(np.take_along_axis(squares, order, axis=1))
    return indices, distances
