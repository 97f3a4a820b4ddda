"""What a model of the benchmark is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["Generative", "Preset", "Trainable"]


@dataclass(frozen=True)
class Preset:
    """How long and how large.

    Parameters
    ----------
    steps
        Gradient steps, the same in every arm.
    batch
        Samples of one step.
    width
        Units of the narrowest hidden layer, or channels of the finest one; each model says which.
    """

    steps: int
    batch: int
    width: int


class Trainable(Protocol):
    """What `datakit.benchmarks.training.train` needs of a model."""

    name: ClassVar[str]

    def prepare(self, data: Tensor) -> None:
        """Fit what is fitted on the whole training set before the first step."""
        ...

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, float]:
        """Take one gradient step; return its losses by name."""
        ...

    def state(self) -> dict[str, Tensor]:
        """Everything that sampling needs, on the CPU, as safetensors wants it."""
        ...

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take back what `state` gave."""
        ...


class Generative(Trainable, Protocol):
    """A model of images.

    Built by ``Class(shape, preset, rng, device)``: the shape (C, H, W) of an image, the preset, the
    generator that the initial weights are drawn from, and where it runs. Images are float32 in
    [-1, 1]. Nothing is drawn from torch's global generator.
    """

    presets: ClassVar[Mapping[str, Preset]]

    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw n images with the averaged weights: (n, C, H, W) in [-1, 1], on the CPU."""
        ...
