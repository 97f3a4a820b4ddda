"""Samples of one corpus that nothing in another resembles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.slice import Example
from datakit.comparisons.strange import Strange, Unlike
from datakit.metrics.neighbours import k_nearest

if TYPE_CHECKING:
    from datakit.comparisons.comparable import Embedded

__all__ = ["unlike"]

EXPECTED = 0.01
"""Share of a corpus's own samples that lie beyond the threshold; of fewer than 99 samples the
farthest one does, which a new one passes with chance 1 / (m + 1)."""

_JUDGED = 4_000
"""Samples of either side, those with the smallest content hashes."""

_LISTED = 24


def unlike(side: str, ours: Embedded, theirs: Embedded) -> Unlike:
    """Judge samples by the distance to their nearest neighbour on the other side.

    The threshold is the 99th percentile of the distances of the other side's samples to their
    nearest neighbours among themselves, each left out in turn. Both are taken among the same (at
    most 4,000) samples, so that neither side's size matters; what is listed is beyond the
    threshold from all of them. Copies are left out of both: the nearest neighbour of a copied
    sample would be its copy, and the threshold 0.

    Parameters
    ----------
    side
        Which side `ours` is, "a" or "b".
    ours, theirs
        The comparable embeddings of distinct samples.
    """
    from scipy.stats import fisher_exact

    queries, base = ours.head(_JUDGED).vectors, theirs.head(_JUDGED).vectors
    own = k_nearest(base, base, 1, exclude_self=True)[1][:, 0]
    threshold = float(np.quantile(own, 1 - EXPECTED))
    distances = k_nearest(queries, base, 1)[1][:, 0]
    n, beyond = int((distances > threshold).sum()), int((own > threshold).sum())
    table = [[n, len(distances) - n], [beyond, len(own) - beyond]]
    return Unlike(
        n_judged=len(distances),
        n=n,
        expected=max(EXPECTED, 1 / (len(own) + 1)),
        threshold=threshold,
        p=float(fisher_exact(table, alternative="greater").pvalue),
        samples=tuple(_listed(side, ours, theirs, distances, threshold)),
    )


def _listed(
    side: str,
    ours: Embedded,
    theirs: Embedded,
    distances: npt.NDArray[np.floating],
    threshold: float,
) -> list[Strange]:
    """The farthest, by their distance to everything on the other side."""
    candidates = np.argsort(-distances, kind="stable")[: 4 * _LISTED]
    candidates = candidates[distances[candidates] > threshold]
    if not len(candidates):
        return []
    nearest, exact = k_nearest(ours.vectors[candidates], theirs.vectors, 1)
    order = np.argsort(-exact[:, 0], kind="stable")
    ids, paths = ours.rows["sample_id"], ours.rows["path"]
    others = theirs.rows["path"]
    return [
        Strange(
            Example(side, str(ids.iloc[row]), str(paths.iloc[row])),
            float(exact[i, 0]),
            str(others.iloc[nearest[i, 0]]),
        )
        for i, row in zip(order, candidates[order], strict=True)
        if exact[i, 0] > threshold
    ][:_LISTED]
