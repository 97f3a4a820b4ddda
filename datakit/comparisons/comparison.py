"""What a comparison of two profiles is: the result types, and what ``--json`` holds of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from datakit.comparisons.column_shift import ColumnShift
from datakit.comparisons.slice import Slice
from datakit.comparisons.strange import Unlike

__all__ = [
    "ALPHA",
    "Comparison",
    "EmbeddingShift",
    "Overlap",
    "ScoreDifference",
    "Side",
]

ALPHA = 0.05
"""Level at which a shift is called found."""


@dataclass(frozen=True)
class Side:
    """One of the two corpora.

    Parameters
    ----------
    location
        Where it is.
    n_samples, n_readable
        Its samples, and those of them that can be read.
    n_distinct
        Duplicate groups of those that can be read: the samples that tests count.
    """

    location: str
    n_samples: int
    n_readable: int
    n_distinct: int


@dataclass(frozen=True)
class ScoreDifference:
    """One dimension's score on both sides, and a minus b.

    Parameters
    ----------
    a, b
        (value, low, high) of either side, None where there is none.
    difference, low, high
        a minus b with its 95 % interval; None where the two do not compare.
    reason
        Why something is None; "" where nothing is.
    """

    a: tuple[float, float, float] | None
    b: tuple[float, float, float] | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Whether 0 is outside of the interval."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        sides = {"a": self.a and self.a[0], "b": self.b and self.b[0]}
        values = sides | {"difference": self.difference, "low": self.low, "high": self.high}
        return values | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True)
class EmbeddingShift:
    """How far the embeddings of distinct samples differ.

    Parameters
    ----------
    encoder
        Its name.
    n_a, n_b
        Distinct samples that were compared; all but `fd` take at most 2,000 of each.
    mmd2, p
        Squared maximum mean discrepancy, and the p-value of its permutation test.
    energy, energy_p
        Energy coefficient in U-form, and the p-value of its permutation test.
    c2st_auc, c2st_p
        Area under the ROC curve of a classifier that tells a from b; 0.5 is chance. The p-values
        and it are of what the two do not share, where they share contents.
    fd, fd_null
        Frechet distance in the encoder over all embeddings, and that of two random parts of both
        together of the same sizes: what finite samples alone make.
    reason
        Why all of it is None; "" where it is not.
    """

    encoder: str = ""
    n_a: int = 0
    n_b: int = 0
    mmd2: float | None = None
    p: float | None = None
    energy: float | None = None
    energy_p: float | None = None
    c2st_auc: float | None = None
    c2st_p: float | None = None
    fd: float | None = None
    fd_null: float | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("mmd2", "p", "c2st_auc", "c2st_p", "fd", "fd_null", "energy", "energy_p")
        entry = {name: getattr(self, name) for name in names}
        if self.reason:
            return entry | {"reason": self.reason}
        return {"encoder": self.encoder, "n_a": self.n_a, "n_b": self.n_b} | entry


@dataclass(frozen=True)
class Overlap:
    """Equal bytes on both sides.

    Parameters
    ----------
    both, only_a, only_b
        Different contents that are on both sides, or on one alone.
    a_rate, b_rate
        Share of a's (b's) samples whose content is on the other side too.
    changed
        Samples with the same id on both sides and other content; 0 unless more ids have the same
        content, since otherwise they are only called alike.
    """

    both: int
    only_a: int
    only_b: int
    a_rate: float
    b_rate: float
    changed: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Comparison:
    """What differs between two profiles, a and b; b is what a is compared with.

    Parameters
    ----------
    a, b
        The two sides.
    modality
        "image" or "text".
    verdict
        One sentence.
    p
        Chance of seeing as much where nothing differs: the smallest adjusted p-value of
        embeddings, columns and slices, times their number (Bonferroni). None where nothing could
        be tested.
    scores, columns, embedding, slices, unlike_a, unlike_b, overlap
        See there. Columns and slices are ranked. `unlike_a`: of a, unlike everything in b.
    notes
        What to know before believing it.
    """

    a: Side
    b: Side
    modality: str
    verdict: str
    p: float | None
    overlap: Overlap
    embedding: EmbeddingShift
    scores: dict[str, ScoreDifference] = field(default_factory=dict)
    columns: tuple[ColumnShift, ...] = ()
    slices: tuple[Slice, ...] = ()
    unlike_a: Unlike | None = None
    unlike_b: Unlike | None = None
    notes: tuple[str, ...] = ()

    @property
    def shifted(self) -> bool:
        """Whether a shift was found, at the level 0.05."""
        return self.p is not None and self.p < ALPHA

    def to_json(self) -> dict[str, Any]:
        """Plain values: what comparison.json and ``--json`` hold."""
        unlike = {"a": self.unlike_a, "b": self.unlike_b}
        return {
            "schema": 1,
            "a": vars(self.a),
            "b": vars(self.b),
            "modality": self.modality,
            "verdict": self.verdict,
            "shifted": self.shifted,
            "p": self.p,
            "scores": {name: score.to_json() for name, score in self.scores.items()},
            "columns": [column.to_json() for column in self.columns],
            "embedding": self.embedding.to_json(),
            "slices": [part.to_json() for part in self.slices],
            "unlike": {side: u and u.to_json() for side, u in unlike.items()}
            | ({"reason": self.embedding.reason} if self.embedding.reason else {}),
            "overlap": self.overlap.to_json(),
            "notes": list(self.notes),
        }
