"""What shows that a sample was chosen rightly: its values, as short texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["issue_evidence", "value_evidence"]


def issue_evidence(pool: Pool, issue: str, rows: npt.NDArray[np.int64]) -> list[str]:
    """The value that made each row have an issue, and its threshold: "blurry: 0.21, limit 0.385".

    Parameters
    ----------
    pool
        The pool.
    issue
        Its name.
    rows
        Row numbers that have it, shape (m,).
    """
    issues = pool.profile.issues
    found = issues[issues["issue"] == issue].drop_duplicates("sample_id")
    values, limits = (
        found.set_index("sample_id")[name].reindex([pool.sample_ids[i] for i in rows]).tolist()
        for name in ("value", "threshold")
    )
    told = []
    for value, limit in zip(values, limits, strict=True):
        text = issue if pd.isna(value) else f"{issue}: {_short(value)}"
        told.append(text if pd.isna(limit) or pd.isna(value) else f"{text}, limit {_short(limit)}")
    if issue in ("unreadable", "truncated") and "error" in pool.rows:
        errors = pool.rows["error"].to_numpy()[rows].tolist()
        told = [
            f"{issue}: {e}" if isinstance(e, str) else t for t, e in zip(told, errors, strict=True)
        ]
    return told


def value_evidence(pool: Pool, names: Sequence[str], rows: npt.NDArray[np.int64]) -> list[str]:
    """The values of some columns of each row: "height 40, width 32"."""
    columns = [(name, np.asarray(pool.column(name))[rows].tolist()) for name in names]
    return [
        ", ".join(f"{name} {_short(values[i])}" for name, values in columns)
        for i in range(len(rows))
    ]


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if pd.isna(value):
        return "missing"
    if isinstance(value, (int, float)):
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.4g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
