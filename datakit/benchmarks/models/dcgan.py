"""A convolutional GAN: DCGAN (Radford et al. 2016) with DiffAugment (Zhao et al. 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.adversarial import Adversarial
from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import initialised
from datakit.errors import InputError

__all__ = ["Dcgan", "translations"]

_WIDEST = 8  # the coarsest layers have at most this many times the finest one's channels


class Dcgan(Adversarial):
    """Transposed convolutions from 4 to 8 pixels a side upwards; width: channels at full size."""

    name: ClassVar[str] = "dcgan"
    presets: ClassVar[Mapping[str, Preset]] = {
        "smoke": Preset(steps=30, batch=64, width=4),
        "quick": Preset(steps=800, batch=64, width=8),
        "full": Preset(steps=4000, batch=64, width=32),
    }
    rate: ClassVar[float] = 4e-4
    penalty: ClassVar[float] = 0.0

    def networks(self, rng: torch.Generator) -> tuple[nn.Module, nn.Module]:
        """The generator doubles the side at every level, the discriminator halves it."""
        channels, side = self.shape[0], self.shape[1]
        n_levels = levels(self.shape)
        coarse = side >> n_levels
        widths = [self.preset.width * min(2**level, _WIDEST) for level in range(n_levels + 1)]
        generator: list[nn.Module] = [
            nn.Linear(self.latent, widths[-1] * coarse * coarse, bias=False),
            nn.Unflatten(1, (widths[-1], coarse, coarse)),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(),
        ]
        discriminator: list[nn.Module] = [
            nn.Conv2d(channels, widths[0], 4, 2, 1),
            nn.LeakyReLU(0.2),
        ]
        for level in range(n_levels, 0, -1):
            wide, narrow = widths[level], widths[level - 1]
            generator += [
                nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=False),
                nn.BatchNorm2d(narrow),
                nn.ReLU(),
            ]
        for level in range(1, n_levels + 1):
            # The last of them keeps the side: the first convolution has already halved it once.
            kernel, stride = (4, 2) if level < n_levels else (3, 1)
            discriminator += [
                nn.Conv2d(widths[level - 1], widths[level], kernel, stride, 1, bias=False),
                nn.BatchNorm2d(widths[level]),
                nn.LeakyReLU(0.2),
            ]
        generator += [nn.Conv2d(widths[0], channels, 3, 1, 1), nn.Tanh()]
        discriminator += [nn.Flatten(), nn.Linear(widths[-1] * coarse**2, 1), nn.Flatten(0)]
        return _drawn(nn.Sequential(*generator), rng), _drawn(nn.Sequential(*discriminator), rng)

    def augmented(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """DiffAugment's translations, of real and generated images alike.

        They keep the discriminator from winning early. Its colours and cut-outs on top were worse
        in short runs on MNIST (docs/benchmark/models.md).
        """
        return translations(images, rng)


def levels(shape: tuple[int, int, int]) -> int:
    """How often the side is halved: until 4 to 8 pixels are left, once at least.

    Raises
    ------
    InputError
        Images that are not square, or whose side does not halve that far.
    """
    _, height, width = shape
    n_levels = 1
    while height >> n_levels > 8:
        n_levels += 1
    coarse = height >> n_levels
    if height != width or coarse < 4 or coarse << n_levels != height:
        raise InputError(
            f"dcgan cannot draw images of {width}×{height}: give square ones of 28, 32, 56, 64 or "
            "another power of two"
        )
    return n_levels


def _drawn(network: nn.Module, rng: torch.Generator) -> nn.Module:
    """DCGAN's initial weights: normal with sd 0.02, around 0 and, in normalisations, 1.

    Biases are 0: torch's usual ones outweigh such weights, and some seeds then never learn.
    """
    initialised(network, rng)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(module.weight, 0, 0.02, generator=rng)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.02, generator=rng)
    return network


def translations(images: Tensor, rng: torch.Generator) -> Tensor:
    """Shift by up to an eighth of the side; what comes in is black."""
    n, _, height, width = images.shape
    reach = (max(1, height // 8), max(1, width // 8))
    down, right = (_places(n, 2 * r + 1, rng, images.device) for r in reach)
    padded = functional.pad(images, (reach[1], reach[1], reach[0], reach[0]), value=-1.0)
    rows = torch.arange(height, device=images.device) + down
    columns = torch.arange(width, device=images.device) + right
    index = torch.arange(n, device=images.device)
    return padded.permute(0, 2, 3, 1)[
        index[:, None, None], rows[:, :, None], columns[:, None, :]
    ].permute(0, 3, 1, 2)


def _places(n: int, bound: int, rng: torch.Generator, device: torch.device) -> Tensor:
    return torch.randint(bound, (n, 1), generator=rng, device=rng.device).to(device)
