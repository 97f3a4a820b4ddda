"""Weights and noise: where the first come from, how they are averaged, and on what they run."""

from __future__ import annotations

import contextlib
import copy
import math
from collections.abc import Mapping
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from datakit.errors import InputError

__all__ = [
    "Ema",
    "descend",
    "initialised",
    "load_weights",
    "mixed_precision",
    "noise",
    "one_cycle",
    "set_rate",
    "weights",
]

Network = TypeVar("Network", bound=nn.Module)

_EMA_DECAY = 0.999
_NORMS = nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm | nn.RMSNorm


def noise(shape: tuple[int, ...], rng: torch.Generator, device: torch.device) -> Tensor:
    """Standard normal numbers, drawn where the generator lives and so alike on every device."""
    return torch.randn(shape, generator=rng, device=rng.device).to(device)


def initialised(network: Network, rng: torch.Generator) -> Network:
    """The same network, every weight drawn anew from a generator, torch's usual way.

    Linear layers and convolutions: uniform in ±1/√fan_in, as He's rule with torch's √5 comes to.
    Embeddings: normal with sd 0.02. Normalisations: the identity.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / math.sqrt(module.weight[0].numel())
            for parameter in module.parameters(recurse=False):
                nn.init.uniform_(parameter, -bound, bound, generator=rng)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, 0, 0.02, generator=rng)
        elif isinstance(module, _NORMS):
            module.reset_parameters()
        elif any(True for _ in module.parameters(recurse=False)):
            raise TypeError(f"no rule to initialise a {type(module).__name__}")
    return network


class Ema(Generic[Network]):
    """A running average of a network's weights: less noise between steps, and so between seeds.

    The decay is 0.999, and less at first, (1 + t) / (10 + t), so that the start is forgotten.
    """

    def __init__(self, network: Network) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False).eval()
        self._n_updates = 0

    @torch.no_grad()
    def update(self, network: Network) -> None:
        """Take the weights after one more step into the average."""
        self._n_updates += 1
        t = self._n_updates
        weight = 1 - min(_EMA_DECAY, (1 + t) / (10 + t))
        for average, latest in zip(self.network.parameters(), network.parameters(), strict=True):
            average.lerp_(latest, weight)


def descend(optimiser: torch.optim.Optimizer, loss: Tensor, longest: float | None = None) -> None:
    """Take one step down a loss, the gradient shortened to a longest length where one is given."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    if longest is not None:
        parameters = [p for group in optimiser.param_groups for p in group["params"]]
        nn.utils.clip_grad_norm_(parameters, longest)
    optimiser.step()


def weights(network: nn.Module, prefix: str = "") -> dict[str, Tensor]:
    """A network's state on the CPU: own contiguous tensors, as safetensors wants them."""
    return {
        prefix + name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in network.state_dict().items()
    }


def load_weights(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Put a saved state into a network.

    Raises
    ------
    InputError
        The state of another network, or of another size.
    """
    try:
        network.load_state_dict(dict(state))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"these weights are not of this model: {reason}; build it with the saved run's image "
            "shape and preset"
        ) from error


def mixed_precision(
    device: torch.device, wanted: bool = True
) -> contextlib.AbstractContextManager[object]:
    """bf16 where it is fast: on CUDA. On CPU it gained nothing on nets this small."""
    if device.type == "cuda" and wanted:
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def one_cycle(step: int, n_steps: int, peak: float) -> float:
    """Learning rate of a step: up in the first tenth, then down along a cosine to almost nothing.

    Parameters
    ----------
    step
        From 0; beyond n_steps the rate stays at its end.
    n_steps
        Length of the cycle.
    peak
        The highest rate.
    """
    rise = max(1, n_steps // 10)
    if step < rise:
        return peak * (step + 1) / rise
    part = min(1.0, (step - rise) / max(1, n_steps - rise))
    return peak * max(1e-4, (1 + math.cos(math.pi * part)) / 2)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of all parameters."""
    for group in optimiser.param_groups:
        group["lr"] = rate
