"""Where generated images are compared with held-out ones: an encoder, named before the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError

__all__ = ["PRINCIPAL", "FeatureSpace"]

PRINCIPAL = "pca"
_COMPONENTS = 64
_BATCH = 256


class FeatureSpace:
    """Maps images to vectors.

    Parameters
    ----------
    name
        "pca": the 64 first principal components of the hold-out's pixels; or an encoder of images
        ("efficientnet-lite0", "hub:MODEL").
    reference
        Held-out images (m, C, H, W) of uint8, which "pca" is fitted on.

    Raises
    ------
    InputError
        There is no such encoder.
    """

    def __init__(self, name: str, reference: npt.NDArray[np.uint8]) -> None:
        self.name = name
        self._encoder: Any = None
        if name == PRINCIPAL:
            flat = reference.reshape(len(reference), -1).astype(np.float32) / 255
            self._mean = flat.mean(axis=0)
            _, _, axes = np.linalg.svd(flat - self._mean, full_matrices=False)
            self._axes = axes[:_COMPONENTS].T
            return
        from datakit.encoders import encoder_of
        from datakit.encoders.encoder import Unfitted

        encoder = encoder_of("image", name)
        if encoder is None or isinstance(encoder, Unfitted):
            raise InputError(f"--space {name}: give pca, efficientnet-lite0, or hub:MODEL")
        self._encoder = encoder

    def features(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Vectors (n, d) of images (n, C, H, W)."""
        if self._encoder is None:
            flat = images.reshape(len(images), -1).astype(np.float32) / 255
            return np.asarray((flat - self._mean) @ self._axes, np.float32)
        vectors = []
        for start in range(0, len(images), _BATCH):
            part = images[start : start + _BATCH]
            pictures = [i[0] if len(i) == 1 else i.transpose(1, 2, 0) for i in part]
            prepared = [self._encoder.prepare(np.ascontiguousarray(p)) for p in pictures]
            vectors.append(np.asarray(self._encoder.encode(prepared), np.float32))
        return np.concatenate(vectors)
