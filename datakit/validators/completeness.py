"""Completeness: whether everything that should be there is there and readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.validators.score import Score
from datakit.validators.share import Mask, flagged, share_score

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["completeness"]

_MISSING = {
    "image": ("unreadable", "truncated", "empty_file"),
    "text": ("unreadable", "empty"),
}
_ADVICE = {
    "unreadable": "Restore or drop what cannot be read.",
    "truncated": "Download the files that are cut short again, or drop them.",
    "empty_file": "Restore or drop the empty files.",
    "empty": "Restore or drop the empty documents.",
    "missing_caption": "Write captions for the images without one, or drop them.",
    "missing_label": "Label the samples without a label, or keep them apart.",
}

_LABELLED = 0.1
"""From this share on labels belong to the corpus; a few files in sub-folders do not make it one of
labelled samples."""


def completeness(profile: Profile) -> Score:
    """Share of samples with nothing missing.

    A sample misses something when it cannot be read, is empty, is an image that is cut short, has
    no caption in a corpus that has captions, or no label in a corpus where a tenth of the
    samples or more have one.

    Parameters
    ----------
    profile
        The profile.
    """
    rows = profile.rows
    defects: dict[str, Mask] = {name: flagged(profile, name) for name in _MISSING[profile.modality]}
    if "caption" in rows and rows["caption"].notna().any():
        defects["missing_caption"] = flagged(profile, "missing_caption")
    if rows["label"].notna().mean() >= _LABELLED:
        defects["missing_label"] = rows["label"].isna().to_numpy()
    return share_score(
        profile,
        "completeness",
        defects,
        "share of samples with nothing missing; Wilson 95 % interval",
        _ADVICE,
    )
