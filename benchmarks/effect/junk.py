"""Pictures of something else, for junk."""

from __future__ import annotations

import numpy as np

__all__ = ["colour_digits", "gray_photographs"]


def gray_photographs(photographs: np.ndarray) -> np.ndarray:
    """Middles of 28 px of colour pictures (n, 32, 32, 3), in gray (ITU-R BT.601)."""
    middle = photographs[:, 2:30, 2:30].astype(float)
    return (middle @ [0.299, 0.587, 0.114]).round().astype(np.uint8)


def colour_digits(digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Digits (n, 28, 28) on 32 px, each in one random colour on another."""
    part = np.pad(digits, ((0, 0), (2, 2), (2, 2)))[..., None] / 255
    ink, paper = rng.uniform(0, 255, (2, len(digits), 1, 1, 3))
    return (part * ink + (1 - part) * paper).round().astype(np.uint8)
