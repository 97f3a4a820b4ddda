"""The issues of each modality, by name, as columns ``is_<issue>`` and ``<issue>_rate``."""

from __future__ import annotations

from collections.abc import Mapping

from datakit.profiles.issue_names import ISSUE_NAMES

__all__ = ["CAPTION_ISSUES", "ISSUE_NAMES", "dimension_of"]

CAPTION_ISSUES = (
    "mojibake",
    "control_characters",
    "markup_residue",
    "gibberish",
    "pii",
    "secret",
    "missing_caption",
    "repeated_caption",
)
"""Issues that images have by their captions."""

_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "completeness": ("unreadable", "truncated", "empty", "empty_file", "missing_caption"),
    "consistency": (
        "wrong_suffix",
        "odd_mode",
        "not_utf8",
        "wrong_language",
        "label_conflict",
        "split_leak",
        "contaminated",
    ),
    "diversity": ("exact_duplicate", "near_duplicate"),
    "accuracy": ("label_suspect",),
}


def dimension_of(issue: str) -> str:
    """The dimension of the scorecard that an issue belongs to; usability where no other."""
    return next((name for name, issues in _DIMENSIONS.items() if issue in issues), "usability")
