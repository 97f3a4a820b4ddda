"""A part of two corpora whose share differs: the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Example", "Slice"]


@dataclass(frozen=True)
class Example:
    """A sample that is shown: the side it is of ("a" or "b"), its id and its path."""

    side: str
    sample_id: str
    path: str


@dataclass(frozen=True)
class Slice:
    """A part of both corpora, and how large it is in either.

    Parameters
    ----------
    name
        "label deer", "language fr", "cluster 7 (mostly truck)".
    kind
        "label", "language", ... or "cluster".
    a_count, b_count, a_rate, b_rate
        Distinct samples in it (copies count once), and their share of those that have a value
        (that are embedded).
    divergence
        Jensen-Shannon divergence of being in it, in bits; slices are ranked by it.
    p, p_adjusted
        Fisher's exact test of what the two do not share, of the share in everything and of that
        in what larger slices leave (the larger p); after Benjamini and Hochberg over all slices.
    labels
        Of a cluster: (label, share of its samples), the commonest first.
    examples
        Samples of the side where it is larger.
    """

    name: str
    kind: str
    a_count: int
    b_count: int
    a_rate: float
    b_rate: float
    divergence: float
    p: float
    p_adjusted: float
    labels: tuple[tuple[str, float], ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def ratio(self) -> float | None:
        """a_rate over b_rate; None where b has none."""
        return self.a_rate / self.b_rate if self.b_rate else None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("name", "kind", "a_rate", "b_rate", "ratio", "a_count", "b_count")
        entry = {name: getattr(self, name) for name in (*names, "divergence", "p", "p_adjusted")}
        if self.labels:
            entry["labels"] = [{"label": label, "rate": rate} for label, rate in self.labels]
        return entry | {
            "examples_of": self.examples[0].side if self.examples else None,
            "examples": [example.path for example in self.examples],
        }
