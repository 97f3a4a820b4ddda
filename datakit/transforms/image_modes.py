"""Colour modes: any Pillow mode to eight bits, transparency onto a background."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageColor

from datakit.errors import InputError
from datakit.transforms.image_profiles import srgb

__all__ = ["WHITE", "colour", "eight_bits", "family", "flattened"]

WHITE = "#ffffff"

_EIGHT_BITS = ("L", "LA", "RGB", "RGBA")


def colour(given: str, parameter: str) -> tuple[int, int, int]:
    """A colour's red, green and blue, 0 to 255.

    Parameters
    ----------
    given
        As CSS names it: "#ffffff", "white".
    parameter
        What it is for, in the error.

    Raises
    ------
    InputError
        It is no colour, or a transparent one.
    """
    try:
        levels = ImageColor.getrgb(given)
    except (ValueError, AttributeError):
        levels = (0, 0, 0, 0)
    if len(levels) != 3:
        raise InputError(f"{parameter} is {given!r}: give an opaque colour like '#ffffff'")
    return levels


def family(mode: str) -> str:
    """What a colour profile of a picture of that mode is about: "gray", "RGB", "CMYK" or "LAB"."""
    if mode in ("1", "L", "LA", "La", "F") or mode.startswith("I"):
        return "gray"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def eight_bits(image: Image.Image) -> Image.Image:
    """The picture in eight bits per channel, the way the measures see it.

    Parameters
    ----------
    image
        Of any mode.

    Returns
    -------
    Image
        L or RGB, with transparency LA or RGBA; the same object where it is that already. 16 bits
        are divided by 257; 32 bits as well where they exceed 255; floating point numbers in
        [0, 1] are multiplied by 255. Inks become sRGB, by the colour profile where there is one.
    """
    mode = image.mode
    if mode in _EIGHT_BITS and (mode.endswith("A") or not image.has_transparency_data):
        return image
    if mode.startswith("I") or mode == "F":
        return Image.fromarray(_scaled(image))
    if mode == "La":
        return image.convert("LA")
    if mode == "CMYK":
        return srgb(image)[0].convert("RGB")
    gray = mode in ("1", "L")
    if image.has_transparency_data:
        return image.convert("LA" if gray else "RGBA")
    return image.convert("L" if gray else "RGB")


def _scaled(image: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    sixteen = image.mode.startswith("I;16")
    # NumPy does not know every byte order that Pillow has.
    values = np.asarray(image.convert("I") if sixteen else image).astype(np.float32)
    top = float(values.max(initial=0.0))
    if sixteen or (image.mode == "I" and top > 255):
        values = values / np.float32(257.0)
    elif image.mode == "F" and 0 < top <= 1:
        values = values * np.float32(255.0)
    return np.nan_to_num(values).clip(0, 255).astype(np.uint8)


def flattened(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """The picture on an opaque background.

    Parameters
    ----------
    image
        Of any mode.
    background
        Red, green and blue, 0 to 255.

    Returns
    -------
    Image
        The same object where it has no transparency; otherwise RGB, or L where picture and
        background are gray.
    """
    if not image.has_transparency_data:
        return image
    layer = eight_bits(image)
    if layer.mode == "LA" and len(set(background)) > 1:
        layer = layer.convert("RGBA")
    alpha = layer.getchannel("A")
    mode = layer.mode[:-1]
    ground = Image.new(mode, layer.size, background[0] if mode == "L" else background)
    ground.paste(layer.convert(mode), mask=alpha)
    return ground
