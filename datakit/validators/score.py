"""The score of one dimension, and the scorecard that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Component", "Score", "Scorecard"]


@dataclass(frozen=True)
class Component:
    """One named part of a score: a number in [0, 1] (1 is best), how many samples it saw."""

    name: str
    value: float
    n: int
    meaning: str = ""


@dataclass(frozen=True)
class Score:
    """One dimension's score.

    Parameters
    ----------
    dimension
        "completeness", "consistency", "diversity", "representativeness" or "usability".
    value, low, high
        The score and its 95 % interval, each in [0, 1]; all None where it cannot be computed.
    n
        Number of samples the score was computed from.
    method
        How, with its source, in one line.
    components
        The parts it is made of.
    evidence
        The worst samples or slices: columns ``path``, ``reason``, ``value``; may be empty.
    advice
        What to do about it, one sentence; "" when there is nothing to do.
    reason
        Why there is no value; "" when there is one.
    """

    dimension: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    method: str = ""
    components: tuple[Component, ...] = ()
    evidence: pd.DataFrame | None = None
    advice: str = ""
    reason: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval, or None where the score has no value."""
        if self.low is None or self.high is None:
            return None
        return (self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """The score as plain values: what scores.json and ``--json`` hold."""
        if self.value is None:
            return {"value": None, "reason": self.reason}
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "method": self.method,
        }


@dataclass(frozen=True)
class Scorecard(Mapping[str, Score]):
    """Scores by dimension, in the order in which they are shown."""

    scores: dict[str, Score] = field(default_factory=dict)

    def __getitem__(self, dimension: str) -> Score:
        return self.scores[dimension]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scores)

    def __len__(self) -> int:
        return len(self.scores)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Dimension -> plain values."""
        return {name: score.to_json() for name, score in self.scores.items()}
