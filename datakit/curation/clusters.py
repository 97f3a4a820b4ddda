"""Clusters of a profile's embeddings, as categories that a corpus can be balanced by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.metrics.coverage import spherical_kmeans
from datakit.metrics.hill import nearest_cells

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["CLUSTERS", "centroids", "cluster_numbers", "unit_vectors"]

CLUSTERS = 32
"""Clusters of large corpora; of small ones a twenty-fifth of the samples, at least 2."""

_FITTED = 4_000


def unit_vectors(
    profile: Profile,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Row numbers of the embedded samples, ascending, and their embeddings at unit length.

    Returns
    -------
    numbers, vectors
        Shapes (m,) and (m, d); a vector of zeros has no direction and is left out.
    """
    embedded = profile.embeddings
    if embedded is None:
        return np.zeros(0, np.int64), np.zeros((0, 1), np.float32)
    numbers = profile.rows["sample_id"].searchsorted(embedded.sample_ids)
    vectors = np.asarray(embedded.vectors, np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    order = np.argsort(numbers, kind="stable")
    order = order[lengths[order] > 0]
    return np.asarray(numbers[order], np.int64), vectors[order] / lengths[order, None]


def centroids(profile: Profile) -> npt.NDArray[np.float32]:
    """Directions of the clusters, shape (k, d), the same ones whenever they are asked for.

    Spherical k-means on at most 4,000 evenly spaced samples; no clusters of fewer than 4 samples.
    """
    _, vectors = unit_vectors(profile)
    if len(vectors) < 4:
        return np.zeros((0, vectors.shape[1]), np.float32)
    fitted = vectors[:: -(-len(vectors) // _FITTED)]
    k = max(2, min(CLUSTERS, len(fitted) // 25))
    return spherical_kmeans(fitted, k, np.random.default_rng(0))


def cluster_numbers(
    profile: Profile, directions: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.int64]:
    """Number of every row's cluster, -1 for what has no embedding, shape (n,).

    Parameters
    ----------
    profile
        The profile.
    directions
        `centroids` of another profile with the same encoder, to be counted in its clusters.
    """
    found = np.full(profile.n_samples, -1, np.int64)
    directions = centroids(profile) if directions is None else directions
    if len(directions):
        numbers, vectors = unit_vectors(profile)
        found[numbers] = nearest_cells(vectors, directions)
    return found
