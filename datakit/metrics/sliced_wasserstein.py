"""Sliced Wasserstein distance: optimal transport along random directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.inputs import as_matrices
from datakit.metrics.univariate import coupling

__all__ = ["sliced_wasserstein"]

_BLOCK = 16
"""Directions at a time: 16 columns of projections."""


def sliced_wasserstein(
    x: npt.ArrayLike, y: npt.ArrayLike, rng: np.random.Generator, projections: int = 128
) -> float:
    """Sliced Wasserstein-2 distance of two samples.

    ``sqrt(mean over directions of W_2^2)`` between the samples projected on random unit directions,
    exact on every direction also for different sizes.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d). Cost: (n + m) (d + log(n + m)) projections; memory: 16 columns.
    rng
        Source of the directions: give the same seed for values that are to be compared.
    projections
        Number of directions.

    Returns
    -------
    float
        At least 0, in units of the features, at most the Wasserstein-2 distance / sqrt(d) in
        expectation over directions. **Biased upwards at small n**, since samples of one
        distribution are apart by about 1 / sqrt(n): compare only equal sizes.

    Raises
    ------
    ValueError
        For other shapes, values that are not finite, or no projections.

    References
    ----------
    Rabin et al. 2011, Wasserstein barycenter and its application to texture mixing; Bonneel et al.
    2015, Sliced and Radon Wasserstein barycenters of measures.
    """
    a, b = as_matrices(x, y)
    if projections < 1:
        raise ValueError(f"projections is {projections}; give at least 1, 128 is usual")
    directions = rng.standard_normal((a.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    ranks_x, ranks_y, mass = coupling(len(a), len(b))
    total = 0.0
    for begin in range(0, projections, _BLOCK):
        block = directions[:, begin : begin + _BLOCK]
        gaps = np.sort(a @ block, axis=0)[ranks_x] - np.sort(b @ block, axis=0)[ranks_y]
        total += float((mass @ gaps**2).sum())
    return float(np.sqrt(total / projections))
