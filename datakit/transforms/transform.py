"""What a transform is: a cleaner, an augmenter or a mixer of one sample's content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

__all__ = ["Augmenter", "Cleaner", "Content", "Mixer", "generator"]


@dataclass(frozen=True, slots=True)
class Content:
    """A decoded sample on its way through transforms.

    Parameters
    ----------
    value
        What it shows or says: a loaded Pillow image, or a str.
    data
        Its encoded bytes, as long as they say what `value` says; None once they do not.
    suffix
        Of the file that `data` is, lower case, with the dot; of what it would be written as
        where there are no bytes (".png", ".txt").
    """

    value: Any
    data: bytes | None
    suffix: str


@runtime_checkable
class Cleaner(Protocol):
    """A repair: idempotent, and a pure function of the content.

    Attributes
    ----------
    name
        As recipes call it.
    modality
        "image" or "text".
    """

    name: ClassVar[str]
    modality: ClassVar[str]

    def clean(self, content: Content) -> tuple[Content, str]:
        """The repaired content, and what was changed; the same object and "" where nothing was."""


@runtime_checkable
class Augmenter(Protocol):
    """A random change that keeps what the sample shows or says; attributes as of `Cleaner`."""

    name: ClassVar[str]
    modality: ClassVar[str]

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The changed content, and what was changed; the same object and "" where nothing was."""


@runtime_checkable
class Mixer(Protocol):
    """A random mix of two samples; attributes as of `Cleaner`."""

    name: ClassVar[str]
    modality: ClassVar[str]

    def mix(
        self, content: Content, other: Content, rng: np.random.Generator
    ) -> tuple[Content, str, float]:
        """The mixed content, what was done, and the first sample's share of it, in [0, 1]."""


def generator(seed: int, sample_id: str, copy: int = 0) -> np.random.Generator:
    """The random numbers of one copy of one sample: the same in any order, on any worker.

    Parameters
    ----------
    seed
        Of the recipe.
    sample_id
        Of the sample.
    copy
        0 for the sample itself, 1, 2, ... for its further copies.
    """
    told = f"{seed}\0{copy}\0{sample_id}".encode("utf-8", "surrogatepass")
    return np.random.default_rng(int.from_bytes(hashlib.sha256(told).digest()[:16], "little"))
