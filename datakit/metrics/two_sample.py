"""Permutation tests of whether two samples share a distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks
from datakit.metrics.energy import distances_between
from datakit.metrics.inputs import as_matrices
from datakit.metrics.mmd import median_bandwidth, rbf_kernel

__all__ = ["TwoSample", "energy_test", "mmd_test"]

Rows = npt.NDArray[np.floating]
Matrix = npt.NDArray[np.float64]
_ROUNDING = 1e-9
"""A permutation that only swaps copies gives the observed value up to this."""


class TwoSample(NamedTuple):
    """The statistic of a two-sample test and its p-value."""

    statistic: float
    p: float


class _Means(NamedTuple):
    """Mean entry between the samples and within each, one value per permutation."""

    between: Matrix
    within_x: Matrix
    within_y: Matrix


def energy_test(
    x: npt.ArrayLike, y: npt.ArrayLike, rng: np.random.Generator, permutations: int = 199
) -> TwoSample:
    """Permutation test of the energy coefficient.

    The statistic is that of `datakit.metrics.energy.energy_coefficient`. Under the null the rows
    are exchangeable, so ``p = (1 + #{permuted >= observed}) / (permutations + 1)`` is exact at any
    size and in any dimension. All permutations share one pass over the distances of the pooled
    sample, by a matrix product with their indicators.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least 2 rows each. Cost: (n + m)^2 (d + permutations); memory:
        blocks of 32 MB and (n + m) permutations.
    rng
        Source of the permutations.
    permutations
        Their number; p is at least 1 / (permutations + 1).

    Returns
    -------
    TwoSample
        statistic at most 1, 0 in expectation under the null; p in (0, 1].

    Raises
    ------
    ValueError
        For other shapes, fewer than 2 rows, values that are not finite, or no permutations.

    References
    ----------
    Szekely & Rizzo 2004, Testing for equal distributions in high dimension; Phipson & Smyth 2010,
    Permutation p-values should never be zero.
    """
    a, b = as_matrices(x, y, least=2)
    pooled = np.concatenate([a, b])
    if (pooled == pooled[0]).all():
        return TwoSample(0.0, 1.0)
    means = _permuted_means(pooled, len(a), distances_between, rng, permutations)
    apart = 2 * means.between - means.within_x - means.within_y
    return _test(apart / (2 * means.between))


def mmd_test(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    rng: np.random.Generator,
    permutations: int = 199,
    bandwidth: float | None = None,
) -> TwoSample:
    """Permutation test of the squared maximum mean discrepancy with an RBF kernel.

    The statistic is that of `datakit.metrics.mmd.mmd2`; the test is made as in `energy_test`.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least 2 rows each. Cost and memory as in `energy_test`.
    rng
        Source of the permutations.
    permutations
        Their number.
    bandwidth
        Of the kernel, in units of the features; by default `median_bandwidth` of both together,
        which permutations do not change.

    Returns
    -------
    TwoSample
        statistic at most 2, 0 in expectation under the null; p in (0, 1].

    Raises
    ------
    ValueError
        As `energy_test`, and for a bandwidth that is not above 0.

    References
    ----------
    Gretton et al. 2012, A kernel two-sample test; Phipson & Smyth 2010, as above.
    """
    a, b = as_matrices(x, y, least=2)
    pooled = np.concatenate([a, b])
    width = median_bandwidth(pooled) if bandwidth is None else bandwidth
    if not width > 0:
        raise ValueError(f"bandwidth is {width:g}; give a distance above 0")

    def likeness(rows: Rows, others: Rows) -> Matrix:
        return 1 - rbf_kernel(rows, others, width)  # a distance: 0 between equals

    means = _permuted_means(pooled, len(a), likeness, rng, permutations)
    return _test(2 * means.between - means.within_x - means.within_y)


def _permuted_means(
    pooled: Rows,
    n: int,
    distances: Callable[[Rows, Rows], Matrix],
    rng: np.random.Generator,
    permutations: int,
) -> _Means:
    """Means of a distance matrix between and within two parts: the observed, then permuted ones."""
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}; at least 1 is needed, 199 is usual")
    size = len(pooled)
    m = size - n
    first = np.zeros((permutations + 1, size))
    first[:, :n] = 1
    rng.permuted(first[1:], axis=1, out=first[1:])
    chosen = np.ascontiguousarray(first.T)  # (size, permutations + 1): 1 where a row counts as x
    total, touching, within = 0.0, np.zeros(permutations + 1), np.zeros(permutations + 1)
    for block in row_blocks(size, size):
        entries = distances(pooled[block], pooled)
        entries[np.arange(len(entries)), np.arange(block.start, block.stop)] = 0
        sums = entries.sum(axis=1)
        total += float(sums.sum())
        touching += sums @ chosen[block]
        within += (chosen[block] * (entries @ chosen)).sum(axis=0)
    between = touching - within
    rest = total - touching - between
    return _Means(between / (n * m), within / (n * (n - 1)), rest / (m * (m - 1)))


def _test(values: Matrix) -> TwoSample:
    """The observed value, which comes first, ranked among the permuted ones."""
    reached = int((values[1:] >= values[0] - _ROUNDING).sum())
    return TwoSample(float(values[0]), (1 + reached) / len(values))
