"""Cleaner: transparency onto a background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.image_content import changed
from datakit.transforms.image_modes import WHITE, colour, flattened
from datakit.transforms.transform import Content

__all__ = ["Flatten"]


@dataclass(frozen=True)
class Flatten:
    """Put pictures with transparency (an alpha channel, a palette's, a key colour) on a background.

    Parameters
    ----------
    background
        Opaque colour, as CSS names it.
    """

    background: str = WHITE

    name: ClassVar[str] = "flatten"
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        colour(self.background, "flatten background")

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        if not image.has_transparency_data:
            return content, ""
        flat = flattened(image, colour(self.background, "flatten background"))
        return changed(content, flat, f"transparency on {self.background}")
