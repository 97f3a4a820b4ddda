"""Histograms of two samples of one column in common bins, for pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.comparisons.column_shift import Histogram

__all__ = ["BINS", "shared_bins"]

BINS = 24

_SKEWED = 30
"""Largest over least value from which the bins are equal on a logarithmic scale."""

Values = npt.NDArray[np.float64]


def shared_bins(x: Values, y: Values) -> Histogram:
    """Shares of both in equal bins between the outermost 0.5 % of either.

    Parameters
    ----------
    x, y
        Shapes (n,) and (m,), finite, not all equal.
    """
    ends = [np.percentile(values, [0.5, 99.5]) for values in (x, y)]
    low, high = (float(v) for v in (min(e[0] for e in ends), max(e[1] for e in ends)))
    if low == high:
        low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    log = low > 0 and high > _SKEWED * low
    edges = np.geomspace(low, high, BINS + 1) if log else np.linspace(low, high, BINS + 1)
    edges[[0, -1]] = low, high
    shares = []
    for values in (x, y):
        counts, _ = np.histogram(values.clip(low, high), edges)
        shares.append(tuple(float(share) for share in counts / len(values)))
    return Histogram(tuple(float(edge) for edge in edges), shares[0], shares[1], log)
