"""What the runs of a benchmark train on and are compared with: arrays on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datakit.profiles.files import atomic

__all__ = ["ENOUGH", "Design", "chosen", "load_content", "save_content"]

Content = npt.NDArray[np.uint8] | list[bytes]
Rows = npt.NDArray[np.int64]

ENOUGH = 0.9
"""Share of raw that curated must stay below for `random` to be worth drawing from what is left."""


@dataclass(frozen=True)
class Design:
    """Which samples each arm trains on, by seed.

    Parameters
    ----------
    sizes
        Samples of each arm's content: "raw", "curated", and others such as "clean".
    halves
        Curated is about as large as raw, so nothing is left to draw a random subset from: every
        seed trains on a random half of each arm.
    """

    sizes: Mapping[str, int]
    halves: bool

    @classmethod
    def of(cls, sizes: Mapping[str, int]) -> Design:
        """The design for arms of these sizes."""
        return cls(sizes, sizes["curated"] >= ENOUGH * sizes["raw"])

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, the verdict's first."""
        own = ("curated", "raw") if self.halves else ("curated", "random", "raw")
        return (*own, *(name for name in self.sizes if name not in own))

    def n_samples(self, arm: str) -> int:
        """Training samples of one run of an arm."""
        n = self.sizes["curated" if arm == "random" else arm]
        return max(1, n // 2) if self.halves else n

    def rows(self, arm: str, seed: int) -> tuple[str, Rows]:
        """The content that an arm reads, and the rows of it that a seed trains on.

        `random` draws anew for every seed, so that its spread carries the luck of the draw.
        """
        source = "raw" if arm == "random" else arm
        n = self.sizes[source]
        if arm != "random" and not self.halves:
            return source, np.arange(n)
        rng = np.random.default_rng([seed, 1 + self.halves])
        return source, np.sort(rng.choice(n, self.n_samples(arm), replace=False))


def save_content(folder: Path, name: str, content: Content) -> None:
    """Write images as one array, or texts as their bytes and lengths; whole or not at all."""
    with atomic(folder / f"{name}.npz") as temporary, temporary.open("wb") as file:
        if isinstance(content, np.ndarray):
            np.savez(file, images=content)
            return
        lengths = np.array([len(text) for text in content], np.int64)
        np.savez(file, bytes=np.frombuffer(b"".join(content), np.uint8), lengths=lengths)


def load_content(folder: Path, name: str) -> Content:
    """What `save_content` wrote."""
    with np.load(folder / f"{name}.npz") as arrays:
        if "images" in arrays:
            images: npt.NDArray[np.uint8] = arrays["images"]
            return images
        data, lengths = arrays["bytes"].tobytes(), arrays["lengths"]
    ends = np.cumsum(lengths)
    return [data[end - n : end] for end, n in zip(ends.tolist(), lengths.tolist(), strict=True)]


def chosen(content: Content, rows: Rows | Sequence[int]) -> Content:
    """Some rows of a content."""
    if isinstance(content, np.ndarray):
        return content[np.asarray(rows)]
    return [content[int(i)] for i in rows]
