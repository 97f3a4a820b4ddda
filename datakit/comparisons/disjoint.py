"""Which rows tests compare: what two corpora share is no evidence for or against a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST", "disjoint"]

LEAST = 20
"""Samples that a test needs of either side."""

Mask = npt.NDArray[np.bool_]


def disjoint(a: pd.DataFrame, b: pd.DataFrame) -> tuple[Mask, Mask]:
    """Rows of two sides that have no content in common.

    Two versions of one corpus hold mostly the same samples. Tests assume independent ones and
    would call such versions alike whatever was changed. So the contents that only a has are
    tested against those that only b has; where one side has (nearly) none of its own, all of it
    is tested against what the other has more: is what was added or removed like the rest?

    Parameters
    ----------
    a, b
        Rows with ``content_hash``.

    Returns
    -------
    masks of a and b
        All rows where nothing is shared, or where neither side has 20 of its own.
    """
    all_a, all_b = np.ones(len(a), bool), np.ones(len(b), bool)
    own_a, own_b = (
        ~rows["content_hash"].isin(set(other["content_hash"].dropna())).to_numpy()
        for rows, other in ((a, b), (b, a))
    )
    enough_a, enough_b = own_a.sum() >= LEAST, own_b.sum() >= LEAST
    if not enough_a and not enough_b:
        return all_a, all_b
    return (own_a if enough_a else all_a), (own_b if enough_b else all_b)
