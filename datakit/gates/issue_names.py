"""The issues of each modality, by name, as columns ``is_<issue>`` and ``<issue>_rate``."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CAPTION_ISSUES", "ISSUE_NAMES", "dimension_of"]

_BOTH = (
    "unreadable",
    "truncated",
    "exact_duplicate",
    "near_duplicate",
    "mojibake",
    "control_characters",
    "markup_residue",
    "gibberish",
    "pii",
    "secret",
    "outlier",
    "label_conflict",
    "split_leak",
    "label_suspect",
)
_IMAGE = (
    "empty_file",
    "wrong_suffix",
    "blurry",
    "too_dark",
    "too_bright",
    "low_information",
    "low_contrast",
    "noisy",
    "odd_size",
    "odd_aspect",
    "odd_mode",
    "grayscale",
    "letterboxed",
    "over_compressed",
    "upscaled",
    "rotated_by_exif",
    "animated",
    "missing_caption",
    "repeated_caption",
)
_TEXT = (
    "empty",
    "not_utf8",
    "too_short",
    "too_long",
    "repetitive",
    "boilerplate",
    "wrong_language",
    "contaminated",
)

ISSUE_NAMES: Mapping[str, tuple[str, ...]] = {"image": _BOTH + _IMAGE, "text": _BOTH + _TEXT}
"""Modality -> its issues."""

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
