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
    """One named part of a score.

    Parameters
    ----------
    name
        Of the part.
    value
        In [0, 1], 1 is best.
    n
        Number of samples it was computed from.
    meaning
        What was measured, one line.
    p
        Where a test stands beside the value: its p-value, in (0, 1]. It never enters the score.
    """

    name: str
    value: float
    n: int
    meaning: str = ""
    p: float | None = None


@dataclass(frozen=True)
class Score:
    """One dimension's score.

    Parameters
    ----------
    dimension
        "completeness", "consistency", "diversity", "representativeness", "usability" or
        "accuracy".
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
        """The score as plain values: what scores.json holds, and ``--json`` but for components."""
        if self.value is None:
            return {"value": None, "reason": self.reason}
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "method": self.method,
            "advice": self.advice,
            "components": [
                {"name": c.name, "value": c.value, "n": c.n, "meaning": c.meaning}
                | ({} if c.p is None else {"p": c.p})
                for c in self.components
            ],
        }

    @classmethod
    def from_json(cls, dimension: str, stored: Mapping[str, Any]) -> Score:
        """The score that `to_json` gave; evidence is not stored."""
        components = tuple(Component(**part) for part in stored.get("components", ()))
        plain = {key: value for key, value in stored.items() if key != "components"}
        return cls(dimension, **plain, components=components)


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
