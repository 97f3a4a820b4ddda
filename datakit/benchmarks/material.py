"""What the runs of a benchmark train on and are compared with: arrays on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.profiles.files import atomic

__all__ = ["ABLATION", "ENOUGH", "Design", "chosen", "load_content", "save_content"]

Content = npt.NDArray[np.uint8] | list[bytes]
Rows = npt.NDArray[np.int64]

ENOUGH = 0.9
"""Share of raw that curated must stay below for `random` to be worth drawing from what is left."""

ABLATION = "without "
"""How the names of arms begin whose recipe lacks a step."""


@dataclass(frozen=True)
class Design:
    """Which samples each arm trains on, by seed.

    Parameters
    ----------
    sizes
        Samples of each arm's content: "raw", "curated", and others such as "clean".
    halves
        There is no subset of raw to compare curated with: it is about as large as raw, or comes
        from elsewhere. Every seed trains on as many random samples of each arm, half of the
        smaller of raw and curated.
    seed
        Of the whole benchmark: another one draws other subsets.
    """

    sizes: Mapping[str, int]
    halves: bool
    seed: int = 0

    @classmethod
    def of(cls, sizes: Mapping[str, int], seed: int = 0) -> Design:
        """The design for arms of these sizes, curated being made from raw."""
        return cls(sizes, sizes["curated"] >= ENOUGH * sizes["raw"], seed)

    @classmethod
    def saved(cls, facts: Mapping[str, Any]) -> Design:
        """The design of a benchmark, from what its ``bench.json`` holds."""
        plain = cls.of(facts["sizes"], int(facts.get("seed", 0)))
        return replace(plain, halves=bool(facts.get("halves", plain.halves)))

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, the verdict's first."""
        own = ("curated", "raw") if self.halves else ("curated", "random", "raw")
        return (*own, *(name for name in self.sizes if name not in own))

    def n_samples(self, arm: str) -> int:
        """Training samples of one run of an arm.

        A recipe without one of its steps keeps more: size alone would then be taken for what the
        step does, so that no such arm is larger than curated.
        """
        n = self.sizes["raw" if arm == "random" else arm]
        if self.halves:
            return min(n, max(1, min(self.sizes["raw"], self.sizes["curated"]) // 2))
        limited = arm == "random" or arm.startswith(ABLATION)
        return min(n, self.sizes["curated"]) if limited else n

    def rows(self, arm: str, seed: int) -> tuple[str, Rows]:
        """The content that an arm reads, and the rows of it that a seed trains on.

        A subset is drawn anew for every seed, so that its spread carries the luck of the draw.
        """
        source = "raw" if arm == "random" else arm
        n, n_wanted = self.sizes[source], self.n_samples(arm)
        if n_wanted == n and arm != "random":
            return source, np.arange(n)
        rng = np.random.default_rng([seed, 1 + self.halves, self.seed])
        return source, np.sort(rng.choice(n, n_wanted, replace=False))


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
