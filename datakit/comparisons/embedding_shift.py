"""How far the embeddings of two corpora are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.comparison import EmbeddingShift
from datakit.comparisons.disjoint import disjoint
from datakit.metrics.classifier_test import classifier_two_sample
from datakit.metrics.energy import energy_coefficient
from datakit.metrics.frechet import frechet_distance
from datakit.metrics.mmd import mmd2
from datakit.metrics.two_sample import energy_test, mmd_test

if TYPE_CHECKING:
    from datakit.comparisons.comparable import Embedded

__all__ = ["TESTED", "embedding_shift"]

TESTED = 2_000
"""Samples of either side that the tests take: those with the smallest content hashes."""

Vectors = npt.NDArray[np.float32]


def embedding_shift(a: Embedded, b: Embedded, encoder: str) -> EmbeddingShift:
    """Maximum mean discrepancy, energy, a classifier, and the Frechet distance.

    The distances are those of the two corpora. Where they share contents, the tests and the
    classifier take only what is not shared (see `disjoint`).

    Parameters
    ----------
    a, b
        The comparable embeddings.
    encoder
        Its name.
    """
    # The draws are the same whichever side is called a.
    keys = [(len(side), side.rows["content_hash"].tolist()) for side in (a, b)]
    first, second = (a, b) if keys[0] <= keys[1] else (b, a)
    whole = [side.head(TESTED).vectors for side in (first, second)]
    masks = disjoint(first.rows, second.rows)
    x, y = (side.vectors[mask][:TESTED] for side, mask in zip((first, second), masks, strict=True))
    shared = not all(mask.all() for mask in masks)
    mmd = mmd_test(x, y, np.random.default_rng(0))
    energy = energy_test(x, y, np.random.default_rng(0))
    classifier = classifier_two_sample(x, y, np.random.default_rng(0))
    return EmbeddingShift(
        encoder=encoder,
        n_a=len(a),
        n_b=len(b),
        mmd2=mmd2(whole[0], whole[1]) if shared else mmd.statistic,
        p=mmd.p,
        energy=energy_coefficient(whole[0], whole[1]) if shared else energy.statistic,
        energy_p=energy.p,
        c2st_auc=classifier.auc,
        c2st_p=classifier.p,
        fd=frechet_distance(first.vectors, second.vectors),
        fd_null=_without_shift(first.vectors, second.vectors),
    )


def _without_shift(x: Vectors, y: Vectors) -> float:
    """The Frechet distance of two random parts of both together."""
    pooled = np.concatenate([x, y])
    order = np.random.default_rng(0).permutation(len(pooled))
    return frechet_distance(pooled[order[: len(x)]], pooled[order[len(x) :]])
