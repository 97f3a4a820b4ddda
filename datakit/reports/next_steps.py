"""The few most useful things to do next, from issues and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["next_steps"]

# Weight of one affected sample, and what to do: what breaks training or its evaluation first.
_STEPS: dict[str, tuple[float, str]] = {
    "split_leak": (20, "Remove {n} images that are in more than one split: results on them lie"),
    "unreadable": (10, "Restore or drop {n} files that cannot be read"),
    "truncated": (10, "Fetch {n} files again that are cut short"),
    "empty_file": (10, "Restore or drop {n} empty files"),
    "label_conflict": (8, "Decide on one label for {n} images that have several"),
    "exact_duplicate": (4, "Keep one of each of {g} groups of exact copies ({n} images)"),
    "near_duplicate": (3, "Look at {g} groups of near duplicates ({n} images) and keep the best"),
    "low_information": (3, "Drop {n} blank or flat images"),
    "too_bright": (2, "Look at {n} overexposed images"),
    "too_dark": (2, "Look at {n} images that are too dark"),
    "blurry": (2, "Look at {n} blurred images"),
    "noisy": (2, "Look at {n} noisy images"),
    "letterboxed": (2, "Crop the borders of {n} letterboxed images"),
    "over_compressed": (2, "Find better sources for {n} over-compressed images"),
    "upscaled": (1.5, "Find the originals of {n} enlarged images"),
    "odd_size": (1.5, "Drop {n} images of a very different size, or set them apart"),
    "wrong_suffix": (1, "Rename {n} files whose suffix is not their format"),
    "rotated_by_exif": (1, "Apply the EXIF rotation to {n} images"),
    "missing_caption": (1, "Write captions for {n} images"),
    "label_suspect": (1, "Check the labels of {n} images that look like another class"),
    "odd_mode": (0.7, "Convert {n} images to the colour mode of the others"),
    "grayscale": (0.5, "Decide whether {n} gray images belong into a colour corpus"),
}


def next_steps(issues: pd.DataFrame, most: int = 3) -> list[str]:
    """The most useful steps, by weight and number of affected samples.

    Parameters
    ----------
    issues
        The issues of a profile.
    most
        How many.
    """
    steps = []
    for issue, part in issues.groupby("issue"):
        weight, text = _STEPS.get(str(issue), (0.0, ""))
        n = int(part["sample_id"].nunique())
        if text:
            steps.append((-weight * n**0.5, text.format(n=n, g=part["group"].nunique())))
    return [text for _, text in sorted(steps)[:most]]
