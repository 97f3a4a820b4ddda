"""Energy coefficient: how far two samples' distributions are apart, without bias at small n."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import squared_distances

__all__ = [
    "distances_between",
    "energy_coefficient",
    "energy_from_matrix",
    "energy_of_masks",
    "rank_energy_of_masks",
]

Matrix = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]


def distances_between(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Matrix:
    """Euclidean distances between all rows, shape (n, m), float64.

    By one matrix product of the centred rows: distances below 1e-7 of the data's scale are noise.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d). Cost: n m d; memory: twice the result.
    """
    squares = squared_distances(x, y)
    if y is x:
        np.fill_diagonal(squares, 0)
    return np.sqrt(squares, out=squares)


def energy_from_matrix(distances: Matrix, n: int) -> float:
    """Energy coefficient from the distances of the pooled sample, the first n rows being x."""
    chosen = np.zeros((1, len(distances)), bool)
    chosen[0, :n] = True
    return float(energy_of_masks(distances, chosen, ~chosen)[0])


def energy_of_masks(distances: Matrix, x: Masks, y: Masks) -> npt.NDArray[np.float64]:
    """Energy coefficients of many pairs of subsets of one pooled sample.

    Permutation tests and half-sampling need hundreds of them from one distance matrix.

    Parameters
    ----------
    distances
        Shape (n, n), symmetric, zero on the diagonal.
    x, y
        Shape (k, n): which rows belong to either side, at least two each, none to both.

    Returns
    -------
    ndarray
        Shape (k,). Cost: one or two products of (k, n) with (n, n).
    """
    a, b = x.astype(np.float64), y.astype(np.float64)
    reach_a = a @ distances
    parted = bool((x != y).all())  # as in permutations: one product is enough
    reach_b = distances.sum(axis=0) - reach_a if parted else b @ distances
    n, m = np.maximum(a.sum(axis=1), 2), np.maximum(b.sum(axis=1), 2)
    between = (reach_a * b).sum(axis=1) / (n * m)
    within_x = (reach_a * a).sum(axis=1) / (n * (n - 1))
    within_y = (reach_b * b).sum(axis=1) / (m * (m - 1))
    return _coefficient(between, within_x, within_y)


def rank_energy_of_masks(
    values: npt.NDArray[np.floating], side: Masks, x: Masks, y: Masks
) -> npt.NDArray[np.float64]:
    """Energy coefficients of one column on the scale of its ranks, for many pairs of subsets.

    A value counts as ``(F(v) + G(v)) / 2``, the mean of the two sides' distribution functions (at
    ties: of the mid-distribution functions), so that outliers and units do not matter and the
    larger side does not set the scale. For two normal distributions that are d standard
    deviations apart it is about 0.28 d^2 while d is small.

    Parameters
    ----------
    values
        Shape (n,), finite: the pooled sample.
    side
        Shape (n,): which values belong to the first sample; it sets the scale.
    x, y
        Shape (k, n): the subsets, as in `energy_of_masks`.

    Returns
    -------
    ndarray
        Shape (k,); 0 where all values are equal. Cost: n log n + k n.
    """
    order = np.argsort(values, kind="stable")
    _, group = np.unique(values[order], return_inverse=True)
    scale = np.zeros(int(group[-1]) + 1)
    for one in (side[order], ~side[order]):
        share = np.bincount(group, one, len(scale)) / one.sum()
        scale += (np.cumsum(share) - share / 2) / 2
    gaps = np.diff(scale)
    means = np.empty((3, len(x)))
    for i in range(len(x)):  # one pair at a time: k n numbers do not fit
        f = np.cumsum(np.bincount(group, x[i, order], len(scale)))
        g = np.cumsum(np.bincount(group, y[i, order], len(scale)))
        n, m = max(f[-1], 2), max(g[-1], 2)
        f, g = f[:-1] / n, g[:-1] / m
        means[0, i] = gaps @ (f * (1 - g) + g * (1 - f))
        means[1, i] = 2 * gaps @ (f * (1 - f)) * n / (n - 1)
        means[2, i] = 2 * gaps @ (g * (1 - g)) * m / (m - 1)
    return _coefficient(*means)


def energy_coefficient(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> float:
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


def _coefficient(between: Matrix, within_x: Matrix, within_y: Matrix) -> Matrix:
    """The coefficient from the three mean distances; 0 where nothing differs."""
    numerator = 2 * between - within_x - within_y
    return np.divide(numerator, 2 * between, out=np.zeros_like(numerator), where=between > 0)
