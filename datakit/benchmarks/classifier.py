"""A small classifier of the hold-out's own classes, in whose features images are compared.

It learns from one part of the hold-out, and generated images are compared with the other part: on
images that it knows by heart its features are not those of new ones, however good these are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.weights import descend, initialised
from datakit.benchmarks.training import generator, one_thread
from datakit.errors import InputError

__all__ = ["HoldoutClassifier", "fit_classifier"]

N_FEATURES = 64
LEAST_PER_CLASS = 10

_FIT_RATE = 0.4
_STEPS = 300
_BATCH = 64
_WIDTH = 16
_SIDE = 32
"""Larger images are averaged down to this side."""
_SHIFT = 2
_RATE = 3e-3
_ROWS = 500
"""Images of a forward pass."""


class _Network(nn.Module):
    """Three convolutions with pooling, 64 features, one output per class."""

    def __init__(self, n_channels: int, n_classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = n_channels
        for wide in (_WIDTH, 2 * _WIDTH, 4 * _WIDTH):
            layers += [nn.Conv2d(width, wide, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            width = wide
        self.body = nn.Sequential(
            *layers,
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
            nn.Linear(9 * width, N_FEATURES),
            nn.ReLU(),
        )
        self.head = nn.Linear(N_FEATURES, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Class scores, shape (n, classes)."""
        return self.head(self.body(images))


@dataclass(frozen=True)
class HoldoutClassifier:
    """A fitted classifier.

    Parameters
    ----------
    classes
        Names, in the order of the probabilities.
    fitted, reference
        Rows of the hold-out that it learned from, and the others: compare with these only.
    accuracy
        On the reference rows, in [0, 1].
    network
        Its weights.
    scale
        What features are divided by: the root of their mean variance over the reference rows.
    """

    classes: tuple[str, ...]
    fitted: npt.NDArray[np.int64]
    reference: npt.NDArray[np.int64]
    accuracy: float
    network: _Network
    scale: float

    def features(self, images: Tensor) -> npt.NDArray[np.float32]:
        """Activations before the last layer, (n, 64), of images (n, C, H, W) in [-1, 1].

        At least 0; over the reference rows the mean variance of the columns is 1.
        """
        return _in_parts(self.network.body, images) / np.float32(self.scale)

    def probabilities(self, images: Tensor) -> npt.NDArray[np.float32]:
        """Class probabilities, (n, classes), of images (n, C, H, W) in [-1, 1]."""
        return _in_parts(lambda part: self.network(part).softmax(dim=1), images)


def fit_classifier(images: Tensor, labels: Sequence[str], seed: int) -> HoldoutClassifier:
    """Fit a classifier on two fifths of the hold-out, taken class by class.

    300 steps of 64 images, shifted by up to 2 pixels, with AdamW under a one-cycle rate.

    Parameters
    ----------
    images
        (n, C, H, W) in [-1, 1], at least 8 pixels a side.
    labels
        One per image; a class needs 10 images.
    seed
        Decides the split, the initial weights and the batches; the same seed gives the same
        classifier on one machine.

    Raises
    ------
    InputError
        For fewer than two classes, a class of too few images, or labels that do not fit.
    """
    classes, targets = _classes(labels, len(images))
    if min(images.shape[-2:]) < 8:
        raise InputError(f"the images are {tuple(images.shape[-2:])}; at least 8 x 8 are needed")
    fitted, reference = _split(targets, np.random.default_rng([seed, 8]))
    weights = generator(seed, "classifier weights")
    network = initialised(_Network(images.shape[1], len(classes)), weights)
    wanted = torch.from_numpy(targets)
    # One thread also where CUDA is: so small a net, and the same sums on every machine.
    with one_thread(torch.device("cpu")):
        _fit(network, images[torch.from_numpy(fitted)], wanted[fitted], seed)
        held = images[torch.from_numpy(reference)]
        guesses = _in_parts(network, held).argmax(axis=1)
        scale = float(np.sqrt(_in_parts(network.body, held).var(axis=0).mean())) or 1.0
    accuracy = float((guesses == targets[reference]).mean())
    return HoldoutClassifier(classes, fitted, reference, accuracy, network, scale)


def _classes(labels: Sequence[str], n_images: int) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Class names in order, and the class of each image."""
    if len(labels) != n_images:
        raise InputError(f"{len(labels)} labels for {n_images} images; give one per image")
    counts = Counter(labels)
    if len(counts) < 2:
        raise InputError(f"the hold-out has {len(counts)} class; a classifier needs at least 2")
    rarest = min(counts, key=lambda name: (counts[name], name))
    if counts[rarest] < LEAST_PER_CLASS:
        raise InputError(
            f"class '{rarest}' has {counts[rarest]} images in the hold-out; a classifier needs"
            f" {LEAST_PER_CLASS} of each"
        )
    names = tuple(sorted(counts))
    places = {name: i for i, name in enumerate(names)}
    return names, np.array([places[label] for label in labels], np.int64)


def _split(
    targets: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows to fit on and rows to compare with, in order, in the same proportions of classes."""
    fitted = np.zeros(len(targets), bool)
    for target in np.unique(targets):
        rows = rng.permutation(np.flatnonzero(targets == target))
        fitted[rows[: round(_FIT_RATE * len(rows))]] = True
    return np.flatnonzero(fitted), np.flatnonzero(~fitted)


def _fit(network: _Network, images: Tensor, targets: Tensor, seed: int) -> None:
    """Train in place."""
    rng = generator(seed, "classifier batches")
    small = _small(images)
    optimiser = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=_STEPS)
    network.train()
    for _ in range(_STEPS):
        rows = torch.randint(len(small), (_BATCH,), generator=rng)
        loss = functional.cross_entropy(network(_shifted(small[rows], rng)), targets[rows])
        descend(optimiser, loss)
        schedule.step()
    network.eval()


def _shifted(images: Tensor, rng: torch.Generator) -> Tensor:
    """The batch moved by up to 2 pixels each way, edges repeated."""
    height, width = images.shape[-2:]
    padded = functional.pad(images, (_SHIFT,) * 4, mode="replicate")
    down, right = torch.randint(0, 2 * _SHIFT + 1, (2,), generator=rng).tolist()
    return padded[:, :, down : down + height, right : right + width]


def _small(images: Tensor) -> Tensor:
    """Images of at most 32 pixels a side, averaged down."""
    height, width = images.shape[-2:]
    if max(height, width) <= _SIDE:
        return images
    return functional.adaptive_avg_pool2d(images, (min(height, _SIDE), min(width, _SIDE)))


@torch.no_grad()
def _in_parts(function: Callable[[Tensor], Tensor], images: Tensor) -> npt.NDArray[np.float32]:
    """A function of images, part by part, as an array."""
    parts = [function(_small(part)).float() for part in torch.split(images, _ROWS)]
    return np.asarray(torch.cat(parts).numpy())
