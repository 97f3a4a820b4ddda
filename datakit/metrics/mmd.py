"""Maximum mean discrepancy and kernel distance: unbiased at every sample size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks, squared_distances
from datakit.metrics.inputs import as_matrices, as_matrix

__all__ = ["KID", "kid", "median_bandwidth", "mmd2", "polynomial_kernel", "rbf_kernel"]

Rows = npt.NDArray[np.floating]
Matrix = npt.NDArray[np.float64]
Kernel = Callable[[Rows, Rows], Matrix]

_MEDIAN_ROWS = 2000
"""Rows the median distance is taken over; its relative error over these is below .01."""


class KID(NamedTuple):
    """Mean and standard deviation of the squared discrepancy over subsets."""

    mean: float
    sd: float


def rbf_kernel(x: Rows, y: Rows, bandwidth: float) -> Matrix:
    """``exp(-|x - y|^2 / (2 bandwidth^2))`` of all rows, shape (n, m), in [0, 1]."""
    squares = squared_distances(x, y)
    squares *= -0.5 / bandwidth**2
    return np.exp(squares, out=squares)


def polynomial_kernel(x: Rows, y: Rows) -> Matrix:
    """``(x.y / d + 1)^3`` of all rows, shape (n, m): the kernel of KID."""
    product = x.astype(np.float64) @ y.astype(np.float64).T
    product /= x.shape[1]
    product += 1
    return np.asarray(product * product * product)


def median_bandwidth(pooled: npt.ArrayLike) -> float:
    """Median Euclidean distance between different rows, the usual bandwidth of an RBF kernel.

    Parameters
    ----------
    pooled
        Shape (n, d), both samples together, at least 2 rows. Beyond 2,000 rows the same 2,000 are
        always drawn. Cost: min(n, 2000)^2 d.

    Returns
    -------
    float
        Above 0. Where more than half of the distances are 0 the median of the others; 1 where all
        rows are equal, since then no bandwidth matters.

    Raises
    ------
    ValueError
        For another shape, fewer than 2 rows, or values that are not finite.

    References
    ----------
    Gretton et al. 2012, A kernel two-sample test, section 8.
    """
    rows = as_matrix(pooled, "the pooled sample", least=2)
    if len(rows) > _MEDIAN_ROWS:
        rows = rows[np.random.default_rng(0).permutation(len(rows))[:_MEDIAN_ROWS]]
    squares = squared_distances(rows, rows)[np.triu_indices(len(rows), 1)]
    # What rounding leaves of the distance of copies counts as 0.
    squares[squares < 1e-12 * squares.max()] = 0
    median = float(np.sqrt(np.median(squares)))
    if median > 0:
        return median
    apart = squares[squares > 0]
    return float(np.sqrt(np.median(apart))) if len(apart) else 1.0


def mmd2(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    kernel: Literal["rbf", "polynomial"] = "rbf",
    bandwidth: float | None = None,
) -> float:
    """Squared maximum mean discrepancy, the unbiased estimate.

    ``mean k(x, x') + mean k(y, y') - 2 mean k(x, y)`` with x != x' and y != y' in the means within.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least 2 rows each. Cost: (n + m)^2 d; memory: blocks of
        32 MB, float64 copies.
    kernel
        "rbf", ``exp(-|x - y|^2 / (2 bandwidth^2))``, or "polynomial", ``(x.y / d + 1)^3``.
    bandwidth
        Of the RBF kernel, in units of the features; by default `median_bandwidth` of both samples
        together. Give one fixed value to compare several corpora.

    Returns
    -------
    float
        0 in expectation for equal distributions, whatever the sizes, so slightly negative at times;
        at most 2 for "rbf", without bound for "polynomial".

    Raises
    ------
    ValueError
        For other shapes, fewer than 2 rows, values that are not finite, an unknown kernel, or a
        bandwidth that is not above 0.

    References
    ----------
    Gretton et al. 2012, A kernel two-sample test, equation 3.
    """
    a, b = as_matrices(x, y, least=2)
    if kernel not in ("rbf", "polynomial"):
        raise ValueError(f"kernel is {kernel!r}; give 'rbf' or 'polynomial'")
    if kernel == "polynomial":
        if bandwidth is not None:
            raise ValueError("the polynomial kernel has no bandwidth; leave it out")
        return _unbiased(a, b, polynomial_kernel)
    width = median_bandwidth(np.concatenate([a, b])) if bandwidth is None else bandwidth
    if not width > 0:
        raise ValueError(f"bandwidth is {width:g}; give a distance above 0")
    return _unbiased(a, b, lambda rows, others: rbf_kernel(rows, others, width))


def kid(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    rng: np.random.Generator,
    subsets: int = 100,
    subset_size: int = 1000,
) -> KID:
    """Kernel distance (KID where the features are Inception's): mean over random subsets.

    `mmd2` with the kernel ``(x.y / d + 1)^3`` on subsets drawn without replacement. The mean
    estimates the same as `mmd2` on all rows, at less cost; the standard deviation is that of one
    subset's value, **not** the error of the mean (subsets overlap).

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least `subset_size` rows each.
    rng
        Source of the subsets.
    subsets, subset_size
        Their number and size. Cost: subsets subset_size^2 d.

    Returns
    -------
    KID
        mean, 0 in expectation for equal distributions; sd >= 0, the plain (not n - 1) one.

    Raises
    ------
    ValueError
        As `mmd2`; for subsets of fewer than 2 rows or more than there are.

    References
    ----------
    Binkowski et al. 2018, Demystifying MMD GANs.
    """
    a, b = as_matrices(x, y, least=2)
    if subsets < 1 or not 2 <= subset_size <= min(len(a), len(b)):
        raise ValueError(
            f"subsets is {subsets} and subset_size {subset_size} with {len(a)} and {len(b)} rows;"
            f" give at least 1 subset of 2 to {min(len(a), len(b))} rows"
        )
    values = [
        _unbiased(
            a[rng.choice(len(a), subset_size, replace=False)],
            b[rng.choice(len(b), subset_size, replace=False)],
            polynomial_kernel,
        )
        for _ in range(subsets)
    ]
    return KID(float(np.mean(values)), float(np.std(values)))


def _unbiased(x: Rows, y: Rows, kernel: Kernel) -> float:
    """The U-statistic of a kernel."""
    between = sum(kernel(x[block], y).sum() for block in row_blocks(len(x), len(y)))
    return float(_within(x, kernel) + _within(y, kernel) - 2 * between / (len(x) * len(y)))


def _within(x: Rows, kernel: Kernel) -> float:
    """Mean kernel between different rows of one sample."""
    n = len(x)
    total = 0.0
    for block in row_blocks(n, n):
        own = kernel(x[block], x[block])
        later = kernel(x[block], x[block.stop :]) if block.stop < n else np.zeros(1)
        total += float(own.sum() - np.trace(own) + 2 * later.sum())
    return total / (n * (n - 1))
