"""The networks that tell a flow where to go: (x, t) -> velocity, of the shape of x."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["MlpVelocity", "UNetVelocity"]

_TIME = 64
_GROUPS = 8


def _time_features(t: Tensor) -> Tensor:
    """Sines and cosines of (n,) times in [0, 1]: (n, 64)."""
    place = torch.arange(_TIME // 2, device=t.device)
    angles = 1000 * t[:, None] * torch.exp(-math.log(1000) * place / (_TIME // 2))
    return torch.cat([angles.sin(), angles.cos()], 1)


class MlpVelocity(nn.Module):
    """Residual layers for vectors (n, d).

    Parameters
    ----------
    dim
        d.
    width
        Hidden units.
    depth
        Residual blocks.
    """

    def __init__(self, dim: int, width: int, depth: int = 3) -> None:
        super().__init__()
        self.inward = nn.Linear(dim, width)
        self.time = nn.Linear(_TIME, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
            )
            for _ in range(depth)
        )
        self.out = nn.Linear(width, dim)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Velocity (n, d) at x (n, d) and t (n,)."""
        hidden = self.inward(x) + self.time(_time_features(t))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.out(functional.silu(hidden))


class _Residual(nn.Module):
    def __init__(self, given: int, wanted: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.GroupNorm(_GROUPS, given), nn.SiLU(), nn.Conv2d(given, wanted, 3, padding=1)
        )
        self.time = nn.Linear(_TIME, wanted)
        self.second = nn.Sequential(
            nn.GroupNorm(_GROUPS, wanted), nn.SiLU(), nn.Conv2d(wanted, wanted, 3, padding=1)
        )
        self.skip = nn.Conv2d(given, wanted, 1) if given != wanted else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        hidden = self.first(x) + self.time(time)[:, :, None, None]
        return self.skip(x) + self.second(hidden)


class UNetVelocity(nn.Module):
    """A U-Net of three sizes for images (n, C, H, W) with sides that 4 divides.

    Parameters
    ----------
    channels
        C.
    width
        Channels at full size, a multiple of 8; twice as many at each halving.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        fine, middle, coarse = width, 2 * width, 4 * width
        self.time = nn.Sequential(nn.Linear(_TIME, _TIME), nn.SiLU())
        self.inward = nn.Conv2d(channels, fine, 3, padding=1)
        self.down = nn.ModuleList([_Residual(fine, fine), _Residual(middle, middle)])
        self.halve = nn.ModuleList(
            [nn.Conv2d(fine, middle, 4, 2, 1), nn.Conv2d(middle, coarse, 4, 2, 1)]
        )
        self.bottom = nn.ModuleList([_Residual(coarse, coarse), _Residual(coarse, coarse)])
        self.enlarge = nn.ModuleList(
            [nn.ConvTranspose2d(coarse, middle, 4, 2, 1), nn.ConvTranspose2d(middle, fine, 4, 2, 1)]
        )
        self.up = nn.ModuleList([_Residual(2 * middle, middle), _Residual(2 * fine, fine)])
        self.last = nn.Sequential(nn.GroupNorm(_GROUPS, fine), nn.SiLU())
        self.out = nn.Conv2d(fine, channels, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Velocity (n, C, H, W) at x (n, C, H, W) and t (n,)."""
        time = self.time(_time_features(t))
        hidden, passed = self.inward(x), []
        for block, halve in zip(self.down, self.halve, strict=True):
            hidden = block(hidden, time)
            passed.append(hidden)
            hidden = halve(hidden)
        for block in self.bottom:
            hidden = block(hidden, time)
        for block, enlarge in zip(self.up, self.enlarge, strict=True):
            hidden = block(torch.cat([enlarge(hidden), passed.pop()], 1), time)
        return self.out(self.last(hidden))
