"""Cleaner: metadata removed, above all the location."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import ClassVar

from PIL import Image

from datakit.transforms.image_content import changed, orientation
from datakit.transforms.image_metadata import cut_metadata
from datakit.transforms.transform import Content

__all__ = ["StripMetadata"]

_TIFF_PICTURE = frozenset(
    (
        *(254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284),
        *(290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334),
        *(338, 339, 340, 341, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532),
        34675,
    )
)
"""TIFF 6.0: tags that tell how the picture is stored and shown; 34675 is the colour profile."""


@dataclass(frozen=True)
class StripMetadata:
    """Remove metadata: EXIF with location and thumbnail, XMP, IPTC, comments, trailing data.

    Pictures are shown as before: colour profile and orientation stay. JPEG, PNG, WebP and GIF
    files lose nothing else, and are not coded again; other formats that carry metadata become PNG.
    """

    name: ClassVar[str] = "strip_metadata"
    modality: ClassVar[str] = "image"

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        if content.data is None:  # what is written from pixels has none
            return content, ""
        found = cut_metadata(content.data, orientation(content.value))
        if found is None:
            if _is_bare(content.data):
                return content, ""
            return changed(content, content.value.copy(), "metadata removed, encoded again")
        data, removed = found
        if data == content.data:
            return content, ""
        note = f"metadata removed: {', '.join(dict.fromkeys(removed)) or 'its empty places'}"
        # The further pictures of a JPEG follow its end; the frames of an animation all stay.
        if data.startswith(b"\xff\xd8") and "n_frames" in content.value.info:
            content, note = changed(content, content.value.copy(), note)
            return replace(content, data=data, suffix=".jpg"), note
        return replace(content, data=data), note


def _is_bare(data: bytes) -> bool:
    """Whether a file in a format that is not cut has no metadata."""
    with Image.open(io.BytesIO(data)) as image:
        if image.format in ("BMP", "DIB", "QOI"):  # these cannot have any
            return True
        if image.format == "AVIF":
            return not any(image.info.get(key) for key in ("exif", "xmp"))
        if image.format != "TIFF":
            return False
        for page in range(getattr(image, "n_frames", 1)):
            image.seek(page)
            if not _TIFF_PICTURE.issuperset(image.tag_v2):  # type: ignore[attr-defined]
                return False
        return True
