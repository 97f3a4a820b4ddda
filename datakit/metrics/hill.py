"""Effective numbers (Hill numbers) of categories."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hill", "hill2", "nearest_cells"]


def hill2(counts: npt.NDArray[np.int64]) -> float:
    """Order-2 effective number of categories, from the unbiased estimate of Simpson's index.

    ``n (n - 1) / sum c (c - 1)``: the inverse chance that two different samples share a category.

    Parameters
    ----------
    counts
        Samples per category, shape (k,).

    Returns
    -------
    float
        At least 1; infinite when no two samples share a category, NaN for fewer than 2 samples.

    References
    ----------
    Simpson 1949, Measurement of diversity; Hill 1973, Diversity and evenness.

    Examples
    --------
    >>> import numpy as np
    >>> round(hill2(np.array([500, 500])), 2)
    2.0
    """
    counts = np.asarray(counts, np.int64)
    n = int(counts.sum())
    if n < 2:
        return float("nan")
    shared = int((counts * (counts - 1)).sum())
    return n * (n - 1) / shared if shared else float("inf")


def hill(counts: npt.ArrayLike, order: float) -> float:
    """Hill number of any order: the effective number of categories, plug-in estimate.

    ``(sum p^q)^(1 / (1 - q))`` with ``p = counts / sum``: the number of categories at q = 0,
    ``exp(-sum p log p)`` at 1, ``1 / max p`` at infinity. The higher the order, the less
    rare categories count.

    Parameters
    ----------
    counts
        Samples per category, or any weights >= 0, shape (k,). Cost: k.
    order
        q, 0 to infinity.

    Returns
    -------
    float
        In [1, k], not rising with the order; NaN when all counts are 0. Biased downwards at small
        n, the most at q = 0; `hill2` is not.

    Raises
    ------
    ValueError
        For another shape, a negative or infinite count, or a negative order.

    References
    ----------
    Hill 1973, Diversity and evenness: a unifying notation and its consequences.

    Examples
    --------
    >>> hill([5, 5, 0], 2), hill([5, 5, 0], 0)
    (2.0, 2.0)
    """
    weights = np.asarray(counts, np.float64)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            f"counts have shape {weights.shape} and may hold negative, NaN or infinite values;"
            " give one column of counts"
        )
    if not order >= 0:
        raise ValueError(f"order is {order:g}; give 0 or more")
    rates = weights[weights > 0]
    if len(rates) == 0:
        return float("nan")
    rates = rates / rates.sum()
    if order == np.inf:
        return float(1 / rates.max())
    if abs(order - 1) < 1e-6:  # the limit; nearer to 1 the formula cancels
        return float(np.exp(-(rates * np.log(rates)).sum()))
    # Scaled by the largest rate, so that high orders do not underflow.
    top = rates.max()
    log_sum = order * np.log(top) + np.log(((rates / top) ** order).sum())
    return float(np.exp(log_sum / (1 - order)))


def nearest_cells(
    vectors: npt.NDArray[np.floating], centroids: npt.NDArray[np.float32]
) -> npt.NDArray[np.int64]:
    """Number of the nearest centroid (Euclidean) of every vector, shape (n,).

    Parameters
    ----------
    vectors, centroids
        Shapes (n, d) and (k, d). Cost: n k d; memory: blocks of 4,096 rows.
    """
    cells = np.empty(len(vectors), np.int64)
    norms = (centroids.astype(np.float32) ** 2).sum(axis=1)
    for begin in range(0, len(vectors), 4096):
        block = np.asarray(vectors[begin : begin + 4096], np.float32)
        cells[begin : begin + 4096] = np.argmin(norms - 2 * block @ centroids.T, axis=1)
    return cells
