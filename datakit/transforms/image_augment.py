"""Image augmenters that keep the size and the mode: flip, crop and resize, rotate, colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image, ImageStat

from datakit.errors import InputError
from datakit.transforms.image_augment_pixels import (
    augmented,
    check_fraction,
    is_number,
    upright,
)
from datakit.transforms.image_content import turned
from datakit.transforms.transform import Content

__all__ = ["Colour", "CropResize", "Flip", "Rotate"]

LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue, ITU-R BT.601: what Pillow's gray is made of."""


@dataclass(frozen=True)
class Flip:
    """Mirrors left and right, half of the time.

    Not for what is read or handed: text, digits, clocks, maps.

    Parameters
    ----------
    p
        How often, in [0, 1].
    """

    name: ClassVar[str] = "flip"
    modality: ClassVar[str] = "image"
    p: float = 0.5

    def __post_init__(self) -> None:
        check_fraction(self.p, "flip p")

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`; any mode, at its full depth."""
        if rng.random() >= self.p:
            return content, ""
        image = turned(content.value)
        mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return augmented(content, image, mirrored, "mirrored")


@dataclass(frozen=True)
class CropResize:
    """Cuts a slightly smaller picture out at a random place, and resizes it to the old size.

    Parameters
    ----------
    scale
        Least share of the width and of the height that is kept, above 0 and at most 1; the share
        is uniform from there to 1, the place uniform, and the aspect stays.
    """

    name: ClassVar[str] = "crop_resize"
    modality: ClassVar[str] = "image"
    scale: float = 0.9

    def __post_init__(self) -> None:
        check_fraction(self.scale, "crop_resize scale", least=0.01)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`; Lanczos."""
        share = 1 - (1 - self.scale) * rng.random()
        x, y = rng.random(2)
        image = upright(content)
        width, height = image.size
        left, upper = x * width * (1 - share), y * height * (1 - share)
        # Rounding must not push the box over the edge by a hair.
        right, lower = min(left + width * share, width), min(upper + height * share, height)
        resized = image.resize(
            image.size, Image.Resampling.LANCZOS, box=(left, upper, right, lower)
        )
        return augmented(
            content, image, resized, f"cropped to {100 * share:.1f} % and resized back"
        )


@dataclass(frozen=True)
class Rotate:
    """Turns a little; the corners are filled by reflection, so none is black.

    Parameters
    ----------
    degrees
        Greatest angle, from 0 to 180; the angle is uniform in both directions.
    """

    name: ClassVar[str] = "rotate"
    modality: ClassVar[str] = "image"
    degrees: float = 5.0

    def __post_init__(self) -> None:
        if not is_number(self.degrees) or not 0 <= self.degrees <= 180:
            raise InputError(f"rotate degrees is {self.degrees!r}: give a number from 0 to 180")

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`; bicubic, about the centre, anticlockwise where the angle is above 0."""
        angle = self.degrees * (2 * rng.random() - 1)
        image = upright(content)
        rotated = _rotated(image, angle)
        return augmented(content, image, rotated, f"turned by {angle:.1f} degrees, edges reflected")


def _rotated(image: Image.Image, degrees: float) -> Image.Image:
    width, height = image.size
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    # How far the turned frame reaches beyond the picture, and 2 px that bicubic looks around.
    wide = abs(cosine) * width + abs(sine) * height
    high = abs(cosine) * height + abs(sine) * width
    beside = max(math.ceil((wide - width) / 2), 0) + 2
    above = max(math.ceil((high - height) / 2), 0) + 2
    pixels = np.asarray(image)
    margins = [(above, above), (beside, beside), (0, 0)][: pixels.ndim]
    framed = Image.fromarray(np.pad(pixels, margins, mode="symmetric"))
    x, y = width / 2, height / 2
    towards = (
        *(cosine, -sine, x + beside - cosine * x + sine * y),
        *(sine, cosine, y + above - sine * x - cosine * y),
    )
    return framed.transform(image.size, Image.Transform.AFFINE, towards, Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class Colour:
    """Changes brightness, contrast and saturation slightly.

    Brightness multiplies the values; contrast multiplies their distance from the mean luma, and
    saturation that from each pixel's own luma, as `torchvision.transforms.ColorJitter` has them,
    in that order but rounded once: three roundings would darken. Alpha stays; gray stays gray.

    Parameters
    ----------
    brightness, contrast, saturation
        Greatest change, in [0, 1]: the factors are uniform in 1 - change to 1 + change.
    """

    name: ClassVar[str] = "colour"
    modality: ClassVar[str] = "image"
    brightness: float = 0.05
    contrast: float = 0.05
    saturation: float = 0.05

    def __post_init__(self) -> None:
        for what in ("brightness", "contrast", "saturation"):
            check_fraction(getattr(self, what), f"colour {what}")

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`."""
        changes = np.array([self.brightness, self.contrast, self.saturation])
        bright, contrast, saturated = (1 + changes * rng.uniform(-1, 1, 3)).tolist()
        image = upright(content)
        toned = _toned(image, bright, contrast, saturated)
        note = f"brightness x {bright:.2f}, contrast x {contrast:.2f}"
        if toned.mode in ("RGB", "RGBA"):
            note += f", saturation x {saturated:.2f}"
        return augmented(content, image, toned, note)


def _toned(image: Image.Image, bright: float, contrast: float, saturated: float) -> Image.Image:
    """All three at once, as one matrix: contrast keeps the mean, saturation keeps the luma."""
    if image.mode in ("LA", "RGBA"):
        toned = _toned(image.convert(image.mode[:-1]), bright, contrast, saturated)
        toned.putalpha(image.getchannel("A"))
        return toned
    gain = bright * contrast
    offset = (1 - contrast) * bright * ImageStat.Stat(image.convert("L")).mean[0]
    if image.mode == "L":
        values = np.rint(np.clip(gain * np.arange(256) + offset, 0, 255))
        return image.point(values.astype(np.uint8).tolist())
    rows: list[float] = []
    for channel in range(3):
        weights = [gain * (1 - saturated) * weight for weight in LUMA]
        weights[channel] += gain * saturated
        rows += [*weights, offset]
    return image.convert("RGB", tuple(rows))  # Pillow rounds the sums
