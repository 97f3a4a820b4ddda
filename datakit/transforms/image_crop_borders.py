"""Cleaner: letterbox bars cropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from datakit.measures.image_statistics import reduce_images
from datakit.transforms.image_content import changed
from datakit.transforms.image_modes import eight_bits
from datakit.transforms.transform import Content

__all__ = ["CropBorders"]

_LEAST = 0.04
"""Least share of the height or width that a bar has on each of two opposite sides: the rule of the
issue `letterboxed`."""

_TOLERANCE = 10
_PICTURE = 0.25
"""A line is picture where so many of its pixels differ by more than the tolerance from the bar;
both as in `datakit.measures.image_borders`."""

_MEASURED_SIDE = 160
"""Borders are measured on pictures halved down to 160 to 320 px."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class CropBorders:
    """Crop uniform bars where the profile would call the picture letterboxed.

    Bars are cropped in pairs, above and below or left and right, each 4 % or more: a subject on
    an even background, which has no such bars or on one side only, stays as it is.
    """

    name: ClassVar[str] = "crop_borders"
    modality: ClassVar[str] = "image"

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        pixels = _pixels(image)
        left, top, right, bottom = 0, 0, image.width, image.height
        # Each round shrinks the picture; a bar inside a bar takes another round.
        while found := _picture_box(pixels[top:bottom, left:right]):
            left, top, right, bottom = (
                left + found[0],
                top + found[1],
                left + found[2],
                top + found[3],
            )
        if (left, top, right, bottom) == (0, 0, image.width, image.height):
            return content, ""
        sides = {
            "top": top,
            "bottom": image.height - bottom,
            "left": left,
            "right": image.width - right,
        }
        note = ", ".join(f"{width} px {side}" for side, width in sides.items() if width)
        cropped = image.crop((left, top, right, bottom))
        return changed(content, cropped, f"bars cropped: {note}")


def _pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """As the measures see it, alpha dropped: (h, w, 3) or (h, w)."""
    plain = np.asarray(eight_bits(image))
    if plain.ndim == 2:
        return plain
    return plain[..., 0] if plain.shape[2] == 2 else plain[..., :3]


def _picture_box(pixels: npt.NDArray[np.uint8]) -> Box | None:
    """Left, top, right, bottom of what lies between the bars; None where there are none."""
    columns = reduce_images(np.ascontiguousarray(pixels)[None]).columns
    shares = {side: float(columns[f"border_{side}"][0]) for side in _SIDES}
    height, width = pixels.shape[:2]
    gray = pixels if pixels.ndim == 2 else pixels @ np.array([0.299, 0.587, 0.114])
    box = [0, 0, width, height]
    if min(shares["top"], shares["bottom"]) > _LEAST:
        box[1] = _bar(gray, shares["top"])
        box[3] = height - _bar(gray[::-1], shares["bottom"])
    if min(shares["left"], shares["right"]) > _LEAST:
        box[0] = _bar(gray.T, shares["left"])
        box[2] = width - _bar(gray.T[::-1], shares["right"])
    left, top, right, bottom = box
    if box == [0, 0, width, height] or left >= right or top >= bottom:
        return None
    return left, top, right, bottom


_SIDES = ("top", "bottom", "left", "right")


def _bar(lines: npt.NDArray[np.float64] | npt.NDArray[np.uint8], share: float) -> int:
    """Lines of a bar, from a share that was measured on the halved picture."""
    about = share * len(lines)
    margin = max(lines.shape) // _MEASURED_SIDE + 1
    level = float(np.median(lines[0]))
    count = max(1, round(about) - margin)
    while count < about + margin and count < len(lines) - 1:
        if (np.abs(lines[count] - level) > _TOLERANCE).mean() >= _PICTURE:
            break
        count += 1
    return count
