"""The columns that rules may name, in both tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from datakit.gates.issue_names import ISSUE_NAMES

__all__ = ["DIMENSIONS", "Holds", "corpus_columns", "issue_of", "sample_columns", "sample_ranges"]

Holds = Literal["number", "text", "flag"]
"""What a column holds."""

DIMENSIONS = (
    "completeness",
    "consistency",
    "diversity",
    "representativeness",
    "usability",
    "accuracy",
)

_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "completeness": ("missing_label",),
    "consistency": (
        "mixed_mode",
        "same_format",
        "same_size",
        "same_language",
        "same_script",
        "same_encoding",
    ),
    "diversity": ("uniqueness", "spread", "label_balance"),
    "representativeness": ("embedding", "target_cluster"),
    "accuracy": ("label_noise", "label_conflict", "caption_agreement"),
}
"""Score -> its components beside issues and measured columns."""

_OF_ISSUES = ("completeness", "consistency", "usability")
"""Scores whose components are issues."""

_RATE = re.compile(r"_rate(_low|_high)?$")

_TYPES: Mapping[str, Holds] = {
    "string": "text",
    "bool": "flag",
    "int": "number",
    "float": "number",
    "uint64": "number",
}


def sample_columns(modality: str) -> dict[str, Holds]:
    """Columns of the table with a row per sample: name -> what they hold.

    The measured columns of the profile, ``is_<issue>`` for every issue, ``is_near_evaluation``
    (a near duplicate of a sample of the evaluation set) and ``in_baseline`` (the baseline has the
    same content).
    """
    from datakit.profiles.row_schema import columns_of

    found: dict[str, Holds] = {
        column.name: _TYPES[column.type] for column in columns_of(modality) if column.type in _TYPES
    }
    found |= {f"is_{issue}": "flag" for issue in ISSUE_NAMES[modality]}
    return found | {"is_near_evaluation": "flag", "in_baseline": "flag"}


def sample_ranges(modality: str) -> dict[str, tuple[float | None, float | None]]:
    """Measured columns of the table with a row per sample: name -> least and largest value."""
    from datakit.profiles.row_schema import columns_of

    return {column.name: (column.low, column.high) for column in columns_of(modality)}


def corpus_columns(modality: str) -> dict[str, Holds]:
    """Columns of the one-row table: name -> what they hold.

    ``<dimension>`` and ``<issue>_rate`` with ``_low`` and ``_high`` (95 % interval),
    ``<dimension>_<component>`` (which of them a profile has depends on its corpus), and
    ``n_samples``, ``n_bytes``. All but the last two are from 0 to 1.
    """
    names = [*DIMENSIONS, *(f"{issue}_rate" for issue in ISSUE_NAMES[modality])]
    bounded = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    parts = [f"{score}_{part}" for score in DIMENSIONS for part in _components(score, modality)]
    return dict.fromkeys(["n_samples", "n_bytes", *bounded, *parts], "number")


def issue_of(table: str, column: str, modality: str) -> str:
    """The issue that a column of a table is about, "" for none."""
    name = column.removeprefix("is_") if table == "samples" else _RATE.sub("", column)
    return name if name != column and name in ISSUE_NAMES[modality] else ""


def _components(score: str, modality: str) -> list[str]:
    """Names of the components that a score can have."""
    found = list(_COMPONENTS.get(score, ()))
    if score in _OF_ISSUES:
        found += ISSUE_NAMES[modality]
    if score == "representativeness":
        measured = sample_columns(modality)
        found += [f"{kind}{name}" for kind in ("", "target_") for name in measured]
    return found
