"""One of every group of copies: the best."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from datakit.curation.quality import Criterion, best
from datakit.curation.selections.selection import Choice
from datakit.curation.selections.splits import split_ranks
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["Deduplicate"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Deduplicate:
    """Keep the best of each group of copies and drop the others.

    Copies with different labels contradict each other. Where more than half of the labelled ones
    agree, the best of these stays; where they do not, no label is known to be right, and all go.
    Of copies in several splits the one for evaluation stays, whatever its quality: test before
    val before others before train.

    Parameters
    ----------
    near
        Near copies too; exact ones only otherwise.
    keep
        Which one stays: "best" (see `datakit.curation.quality`), or "first" by ``sample_id``.
    why
        For people; no part of what the selection is.
    """

    near: bool = True
    keep: Literal["best", "first"] = "best"
    why: str = field(default="", compare=False)

    name: ClassVar[str] = "deduplicate"

    def __post_init__(self) -> None:
        if self.keep not in ("best", "first"):
            raise InputError(f"keep is {self.keep!r}: give best or first")

    def select(self, pool: Pool) -> list[Choice]:
        """Drop the spare copies, and say of the others that they are the best."""
        groups = pool.groups if self.near else pool.exact_groups
        sizes = np.bincount(groups[pool.alive], minlength=len(pool))
        rows = np.flatnonzero(pool.alive & (sizes[groups] > 1))
        if not len(rows):
            return []
        labels = _Labels(pool, groups, rows)
        choices = []
        torn = rows[labels.torn]
        if len(torn):
            told = [f"labels {labels.told[group]}" for group in groups[torn].tolist()]
            reason = "copies with different labels, none of them in the majority"
            choices.append(Choice(torn, "drop", reason, told))
        rows = rows[~labels.torn]
        if not len(rows):
            return choices
        criteria = [
            Criterion("has the label of most copies", labels.right),
            Criterion("is in the evaluation split", split_ranks(pool)),
            *(pool.criteria if self.keep == "best" else []),
        ]
        kept, lack = best(groups, rows, criteria)
        for exact in (True, False):
            mine = (pool.exact_groups[rows] == pool.exact_groups[kept]) == exact
            gone = mine & (rows != kept)
            if gone.any():
                told = _evidence(pool, rows[gone], kept[gone], lack[gone], criteria)
                reason = f"{'exact' if exact else 'near'} copy"
                choices.append(Choice(rows[gone], "drop", reason, told))
        stay = np.unique(kept)
        told = [f"of {sizes[groups[i]]:,} copies" for i in stay.tolist()]
        return [*choices, Choice(stay, "keep", f"{self.keep} of its copies", told)]


class _Labels:
    """What the copies of some rows are labelled as.

    Parameters
    ----------
    pool
        The pool.
    groups
        Group of every row, shape (n,).
    rows
        The rows that have copies, shape (m,).
    """

    def __init__(self, pool: Pool, groups: Numbers, rows: Numbers) -> None:
        label = pool.rows["label"].iloc[rows]
        votes = pd.DataFrame({"group": groups[rows], "label": label.to_numpy()}).dropna()
        counts = votes.value_counts(["group", "label"], sort=False).reset_index(name="n")
        counts = counts.sort_values(["group", "n", "label"], ascending=[True, False, True])
        first = counts.drop_duplicates("group").set_index("group")
        total = counts.groupby("group")["n"].sum()
        clear = 2 * first["n"] > total
        undecided = set(clear.index[~clear])
        group = groups[rows].tolist()
        self.torn = np.array([number in undecided for number in group], bool)
        wanted = first["label"].reindex(group).to_numpy()
        self.right = np.zeros(len(pool))
        self.right[rows] = (label.to_numpy() == wanted) & pd.notna(wanted)
        mixed = counts[counts["group"].isin(undecided)]
        self.told: dict[int, str] = defaultdict(str)
        for number, name, n in mixed[["group", "label", "n"]].itertuples(index=False):
            self.told[number] += f"{', ' if self.told[number] else ''}{name} {n}"


def _evidence(
    pool: Pool, rows: Numbers, kept: Numbers, lack: Numbers, criteria: list[Criterion]
) -> list[str]:
    """Which one stays instead of each row, how alike they are, and what that one has more."""
    same = pool.exact_groups[rows] == pool.exact_groups[kept]
    alike = np.minimum(pool.similarity[rows], pool.similarity[kept])
    told = []
    for i, j in enumerate(kept.tolist()):
        text = f"copy of {pool.paths[j]}" + ("" if same[i] else f" (similarity {alike[i]:.3f})")
        if lack[i] < len(criteria):
            text += f", which {criteria[lack[i]].name}"
        told.append(text)
    return told
