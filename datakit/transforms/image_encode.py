"""Cleaner: pictures in a stated file format."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from PIL import Image

from datakit.errors import InputError
from datakit.measures.image_read import jpeg_quality
from datakit.transforms.image_content import changed, finished, image_content
from datakit.transforms.image_metadata import webp_chunks
from datakit.transforms.image_modes import WHITE, colour, eight_bits, flattened
from datakit.transforms.transform import Content

__all__ = ["Encode"]

_LONGEST = {"jpeg": 65535, "webp": 16383}
_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


@dataclass(frozen=True)
class Encode:
    """Encode pictures as PNG, JPEG or WebP, where they are not yet.

    Left alone are JPEG files whose estimated quality is no better than the one asked for, WebP
    files (those without loss where loss is asked for are not), PNG files, and pictures that are
    too large for the format. JPEG has no transparency: it goes onto white.

    Parameters
    ----------
    format
        "png", "jpeg" or "webp".
    quality
        Of JPEG (IJG scale, colours at full resolution) and of WebP with loss, 1 to 100.
    lossless
        Whether WebP loses nothing.
    """

    format: str = "png"
    quality: int = 95
    lossless: bool = False

    name: ClassVar[str] = "encode"
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if self.format not in _SUFFIXES:
            raise InputError(
                f"encode format is {self.format!r}: give one of {', '.join(_SUFFIXES)}"
            )
        if type(self.quality) is not int or not 1 <= self.quality <= 100:
            raise InputError(f"encode quality is {self.quality!r}: give 1 to 100")
        if self.lossless and self.format == "jpeg":
            raise InputError("encode lossless is true for jpeg, which always loses: give webp")

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        if self._is_so(content.data) or max(image.size) > _LONGEST.get(self.format, 2**31):
            return content, ""
        if self.format == "png":
            if content.data is None:  # it will be written as PNG
                return content, ""
            content, note = changed(content, image.copy(), "encoded as PNG")
            return finished(content), note
        plain = eight_bits(image)
        note = f"encoded as {'JPEG' if self.format == 'jpeg' else 'WebP'}"
        note += " without loss" if self.lossless else f", quality {self.quality}"
        if self.format == "jpeg" and plain.mode in ("LA", "RGBA"):
            plain = flattened(plain, colour(WHITE, "background"))
            note += f", transparency on {WHITE}"
        content, note = changed(content, plain.copy(), note)
        data = _encoded(content.value, self._options())
        return image_content(data, _SUFFIXES[self.format]), note

    def _options(self) -> dict[str, Any]:
        if self.format == "jpeg":
            return {
                "format": "JPEG",
                "quality": self.quality,
                "subsampling": "4:4:4",
                "optimize": True,
            }
        return {
            "format": "WEBP",
            "quality": self.quality,
            "lossless": self.lossless,
            "exact": self.lossless,
        }

    def _is_so(self, data: bytes | None) -> bool:
        """Whether encoding these bytes would bring nothing, or pretend to a quality they lack."""
        if data is None:
            return False
        if self.format == "png":
            return data.startswith(b"\x89PNG\r\n\x1a\n")
        if self.format == "webp":
            if not data.startswith(b"RIFF") or data[8:12] != b"WEBP":
                return False
            return self.lossless or all(kind != b"VP8L" for kind, _ in webp_chunks(data))
        if not data.startswith(b"\xff\xd8\xff"):
            return False
        with Image.open(io.BytesIO(data)) as file:
            tables: dict[int, list[int]] = getattr(file, "quantization", {})
        return bool(tables) and jpeg_quality(tables) <= _estimated(self.quality)


def _encoded(image: Image.Image, options: dict[str, Any]) -> bytes:
    told = {key: image.info[key] for key in ("exif", "icc_profile") if key in image.info}
    buffer = io.BytesIO()
    image.save(buffer, **options, **told)
    return buffer.getvalue()


@lru_cache(maxsize=100)
def _estimated(quality: int) -> float:
    """What is estimated of a file of that quality: rounding makes it differ a little."""
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as file:
        return jpeg_quality(file.quantization)  # type: ignore[attr-defined]
