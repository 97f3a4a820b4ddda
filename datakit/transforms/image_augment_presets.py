"""Sets of image augmenters by name, chosen for generative training."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from datakit.errors import InputError
from datakit.transforms.image_augment import Colour, CropResize, Flip, Rotate
from datakit.transforms.transform import Augmenter, Content

__all__ = ["PRESETS", "Preset"]

PRESETS: dict[str, tuple[Augmenter, ...]] = {
    "safe": (Flip(), CropResize(), Colour()),
    "digits": (CropResize(), Rotate()),
    "strong": (Flip(), Rotate(15), CropResize(0.7), Colour(0.3, 0.3, 0.3)),
}
"""Name -> its augmenters, in order.

`safe` is for photos; `digits` for what a mirror would turn into something else, such as digits
and letters, and for pictures on plain white or black, which colour changes would turn gray;
`strong` for classifiers: a generator learns to draw what it does.
"""


@dataclass(frozen=True)
class Preset:
    """A set of augmenters by name: safe (photos), digits (never mirrored), strong (classifiers).

    Parameters
    ----------
    kind
        "safe", "digits" or "strong".
    """

    name: ClassVar[str] = "preset"
    modality: ClassVar[str] = "image"
    kind: str = "safe"

    def __post_init__(self) -> None:
        if self.kind not in PRESETS:
            near = difflib.get_close_matches(str(self.kind), PRESETS, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"give one of {', '.join(PRESETS)}"
            raise InputError(f"unknown image preset {self.kind!r}: {meant}")

    @property
    def steps(self) -> tuple[Augmenter, ...]:
        """What it is made of, in order."""
        return PRESETS[self.kind]

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """As `Augmenter`: each step in turn."""
        notes = []
        for step in self.steps:
            content, note = step.augment(content, rng)
            notes.append(note)
        return content, "; ".join(note for note in notes if note)
