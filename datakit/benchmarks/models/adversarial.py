"""The game that gan and dcgan play: two networks, their losses, and one step of each.

Goodfellow et al. 2014 with the non-saturating loss, on logits; R1 of Mescheder et al. 2018, taken
lazily as in Karras et al. 2020.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import (
    Ema,
    descend,
    load_weights,
    mixed_precision,
    noise,
    weights,
)
from datakit.errors import InputError

__all__ = ["Adversarial", "discriminator_loss", "generator_loss", "gradient_penalty"]

_BETAS = (0.5, 0.999)
_CHUNK = 100
_N_STANDING = 1000


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator minimises, from its logits (n,) on real and on generated images."""
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """What the generator minimises, from the discriminator's logits (n,) on its images."""
    return functional.softplus(-fake).mean()


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """R1: the mean over images of the squared length of the logit's gradient by the image.

    Parameters
    ----------
    logits
        (n,), computed from the images.
    images
        (n, ...), real ones, with ``requires_grad``.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


class Adversarial(ABC):
    """A generator and a discriminator with their optimisers; the networks come from a subclass."""

    name: ClassVar[str]
    presets: ClassVar[Mapping[str, Preset]]

    latent: ClassVar[int] = 100
    rate: ClassVar[float]
    penalty: ClassVar[float]  # γ of R1; 0 for none
    penalty_every: ClassVar[int] = 4

    def __init__(
        self,
        shape: tuple[int, int, int],
        preset: Preset,
        rng: torch.Generator,
        device: torch.device,
    ) -> None:
        if preset.batch < 2:
            raise InputError(f"{self.name} with batches of {preset.batch}: it needs 2 or more")
        self.shape, self.preset, self.device = shape, preset, device
        generator, discriminator = self.networks(rng)
        self.generator, self.discriminator = generator.to(device), discriminator.to(device)
        self.ema = Ema(self.generator)
        norms = (nn.BatchNorm1d, nn.BatchNorm2d)
        self._norms = [m for m in self.ema.network.modules() if isinstance(m, norms)]
        for norm in self._norms:
            norm.momentum = None  # passes in training mode: their statistics' plain mean
        self._adam = [
            torch.optim.Adam(network.parameters(), self.rate, betas=_BETAS, fused=True)
            for network in (self.generator, self.discriminator)
        ]
        self._standing = noise((_N_STANDING, self.latent), rng, device)
        self._stale = True
        self._n_steps = 0

    @abstractmethod
    def networks(self, rng: torch.Generator) -> tuple[nn.Module, nn.Module]:
        """The generator (n, latent) -> (n, C, H, W) and the discriminator (n, C, H, W) -> (n,)."""

    def augmented(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """What the discriminator is shown in place of images, real or generated."""
        del rng
        return images

    def prepare(self, data: Tensor) -> None:
        """Nothing is fitted beforehand."""
        del data

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, float]:
        """Take one step of the discriminator, then one of the generator, on (n, C, H, W)."""
        self._n_steps += 1
        generator_adam, discriminator_adam = self._adam
        penalised = self.penalty > 0 and self._n_steps % self.penalty_every == 0
        real = batch.to(self.device)
        with mixed_precision(self.device):
            fake = self.generator(noise((len(real), self.latent), rng, self.device)).float()

        # The discriminator's loss must not reach the generator: its images go in detached. Real
        # and generated images pass separately, each batch normalised by its own statistics.
        shown = self.augmented(real, rng).requires_grad_(penalised)
        with mixed_precision(self.device, wanted=not penalised):
            on_real = self.discriminator(shown).float()
            on_fake = self.discriminator(self.augmented(fake.detach(), rng)).float()
        loss_d = discriminator_loss(on_real, on_fake)
        total = loss_d
        if penalised:
            weight = self.penalty / 2 * self.penalty_every
            total = loss_d + weight * gradient_penalty(on_real, shown)
        descend(discriminator_adam, total)

        # The generator's loss must reach it through the discriminator as it now is, which keeps
        # its weights: the same images again, not detached.
        self.discriminator.requires_grad_(False)
        with mixed_precision(self.device):
            on_fake = self.discriminator(self.augmented(fake, rng)).float()
        loss_g = generator_loss(on_fake)
        descend(generator_adam, loss_g)
        self.discriminator.requires_grad_(True)

        self.ema.update(self.generator)
        self._stale = True
        return {"discriminator": loss_d.item(), "generator": loss_g.item()}

    @torch.no_grad()
    def _refresh(self) -> None:
        """Batch statistics of the averaged generator: those kept were of the latest weights.

        They are taken from noise drawn once and for all, so that an image does not depend on the
        images it is drawn with ("standing statistics", Brock et al. 2019).
        """
        if not self._stale:
            return
        for norm in self._norms:
            norm.reset_running_stats()
        self.ema.network.train()
        for chunk in torch.split(self._standing, _CHUNK):
            self.ema.network(chunk)
        self.ema.network.eval()
        self._stale = False

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw n images with the averaged weights: (n, C, H, W) in [-1, 1], on the CPU."""
        self._refresh()
        drawn = [
            self.ema.network(noise((min(_CHUNK, n - i), self.latent), rng, self.device)).cpu()
            for i in range(0, n, _CHUNK)
        ]
        return torch.cat(drawn) if drawn else torch.empty(0, *self.shape)

    def state(self) -> dict[str, Tensor]:
        """Weights and batch statistics of the averaged generator."""
        self._refresh()
        return weights(self.ema.network)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take the generator to sample from; training does not go on from it."""
        load_weights(self.ema.network, state)
        self._stale = False
