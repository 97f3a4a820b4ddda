"""Cleaner: the first frame of animations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.image_content import changed
from datakit.transforms.transform import Content

__all__ = ["FirstFrame"]


@dataclass(frozen=True)
class FirstFrame:
    """Keep only the first frame of animations and of files with several pictures."""

    name: ClassVar[str] = "first_frame"
    modality: ClassVar[str] = "image"

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        if "n_frames" not in content.value.info:
            return content, ""
        return changed(content, content.value.copy(), "")
