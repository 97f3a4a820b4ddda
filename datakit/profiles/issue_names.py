"""The names of the issues that are looked for, by modality."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ISSUE_NAMES"]

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
