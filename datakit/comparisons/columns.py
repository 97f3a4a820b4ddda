"""Every column of the rows, ranked by how far it differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.column_shift import ColumnShift
from datakit.comparisons.column_tests import Rows, category_shift, missing_shift, number_shift
from datakit.comparisons.comparison import ALPHA
from datakit.comparisons.disjoint import LEAST
from datakit.measures.modality import modality
from datakit.metrics.multiple import benjamini_hochberg
from datakit.profiles.row_schema import columns_of
from datakit.sample import Column

if TYPE_CHECKING:
    import pandas as pd

    from datakit.comparisons.distinct import Distinct

__all__ = ["column_shifts"]

CATEGORIES = (
    "status",
    "label",
    "split",
    "format",
    "mode",
    "suffix",
    "language",
    "declared_language",
    "script",
    "encoding",
    "caption_language",
)
_UNCOUNTED = ("sample_id", "path", "error", "content_hash")
_ALIKE = 0.8
"""Rank correlation from which two columns are said to move together."""

_CORRELATED = 2_000
"""Rows of either side that correlations are taken from."""


def column_shifts(modality_name: str, a: Distinct, b: Distinct) -> tuple[ColumnShift, ...]:
    """All columns that vary, those with the largest significant effect first.

    Numbers, names and rates of missing values of the samples that can be read (the status of all),
    with p-values adjusted over all of them together. Copies count once. Columns that hold one and
    the same value everywhere are left out.

    Parameters
    ----------
    modality_name
        "image" or "text".
    a, b
        The distinct samples.
    """
    readable = Rows.of(a.readable, b.readable)
    found = [*_status(Rows.of(a.every, b.every)), *_values(modality_name, readable)]
    found += _missing(modality_name, readable)
    adjusted = benjamini_hochberg([shift.p for shift in found])
    shifts = [replace(s, p_adjusted=float(q)) for s, q in zip(found, adjusted, strict=True)]
    shifts.sort(key=lambda s: (s.p_adjusted >= ALPHA, -s.effect, s.name))
    return tuple(_followed(shifts, readable))


def _status(rows: Rows) -> Iterator[ColumnShift]:
    column = Column("status", "string", "", "ok, unreadable, truncated, or empty")
    shift = category_shift(column, rows)
    if shift is not None:
        yield shift


def _values(name: str, rows: Rows) -> Iterator[ColumnShift]:
    for column in _measured(name, rows):
        shift = None
        if column.type in ("int", "float", "bool"):
            shift = number_shift(column, rows)
        elif column.name in CATEGORIES:
            shift = category_shift(column, rows)
        if shift is not None:
            yield shift


def _measured(name: str, rows: Rows) -> list[Column]:
    """The columns that both have, without fingerprints and numbers that are names."""
    hidden = {*(column.name for column in modality(name).fingerprints), "status"}
    return [
        column
        for column in columns_of(name)
        if column.name not in hidden
        and not column.name.endswith("_by")
        and column.name in rows.a
        and column.name in rows.b
    ]


def _missing(name: str, rows: Rows) -> Iterator[ColumnShift]:
    """Rates of missing values; of columns that are missing in the same rows the first counts."""
    if min(len(rows.a), len(rows.b)) < LEAST:
        return
    seen = set()
    for column in _measured(name, rows):
        x, y = (side.isna().to_numpy() for side in rows.both(column.name))
        key = (x.tobytes(), y.tobytes())
        varies = 0 < x.sum() + y.sum() < len(x) + len(y)
        if varies and key not in seen and column.name not in _UNCOUNTED:
            seen.add(key)
            yield missing_shift(column, rows)


def _followed(shifts: list[ColumnShift], rows: Rows) -> Iterator[ColumnShift]:
    """Name for each number the column of larger effect that it moves along with."""
    names = [s.name for s in shifts if s.kind == "number"]
    correlations = [_correlations(side, names) for side in (rows.a, rows.b)]
    alike = np.minimum(*correlations) if names else np.zeros((0, 0))
    leaders: list[int] = []
    number = 0
    for shift in shifts:
        if shift.kind != "number":
            yield shift
            continue
        leader = next((i for i in leaders if alike[number, i] >= _ALIKE), None)
        if leader is None:
            leaders.append(number)
            yield shift
        else:
            yield replace(shift, follows=names[leader])
        number += 1


def _correlations(rows: pd.DataFrame, names: list[str]) -> npt.NDArray[np.float64]:
    """Absolute Spearman correlations, shape (k, k); 0 where a column is constant."""
    chosen = rows.sort_values(["content_hash", "sample_id"]).head(_CORRELATED)
    ranks = chosen[names].astype(np.float64).rank()
    return np.abs(np.nan_to_num(ranks.corr().to_numpy()))
