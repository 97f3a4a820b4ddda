"""Comparing two samples of one column."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.inputs import as_values

__all__ = ["KS", "coupling", "ks_test", "wasserstein1"]

_EXACT_PAIRS = 1_000_000
"""Largest n m for an exact p-value; its cost grows with n m."""


class KS(NamedTuple):
    """Kolmogorov-Smirnov statistic in [0, 1] and its p-value."""

    statistic: float
    p: float


def ks_test(x: npt.ArrayLike, y: npt.ArrayLike) -> KS:
    """Kolmogorov-Smirnov test of two samples, two-sided.

    The statistic is the largest gap between the two empirical distribution functions, so ties are
    counted on both sides at once. The p-value is exact for n m up to 1,000,000 and asymptotic
    beyond. It holds for continuous columns; with ties (integers, rates) it is conservative.

    Parameters
    ----------
    x, y
        Shapes (n,) and (m,), finite. Cost: n log n + m log m, and n m for an exact p-value.

    Returns
    -------
    KS
        statistic in [0, 1], p in [0, 1]. The statistic grows as n shrinks: compare p, not it,
        between corpora of different sizes.

    Raises
    ------
    ValueError
        For an empty sample, another shape, NaN or infinity.

    References
    ----------
    Hodges 1958, The significance probability of the Smirnov two-sample test.

    Examples
    --------
    >>> ks_test([1, 2, 3, 4], [11, 12, 13, 14]).statistic
    1.0
    """
    from scipy.stats import ks_2samp

    a, b = as_values(x, "x"), as_values(y, "y")
    exact = len(a) * len(b) <= _EXACT_PAIRS
    with warnings.catch_warnings():
        # SciPy warns and turns to the asymptotic p where rounding lifts the exact one above 1.
        warnings.simplefilter("ignore", RuntimeWarning)
        result = ks_2samp(a, b, method="exact" if exact else "asymp")
    return KS(float(result.statistic), float(result.pvalue))


def coupling(
    n: int, m: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Pairs of ranks that optimal transport on a line joins, and the mass of every pair.

    Parameters
    ----------
    n, m
        Sizes of the two samples, at least 1.

    Returns
    -------
    ranks_x, ranks_y, mass
        Each of the same length, at most n + m - 1: the mass moves from the sorted x at ranks_x to
        the sorted y at ranks_y, and sums to 1.
    """
    # The steps of both quantile functions, in whole units of 1 / (n m).
    steps = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    begins = np.concatenate([[0], steps[:-1]])
    return begins // m, begins // n, (steps - begins) / (n * m)


def wasserstein1(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Wasserstein-1 (earth mover's) distance of two samples of one column, exact.

    ``integral over u in (0, 1) of |F_x^-1(u) - F_y^-1(u)|``, in the unit of the column.

    Parameters
    ----------
    x, y
        Shapes (n,) and (m,), finite; the sizes may differ. Cost: n log n + m log m.

    Returns
    -------
    float
        At least 0. Between samples of one distribution it falls only as 1 / sqrt(n).

    Raises
    ------
    ValueError
        For an empty sample, another shape, NaN or infinity.

    References
    ----------
    Vallender 1974, Calculation of the Wasserstein distance between probability distributions on
    the line.

    Examples
    --------
    >>> wasserstein1([0, 1], [5, 6])
    5.0
    """
    a, b = np.sort(as_values(x, "x")), np.sort(as_values(y, "y"))
    ranks_x, ranks_y, mass = coupling(len(a), len(b))
    return float(np.abs(a[ranks_x] - b[ranks_y]) @ mass)
