"""What image augmenters and mixers share: the picture they work on, and their result."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from PIL import Image

from datakit.errors import InputError
from datakit.transforms.image_content import changed, turned
from datakit.transforms.image_modes import eight_bits
from datakit.transforms.transform import Content

__all__ = ["augmented", "check_fraction", "is_number", "upright"]


def upright(content: Content) -> Image.Image:
    """The picture as it is shown, in 8-bit L, LA, RGB or RGBA; not to be modified."""
    return eight_bits(turned(content.value))


def augmented(
    content: Content, before: Image.Image, after: Image.Image, note: str
) -> tuple[Content, str]:
    """The result of an augmenter: the same content and "" where no pixel became another.

    Parameters
    ----------
    content
        What was given.
    before
        Its picture, upright.
    after
        The same, augmented; a new object.
    note
        What was done.
    """
    same = (before.mode, before.size) == (after.mode, after.size)
    if same and np.array_equal(np.asarray(before), np.asarray(after)):
        return content, ""
    return changed(content, after, note, forget=("exif",))


def check_fraction(value: object, what: str, least: float = 0.0) -> None:
    """Refuse what is not a number from `least` to 1."""
    if not is_number(value) or not least <= value <= 1:
        raise InputError(f"{what} is {value!r}: give a number from {least:g} to 1")


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is an int or a float; True and False are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
