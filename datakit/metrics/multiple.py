"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["benjamini_hochberg"]


def benjamini_hochberg(p: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjusted p-values that control the false discovery rate.

    ``min over j >= i of p_(j) m / j`` for the i-th smallest of m. Rejecting where the adjusted
    value is at most alpha keeps the expected share of false rejections at alpha, for tests that
    are independent or positively dependent.

    Parameters
    ----------
    p
        Shape (m,), in [0, 1]. NaN is a test that was not made: it stays NaN and does not count.

    Returns
    -------
    ndarray
        Shape (m,), in [p, 1]. Cost: m log m.

    Raises
    ------
    ValueError
        For another shape, or a value outside of [0, 1].

    References
    ----------
    Benjamini & Hochberg 1995, Controlling the false discovery rate.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    given = np.asarray(p, np.float64)
    if given.ndim != 1:
        raise ValueError(f"p has shape {given.shape}; give one column of p-values, shape (m,)")
    made = np.flatnonzero(~np.isnan(given))
    values = given[made]
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise ValueError(f"p holds {values[outside][0]:g}; p-values lie in [0, 1]")
    order = np.argsort(values, kind="stable")
    m = len(values)
    scaled = values[order] * m / np.arange(1, m + 1)
    # Rounding may lift p m / j above 1 or, at j = m, below p.
    smallest = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.full(len(given), np.nan)
    adjusted[made[order]] = np.clip(smallest, values[order], 1)
    return adjusted
