"""How far one column of the rows differs: the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["SLIGHT", "ColumnShift", "Histogram"]

SLIGHT = 0.002
"""Effect below which a column's shift is not worth a sentence: 0.08 standard deviations of a normal
column."""


@dataclass(frozen=True)
class Histogram:
    """Shares of both sides in common bins.

    Parameters
    ----------
    edges
        Of the bins, ascending, one more than shares; values beyond count in the outermost bins.
    a, b
        Shares of either side, each adding up to 1.
    log
        Whether the bins are equally wide on a logarithmic scale.
    """

    edges: tuple[float, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]
    log: bool = False


@dataclass(frozen=True)
class ColumnShift:
    """How far one column of the rows differs between distinct samples.

    Parameters
    ----------
    name, unit, meaning
        Of the column; "NAME missing" for the rate of rows without a value.
    kind
        "number", "category" or "missing".
    effect
        Energy coefficient in U-form: of the ranks of a number, of the equality of categories.
        About 0 for equal distributions whatever the sizes, 1 for distributions that are apart.
    p, p_adjusted
        Kolmogorov-Smirnov (numbers) or chi-square test of what the two do not share; after
        Benjamini and Hochberg over all columns.
    difference_sd
        Mean of a minus mean of b in pooled standard deviations; None but for numbers.
    a, b
        The median of a number, the rate of missing values; None for categories.
    follows
        A column of larger effect that it moves along with (rank correlation above 0.8 within
        both sides); "" where there is none.
    histogram
        Of a number.
    top
        Of a category: (value, rate in a, rate in b), the largest differences first, of equal ones
        the rarest.
    """

    name: str
    kind: str
    effect: float
    p: float
    p_adjusted: float
    difference_sd: float | None = None
    a: float | None = None
    b: float | None = None
    unit: str = ""
    meaning: str = ""
    follows: str = ""
    histogram: Histogram | None = None
    top: tuple[tuple[str, float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("name", "kind", "effect", "p", "p_adjusted", "difference_sd", "a", "b")
        entry = {name: getattr(self, name) for name in names}
        if self.top:
            entry["rates"] = [{"value": v, "a": a, "b": b} for v, a, b in self.top]
        return entry | {"follows": self.follows or None}
