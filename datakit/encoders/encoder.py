"""What an encoder is: a model that turns a batch of samples into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

__all__ = ["Encoder", "FittedEncoder", "Unfitted"]


class Encoder(Protocol):
    """Maps samples to vectors.

    Attributes
    ----------
    name
        As the user names it: "efficientnet-lite0", "lsa", "hub:facebook/dinov2-small".
    digest
        SHA-256 (or a prefix) of what decides the vectors: weights, projection, code version.
        Embeddings are comparable only between equal digests.
    dim
        Length of a vector.
    """

    name: str
    digest: str
    dim: int

    def prepare(self, content: Any, /) -> Any:
        """Shrink one sample (pixels, (h, w, 3) or (h, w), or a text) to what `encode` takes."""

    def encode(self, batch: Sequence[Any], /) -> npt.NDArray[np.float32]:
        """Vectors of prepared samples, shape (n, dim).

        The vector of a sample does not depend on the other samples of the batch.
        """

    def codebook(self) -> tuple[npt.NDArray[np.float32], float] | None:
        """Fixed cells that diversity is counted in: centroids (k, dim), and the order-2 Hill
        number of the collection they were fitted on; None where the encoder has none.
        """


@runtime_checkable
class FittedEncoder(Encoder, Protocol):
    """An encoder that was fitted on a collection and goes into the profile with its embeddings."""

    def save(self, path: Path, /) -> None:
        """Write it into one file."""

    def reference_codebook(self) -> tuple[npt.NDArray[np.float32], float] | None:
        """Like `codebook`, from the collection it was fitted on: a yardstick for others only."""


class _Fit(Protocol):
    def __call__(self, texts: Sequence[Any], *, held_out: Sequence[Any]) -> FittedEncoder: ...


class _Load(Protocol):
    def __call__(self, path: Path, /) -> FittedEncoder: ...


@dataclass(frozen=True)
class Unfitted:
    """An encoder that is fitted on samples of the corpus, or taken from a reference profile.

    Parameters
    ----------
    name
        As the user names it.
    fit
        Makes the encoder from samples; ``held_out`` are others of the same collection.
    load
        Reads a fitted encoder.
    """

    name: str
    fit: _Fit
    load: _Load
