"""Which split keeps what is in several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["split_ranks"]

_ORDER = {"train": 0.0, "val": 2.0, "test": 3.0}


def split_ranks(pool: Pool) -> npt.NDArray[np.float64]:
    """How much a row's split is for evaluation, shape (n,): no two splits have the same.

    test, then val, then splits of other names (they may be evaluated on, training is not), then
    train; NaN for what is in no split.
    """
    splits = pool.rows["split"]
    others = sorted(set(splits.dropna()) - set(_ORDER))
    ranks = _ORDER | {name: 1 + i / (len(others) + 1) for i, name in enumerate(others)}
    return np.asarray(splits.map(ranks).to_numpy(float, na_value=np.nan))
