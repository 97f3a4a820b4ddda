"""The training loop: the same steps in every arm, and the same stream of random numbers."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from datakit.benchmarks.memory_errors import memory_errors
from datakit.benchmarks.models.model import Trainable
from datakit.errors import DatakitError, InputError

__all__ = ["Curves", "Diverged", "best_device", "generator", "one_thread", "train"]

_N_POINTS = 200
# Losses here start near their worst. One that is ten thousand times as large as at first is not
# training any more, though with Adam's bounded steps it may take long to overflow.
_EXPLODED = 1e4


class Diverged(DatakitError):  # noqa: N818 (what happened)
    """A run whose loss or weights are no longer numbers, or far beyond where they began.

    Parameters
    ----------
    step
        The step at which it was noticed, from 1.
    reason
        What was seen.
    curves
        The losses up to then.
    """

    def __init__(self, step: int, reason: str, curves: Curves) -> None:
        super().__init__(f"training diverged at step {step}: {reason}")
        self.step, self.curves = step, curves


@dataclass(frozen=True)
class Curves:
    """Losses of one run.

    Parameters
    ----------
    steps
        Steps at which they were noted, from 1, at most 200 of them.
    losses
        By name: the mean since the point before, one a point.
    """

    steps: tuple[int, ...]
    losses: dict[str, tuple[float, ...]]


def generator(seed: int, stream: str) -> torch.Generator:
    """A generator of its own for every use, on the CPU.

    Two arms with the same seed get the same weights, noise and order of batches, whatever else
    was drawn in between: give each use its own stream, as "weights" or "samples".
    """
    digest = hashlib.sha256(f"{seed} {stream}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little"))


def best_device() -> torch.device:
    """CUDA where there is one, or else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextlib.contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """One thread on a CPU: runs side by side fill the cores better, and sums keep their order."""
    before = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train(
    model: Trainable,
    data: Tensor,
    steps: int,
    batch_size: int,
    rng_seed: int,
    device: torch.device,
    on_step: Callable[[int, dict[str, float]], None] | None = None,
) -> Curves:
    """Train a model on one arm.

    Parameters
    ----------
    model
        Built on the same device.
    data
        (n, ...): images, or the lm's windows. It stays where it is; batches go to the device.
    steps
        Gradient steps.
    batch_size
        Samples of a step. Every sample is drawn once before any is drawn again.
    rng_seed
        Seeds the order of the samples and the model's noise, apart from each other.
    device
        Where the model is.
    on_step
        Called after every step with its number, from 1, and its losses.

    Raises
    ------
    Diverged
        A loss or a weight is no longer a number, or the loss is 10,000 times as large as at first.
    InputError
        No data, or not enough memory.
    """
    if len(data) == 0:
        raise InputError(f"no samples to train {model.name} on: an arm needs at least one")
    what = f"train {model.name} with batches of {batch_size}"
    advice = "give a smaller preset, smaller images or fewer workers"
    with one_thread(device), memory_errors(what, advice):
        model.prepare(data)
        noise = generator(rng_seed, "noise")
        batches = _batches(len(data), batch_size, generator(rng_seed, "batches"))
        curves = _Recorder(steps)
        for step in range(1, steps + 1):
            losses = model.step(data[next(batches)], noise)
            curves.add(step, losses)
            if on_step is not None:
                on_step(step, losses)
        for name, tensor in model.state().items():
            if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
                raise Diverged(steps, f"{name} of {model.name} is not finite", curves.curves())
    return curves.curves()


def _batches(n: int, size: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Indices (size,) without end: whole shuffles, one after the other."""
    left = torch.empty(0, dtype=torch.long)
    while True:
        while len(left) < size:
            left = torch.cat([left, torch.randperm(n, generator=rng)])
        yield left[:size]
        left = left[size:]


class _Recorder:
    """Means of losses over equal runs of steps; looks at every single one."""

    def __init__(self, n_steps: int) -> None:
        self._n_steps, self._every = n_steps, -(-n_steps // _N_POINTS)
        self._first: dict[str, float] = {}
        self._sums: dict[str, float] = {}
        self._steps: list[int] = []
        self._losses: dict[str, list[float]] = {}

    def add(self, step: int, losses: dict[str, float]) -> None:
        for name, loss in losses.items():
            first = self._first.setdefault(name, loss)
            if not math.isfinite(loss) or abs(loss) > _EXPLODED * max(1.0, abs(first)):
                told = f"the {name} loss is {loss:.3g}, at first it was {first:.3g}"
                raise Diverged(step, told, self.curves())
            self._sums[name] = self._sums.get(name, 0.0) + loss
        if step % self._every == 0 or step == self._n_steps:
            n = step - (self._steps[-1] if self._steps else 0)
            self._steps.append(step)
            for name, total in self._sums.items():
                self._losses.setdefault(name, []).append(total / n)
            self._sums = {}

    def curves(self) -> Curves:
        return Curves(tuple(self._steps), {k: tuple(v) for k, v in self._losses.items()})
