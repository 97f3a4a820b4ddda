"""Rectified flow (Liu et al. 2022; Lipman et al. 2022): straight ways from noise to images.

On a GPU a U-Net moves pixels. On a CPU a small network moves the coordinates of the images in the
principal components of their own training set: it costs 4 CPU-seconds and has the least noise from
seed to seed of all models here.

The components keep their variances: were all made equal, a small network would spend itself on the
faint ones and draw clouds. A sixteenth as many as pixel values are kept. With fewer, photographs
that are learnt by heart are so much sharper than all others that copies seem to help.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.velocity import MlpVelocity, UNetVelocity
from datakit.benchmarks.models.weights import (
    Ema,
    descend,
    initialised,
    load_weights,
    mixed_precision,
    noise,
    one_cycle,
    set_rate,
    weights,
)
from datakit.errors import InputError

__all__ = ["Flow", "Pca"]

_VALUES_PER_COMPONENT = 16
_RATE = 2e-3
_RATE_PIXELS = 1e-3
_EULER_STEPS = 25
_CHUNK = 500


class Flow:
    """Learns the velocity x - e at (1 - t) e + t x, and follows it from noise e.

    Width: units of the hidden layers; the U-Net has an eighth as many channels at full size.
    """

    name: ClassVar[str] = "flow"
    presets: ClassVar[Mapping[str, Preset]] = {
        "smoke": Preset(steps=60, batch=64, width=128),
        "quick": Preset(steps=1000, batch=64, width=256),
        "full": Preset(steps=10_000, batch=64, width=512),
    }

    def __init__(
        self,
        shape: tuple[int, int, int],
        preset: Preset,
        rng: torch.Generator,
        device: torch.device,
    ) -> None:
        self.shape, self.preset, self.device = shape, preset, device
        self._rng = rng
        self.build(pixels=device.type == "cuda")

    def build(self, pixels: bool) -> None:
        """Make the networks anew: for pixels, or for principal components."""
        width, rng, size = self.preset.width, self._rng, math.prod(self.shape)
        self.pca = None if pixels else Pca(size, max(2, size // _VALUES_PER_COMPONENT), rng)
        velocity: MlpVelocity | UNetVelocity
        if self.pca is None:
            if width % 64 or self.shape[1] % 4 or self.shape[2] % 4:
                raise InputError(
                    f"flow in pixels with images of {self.shape[2]}×{self.shape[1]} and width "
                    f"{width}: the sides must be multiples of 4, the width of 64"
                )
            velocity = UNetVelocity(self.shape[0], width // 8)
        else:
            velocity = MlpVelocity(self.pca.n_components, width)
        initialised(velocity, rng)
        for parameter in velocity.out.parameters():  # the first velocity is none at all
            nn.init.zeros_(parameter)
        self.velocity = velocity.to(self.device)
        self.ema = Ema(self.velocity)
        self._adam = torch.optim.Adam(self.velocity.parameters(), fused=True)
        self._n_steps = 0

    def prepare(self, data: Tensor) -> None:
        """Fit the principal components of (n, C, H, W), where the flow moves in them."""
        if self.pca is not None:
            self.pca.fit(data.flatten(1))

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, float]:
        """Take one step on images (n, C, H, W); the loss is the mean squared error of velocity."""
        peak = _RATE if self.pca is not None else _RATE_PIXELS
        set_rate(self._adam, one_cycle(self._n_steps, self.preset.steps, peak))
        self._n_steps += 1
        x = batch if self.pca is None else self.pca.coordinates(batch.flatten(1))
        x = x.to(self.device)
        e = self._noise(tuple(x.shape), rng)
        t = torch.rand(len(x), generator=rng, device=rng.device).to(self.device)
        part = t.view(-1, *[1] * (x.dim() - 1))
        with mixed_precision(self.device):
            velocity = self.velocity((1 - part) * e + part * x, t).float()
        loss = functional.mse_loss(velocity, x - e)
        descend(self._adam, loss)
        self.ema.update(self.velocity)
        return {"velocity": loss.item()}

    def _noise(self, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        """Where the ways begin; components that do not vary in the data stay at 0 all the way."""
        drawn = noise(shape, rng, self.device)
        return drawn if self.pca is None else drawn * (self.pca.sd > 0).to(self.device)

    @torch.no_grad()
    def sample(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw n images with the averaged weights: (n, C, H, W) in [-1, 1], on the CPU."""
        place = (self.pca.n_components,) if self.pca is not None else self.shape
        drawn = []
        for i in range(0, n, _CHUNK):
            x = self._noise((min(_CHUNK, n - i), *place), rng)
            for k in range(_EULER_STEPS):
                t = torch.full((len(x),), k / _EULER_STEPS, device=self.device)
                with mixed_precision(self.device):
                    velocity = self.ema.network(x, t).float()
                x = x + velocity / _EULER_STEPS
            x = x.cpu()
            drawn.append(self.pca.restore(x).view(-1, *self.shape) if self.pca is not None else x)
        return torch.cat(drawn).clamp(-1, 1) if drawn else torch.empty(0, *self.shape)

    @torch.no_grad()
    def untrained(self, n: int, rng: torch.Generator) -> Tensor:
        """Draw n images from what is known before training: (n, C, H, W) in [-1, 1].

        With principal components: noise with the means and covariances of the training set in them.
        In pixels: what the first network makes.
        """
        if self.pca is None:
            return self.sample(n, rng)
        x = self._noise((n, self.pca.n_components), rng).cpu() * self.pca.sd / self.pca.scale
        return self.pca.restore(x).view(-1, *self.shape).clamp(-1, 1)

    def state(self) -> dict[str, Tensor]:
        """Weights of the averaged network, and the principal components where there are some."""
        state = weights(self.ema.network, "velocity.")
        return state | (weights(self.pca, "pca.") if self.pca is not None else {})

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take the network to sample from, also one that was trained on another kind of device."""
        pixels = not any(name.startswith("pca.") for name in state)
        if pixels == (self.pca is not None):
            self.build(pixels)
        velocity = {k[9:]: v for k, v in state.items() if k.startswith("velocity.")}
        load_weights(self.ema.network, velocity)
        if self.pca is not None:
            load_weights(self.pca, {k[4:]: v for k, v in state.items() if k.startswith("pca.")})


class Pca(nn.Module):
    """Principal components, by subspace iteration (Halko, Martinsson & Tropp 2011).

    Parameters
    ----------
    dim
        Length of the vectors.
    n_components
        How many to keep, at most dim.
    rng
        Where the iteration starts.
    """

    _EXTRA, _ITERATIONS = 16, 6
    _LEAST_SD = 1e-3  # an eighth of one of 256 grey levels in [-1, 1]: below it nothing is seen

    mean: Tensor
    axes: Tensor
    sd: Tensor

    def __init__(self, dim: int, n_components: int, rng: torch.Generator) -> None:
        super().__init__()
        self.n_components = min(n_components, dim)
        start = noise((dim, min(n_components + self._EXTRA, dim)), rng, torch.device("cpu"))
        self._start = torch.linalg.qr(start)[0]
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("axes", self._start[:, : self.n_components].clone())
        self.register_buffer("sd", torch.ones(self.n_components))

    @torch.no_grad()
    def fit(self, data: Tensor) -> None:
        """Find mean, axes and standard deviations of data (n, dim); no centred copy is made."""
        self.mean.copy_(data.mean(0))
        axes = self._start
        for _ in range(self._ITERATIONS):
            axes = torch.linalg.qr(self._covariance_times(data, axes))[0]
        small = (axes.T @ self._covariance_times(data, axes)).double()
        variances, turn = torch.linalg.eigh((small + small.T) / 2)
        best = torch.arange(len(variances) - 1, len(variances) - 1 - self.n_components, -1)
        self.axes.copy_(axes @ turn[:, best].float())
        sd = variances[best].clamp_min(0).sqrt()
        self.sd.copy_(torch.where(sd < self._LEAST_SD, 0, sd))

    def _covariance_times(self, data: Tensor, axes: Tensor) -> Tensor:
        along = data @ axes - self.mean @ axes
        return (data.T @ along - self.mean[:, None] * along.sum(0)) / max(1, len(data) - 1)

    @property
    def scale(self) -> Tensor:
        """Root mean square of the standard deviations; 1 where nothing varies."""
        scale = self.sd.square().mean().sqrt()
        return scale.where(scale > 0, 1.0)

    def coordinates(self, data: Tensor) -> Tensor:
        """Coordinates (n, n_components) of vectors (n, dim), of mean variance 1.

        Those that do not vary are 0.
        """
        return ((data - self.mean) @ self.axes) * (self.sd > 0) / self.scale

    def restore(self, coordinates: Tensor) -> Tensor:
        """Vectors (n, dim) of coordinates (n, n_components): the way back."""
        return (coordinates * self.scale) @ self.axes.T + self.mean
