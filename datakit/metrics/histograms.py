"""Comparing two histograms over the same categories or bins."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.inputs import as_columns, as_values

__all__ = ["ChiSquare", "chi_square", "common_bins", "jensen_shannon", "psi"]

_SMALL = 5.0
"""Cochran's rule: below this expected count the chi-square distribution is a poor guide."""


class ChiSquare(NamedTuple):
    """Pearson's statistic, its degrees of freedom and its p-value."""

    statistic: float
    dof: int
    p: float


def jensen_shannon(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """Jensen-Shannon distance, base 2.

    ``sqrt((KL(p | m) + KL(q | m)) / 2)`` with ``m = (p + q) / 2``. It is a metric: symmetric, and
    the triangle inequality holds.

    Parameters
    ----------
    p, q
        Shape (k,): counts or probabilities, scaled to sum 1. Cost: k.

    Returns
    -------
    float
        In [0, 1]: 0 for equal, 1 for disjoint. Between samples of one distribution it falls only as
        about sqrt(k / n): do not compare it between sizes.

    Raises
    ------
    ValueError
        For different lengths, a negative value, or a sum of 0.

    References
    ----------
    Endres & Schindelin 2003, A new metric for probability distributions.

    Examples
    --------
    >>> jensen_shannon([1, 0], [0, 1])
    1.0
    """
    a, b = as_columns(p, q)
    a, b = a / a.sum(), b / b.sum()
    middle = (a + b) / 2
    divergence = 0.0
    for share in (a, b):
        held = share > 0
        divergence += float((share[held] * np.log2(share[held] / middle[held])).sum()) / 2
    return float(np.sqrt(np.clip(divergence, 0, 1)))


def psi(p: npt.ArrayLike, q: npt.ArrayLike, floor: float = 1e-4) -> float:
    """Population stability index, in nats.

    ``sum (p - q) ln(p / q)``, the symmetric Kullback-Leibler divergence of the shares, with shares
    below `floor` lifted to it (and not scaled again), so that an empty bin does not give infinity.
    By custom .1 is read as a small and .25 as a large shift; on samples of one distribution its
    expectation is about ``(k - 1) (1 / n + 1 / m)``, more than .1 for 10 bins of 180 samples each.

    Parameters
    ----------
    p, q
        Shape (k,): counts or probabilities, scaled to sum 1. Cost: k.
    floor
        Above 0; an empty bin adds about ``share * ln(share / floor)``.

    Returns
    -------
    float
        At least 0; 0 for equal.

    Raises
    ------
    ValueError
        For different lengths, a negative value, a sum of 0, or a floor outside of (0, 1).

    References
    ----------
    Yurdakul & Naranjo 2020, Statistical properties of the population stability index.
    """
    if not 0 < floor < 1:
        raise ValueError(f"floor is {floor:g}; give a share between 0 and 1, such as 0.0001")
    a, b = as_columns(p, q)
    a, b = np.maximum(a / a.sum(), floor), np.maximum(b / b.sum(), floor)
    return float(((a - b) * np.log(a / b)).sum())


def chi_square(
    counts_x: npt.ArrayLike,
    counts_y: npt.ArrayLike,
    rng: np.random.Generator | None = None,
    draws: int = 1999,
) -> ChiSquare:
    """Chi-square test that two samples have the same category rates.

    ``sum (observed - expected)^2 / expected`` over the 2 x k table. Categories that both lack are
    dropped. Where an expected count is below 5 and `rng` is given, p is
    ``(1 + #{drawn >= observed}) / (draws + 1)`` over random tables with the same margins, which is
    exact; otherwise it is from the chi-square distribution with k - 1 degrees of freedom.

    Parameters
    ----------
    counts_x, counts_y
        Shape (k,), whole counts. Cost: k, or draws k.
    rng
        Source of the tables; without it p is always asymptotic.
    draws
        Number of tables.

    Returns
    -------
    ChiSquare
        statistic >= 0, dof (k' - 1 for k' categories that are not empty), p in [0, 1]. With one
        category only: 0, 0, 1.

    Raises
    ------
    ValueError
        For different lengths, values that are no counts, or an empty sample.

    References
    ----------
    Hope 1968, A simplified Monte Carlo significance test procedure; Cochran 1954, Some methods for
    strengthening the common chi-square tests.
    """
    from scipy.stats import chi2

    a, b = as_columns(counts_x, counts_y)
    if (a != np.floor(a)).any() or (b != np.floor(b)).any():
        raise ValueError("the histograms hold fractions; give whole counts, not rates")
    kept = a + b > 0
    columns = (a + b)[kept].astype(np.int64)
    n, m = int(a.sum()), int(b.sum())
    dof = len(columns) - 1
    if dof == 0:
        return ChiSquare(0.0, 0, 1.0)
    statistic = float(_pearson(a[kept], columns, n, m))
    if rng is None or columns.min() * min(n, m) / (n + m) >= _SMALL:
        return ChiSquare(statistic, dof, float(chi2.sf(statistic, dof)))
    drawn = _pearson(rng.multivariate_hypergeometric(columns, n, size=draws), columns, n, m)
    reached = int((drawn >= statistic * (1 - 1e-9)).sum())
    return ChiSquare(statistic, dof, (1 + reached) / (draws + 1))


def _pearson(
    first: npt.NDArray[Any], columns: npt.NDArray[np.int64], n: int, m: int
) -> npt.NDArray[np.float64]:
    """Pearson's statistic of tables with first rows `first`, shape (..., k), and given margins."""
    expected = columns * (n / (n + m))
    # Both rows deviate by the same amount: (o-e)^2 (1/e + 1/e') with e' = e m / n.
    return np.asarray(((first - expected) ** 2 / expected).sum(axis=-1) * (1 + n / m))


def common_bins(x: npt.ArrayLike, y: npt.ArrayLike, bins: int = 10) -> npt.NDArray[np.float64]:
    """Edges for `numpy.histogram` of two samples of one column, from quantiles of the reference y.

    Up to `bins` different values in all get a bin each, cut halfway between them. Otherwise the
    inner edges are the quantiles of y, so that the reference is spread evenly. A value that holds
    more than a bin's share of y (the zeros of a rate, a constant column) gets a bin of its own.
    The outer edges take in both samples, so nothing falls outside.

    Parameters
    ----------
    x, y
        Shapes (n,) and (m,), finite; y is the reference. Cost: sorting both.
    bins
        Wanted number of bins, at least 2.

    Returns
    -------
    ndarray
        Increasing edges, shape (k + 1,); k is at most bins + 1 + the number of repeated quantiles.

    Raises
    ------
    ValueError
        For an empty sample, another shape, NaN or infinity, or fewer than 2 bins.

    Examples
    --------
    >>> common_bins([0, 1, 1], [0, 1, 3]).tolist()
    [0.0, 0.5, 2.0, 3.0]
    """
    if bins < 2:
        raise ValueError(f"bins is {bins}; at least 2 are needed to compare histograms")
    a, b = as_values(x, "x"), as_values(y, "y")
    values = np.union1d(a, b)
    if len(values) == 1:
        reach = max(0.5, 1e-9 * abs(float(values[0])))
        return np.array([values[0] - reach, values[0] + reach])
    halfway = values[:-1] / 2 + values[1:] / 2
    if len(values) <= bins:
        return np.concatenate([values[:1], halfway, values[-1:]])
    levels, repeats = np.unique(np.quantile(b, np.arange(1, bins) / bins), return_counts=True)
    atoms = levels[repeats > 1]
    after = np.searchsorted(values, atoms)  # an atom is a value of y, and all but the last end
    ends = halfway[after[after < len(halfway)]]
    low, high = values[0], values[-1]
    inner = np.union1d(levels, ends)
    top = np.nextafter(high, np.inf) if inner[-1] == high else high
    return np.unique(np.concatenate([[low], inner, [top]]))
