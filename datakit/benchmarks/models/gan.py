"""The classic GAN of fully connected layers, made stable.

Goodfellow et al. 2014. The generator is 100-256-512-pixels, the discriminator its mirror. Without
BatchNorm in the generator and R1 in the discriminator's loss it loses digits on MNIST.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from datakit.benchmarks.models.adversarial import Adversarial
from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import initialised

__all__ = ["Gan"]


class Gan(Adversarial):
    """MLP GAN with the non-saturating loss on logits and lazy R1; width: first hidden layer."""

    name: ClassVar[str] = "gan"
    presets: ClassVar[Mapping[str, Preset]] = {
        "smoke": Preset(steps=60, batch=64, width=128),
        "quick": Preset(steps=1000, batch=64, width=256),
        "full": Preset(steps=5000, batch=64, width=256),
    }
    rate: ClassVar[float] = 5e-4
    penalty: ClassVar[float] = 10.0

    def networks(self, rng: torch.Generator) -> tuple[nn.Module, nn.Module]:
        """The generator ends in tanh, as images are in [-1, 1]; the discriminator in a logit."""
        width, n_pixels = self.preset.width, math.prod(self.shape)
        generator = nn.Sequential(
            nn.Linear(self.latent, width),
            nn.BatchNorm1d(width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, 2 * width),
            nn.BatchNorm1d(2 * width),
            nn.LeakyReLU(0.2),
            nn.Linear(2 * width, n_pixels),
            nn.Tanh(),
            nn.Unflatten(1, self.shape),
        )
        discriminator = nn.Sequential(
            nn.Flatten(),
            nn.Linear(n_pixels, 2 * width),
            nn.LeakyReLU(0.2),
            nn.Linear(2 * width, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, 1),
            nn.Flatten(0),
        )
        return initialised(generator, rng), initialised(discriminator, rng)
