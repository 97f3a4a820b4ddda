"""No copies across splits: the evaluation side stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from datakit.curation.selections.selection import Choice
from datakit.curation.selections.splits import split_ranks

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["SeparateSplits"]


@dataclass(frozen=True)
class SeparateSplits:
    """Drop what is in two splits from one of them: test before val before others before train.

    Exact and near copies count. Afterwards no group of copies is in two splits; samples without a
    split are left alone.

    Parameters
    ----------
    why
        For people; no part of what the selection is.
    """

    why: str = field(default="", compare=False)

    name: ClassVar[str] = "separate_splits"

    def select(self, pool: Pool) -> list[Choice]:
        """Drop the copies on the side of training."""
        ranks = split_ranks(pool)
        rows = np.flatnonzero(pool.alive & ~np.isnan(ranks))
        top = np.full(len(pool), -np.inf)
        np.maximum.at(top, pool.groups[rows], ranks[rows])
        dropped = rows[ranks[rows] < top[pool.groups[rows]]]
        if not len(dropped):
            return []
        stays = np.full(len(pool), -1, np.int64)
        kept = rows[ranks[rows] == top[pool.groups[rows]]]
        stays[pool.groups[kept][::-1]] = kept[::-1]
        beside = stays[pool.groups[dropped]]
        splits = pool.rows["split"].tolist()
        told = [f"copy of {pool.paths[j]} in {splits[j]}" for j in beside.tolist()]
        return [Choice(dropped, "drop", "also in an evaluation split", told)]
