"""A variational autoencoder (Kingma & Welling 2014) of fully connected layers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import (
    Ema,
    descend,
    initialised,
    load_weights,
    mixed_precision,
    noise,
    weights,
)

__all__ = ["Vae"]

_LATENT = 20
_RATE = 1e-3
_CHUNK = 500


class Vae:
    """Pixels-400-200-20 and back, Bernoulli likelihood of grey levels; width: the narrower layer.

    An image that is drawn is the mean of its pixels' distributions, not a draw from them.
    """

    name: ClassVar[str] = "vae"
    presets: ClassVar[Mapping[str, Preset]] = {
        "smoke": Preset(steps=100, batch=64, width=100),
        "quick": Preset(steps=2000, batch=64, width=200),
        "full": Preset(steps=10_000, batch=64, width=200),
    }

    def __init__(
        self,
        shape: tuple[int, int, int],
        preset: Preset,
        rng: torch.Generator,
        device: torch.device,
    ) -> None:
        self.shape, self.preset, self.device = shape, preset, device
        width, n_pixels = preset.width, math.prod(shape)
        encoder = _layers(n_pixels, 2 * width, width, 2 * _LATENT)
        decoder = _layers(_LATENT, width, 2 * width, n_pixels)
        self.encoder = initialised(encoder, rng).to(device)
        self.decoder = initialised(decoder, rng).to(device)
        self.ema = Ema(self.decoder)
        parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        self._adam = torch.optim.Adam(parameters, _RATE, fused=True)

    def prepare(self, data: Tensor) -> None:
        """Nothing is fitted beforehand."""

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, float]:
        """Raise the evidence lower bound of (n, C, H, W); losses in nats an image."""
        grey = (batch.to(self.device).flatten(1) + 1) / 2
        with mixed_precision(self.device):
            mean, log_variance = self.encoder(grey).float().chunk(2, 1)
            drawn = mean + noise(tuple(mean.shape), rng, self.device) * (log_variance / 2).exp()
            logits = self.decoder(drawn).float()
        reconstruction = functional.binary_cross_entropy_with_logits(logits, grey, reduction="sum")
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2
        loss = (reconstruction + divergence) / len(grey)
        descend(self._adam, loss)
        self.ema.update(self.decoder)
        return {"negative_elbo": loss.item(), "divergence": divergence.item() / len(grey)}

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw n images with the averaged weights: (n, C, H, W) in [-1, 1], on the CPU."""
        drawn = [
            self.ema.network(noise((min(_CHUNK, n - i), _LATENT), rng, self.device)).cpu()
            for i in range(0, n, _CHUNK)
        ]
        logits = torch.cat(drawn) if drawn else torch.empty(0, math.prod(self.shape))
        return (2 * logits.sigmoid() - 1).view(-1, *self.shape)

    def state(self) -> dict[str, Tensor]:
        """Weights of the averaged decoder."""
        return weights(self.ema.network)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take the decoder to sample from; training does not go on from it."""
        load_weights(self.ema.network, state)


def _layers(given: int, first: int, second: int, wanted: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(given, first),
        nn.ReLU(),
        nn.Linear(first, second),
        nn.ReLU(),
        nn.Linear(second, wanted),
    )
