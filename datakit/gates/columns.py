"""The columns that rules may name, in both tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from datakit.gates.issue_names import ISSUE_NAMES

__all__ = ["DIMENSIONS", "Holds", "corpus_columns", "is_component", "sample_columns"]

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


def corpus_columns(modality: str) -> dict[str, Holds]:
    """Columns of the one-row table, without the components of scores: name -> what they hold.

    ``<dimension>`` and ``<issue>_rate`` with ``_low`` and ``_high`` (95 % interval), and
    ``n_samples``, ``n_bytes``.
    """
    names = [*DIMENSIONS, *(f"{issue}_rate" for issue in ISSUE_NAMES[modality])]
    bounded = [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    return dict.fromkeys(["n_samples", "n_bytes", *bounded], "number")


def is_component(name: str) -> bool:
    """Whether a name can be that of a score's component, as ``diversity_uniqueness``.

    Which components there are depends on the profile, so only the judge can tell.
    """
    dimension, _, part = name.partition("_")
    return dimension in DIMENSIONS and part not in ("", "low", "high")
