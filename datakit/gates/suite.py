"""A suite: a file of rules, each a Great Expectations expectation with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from datakit.errors import InputError
from datakit.gates.decision import Severity

__all__ = ["NEEDS", "PARAMETER", "Rule", "Suite", "SuiteError"]

PARAMETER = "$PARAMETER"
"""Key of a value that is given when the suite runs (Great Expectations 1.x)."""

NEEDS: Mapping[str, str] = {
    "labels": "no sample has a label",
    "splits": "the corpus has fewer than two splits",
    "captions": "no sample has a caption",
    "embeddings": "the profile has no embeddings",
    "reference": "no --reference was given, here or when the corpus was profiled",
    "evaluation": "no evaluation set was given (--against)",
    "contamination": "it is judged only where --against was given when the profile was made",
    "baseline": "no --baseline was given",
}
"""What a rule may ask for, and why it is left out where there is none."""


class SuiteError(InputError):
    """A suite that cannot be used; the message begins with file:line:column."""


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite.

    Parameters
    ----------
    id
        Stable name: what waivers, baselines and reports refer to.
    type
        The expectation's type, in snake case.
    kwargs
        Its arguments, as in the file.
    severity
        "critical", "warning" or "info".
    table
        "samples" (one row per sample) or "corpus" (one row of scores and issue rates).
    dimension
        The dimension of the scorecard that the rule belongs to; "" for none.
    why, fix, source
        One line each: the reason, what to do when it fails, where the bound comes from.
    needs
        Without these the rule does not apply and is left out; see `NEEDS`.
    line, column
        Where it begins in the file, from 1.
    """

    id: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    table: Literal["samples", "corpus"]
    dimension: str
    why: str
    fix: str
    source: str
    needs: tuple[str, ...] = ()
    line: int = 1
    column: int = 1

    @property
    def judged(self) -> tuple[str, ...]:
        """The columns that the rule judges, once, in the order in which they are named."""
        return tuple(dict.fromkeys(_columns(self.kwargs)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Those, and the columns that say which rows are judged."""
        chosen_by = _condition_columns(self.kwargs.get("row_condition"))
        return tuple(dict.fromkeys((*self.judged, *chosen_by)))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the values that are given when the suite runs."""
        return tuple(
            str(value[PARAMETER])
            for value in self.kwargs.values()
            if isinstance(value, Mapping) and PARAMETER in value
        )


@dataclass(frozen=True)
class Suite:
    """The rules of one file.

    Parameters
    ----------
    name
        The name in the file, which is the file's own.
    path
        The file, as it was given; the name for suites that ship with datakit.
    rules
        At least one, in the order of the file.
    modality
        "image" or "text" where the suite is for one of them, else None.
    """

    name: str
    path: str
    rules: tuple[Rule, ...]
    modality: str | None = None

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def where(self, rule: Rule) -> str:
        """file:line:column of a rule."""
        return f"{Path(self.path)}:{rule.line}:{rule.column}"


def _columns(kwargs: Mapping[str, Any]) -> Iterator[str]:
    for key in ("column", "column_A", "column_B", "score"):
        if isinstance(kwargs.get(key), str):
            yield kwargs[key]
    yield from kwargs.get("column_list", ())


def _condition_columns(condition: Any) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        return
    if isinstance(condition.get("column"), Mapping):
        yield str(condition["column"].get("name"))
    for part in condition.get("conditions", ()):
        yield from _condition_columns(part)
