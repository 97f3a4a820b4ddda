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
    "mixed_mode": "Convert the images to one colour mode.",
    "rotated_by_exif": "Apply the EXIF orientation to the pixels: most loaders ignore it.",
    "not_utf8": "Convert the documents to UTF-8: readers will guess their encoding differently.",
    "wrong_language": "Drop the documents in other languages, or set them apart.",
    "label_conflict": "Decide on one label for samples that appear under several.",
    "split_leak": "Remove from training what also is in the test or validation split.",
}
_CONTRADICTIONS = {
    "image": ("wrong_suffix", "rotated_by_exif", "label_conflict", "split_leak"),
    "text": ("not_utf8", "wrong_language", "label_conflict", "split_leak"),
}


def consistency(profile: Profile) -> Score:
    """Share of samples that contradict nothing.

    An image contradicts the others when it is not in the commonest colour mode, however many
    are not: loaders convert modes in different ways, and converting all to one is one pass.

    Homogeneity (of format and size, or of language, script and encoding) is shown beside it and
    does not enter the score: a mixed corpus can be legitimate.

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
    defects = {name: flagged(profile, name) for name in _CONTRADICTIONS[profile.modality]}
    if profile.modality == "image" and rows["mode"].notna().any():
        commonest = rows["mode"].value_counts().index[0]
        defects["mixed_mode"] = (rows["mode"].notna() & (rows["mode"] != commonest)).to_numpy()
    return share_score(
        profile,
        "consistency",
        defects,
        "share of samples without a contradiction; Wilson 95 % interval",
        _ADVICE,
        tuple(homogeneity),
    )


def _kinds(modality: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """What samples of a modality may have in common."""
    if modality == "text":
        return {name: rows[name] for name in ("language", "script", "encoding")}
    sizes = rows["width"].astype(str) + "x" + rows["height"].astype(str)
    return {"format": rows["format"], "size": sizes}
