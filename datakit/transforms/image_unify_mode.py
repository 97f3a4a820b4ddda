"""Cleaner: one colour mode and bit depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datakit.errors import InputError
from datakit.transforms.image_content import changed
from datakit.transforms.image_modes import WHITE, colour, eight_bits, flattened
from datakit.transforms.transform import Content

__all__ = ["UnifyMode"]


@dataclass(frozen=True)
class UnifyMode:
    """Bring every picture to one colour mode with eight bits per channel.

    16 bits are scaled as the profile does it; inks follow their colour profile; transparency goes
    onto white: `flatten` before it chooses another background.

    Parameters
    ----------
    mode
        "RGB" or "L" (gray, by the luma of ITU-R BT.601).
    """

    mode: str = "RGB"

    name: ClassVar[str] = "unify_mode"
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if self.mode not in ("RGB", "L"):
            raise InputError(f"unify_mode mode is {self.mode!r}: give 'RGB' or 'L'")

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        transparent = image.has_transparency_data
        if image.mode == self.mode and not transparent and "bit_depth" not in image.info:
            return content, ""
        note = f"{image.mode} -> {self.mode}" if image.mode != self.mode else ""
        if transparent:
            note = ", ".join(filter(None, (note, f"transparency on {WHITE}")))
        plain = flattened(eight_bits(image), colour(WHITE, "background"))
        return changed(content, plain.convert(self.mode), note)
