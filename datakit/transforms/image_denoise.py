"""Cleaner: noise reduced."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from datakit.errors import InputError
from datakit.measures.image_detail import noise
from datakit.measures.image_statistics import reduce_images
from datakit.transforms.image_content import changed
from datakit.transforms.image_modes import eight_bits
from datakit.transforms.transform import Content

__all__ = ["Denoise"]

_STRENGTHS = (1.0, 1.5, 2.0, 3.0)
"""Filter parameter in standard deviations of the noise, weakest first. OpenCV weights a patch by
exp(-d / h^2), and the mean squared difference d of two equal patches is twice the variance. On
photographs with noise of 25 and 40 levels the result is nearest to the clean picture (PSNR) at 1
to 1.5."""


_MOST = 64.0
"""A quarter of the range: a picture below so much noise is lost."""


@dataclass(frozen=True)
class Denoise:
    """Reduce the noise of pictures that the profile would call noisy, by non-local means.

    Noise is measured as in the profile (column `noise`), the filter's strength follows it, and
    the result is measured again. A picture with more than 64 levels, or in which noise stays
    above the limit even at three standard deviations, is left as it is. Texture as fine as noise
    measures as noise, and goes with it.

    Parameters
    ----------
    limit
        Standard deviation of the noise in levels, above which there is something to do.
    """

    limit: float = 13.0

    name: ClassVar[str] = "denoise"
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.limit) and self.limit > 0):
            raise InputError(f"denoise limit is {self.limit}: give levels above 0, 13 by default")

    def clean(self, content: Content) -> tuple[Content, str]:
        """See `Cleaner`."""
        plain = eight_bits(content.value)
        alpha = plain.getchannel("A") if plain.mode in ("LA", "RGBA") else None
        pixels = np.asarray(plain.convert(plain.mode[:-1]) if alpha else plain)
        before = _measured(pixels)
        if not self.limit < before <= _MOST:  # too small to be measured is NaN
            return content, ""
        gray = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        # Large pictures are measured at reduced size, where less noise is left.
        deviation = max(before, float(noise(gray[None])[0]))
        for strength in _STRENGTHS:
            smooth = _smoothed(pixels, strength * deviation)
            after = _measured(smooth)
            if after <= self.limit:
                image = Image.fromarray(smooth)
                if alpha:
                    image.putalpha(alpha)
                return changed(content, image, f"noise {before:.1f} -> {after:.1f} levels")
        return content, ""


def _measured(pixels: npt.NDArray[np.uint8]) -> float:
    return float(reduce_images(np.ascontiguousarray(pixels)[None]).columns["noise"][0])


def _smoothed(pixels: npt.NDArray[np.uint8], strength: float) -> npt.NDArray[np.uint8]:
    if pixels.ndim == 2:
        return np.asarray(cv2.fastNlMeansDenoising(pixels, None, strength), np.uint8)
    smooth = cv2.fastNlMeansDenoisingColored(pixels[..., ::-1].copy(), None, strength, strength)
    return np.ascontiguousarray(smooth[..., ::-1])
