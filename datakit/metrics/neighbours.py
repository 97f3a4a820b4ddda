"""Nearest neighbours among embeddings, exact, by blocks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["nearest_neighbours"]

_BLOCK = 1024


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
