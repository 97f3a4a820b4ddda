"""How well generated images stand for the held-out ones, from their features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.frechet import frechet_distance
from datakit.metrics.inputs import as_matrices
from datakit.metrics.knn_divergence import knn_kl
from datakit.metrics.mmd import median_bandwidth, mmd2
from datakit.metrics.neighbours import k_nearest
from datakit.metrics.prdc import prdc
from datakit.metrics.vendi import vendi

__all__ = [
    "MOST_REPEATED",
    "class_fidelity",
    "classifier_distances",
    "image_fidelity",
    "repetition",
]

Rows = npt.NDArray[np.floating]

MOST_REPEATED = 0.25
"""A model with a larger share of repeated samples has collapsed.

On MNIST in 50 pixel components the shares were 0 for fresh images, .03 for images smoothed and
shrunk to .7, and 1 for 20 or 200 images that come again with noise.
"""

_ROWS = 2000
"""Rows that metrics of pairs are taken over; they follow n, so that all arms take as many."""
_SPREAD_ROWS = 1000
_COMPONENTS = 5
"""Principal components that the k-nearest-neighbour divergence is taken in."""
_LEAST = 20
_CLOSE = 0.05
"""Quantile of the nearest-neighbour distances of the reference below which rows are close."""


def image_fidelity(
    generated: npt.ArrayLike,
    reference: npt.ArrayLike,
    rng: np.random.Generator,
) -> dict[str, float | bool | None]:
    """What is said of generated images against held-out ones, in one feature space.

    Whether they are copies of the training set is another question, in another space: see
    `memorised_images`.

    Parameters
    ----------
    generated, reference
        Features of one encoder, shapes (n, d) and (m, d), at least 20 rows each. The reference is
        held out: the model was not fitted on it. Several values follow n and m: compare only equal
        sizes.
    rng
        Source of the rows where there are too many.

    Returns
    -------
    dict
        - ``frechet_distance``: over all rows, in squared units of the features; the primary metric.
        - ``kernel_distance``: KID's unbiased estimate, ``mmd2`` with ``(x.y / d + 1)^3``, over at
          most 2,000 rows, the features divided by the reference's root mean square, so that the
          kernel does not depend on their units; times 1, not the usual 1,000.
        - ``precision``, ``recall``, ``density``, ``coverage``: at most 2,000 rows of each, k = 5.
        - ``kl_reference``, ``kl_generated``: k-nearest-neighbour estimates of KL(reference |
          generated), which grows with what is left out, and KL(generated | reference), with what
          is made up; in nats, in the 5 first principal components of the reference. None where
          the generated rows are all equal.
        - ``spread``: Vendi score (RBF kernel of the reference's median distance) of at most 1,000
          generated rows over that of as many reference rows; 1 for equal spread.

    Raises
    ------
    ValueError
        For other shapes, too few rows, or values that are not finite.
    """
    new, held = as_matrices(generated, reference, least=_LEAST)
    result: dict[str, float | bool | None] = {"frechet_distance": frechet_distance(new, held)}
    new, held = _equally_many(new, held, rng)
    result["kernel_distance"] = _kernel_distance(new, held)
    result |= prdc(held, new)._asdict()
    result["kl_reference"], result["kl_generated"] = _divergences(new, held)
    return result | {"spread": _spread(new[:_SPREAD_ROWS], held[:_SPREAD_ROWS])}


def repetition(
    generated: npt.ArrayLike, reference: npt.ArrayLike, rng: np.random.Generator
) -> dict[str, float | bool]:
    """Whether a model makes the same image again and again.

    Parameters
    ----------
    generated, reference
        Principal components of the pixels, shapes (n, d) and (m, d), at least 20 rows each. To an
        encoder of photographs all that a small model draws may look alike: of 2,000 different
        images of a flow more than a quarter counted as repeated.
    rng
        Source of the rows where there are more than 2,000.

    Returns
    -------
    dict
        - ``repeated_rate``: share of the generated rows that have another generated row nearer
          than half the 5 % quantile of the distances between nearest different reference rows: the
          same image again, in as many rows.
        - ``collapsed``: whether more than `MOST_REPEATED` are repeated. Whole classes that are
          missing show in `class_fidelity` and ``recall``.

    Raises
    ------
    ValueError
        For other shapes, too few rows, or values that are not finite.
    """
    new, held = as_matrices(generated, reference, least=_LEAST)
    new, held = _equally_many(new, held, rng)
    repeated = _repeated_rate(new, held)
    return {"repeated_rate": repeated, "collapsed": repeated > MOST_REPEATED}


def classifier_distances(
    generated: npt.ArrayLike, reference: npt.ArrayLike, rng: np.random.Generator
) -> dict[str, float]:
    """Frechet and kernel distance in the features of a classifier of the hold-out's domain.

    Parameters
    ----------
    generated, reference
        Its features, shapes (n, d) and (m, d), at least 2 rows each.
    rng
        Source of the rows of the kernel distance where there are more than 2,000.

    Returns
    -------
    dict
        ``frechet_distance_classifier``, ``kernel_distance_classifier``; see `image_fidelity`.

    Raises
    ------
    ValueError
        For other shapes, too few rows, or values that are not finite.
    """
    new, held = as_matrices(generated, reference, least=2)
    distance = frechet_distance(new, held)
    new, held = _equally_many(new, held, rng)
    return {
        "frechet_distance_classifier": distance,
        "kernel_distance_classifier": _kernel_distance(new, held),
    }


def class_fidelity(
    generated: npt.ArrayLike, reference: npt.ArrayLike
) -> dict[str, float | int | None]:
    """Which classes a model makes, by a classifier of the hold-out's domain.

    Parameters
    ----------
    generated, reference
        Class probabilities, shapes (n, c) and (m, c); every row counts for its likeliest class.

    Returns
    -------
    dict
        - ``class_kl``: KL(reference | generated) of the class shares in nats, one sample added to
          each class so that a missing one does not give infinity. Between samples of one
          distribution about ``(c - 1) (1 / n + 1 / m) / 2``.
        - ``n_missing_classes``: classes of which the generated hold less than a tenth of the
          reference's share, counting classes that five samples at least would be expected of.
        - ``confidence``: mean probability of the likeliest class of the generated rows.

    Raises
    ------
    ValueError
        For different widths, no rows, or values that are not finite.
    """
    new, held = as_matrices(generated, reference)
    counts = [
        np.bincount(side.argmax(axis=1), minlength=side.shape[1]).astype(np.float64)
        for side in (new, held)
    ]
    q, p = ((count + 1) / (count + 1).sum() for count in counts)
    expected = counts[1] / len(held) * len(new)
    return {
        "class_kl": float((p * np.log(p / q)).sum()),
        "n_missing_classes": int(((expected >= 5) & (counts[0] < expected / 10)).sum()),
        "confidence": float(new.max(axis=1).mean()),
    }


def _equally_many(new: Rows, held: Rows, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """As many rows of both, in their order, 2,000 at most."""
    n = min(_ROWS, len(new), len(held))
    new, held = (side[np.sort(rng.permutation(len(side))[:n])] for side in (new, held))
    return new, held


def _kernel_distance(new: Rows, held: Rows) -> float:
    scale = np.sqrt((held.astype(np.float64) ** 2).mean()) or 1.0
    return mmd2(new / scale, held / scale, kernel="polynomial")


def _divergences(new: Rows, held: Rows) -> tuple[float | None, float | None]:
    """KL(reference | generated) and KL(generated | reference)."""
    wide = held.astype(np.float64)
    centred = wide - wide.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:_COMPONENTS].T
    a, b = (new - wide.mean(axis=0)) @ axes, centred @ axes
    if (a == a[0]).all() or (b == b[0]).all():
        return None, None
    return knn_kl(b, a), knn_kl(a, b)


def _spread(new: Rows, held: Rows) -> float:
    """Vendi score of the generated rows over that of the reference."""
    bandwidth = median_bandwidth(held)
    if not bandwidth > 0:
        return 1.0  # the reference is one point: nothing can be less spread
    of_new, of_held = (vendi(s, kernel="rbf", bandwidth=bandwidth) for s in (new, held))
    return of_new / of_held


def _repeated_rate(new: Rows, held: Rows) -> float:
    """Share of generated rows that come again, by the yardstick of the reference."""
    different = np.unique(held, axis=0)
    if len(different) < 2:
        return 0.0
    usual = k_nearest(different, different, 1, exclude_self=True)[1]
    own = k_nearest(new, new, 1, exclude_self=True)[1]
    return float((own < np.quantile(usual, _CLOSE) / 2).mean())
