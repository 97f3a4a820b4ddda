"""How far one column differs between two sets of rows: an effect and a p-value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.column_shift import ColumnShift
from datakit.comparisons.disjoint import LEAST, disjoint
from datakit.comparisons.shared_bins import shared_bins
from datakit.metrics.energy import rank_energy_of_masks
from datakit.metrics.histograms import chi_square
from datakit.metrics.proportions import le_cam
from datakit.metrics.univariate import ks_test
from datakit.sample import Column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RARE", "Rows", "category_shift", "missing_shift", "number_shift"]

RARE = 10
"""Categories of fewer samples on both sides together are taken as one."""

_SHOWN = 6

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """The rows of both sides, and which of them are tested (those that the two do not share)."""

    a: pd.DataFrame
    b: pd.DataFrame
    tested: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]

    @classmethod
    def of(cls, a: pd.DataFrame, b: pd.DataFrame) -> Rows:
        """Both sides' rows."""
        return cls(a, b, disjoint(a, b))

    def both(self, name: str) -> tuple[pd.Series, pd.Series]:
        """A column of either side."""
        return self.a[name], self.b[name]

    def own(self, name: str) -> tuple[pd.Series, pd.Series]:
        """A column of the tested rows; of all where too few of those have a value."""
        x, y = self.a[name][self.tested[0]], self.b[name][self.tested[1]]
        return (x, y) if min(x.count(), y.count()) >= LEAST else self.both(name)


def number_shift(column: Column, rows: Rows) -> ColumnShift | None:
    """Energy coefficient of the ranks, Kolmogorov-Smirnov, and the difference of the means.

    Parameters
    ----------
    column
        A numeric column.
    rows
        Of both sides.

    Returns
    -------
    ColumnShift or None
        None where there are too few values, or all of them are one.
    """
    x, y = (_finite(side) for side in rows.both(column.name))
    if min(len(x), len(y)) < LEAST or (x.min() == y.min() == x.max() == y.max()):
        return None
    side = (np.arange(len(x) + len(y)) < len(x))[None]
    effect = rank_energy_of_masks(np.concatenate([x, y]), side[0], side, ~side)
    spread = float(np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2))
    own = [_finite(values) for values in rows.own(column.name)]
    p = ks_test(*own).p if min(map(len, own)) else 1.0
    return ColumnShift(
        name=column.name,
        kind="number",
        effect=float(effect[0]),
        p=p,
        p_adjusted=p,
        difference_sd=float(x.mean() - y.mean()) / spread if spread > 0 else None,
        a=float(np.median(x)),
        b=float(np.median(y)),
        unit=column.unit,
        meaning=column.meaning,
        histogram=shared_bins(x, y),
    )


def category_shift(column: Column, rows: Rows) -> ColumnShift | None:
    """Le Cam divergence of the proportions, and chi-square.

    Parameters
    ----------
    column
        A column of names.
    rows
        Of both sides.

    Returns
    -------
    ColumnShift or None
        None where there are too few values, or all of them are one.
    """
    x, y = rows.both(column.name)
    if min(x.count(), y.count()) < LEAST:
        return None
    counts = _counts(x, y)
    rare = counts.sum(axis=1) < RARE
    names = [str(name) for name in counts.index[~rare]] + ["(others)"] * bool(rare.any())
    if len(names) < 2:
        return None
    own = _counts(*rows.own(column.name)).reindex(counts.index, fill_value=0)
    a, b = (_pooled(counts[side], rare) for side in ("a", "b"))
    rates_a, rates_b = a / a.sum(), b / b.sum()
    # Where two values trade places the rarer one tells more: "unreadable" rather than "ok".
    far = np.round(np.abs(rates_a - rates_b), 9)
    largest = np.lexsort((rates_a + rates_b, -far))[:_SHOWN]
    p = _chi_square(*(_pooled(own[side], rare) for side in ("a", "b")))
    return ColumnShift(
        name=column.name,
        kind="category",
        effect=float(le_cam(a, b)),
        p=p,
        p_adjusted=p,
        meaning=column.meaning,
        top=tuple((names[i], float(rates_a[i]), float(rates_b[i])) for i in largest),
    )


def missing_shift(column: Column, rows: Rows) -> ColumnShift:
    """The rates of rows without a value, as a category of two.

    Parameters
    ----------
    column
        Any column.
    rows
        Of both sides, at least `LEAST` each.
    """
    x, y = (side.isna().to_numpy() for side in rows.both(column.name))
    own = (v[mask] for v, mask in zip((x, y), rows.tested, strict=True))
    a, b, c, d = (np.array([v.sum(), (~v).sum()]) for v in (x, y, *own))
    p = _chi_square(c, d)
    return ColumnShift(
        name=f"{column.name} missing",
        kind="missing",
        effect=float(le_cam(a, b)),
        p=p,
        p_adjusted=p,
        a=float(x.mean()),
        b=float(y.mean()),
        meaning=f"share of samples without: {column.meaning}",
    )


def _finite(values: pd.Series) -> Values:
    numbers = values.dropna().to_numpy(np.float64)
    return numbers[np.isfinite(numbers)]


def _counts(x: pd.Series, y: pd.Series) -> pd.DataFrame:
    """How often each value is on either side: columns a and b, sorted by value."""
    counts = x.value_counts().to_frame("a").join(y.value_counts().rename("b"), how="outer")
    return counts.fillna(0).astype(np.int64).sort_index()


def _pooled(counts: pd.Series, rare: pd.Series) -> Counts:
    """Counts of the common values, then of all rare ones together where there are any."""
    common = counts[~rare].to_numpy()
    return np.append(common, counts[rare].sum()) if rare.any() else common


def _chi_square(a: Counts, b: Counts) -> float:
    """The p-value; drawn tables begin with the same side whichever is named first."""
    first, second = (a, b) if (a.sum(), *a) <= (b.sum(), *b) else (b, a)
    return chi_square(first, second, np.random.default_rng(0)).p
