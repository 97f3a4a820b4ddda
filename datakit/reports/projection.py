"""Embeddings -> a map: two coordinates a point, near what is near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MAPPED", "project"]

MAPPED = 300
"""So many points are laid out by t-SNE; the others go where their nearest mapped ones are."""

Points = npt.NDArray[np.float64]


def project(vectors: npt.NDArray[np.float32]) -> Points:
    """Lay out embeddings on a plane.

    The first `MAPPED` rows by t-SNE (van der Maaten & Hinton 2008) from a PCA start, every
    further row at the weighted mean of its three nearest mapped rows. Deterministic.

    Parameters
    ----------
    vectors
        Shape (n, d), in an order that is as good as random (by content hash).

    Returns
    -------
    ndarray of shape (n, 2)
        In [0, 1].
    """
    n = len(vectors)
    if n < 5:
        return np.linspace(0, 1, n)[:, None].repeat(2, axis=1)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    mapped = _layout(unit[:MAPPED])
    points = np.empty((n, 2))
    points[: len(mapped)] = mapped
    rest = unit[len(mapped) :]
    if len(rest):
        cosines = rest @ unit[: len(mapped)].T
        near = np.argpartition(cosines, -3, axis=1)[:, -3:]
        weights = np.maximum(np.take_along_axis(cosines, near, axis=1), 1e-3) ** 4
        weights /= weights.sum(axis=1, keepdims=True)
        points[len(mapped) :] = (mapped[near] * weights[..., None]).sum(axis=1)
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / np.maximum(high - low, 1e-9)


def _layout(unit: npt.NDArray[np.float32]) -> Points:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    perplexity = min(20.0, (len(unit) - 1) / 3)
    if float(np.ptp(unit, axis=0).max()) == 0:
        return np.zeros((len(unit), 2))
    tsne = TSNE(2, perplexity=perplexity, init="pca", random_state=0, max_iter=300)
    with threadpool_limits(1):  # the number of threads decides the order of sums
        return np.asarray(tsne.fit_transform(unit), np.float64)
