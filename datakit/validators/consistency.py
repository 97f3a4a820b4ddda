"""Consistency: whether the corpus contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.validators.score import Component, Score
from datakit.validators.share import flagged, share_score

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["consistency"]

_CONTRADICTIONS = {
    "wrong_suffix": "Rename the files whose suffix is not their format.",
    "odd_mode": "Convert the images to one colour mode.",
    "rotated_by_exif": "Apply the EXIF orientation to the pixels: most loaders ignore it.",
    "label_conflict": "Decide on one label for images that appear under several.",
    "split_leak": "Remove from training what also is in the test or validation split.",
}


def consistency(profile: Profile) -> Score:
    """Share of samples that contradict nothing.

    Homogeneity of format, mode and size is shown beside it and does not enter the score: a mixed
    corpus can be legitimate.

    Parameters
    ----------
    profile
        The profile.
    """
    rows = profile.rows
    readable = rows[rows["status"] == "ok"]
    homogeneity = []
    if len(readable):
        sizes = readable["width"].astype(str) + "x" + readable["height"].astype(str)
        for name, values in (
            ("format", readable["format"]),
            ("mode", readable["mode"]),
            ("size", sizes),
        ):
            share = float(values.value_counts(normalize=True).iloc[0])
            meaning = f"share of the commonest {name}; for reading, not part of the score"
            homogeneity.append(Component(f"same_{name}", share, len(readable), meaning))
    return share_score(
        profile,
        "consistency",
        {name: flagged(profile, name) for name in _CONTRADICTIONS},
        "share of samples without a contradiction; Wilson 95 % interval",
        _CONTRADICTIONS,
        tuple(homogeneity),
    )
