"""The few most useful things to do next, from issues and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["next_steps"]

# Weight of one affected sample, and what to do: what breaks training or its evaluation first. Of
# defects whose cost was measured (docs/benchmark/studies.md) noise, blur and images of another kind
# cost small models most, a sample; blanks and copies a third of that or less, but copies are also
# given back.
_SHARED: dict[str, tuple[float, str]] = {
    "split_leak": (20, "Remove {n} {things} that are in more than one split: results on them lie"),
    "unreadable": (10, "Restore or drop {n} files that cannot be read"),
    "label_conflict": (8, "Decide on one label for {n} {things} that have several"),
    "exact_duplicate": (2.5, "Keep one of each of {g} groups of exact copies ({n} {things})"),
    "near_duplicate": (2, "Look at {g} groups of near duplicates ({n} {things}) and keep the best"),
    "label_suspect": (1, "Check the labels of {n} {things} that look like another class"),
}

_IMAGE: dict[str, tuple[float, str]] = {
    "truncated": (10, "Fetch {n} files again that are cut short"),
    "empty_file": (10, "Restore or drop {n} empty files"),
    "low_information": (2, "Drop {n} blank or flat images"),
    "too_bright": (2, "Look at {n} overexposed images"),
    "too_dark": (2, "Look at {n} images that are too dark"),
    "blurry": (4, "Drop {n} blurred images: a generator learns the blur"),
    "noisy": (4, "Drop {n} noisy images: a generator learns the noise"),
    "letterboxed": (2, "Crop the borders of {n} letterboxed images"),
    "over_compressed": (2, "Find better sources for {n} over-compressed images"),
    "upscaled": (1.5, "Find the originals of {n} enlarged images"),
    "odd_size": (1.5, "Drop {n} images of a very different size, or set them apart"),
    "wrong_suffix": (1, "Rename {n} files whose suffix is not their format"),
    "rotated_by_exif": (1, "Apply the EXIF rotation to {n} images"),
    "missing_caption": (1, "Write captions for {n} images"),
    "odd_mode": (0.7, "Convert {n} images to the colour mode of the others"),
    "outlier": (3, "Look at {n} images of another kind than the bulk, and drop what is no use"),
    "grayscale": (0.5, "Decide whether {n} gray images belong into a colour corpus"),
}

_TEXT: dict[str, tuple[float, str]] = {
    "contaminated": (
        30,
        "Remove {n} documents that contain evaluation items: results on them lie",
    ),
    "secret": (12, "Revoke the keys and passwords in {n} documents, then remove them"),
    "pii": (8, "Replace the personal data in {n} documents by placeholders: a model repeats it"),
    "mojibake": (6, "Repair the encoding of {n} garbled documents, or decode the originals again"),
    "empty": (4, "Drop {n} empty documents, or find what they should hold"),
    "gibberish": (3, "Drop {n} documents that are no language"),
    "repetitive": (3, "Cut or drop {n} repetitive documents: a model learns to loop"),
    "wrong_language": (3, "Set apart {n} documents in another language than the corpus"),
    "not_utf8": (3, "Convert {n} documents to UTF-8 that are in another encoding or damaged"),
    "boilerplate": (1.5, "Remove menus, footers and notices from {n} documents, line by line"),
    "markup_residue": (2.5, "Extract the text of {n} documents again that still hold markup"),
    "control_characters": (2, "Remove the control characters from {n} documents"),
    "truncated": (1.5, "Look at {n} documents that may end in the middle of a sentence"),
    "too_short": (1.5, "Join or drop {n} documents that are too short to learn from"),
    "too_long": (1, "Split {n} extremely long documents"),
    "outlier": (0.5, "Look at {n} documents that are unlike all others"),
}

_STEPS = {"image": _SHARED | _IMAGE, "text": _SHARED | _TEXT}


def next_steps(issues: pd.DataFrame, modality: str = "image", most: int = 3) -> list[str]:
    """The most useful steps, by weight and number of affected samples.

    Parameters
    ----------
    issues
        The issues of a profile.
    modality
        What the samples are: "image" or "text".
    most
        How many.
    """
    known = _STEPS[modality]
    things = {"image": "images", "text": "documents"}[modality]
    steps = []
    for issue, part in issues.groupby("issue"):
        weight, text = known.get(str(issue), (0.0, ""))
        n = int(part["sample_id"].nunique())
        if text:
            sentence = text.format(n=n, g=part["group"].nunique(), things=things)
            steps.append((-weight * n**0.5, sentence))
    return [text for _, text in sorted(steps)[:most]]
