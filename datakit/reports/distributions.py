"""Histograms and counts of the measured columns, in an order that can be read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.sample import Column

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["category", "grouped", "histogram", "rounded"]

BINS = 40
_RARE = 0.9
"""Share of zeros from which a histogram would show nothing but them."""

_ZEROS = 0.25
"""Share of zeros from which they are told apart from the others."""

_SKEWED = 30
"""Largest over least value (without the outermost 0.5 %) from which the axis is logarithmic."""

_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        "Length",
        "n_chars n_words n_sentences n_lines bytes n_tokens *word_length longest_word unfinished_*",
    ),
    ("Repetition", "compression_rate tail_loop_rate top_* duplicate_?gram* duplicate_10gram*"),
    ("Lines", "duplicate_* *line* n_policy_lines has_lorem*"),
    ("Language", "language_score *_bits *_bigram_rate broken_word* n_stop_words non_letter*"),
    ("Scripts", "latin_* han_* kana_* hangul_* cyrillic_* arabic_* other_script* ends_mid*"),
    ("Encoding and markup", "mojibake* misread* replacement* n_html* n_script* n_wiki* markup*"),
    ("Personal data and secrets", "n_pii* n_secrets*"),
    ("Contamination", "contamination*"),
    ("Characters", "*_rate n_bidi* n_zero* has_curly*"),
)
"""Heading -> the columns under it, as patterns; the first that fits counts. The markup and script
lines are in a later group than the lines, so that they are excluded there by name."""

_MARKUP = ("n_script_lines",)
_HIDDEN = ("*_by",)
"""Numbers that are names."""


def rounded(value: float | None) -> float | None:
    """Four significant digits; None where there is no finite value."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{float(value):.4g}")


def histogram(rows: pd.DataFrame, column: Column, skewed: bool = False) -> dict[str, Any] | None:
    """Bin counts of a numeric column between its 0.5th and 99.5th percentile.

    Parameters
    ----------
    rows
        The rows of a profile.
    column
        One of their columns.
    skewed
        Whether the axis may be logarithmic, and many zeros told apart.

    Returns
    -------
    dict or None
        None where there is no number; ``only`` where all are the same, ``zeros`` for the share
        of zeros that are left out.
    """
    if column.type not in ("float", "int") or column.name not in rows:
        return None
    values = rows[column.name].dropna().to_numpy(float)
    if not len(values):
        return None
    entry: dict[str, Any] = {"name": column.name, "unit": column.unit, "meaning": column.meaning}
    zeros = float((values == 0).mean())
    if skewed and _ZEROS <= zeros < 1:
        values = values[values != 0]
        entry["zeros"] = rounded(zeros)
    low, high = (float(v) for v in np.percentile(values, [0.5, 99.5]))
    if low == high:
        low, high = float(values.min()), float(values.max())
    if low == high:
        return entry | {"only": rounded(low)}
    clipped = values.clip(low, high)
    entry |= {"low": rounded(low), "high": rounded(high)}
    entry["median"] = rounded(float(np.median(values)))
    if skewed and low > 0 and high > _SKEWED * low:
        edges = np.geomspace(low, high, BINS + 1)
        edges[[0, -1]] = low, high
        counts, _ = np.histogram(clipped, edges)
        entry["log"] = True
    else:
        counts, _ = np.histogram(clipped, BINS, (low, high))
    return entry | {"counts": counts.tolist()}


def category(rows: pd.DataFrame, name: str) -> dict[str, Any] | None:
    """The commonest values of a column, or None where it has none."""
    if name not in rows:
        return None
    counts = rows[name].value_counts()
    if counts.empty:
        return None
    top = [[str(value)[:80], int(n)] for value, n in counts.head(12).items()]
    return {"name": name, "n": len(counts), "top": top}


def grouped(rows: pd.DataFrame, columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Every numeric column under a heading: histograms, rare values, constants.

    Parameters
    ----------
    rows
        The rows of a profile.
    columns
        The columns to show.

    Returns
    -------
    list of dict
        ``title``; ``charts``; ``rare``: (name, meaning, share that is not 0, largest value) of
        columns that are mostly 0 or say yes or no; ``constant``: (value, names).
    """
    groups: dict[str, list[Column]] = {}
    for column in columns:
        if column.type in ("float", "int", "bool") and not _fits(column.name, " ".join(_HIDDEN)):
            groups.setdefault(_heading(column.name), []).append(column)
    titles = [*dict(_HEADINGS), "Other"]
    made = [_group(rows, t, _in_order(t, groups[t])) for t in titles if t in groups]
    return [group for group in made if group["charts"] or group["rare"] or group["constant"]]


def _fits(name: str, patterns: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns.split())


def _heading(name: str) -> str:
    if name in _MARKUP:
        return "Encoding and markup"
    return next((title for title, patterns in _HEADINGS if _fits(name, patterns)), "Other")


def _in_order(title: str, columns: list[Column]) -> list[Column]:
    patterns = dict(_HEADINGS).get(title, "").split()

    def rank(column: Column) -> int:
        return next((i for i, p in enumerate(patterns) if fnmatchcase(column.name, p)), 99)

    return sorted(columns, key=rank)


def _group(rows: pd.DataFrame, title: str, columns: list[Column]) -> dict[str, Any]:
    charts: list[dict[str, Any]] = []
    rare: list[tuple[str, str, float, float | None]] = []
    constant: dict[float | None, list[str]] = {}
    for column in columns:
        values = _numbers(rows, column)
        if not len(values):
            continue
        if values.min() == values.max():
            constant.setdefault(rounded(float(values[0])), []).append(column.name)
        elif column.type == "bool" or float((values == 0).mean()) >= _RARE:
            share = float((values != 0).mean())
            most = None if column.type == "bool" else rounded(float(values.max()))
            rare.append((column.name, column.meaning, rounded(share) or 0.0, most))
        else:
            chart = histogram(rows, column, skewed=True)
            if chart is not None:
                charts.append(chart)
    return {
        "title": title,
        "charts": charts,
        "rare": rare,
        "constant": [[value, names] for value, names in constant.items()],
    }


def _numbers(rows: pd.DataFrame, column: Column) -> npt.NDArray[np.float64]:
    if column.name not in rows:
        return np.zeros(0)
    return rows[column.name].dropna().to_numpy(float)
