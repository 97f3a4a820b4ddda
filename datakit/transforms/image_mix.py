"""Mixers of two labelled images: CutMix and MixUp."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image, ImageOps

from datakit.errors import InputError
from datakit.transforms.image_augment_pixels import augmented, is_number, upright
from datakit.transforms.image_modes import flattened
from datakit.transforms.transform import Content

__all__ = ["CutMix", "MixUp"]


@dataclass(frozen=True)
class CutMix:
    """Pastes a box of another picture over the same place of this one.

    S. Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with
    Localizable Features", equation 2: lambda is drawn from Beta(alpha, alpha), the box has
    sqrt(1 - lambda) of each side, its centre is uniform. As in the authors' code the box is cut
    off at the picture's edge; the share that is returned is that of the pixels that are left.

    Parameters
    ----------
    alpha
        Above 0; 1 (the paper's) makes lambda uniform.
    """

    name: ClassVar[str] = "cutmix"
    modality: ClassVar[str] = "image"
    alpha: float = 1.0

    def __post_init__(self) -> None:
        _check_alpha(self.name, self.alpha)

    def mix(
        self, content: Content, other: Content, rng: np.random.Generator
    ) -> tuple[Content, str, float]:
        """As `Mixer`; the other picture is resized to cover this one, and takes its mode."""
        cut = math.sqrt(1 - rng.beta(self.alpha, self.alpha))
        image = upright(content)
        width, height = image.size
        left, right = _span(width, cut, rng)
        upper, lower = _span(height, cut, rng)
        area = (right - left) * (lower - upper)
        if not area:
            return content, "", 1.0
        box = (left, upper, right, lower)
        mixed = image.copy()
        mixed.paste(_covering(upright(other), image).crop(box), box)
        share = 1 - area / (width * height)
        return *augmented(
            content, image, mixed, f"{100 * (1 - share):.1f} % cut from another"
        ), share


def _span(length: int, cut: float, rng: np.random.Generator) -> tuple[int, int]:
    """One side of the box: the part of it that lies in the picture."""
    size, centre = int(length * cut), int(rng.integers(length))
    start = centre - size // 2
    return max(start, 0), min(start + size, length)


@dataclass(frozen=True)
class MixUp:
    """Blends this picture with another.

    H. Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization", equation 1:
    lambda x + (1 - lambda) x', with lambda from Beta(alpha, alpha).

    Parameters
    ----------
    alpha
        Above 0; the paper has 0.2 to 0.4 for ImageNet. The lower, the closer to one of the two.
    """

    name: ClassVar[str] = "mixup"
    modality: ClassVar[str] = "image"
    alpha: float = 0.2

    def __post_init__(self) -> None:
        _check_alpha(self.name, self.alpha)

    def mix(
        self, content: Content, other: Content, rng: np.random.Generator
    ) -> tuple[Content, str, float]:
        """As `Mixer`; the other picture is resized to cover this one, and takes its mode."""
        share = float(rng.beta(self.alpha, self.alpha))
        image = upright(content)
        mixed = _blended(image, _covering(upright(other), image), share)
        return *augmented(
            content, image, mixed, f"{100 * (1 - share):.1f} % of another blended in"
        ), share


def _blended(image: Image.Image, other: Image.Image, share: float) -> Image.Image:
    # Colours count as much as they can be seen: what is transparent has none.
    weighed = {"LA": "La", "RGBA": "RGBa"}.get(image.mode, image.mode)
    first, second = (
        np.asarray(one.convert(weighed), np.float32) * np.float32(part)
        for one, part in ((image, share), (other, 1 - share))
    )
    blend = np.rint(first + second).astype(np.uint8)
    return Image.frombytes(weighed, image.size, blend.tobytes()).convert(image.mode)


def _check_alpha(name: str, alpha: object) -> None:
    if not is_number(alpha) or not 0.001 <= alpha <= 1000:
        raise InputError(f"{name} alpha is {alpha!r}: give a number from 0.001 to 1000")


def _covering(other: Image.Image, image: Image.Image) -> Image.Image:
    """The other picture in this one's mode and size: resized to cover it, cut at its middle."""
    if image.mode in ("L", "RGB"):
        other = flattened(other, (255, 255, 255))  # what hides under alpha is often garbage
    if other.size != image.size:
        other = ImageOps.fit(other, image.size, Image.Resampling.LANCZOS)
    return other.convert(image.mode)
