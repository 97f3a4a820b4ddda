"""Cleaner: pictures to a size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from PIL import Image

from datakit.errors import InputError
from datakit.transforms.image_content import changed
from datakit.transforms.image_modes import WHITE, colour, eight_bits
from datakit.transforms.transform import Content

__all__ = ["Resize", "buckets"]

_LARGEST = 16384
_STEP = 64
_MODES = ("fit", "fill", "pad", "bucket")
_METHODS = ("area", "lanczos")


@dataclass(frozen=True)
class Resize:
    """Resize pictures to fit into, fill or pad a size, or to the nearest aspect bucket.

    Pixels are weighted by their opacity, and every pixel of the part that is kept counts: large
    pictures are neither decoded at reduced scale nor shrunk in two goes.

    Parameters
    ----------
    size
        In px, 1 to 16384: of both sides, or (width, height). For "bucket" one number, a multiple
        of 8 (from 512 on of 64), whose square is the area.
    mode
        "fit": keep the aspect, so that the longer side is `size`; "fill": cover `size` and crop
        the middle; "pad": as "fit", then bars up to `size`; "bucket": "fill" the one of `buckets`
        whose aspect is nearest.
    method
        "lanczos", or "area", the mean of the pixels, where both sides shrink.
    enlarge
        Whether "fit" and "pad" enlarge pictures that are smaller; "fill" and "bucket" always do.
    background
        Of the bars of "pad": opaque colour, as CSS names it.
    """

    size: int | tuple[int, int]
    mode: str = "fit"
    method: str = "lanczos"
    enlarge: bool = False
    background: str = WHITE

    name: ClassVar[str] = "resize"
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if isinstance(self.size, list):  # as YAML has it
            object.__setattr__(self, "size", tuple(self.size))
        sides = self.size if isinstance(self.size, tuple) else (self.size,) * 2
        if len(sides) != 2 or not all(type(side) is int for side in sides):
            raise InputError(f"resize size is {self.size!r}: give px, or width and height")
        if not all(1 <= side <= _LARGEST for side in sides):
            raise InputError(f"resize size is {self.size}: give 1 to {_LARGEST} px")
        for key, allowed in (("mode", _MODES), ("method", _METHODS)):
            if getattr(self, key) not in allowed:
                raise InputError(
                    f"resize {key} is {getattr(self, key)!r}: give one of {', '.join(allowed)}"
                )
        colour(self.background, "resize background")
        if self.mode == "bucket":
            if isinstance(self.size, tuple):
                raise InputError(f"resize size is {self.size}: mode bucket takes one number")
            divisor = _STEP if self.size >= 8 * _STEP else 8
            if self.size % divisor:
                raise InputError(
                    f"resize size is {self.size}: for mode bucket give a multiple of {divisor}"
                )

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        image = content.value
        target = self.size if isinstance(self.size, tuple) else (self.size, self.size)
        if self.mode == "bucket":
            target = _nearest(image.size, target[0])
        if self.mode in ("fit", "pad"):
            inner = _fitted(image.size, target, self.enlarge)
            resized = self._resampled(image, inner, None)
            if self.mode == "pad" and inner != target:
                resized = self._padded(resized, target)
        else:
            resized = self._resampled(image, target, _covering(image.size, target))
        if resized is image:
            return content, ""
        before, after = (f"{one.width} x {one.height}" for one in (image, resized))
        return changed(content, resized, f"{before} -> {after}")

    def _resampled(
        self, image: Image.Image, size: tuple[int, int], box: tuple[float, ...] | None
    ) -> Image.Image:
        if image.size == size:
            return image
        width, height = (box[2] - box[0], box[3] - box[1]) if box else image.size
        shrinks = size[0] <= width and size[1] <= height
        area = self.method == "area" and shrinks
        kernel = Image.Resampling.BOX if area else Image.Resampling.LANCZOS
        whole = (0, 0, *image.size)
        return _resamplable(image).resize(size, kernel, box or whole)  # type: ignore[arg-type]

    def _padded(self, image: Image.Image, size: tuple[int, int]) -> Image.Image:
        plain = eight_bits(image)
        ground = colour(self.background, "resize background")
        if len(set(ground)) > 1 and plain.mode in ("L", "LA"):
            plain = plain.convert("RGB" if plain.mode == "L" else "RGBA")
        levels = ground[:1] if plain.mode in ("L", "LA") else ground
        opaque = (*levels, 255) if plain.mode in ("LA", "RGBA") else levels
        canvas = Image.new(plain.mode, size, opaque[0] if len(opaque) == 1 else opaque)
        canvas.paste(plain, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
        return canvas


def _resamplable(image: Image.Image) -> Image.Image:
    """In a mode whose values can be averaged: not palettes, bits, hues or key colours."""
    if image.mode.startswith("I;16") and image.mode != "I;16":
        return image.convert("I")
    if image.mode in ("I;16", "I", "F", "CMYK", "YCbCr"):
        return image
    return eight_bits(image)


def _fitted(size: tuple[int, int], box: tuple[int, int], enlarge: bool) -> tuple[int, int]:
    """Largest size of the same aspect that fits into the box."""
    (width, height), (wide, high) = size, box
    if width <= wide and height <= high and not enlarge:
        return size
    if width * high >= height * wide:
        return wide, max(1, round(height * wide / width))
    return max(1, round(width * high / height)), high


def _covering(size: tuple[int, int], target: tuple[int, int]) -> tuple[float, ...]:
    """Left, top, right, bottom of the largest middle part that has the target's aspect."""
    (width, height), (wide, high) = size, target
    if width * high >= height * wide:
        margin = max(0.0, (width - height * wide / high) / 2)
        return margin, 0.0, width - margin, float(height)
    margin = max(0.0, (height - width * high / wide) / 2)
    return 0.0, margin, float(width), height - margin


@lru_cache(maxsize=64)
def buckets(size: int) -> tuple[tuple[int, int], ...]:
    """Sizes of different aspect and about the same area, for training in batches.

    To every longer side up to twice `size` belongs the largest shorter side with which the area
    does not exceed `size` squared; all sides are multiples of 64 px, or of an eighth of a `size`
    below 512. The rule is NovelAI's (github.com/NovelAI/novelai-aspect-ratio-bucketing, 2022);
    for 1024 it gives sizes that SDXL was trained on (Podell et al. 2023, appendix I).

    Parameters
    ----------
    size
        In px, a multiple of the step.

    Returns
    -------
    tuple of (width, height)
        Aspects from 1:4 to 4:1, narrow ones first.
    """
    step = _STEP if size >= 8 * _STEP else size // 8
    n = size // step
    wide = [(step * long, step * (n * n // long)) for long in range(n, 2 * n + 1)]
    return (*((short, long) for long, short in reversed(wide[1:])), *wide)


def _nearest(size: tuple[int, int], area: int) -> tuple[int, int]:
    """Bucket of the nearest aspect, compared by its logarithm as NovelAI does."""
    aspect = math.log(size[0] / size[1])
    return min(buckets(area), key=lambda one: abs(math.log(one[0] / one[1]) - aspect))
