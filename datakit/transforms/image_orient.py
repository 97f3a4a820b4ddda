"""Cleaner: the EXIF orientation applied to the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.image_content import changed, orientation, turned
from datakit.transforms.transform import Content

__all__ = ["Orient"]

_NOTES = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "flipped upside down",
    5: "transposed",
    6: "turned by 90 degrees",
    7: "transposed along the other diagonal",
    8: "turned by 270 degrees",
}


@dataclass(frozen=True)
class Orient:
    """Turn pictures upright, as their EXIF orientation asks, and forget the tag.

    Turns are clockwise.
    """

    name: ClassVar[str] = "orient"
    modality: ClassVar[str] = "image"

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        turn = orientation(content.value)
        if turn == 1:
            return content, ""
        note = f"{_NOTES[turn]} (EXIF)"
        return changed(content, turned(content.value), note, forget=("exif",))
