"""Usability: how many samples a model can learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.validators.score import Score
from datakit.validators.share import flagged, share_score

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["usability"]

_IMAGE = {
    "unreadable": "Drop the files that cannot be read.",
    "truncated": "Drop the files that are cut short.",
    "empty_file": "Drop the empty files.",
    "blurry": "Drop the blurred images, unless blur is what the model shall learn.",
    "too_dark": "Drop or brighten the dark images.",
    "too_bright": "Drop the overexposed images: what is clipped cannot be restored.",
    "low_information": "Drop the blank and flat images.",
    "low_contrast": "Stretch or drop the images with hardly any contrast.",
    "noisy": "Denoise or drop the noisy images: a generator learns the noise.",
    "letterboxed": "Crop the borders: a generator learns to draw them.",
    "over_compressed": "Find less compressed sources: a generator learns the blocks.",
    "upscaled": "Find the originals of enlarged images, or train at a lower resolution.",
    "odd_size": "Drop the images that are far smaller or larger than the others.",
    "odd_aspect": "Crop or drop the extremely long images.",
}
_CAPTION = {
    "mojibake": "Repair the encoding of the captions (ftfy).",
    "control_characters": "Remove the control characters from the captions.",
    "gibberish": "Write the captions again that are no language.",
    "markup_residue": "Extract the captions from the markup again.",
    "pii": "Replace personal data in captions by placeholders: a model may repeat it.",
    "secret": "Revoke the keys and passwords in captions, and remove them.",
    "repeated_caption": "Write captions that tell the images apart.",
}
_TEXT = {
    "unreadable": "Drop what cannot be read as text.",
    "empty": "Drop the empty documents.",
    "mojibake": "Repair the encoding (ftfy), or decode the originals again.",
    "control_characters": "Remove the control characters.",
    "too_short": "Drop the documents that are too short to learn from, or join them.",
    "too_long": "Split the extremely long documents.",
    "repetitive": "Drop or cut the repetitive documents: a model learns to loop.",
    "boilerplate": "Remove menus, footers and notices, line by line.",
    "gibberish": "Drop the documents that are no language.",
    "markup_residue": "Extract the text from the markup again.",
    "pii": "Replace personal data by placeholders: a model may repeat it.",
    "secret": "Revoke the keys and passwords, and remove them.",
    "contaminated": "Drop what contains evaluation items: results on them lie.",
}
_DISABLING = {"image": _IMAGE, "text": _TEXT}


def usability(profile: Profile) -> Score:
    """Share of samples without a disabling defect.

    Parameters
    ----------
    profile
        The profile.
    """
    defects = _DISABLING[profile.modality]
    if profile.modality == "image" and profile.rows["caption"].notna().any():
        defects = defects | _CAPTION
    return share_score(
        profile,
        "usability",
        {name: flagged(profile, name) for name in defects},
        "share of samples without a disabling defect; Wilson 95 % interval",
        defects,
    )
