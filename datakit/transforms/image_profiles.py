"""Colour profiles: pictures to sRGB, by LittleCMS."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from PIL import Image, ImageCms

__all__ = ["srgb"]

_SAME = 2
"""Levels that a conversion may change at most for a profile to be called sRGB itself: the many
sRGB profiles in use round differently."""

_LEVELS = np.linspace(0, 255, 17).round().astype(np.uint8)
_LATTICE = np.stack(np.meshgrid(_LEVELS, _LEVELS, _LEVELS), axis=-1).reshape(17, -1, 3)
_RAMP = np.arange(256, dtype=np.uint8)[None]

Conversion = Callable[[Image.Image], Image.Image]

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


def srgb(image: Image.Image) -> tuple[Image.Image, str]:
    """The picture in sRGB, and what was done.

    Relative colorimetric with black point compensation, which for the matrix profiles of cameras
    and screens equals every other intent.

    Parameters
    ----------
    image
        In L, LA, RGB, RGBA or CMYK; its profile is `image.info["icc_profile"]`.

    Returns
    -------
    image, note
        The same object where its values are sRGB as they stand: without a profile (note ""),
        with one that says so, or with one that cannot be used. CMYK becomes RGB, gray stays gray.
    """
    profile = image.info.get("icc_profile")
    if not profile:
        return image, ""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    mode = image.mode[:-1] if alpha else image.mode
    conversion, note = _conversion(bytes(profile), mode)
    if conversion is None:
        return image, note
    converted = conversion(image.convert(mode) if alpha else image)
    if alpha:
        converted.putalpha(alpha)
    return converted, note


@lru_cache(maxsize=16)
def _conversion(profile: bytes, mode: str) -> tuple[Conversion | None, str]:
    """From a profile to sRGB, None where pixels are not to be changed; and what to say."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        name = _told(ImageCms.getProfileDescription(source))
    except Exception:  # a broken profile must not cost the picture
        return None, "broken colour profile dropped"
    gray = mode == "L"
    if space != _SPACES[mode]:
        return None, f"colour profile for {space} dropped from a picture in {mode}"
    try:
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            # LittleCMS' short cut for curves is off by up to ten levels in dark gray.
            ImageCms.Flags.BLACKPOINTCOMPENSATION | (ImageCms.Flags.NOOPTIMIZE if gray else 0),
        )
    except Exception:
        return None, "broken colour profile dropped"
    note = f"colours from '{name}' to sRGB"
    if mode == "CMYK":
        return partial(_applied, transform), note
    probe = _RAMP if gray else _LATTICE
    after = np.asarray(_applied(transform, Image.fromarray(probe))).astype(int)
    after = after[..., 0] if gray else after
    if np.abs(after - probe).max() <= _SAME:
        return None, f"colour profile dropped: '{name}' is sRGB"
    if gray:
        table = after[0].tolist()
        return lambda image: image.point(table), note
    return partial(_applied, transform), note


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    return image if converted is None else converted  # None only where it is done in place


def _told(name: str) -> str:
    """A profile's name as a note can have it: one short printable line."""
    return "".join(c for c in name.strip() if c.isprintable() and c != "'")[:40] or "unnamed"
