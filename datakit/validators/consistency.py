"""Consistency: whether the corpus contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.validators.score import Component, Score
from datakit.validators.share import flagged, share_score

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["consistency"]

_ADVICE = {
    "wrong_suffix": "Rename the files whose suffix is not their format.",
    "odd_mode": "Convert the images to one colour mode.",
    "rotated_by_exif": "Apply the EXIF orientation to the pixels: most loaders ignore it.",
    "not_utf8": "Convert the documents to UTF-8: readers will guess their encoding differently.",
    "wrong_language": "Drop the documents in other languages, or set them apart.",
    "label_conflict": "Decide on one label for samples that appear under several.",
    "split_leak": "Remove from training what also is in the test or validation split.",
}
_CONTRADICTIONS = {
    "image": ("wrong_suffix", "odd_mode", "rotated_by_exif", "label_conflict", "split_leak"),
    "text": ("not_utf8", "wrong_language", "label_conflict", "split_leak"),
}


def consistency(profile: Profile) -> Score:
    """Share of samples that contradict nothing.

    Homogeneity (of format, mode and size, or of language, script and encoding) is shown beside it
    and does not enter the score: a mixed corpus can be legitimate.

    Parameters
    ----------
    profile
        The profile.
    """
    rows = profile.rows
    readable = rows[rows["status"] == "ok"]
    homogeneity = []
    for name, values in _kinds(profile.modality, readable).items():
        known = values.dropna()
        if len(known):
            share = float(known.value_counts(normalize=True).iloc[0])
            meaning = f"share of the commonest {name}; for reading, not part of the score"
            homogeneity.append(Component(f"same_{name}", share, len(known), meaning))
    return share_score(
        profile,
        "consistency",
        {name: flagged(profile, name) for name in _CONTRADICTIONS[profile.modality]},
        "share of samples without a contradiction; Wilson 95 % interval",
        _ADVICE,
        tuple(homogeneity),
    )


def _kinds(modality: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """What samples of a modality may have in common."""
    if modality == "text":
        return {name: rows[name] for name in ("language", "script", "encoding")}
    sizes = rows["width"].astype(str) + "x" + rows["height"].astype(str)
    return {"format": rows["format"], "mode": rows["mode"], "size": sizes}
