"""Spearman's rank correlation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["spearman"]


def spearman(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> float | None:
    """Rank correlation, ties at their mean rank; None where a side does not vary."""
    from scipy.stats import rankdata

    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    a, b = (rankdata(side) - (len(side) + 1) / 2 for side in (x, y))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))
