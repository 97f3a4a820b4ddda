"""Energy coefficient: how far two samples' distributions are apart, without bias at small n."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["distances_between", "energy_coefficient", "energy_from_matrix"]

Matrix = npt.NDArray[np.float64]


def distances_between(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> Matrix:
    """Euclidean distances between all rows, shape (n, m).

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d). Cost: n m d; memory: the result.
    """
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(x.astype(np.float64), y.astype(np.float64)))


def energy_from_matrix(distances: Matrix, n: int) -> float:
    """Energy coefficient from the distances of the pooled sample, the first n rows being x."""
    m = len(distances) - n
    between = distances[:n, n:].mean()
    within_x = distances[:n, :n].sum() / (n * (n - 1))
    within_y = distances[n:, n:].sum() / (m * (m - 1))
    if between == 0:
        return 0.0
    return float((2 * between - within_x - within_y) / (2 * between))


def energy_coefficient(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> float:
    """Normalised energy distance in U-form.

    ``(2 E|X-Y| - E|X-X'| - E|Y-Y'|) / (2 E|X-Y|)`` with x != x' in the means within, so that its
    expectation is 0 for equal distributions whatever the sizes.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), n and m at least 2.

    Returns
    -------
    float
        At most 1; 0 in expectation for equal distributions, so it can be slightly negative.

    References
    ----------
    Szekely & Rizzo 2013, Energy statistics: a class of statistics based on distances.
    """
    pooled = np.concatenate([x, y])
    return energy_from_matrix(distances_between(pooled, pooled), len(x))
