"""Clusters of the joint embeddings of two corpora."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from datakit.comparisons.cluster_names import cluster_name, label_mix
from datakit.comparisons.kmeans import kmeans
from datakit.metrics.hill import nearest_cells

if TYPE_CHECKING:
    from datakit.comparisons.comparable import Embedded

__all__ = ["CLUSTERS", "Cluster", "joint_clusters"]

CLUSTERS = 32
"""Clusters of large corpora; of small ones a twenty-fifth of the samples, at least 2."""

_FITTED = 4_000
"""Samples of either side that the clusters are made from."""


@dataclass(frozen=True)
class Cluster:
    """One cluster.

    Parameters
    ----------
    name
        Readable.
    a, b
        Which samples of either side are in it.
    labels
        Its commonest labels, on both sides together.
    """

    name: str
    a: npt.NDArray[np.bool_]
    b: npt.NDArray[np.bool_]
    labels: tuple[tuple[str, float], ...]


def joint_clusters(modality: str, a: Embedded, b: Embedded) -> list[Cluster]:
    """K-means on both sides together, the largest cluster first.

    Nothing depends on which side is called a: the clusters are fair to both where both follow one
    distribution.

    Parameters
    ----------
    modality
        "image" or "text".
    a, b
        The embedded samples.
    """
    heads = [side.head(_FITTED) for side in (a, b)]
    pooled = pd.concat([side.rows[["content_hash", "sample_id"]] for side in heads])
    order = np.lexsort((pooled["sample_id"], pooled["content_hash"]))
    vectors = np.concatenate([side.vectors for side in heads])[order]
    k = max(2, min(CLUSTERS, len(vectors) // 25))
    centroids = kmeans(vectors, k, np.random.default_rng(0))
    cells = [nearest_cells(side.vectors, centroids) for side in (a, b)]
    everything = pd.concat([a.rows, b.rows], ignore_index=True)
    joint = np.concatenate(cells)
    sizes = np.bincount(joint, minlength=len(centroids))
    found = []
    for number, cell in enumerate(np.argsort(-sizes, kind="stable"), 1):
        if not sizes[cell]:
            break
        rows = everything[joint == cell]
        name = cluster_name(modality, number, rows, everything)
        found.append(Cluster(name, cells[0] == cell, cells[1] == cell, label_mix(rows)))
    return found
