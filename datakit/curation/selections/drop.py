"""Drop what has an issue, or what an expression picks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from datakit.curation.expressions import parse
from datakit.curation.selections.evidence import issue_evidence, value_evidence
from datakit.curation.selections.selection import Choice
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["Drop"]


@dataclass(frozen=True)
class Drop:
    """Drop the samples that have one of some issues, and those that an expression is true of.

    Parameters
    ----------
    issues
        Names of issues.
    where
        An expression over the columns of the rows (see `datakit.curation.expressions`).
    why
        For people; no part of what the selection is.
    """

    issues: tuple[str, ...] = ()
    where: str = ""
    why: str = field(default="", compare=False)

    name: ClassVar[str] = "drop"

    def __post_init__(self) -> None:
        object.__setattr__(self, "issues", tuple(self.issues))
        if not self.issues and not self.where:
            raise InputError("drop says nothing: give issues: [...] or where: '...'")
        if self.where:
            parse(self.where)

    def select(self, pool: Pool) -> list[Choice]:
        """Drop them; a sample with several of the issues is dropped for the first."""
        choices = []
        left = pool.alive.copy()
        for issue in self.issues:
            rows = np.flatnonzero(pool.flag(issue) & left)
            left[rows] = False
            if len(rows):
                told = issue_evidence(pool, issue, rows)
                choices.append(Choice(rows, "drop", issue, told))
        if self.where:
            expression = parse(self.where)
            rows = np.flatnonzero(expression.mask(pool.column, len(pool)) & left)
            if len(rows):
                told = value_evidence(pool, sorted(expression.names), rows)
                choices.append(Choice(rows, "drop", self.where, told))
        return choices
