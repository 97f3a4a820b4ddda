"""Samples that the other side has nothing like: the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datakit.comparisons.slice import Example

__all__ = ["Strange", "Unlike"]


@dataclass(frozen=True)
class Strange:
    """A sample far from everything on the other side.

    Parameters
    ----------
    sample
        The sample.
    distance
        To the nearest one of the other side.
    nearest
        Path of that one.
    """

    sample: Example
    distance: float
    nearest: str


@dataclass(frozen=True)
class Unlike:
    """Samples of one side that nothing on the other side resembles.

    Parameters
    ----------
    n_judged, n
        How many distinct samples were judged, and how many lie beyond the threshold.
    expected
        Their share where there is no shift: 0.01, or 1 / (m + 1) where the other side has fewer
        than 99 distinct samples, m.
    threshold
        That quantile of the distances of the other side's samples to their nearest neighbours
        among as many of their own.
    p
        Of Fisher's exact test, one-sided, of that share against the other side's own.
    samples
        The farthest, the farthest first.
    """

    n_judged: int
    n: int
    expected: float
    threshold: float
    p: float
    samples: tuple[Strange, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("n_judged", "n", "expected", "threshold", "p")
        return {name: getattr(self, name) for name in names} | {
            "rate": self.n / self.n_judged,
            "samples": [
                {"path": s.sample.path, "distance": s.distance, "nearest": s.nearest}
                for s in self.samples
            ],
        }
