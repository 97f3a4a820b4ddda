"""Sums and shares of many documents at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import Mask, Numbers

__all__ = ["Columns", "Shares", "divide", "sums_between"]

Columns = dict[str, npt.NDArray[np.generic]]
Shares = dict[str, tuple[Numbers, Numbers]]
"""Column -> parts and wholes, each shape (d,)."""


def sums_between(values: npt.NDArray[np.integer] | Mask, bounds: Numbers) -> Numbers:
    """Sums of the values from bounds[i] to bounds[i + 1], in whole numbers.

    Parameters
    ----------
    values
        Shape (m,).
    bounds
        Shape (d + 1,), ascending, from 0 to m.

    Returns
    -------
    ndarray of shape (d,)
    """
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    at = sums[bounds]
    return at[1:] - at[:-1]


def divide(shares: Mapping[str, tuple[Numbers, Numbers]]) -> Columns:
    """Parts / wholes of all columns in one go, at most 1; a share of nothing is NaN."""
    parts = np.array([part for part, _ in shares.values()], np.float64)
    wholes = np.array([whole for _, whole in shares.values()], np.float64)
    parts[wholes == 0] = np.nan
    wholes[wholes == 0] = 1
    return dict(zip(shares, np.minimum(parts / wholes, 1), strict=True))
