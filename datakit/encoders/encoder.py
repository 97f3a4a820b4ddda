"""What an encoder is: a model that turns a batch of images into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Encoder"]


class Encoder(Protocol):
    """Maps samples to vectors.

    Attributes
    ----------
    name
        As the user names it: "efficientnet-lite0", "pixels", "hub:facebook/dinov2-small".
    digest
        SHA-256 (or a prefix) of what decides the vectors: weights, projection, code version.
        Embeddings are comparable only between equal digests.
    dim
        Length of a vector.
    """

    name: str
    digest: str
    dim: int

    def prepare(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Shrink one decoded image, (h, w, 3) or (h, w), to what `encode` takes."""

    def encode(self, batch: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Vectors of prepared images, shape (n, dim).

        The vector of an image does not depend on the other images of the batch.
        """

    def codebook(self) -> tuple[npt.NDArray[np.float32], float] | None:
        """Fixed cells that diversity is counted in: centroids (k, dim), and the order-2 Hill
        number of the collection they were fitted on; None where the encoder has none.
        """
