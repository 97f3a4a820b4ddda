"""Cleaner: colours to sRGB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.image_content import changed, shown_as
from datakit.transforms.image_modes import eight_bits
from datakit.transforms.image_profiles import srgb
from datakit.transforms.transform import Content

__all__ = ["ToSrgb"]


@dataclass(frozen=True)
class ToSrgb:
    """Convert colours to sRGB by the embedded ICC profile, and drop the profile.

    Pictures without a profile are taken to be sRGB. A profile that is broken, or made for other
    channels than the picture has, is dropped, and the note says so.
    """

    name: ClassVar[str] = "to_srgb"
    modality: ClassVar[str] = "image"

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        if not image.info.get("icc_profile"):
            return content, ""
        ready = image if image.mode == "CMYK" else eight_bits(image)
        if ready is not image:
            shown_as(ready, image)
        converted, note = srgb(ready)
        if converted is ready:  # only the profile goes
            converted = ready.copy()
        # CIELAB is converted by itself, whatever its profile.
        note = note or f"{image.mode} to sRGB"
        return changed(content, converted, note, forget=("icc_profile",))
