"""Effective numbers (Hill numbers) of categories."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hill2", "nearest_cells"]


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
