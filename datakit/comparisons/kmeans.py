"""K-means that gives the same clusters whatever the threads and the order of equal inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.hill import nearest_cells

__all__ = ["kmeans"]

_MOST = 50
"""Iterations of Lloyd's algorithm."""


def kmeans(
    vectors: npt.NDArray[np.float32], k: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Centroids of Lloyd's algorithm from a k-means++ start.

    Parameters
    ----------
    vectors
        Shape (n, d), n at least k.
    k
        Number of clusters.
    rng
        Source of the start.

    Returns
    -------
    ndarray
        Shape (k, d); fewer rows where there are fewer different vectors. Cost: n d k a step, at
        most 50 steps.

    References
    ----------
    Arthur & Vassilvitskii 2007, k-means++: the advantages of careful seeding.
    """
    centroids = _start(vectors, k, rng)
    cells = nearest_cells(vectors, centroids)
    for _ in range(_MOST):
        counts = np.bincount(cells, minlength=len(centroids))
        members = np.zeros((len(centroids), len(vectors)), np.float32)
        members[cells, np.arange(len(vectors))] = 1
        held = counts > 0
        centroids[held] = (members @ vectors)[held] / counts[held, None]
        moved = nearest_cells(vectors, centroids)
        if np.array_equal(moved, cells):
            break
        cells = moved
    return centroids


def _start(
    vectors: npt.NDArray[np.float32], k: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """K rows, each drawn with a chance that grows with its squared distance to those before."""
    chosen = [int(rng.integers(len(vectors)))]
    nearest = np.full(len(vectors), np.inf)
    while len(chosen) < k:
        gaps = vectors - vectors[chosen[-1]]
        nearest = np.minimum(nearest, np.einsum("ij,ij->i", gaps, gaps, dtype=np.float64))
        total = nearest.sum()
        if total <= 0:
            break
        reach = np.searchsorted(np.cumsum(nearest), rng.random() * total, side="right")
        chosen.append(min(int(reach), len(vectors) - 1))
    return vectors[chosen].copy()
