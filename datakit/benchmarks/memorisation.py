"""Whether a model gives back what it was trained on, from distances to the training set."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.feature_space import PRINCIPAL, FeatureSpace
from datakit.metrics.inputs import as_matrices, as_matrix
from datakit.metrics.neighbours import k_nearest

__all__ = ["Memorisation", "memorisation", "memorised_images"]

Rows = npt.NDArray[np.floating]
Images = npt.NDArray[np.uint8]

CLOSE = 0.05
"""Quantile of the training rows' own nearest-neighbour distances below which a row is a copy."""

_ROWS = 2000
"""Training rows that the quantile is taken over; generated and held-out images that are looked up
at most."""

_BLOCK = 2000
"""Images whose pixels are made floats at a time."""


class Memorisation(NamedTuple):
    """Shares in [0, 1]; see `memorisation`."""

    rate: float
    rate_heldout: float
    nearer_rate: float


def memorisation(
    generated: npt.ArrayLike,
    heldout: npt.ArrayLike,
    train: npt.ArrayLike,
    rng: np.random.Generator,
) -> Memorisation:
    """How close generated rows lie to training rows, beside rows that were not trained on.

    `rate`: share of the generated rows whose nearest training row is closer than training rows are
    to each other, that is, than the 5 % quantile of the distances from a training row to the
    nearest different one. Near 5 % for a model that draws afresh from the training distribution,
    and 1 for one that repeats it. `rate_heldout` is the same share of the held-out rows: what no
    memory gives (less than 5 % where the training set holds what the hold-out does not).

    `nearer_rate`: the chance that a generated row is closer to the training set than a held-out row
    is (ties count half): .5 for fresh draws, 1 for copies. It is the statistic of Meehan et al.'s
    test over one cell. Low-quality samples lie farther away and hide copies in it, as they do in
    `rate`; so both are to be read beside the Frechet distance.

    Parameters
    ----------
    generated, heldout
        Features, shapes (n, d) and (m, d).
    train
        All that was trained on, shape (t, d), at least 2 different rows: of a sample of them the
        shares would be those of its size. Cost: (n + m + 2000) t d; memory: blocks of 32 MB.
    rng
        Source of the training rows that stand for all, beyond 2,000.

    Raises
    ------
    ValueError
        For other shapes, values that are not finite, or training rows that are all equal.

    References
    ----------
    Meehan, Chaudhuri & Dasgupta 2020, A non-parametric test to detect data-copying in generative
    models; Alaa et al. 2022, How faithful is your synthetic data? (distances among training rows as
    the yardstick); van den Burg & Williams 2021, On memorization in probabilistic deep generative
    models.
    """
    new, rows = as_matrices(generated, train)
    fresh, _ = as_matrices(heldout, train)
    different = np.unique(as_matrix(rows, "train", least=2), axis=0)
    if len(different) < 2:
        raise ValueError(f"all {len(rows)} training rows are equal; give rows that differ")
    chosen = rng.permutation(len(different))[:_ROWS]
    # The first neighbour of a training row is itself.
    own = k_nearest(different[chosen], different, 2)[1][:, 1]
    close = float(np.quantile(own, CLOSE))
    of_new = k_nearest(new, different, 1)[1][:, 0]
    of_fresh = k_nearest(fresh, different, 1)[1][:, 0]
    return Memorisation(
        float((of_new < close).mean()),
        float((of_fresh < close).mean()),
        _chance_below(of_new, of_fresh),
    )


def memorised_images(
    generated: Images,
    heldout: Images,
    train: Images,
    components: FeatureSpace,
    rng: np.random.Generator,
) -> dict[str, float]:
    """`memorisation` of images, over all training images, in principal components of pixels.

    Whatever space a run is judged in: an encoder over all training images would take minutes a run,
    and copies are near in pixels. The components are the hold-out's, so that its own images lie a
    little farther out in them than fresh ones where it is small: on MNIST fresh real images had a
    `nearer_train_rate` of about .61, .53 and .51 with 100, 300 and 1,000 held-out ones.

    Parameters
    ----------
    generated, heldout
        Shapes (n, C, H, W) and (m, C, H, W), uint8; of each at most 2,000 are looked up.
    train
        All images that the model was trained on, shape (t, C, H, W), at least 2 different ones.
        The same image in several files counts once.
    components
        The space "pca" of the hold-out.
    rng
        Source of the images that are looked up.

    Returns
    -------
    dict
        ``memorised_rate``, ``memorised_rate_heldout``, ``nearer_train_rate``: see `memorisation`.

    Raises
    ------
    ValueError
        For another space, or training images that are all equal.
    """
    if components.name != PRINCIPAL:
        raise ValueError(f"the space is {components.name}; give {PRINCIPAL}")
    new, fresh = (s[np.sort(rng.permutation(len(s))[:_ROWS])] for s in (generated, heldout))
    # Before the components are taken: of equal images these may differ in the last digit.
    digests = (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in train)
    different = {digest: row for row, digest in enumerate(digests)}
    rows = _features(components, train, np.sort(list(different.values())))
    found = memorisation(components.features(new), components.features(fresh), rows, rng)
    return {
        "memorised_rate": found.rate,
        "memorised_rate_heldout": found.rate_heldout,
        "nearer_train_rate": found.nearer_rate,
    }


def _features(components: FeatureSpace, images: Images, rows: npt.NDArray[np.intp]) -> Rows:
    """Of these rows, block by block: all pixels as floats would be hundreds of megabytes."""
    starts = range(0, len(rows), _BLOCK)
    return np.concatenate([components.features(images[rows[i : i + _BLOCK]]) for i in starts])


def _chance_below(x: Rows, y: Rows) -> float:
    """Share of pairs with x < y, ties half: Mann and Whitney's U over n m."""
    ordered = np.sort(y)
    below = np.searchsorted(ordered, x, side="left") + np.searchsorted(ordered, x, side="right")
    return float(1 - below.mean() / (2 * len(y)))
