"""Keep what has an issue, what an expression picks, or the best by a column; drop the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from datakit.curation.expressions import parse
from datakit.curation.selections.evidence import value_evidence
from datakit.curation.selections.selection import Choice
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["Keep"]


@dataclass(frozen=True)
class Keep:
    """Keep only these samples: those with an issue or that an expression is true of, or the best.

    Parameters
    ----------
    issues
        Names of issues: those that have one of them stay.
    where
        An expression over the columns of the rows: those that it is true of stay.
    best
        Share of the samples that stay, in (0, 1]: those with the highest values.
    by
        The numeric column that `best` goes by; "quality" is one too.
    why
        For people; no part of what the selection is.
    """

    issues: tuple[str, ...] = ()
    where: str = ""
    best: float | None = None
    by: str = ""
    why: str = field(default="", compare=False)

    name: ClassVar[str] = "keep"

    def __post_init__(self) -> None:
        object.__setattr__(self, "issues", tuple(self.issues))
        if not self.issues and not self.where and self.best is None:
            raise InputError("keep says nothing: give issues, where, or best and by")
        if (self.best is None) != (not self.by):
            raise InputError("best goes with by: give keep: {best: 0.9, by: sharpness}, say")
        if self.best is not None and not 0 < self.best <= 1:
            raise InputError(f"best is {self.best:g}: give the share that stays, up to 1")
        if self.where:
            parse(self.where)

    def select(self, pool: Pool) -> list[Choice]:
        """Drop the others. What is asked for in several ways has to hold in each of them."""
        choices: list[Choice] = []
        alive = pool.alive.copy()
        if self.issues:
            flagged = np.any([pool.flag(issue) for issue in self.issues], axis=0)
            rows = np.flatnonzero(alive & ~flagged)
            told = [f"without {' and '.join(self.issues)}"] * len(rows)
            self._drop(choices, alive, rows, f"not {' or '.join(self.issues)}", told)
        if self.where:
            expression = parse(self.where)
            rows = np.flatnonzero(alive & ~expression.mask(pool.column, len(pool)))
            told = value_evidence(pool, sorted(expression.names), rows)
            self._drop(choices, alive, rows, f"not: {self.where}", told)
        if self.best is not None:
            rows = np.sort(_worst(pool, self.by, self.best, np.flatnonzero(alive)))
            reason = f"not among the best {100 * self.best:g} % by {self.by}"
            self._drop(choices, alive, rows, reason, value_evidence(pool, [self.by], rows))
        return choices

    def _drop(
        self,
        choices: list[Choice],
        alive: npt.NDArray[np.bool_],
        rows: npt.NDArray[np.int64],
        reason: str,
        evidence: list[str],
    ) -> None:
        alive[rows] = False
        if len(rows):
            choices.append(Choice(rows, "drop", reason, evidence))


def _worst(pool: Pool, by: str, share: float, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of the rows that are not among the share with the highest values.

    What has no value comes last; equal values are told apart by ``sample_id``.
    """
    column = np.asarray(pool.column(by))
    if column.dtype.kind not in "iufb":
        raise InputError(f"{by} holds texts, and best goes by numbers: give a numeric column")
    values = np.nan_to_num(column[rows].astype(np.float64), nan=-np.inf, neginf=-np.inf)
    order = rows[np.argsort(-values, kind="stable")]
    # A share that rounding put a hair above a whole number is that number.
    return order[math.ceil(share * len(rows) - 1e-9) :]
