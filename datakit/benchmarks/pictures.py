"""Samples as a model takes them: small square images in one array, or texts as bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.corpora.corpus import Corpus
from datakit.measures.modality import UndecodableError
from datakit.sample import Sample
from datakit.transforms.codec import decoded, finished

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Loaded", "as_pixels", "as_tensor", "load_images", "load_texts"]

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Loaded:
    """What could be read of some samples, in their order.

    Parameters
    ----------
    content
        Images (n, C, H, W) of uint8, or texts as UTF-8.
    sample_ids, labels
        One per sample; None for a sample without a label.
    n_unread
        Samples that could not be read: no model can learn from them, in any arm.
    """

    content: Pixels | list[bytes]
    sample_ids: list[str]
    labels: list[str | None]
    n_unread: int


def load_images(corpus: Corpus, samples: Iterable[Sample], size: int, n_channels: int) -> Loaded:
    """Decode images, turn them upright, cut out the middle square, and shrink by areas.

    Parameters
    ----------
    corpus
        Reads them.
    samples
        Which ones.
    size
        Side in px.
    n_channels
        1 for gray, 3 for colour.
    """
    from datakit.transforms.image_first_frame import FirstFrame
    from datakit.transforms.image_flatten import Flatten
    from datakit.transforms.image_orient import Orient
    from datakit.transforms.image_resize import Resize
    from datakit.transforms.image_unify_mode import UnifyMode

    mode = "L" if n_channels == 1 else "RGB"
    steps = (FirstFrame(), Orient(), Flatten(), UnifyMode(mode), Resize(size, "fill", "area"))
    arrays: list[Pixels] = []
    kept: list[Sample] = []
    n_unread = 0
    for sample in samples:
        try:
            suffix = PurePosixPath(sample.path).suffix.lower()
            content = decoded("image", _bytes(corpus, sample), suffix)
            for step in steps:
                content, _ = step.clean(content)
        except (OSError, UndecodableError, ValueError):
            n_unread += 1
            continue
        pixels = np.asarray(content.value, np.uint8)
        arrays.append(pixels.reshape(size, size, n_channels).transpose(2, 0, 1))
        kept.append(sample)
    shape = (0, n_channels, size, size)
    stacked = np.stack(arrays) if arrays else np.empty(shape, np.uint8)
    return Loaded(stacked, [s.sample_id for s in kept], [s.label for s in kept], n_unread)


def load_texts(corpus: Corpus, samples: Iterable[Sample]) -> Loaded:
    """Decode texts, whatever their encoding, to UTF-8."""
    texts: list[bytes] = []
    kept: list[Sample] = []
    n_unread = 0
    for sample in samples:
        try:
            content = decoded("text", _bytes(corpus, sample), ".txt")
        except (OSError, UndecodableError):
            n_unread += 1
            continue
        data = finished("text", content).data
        assert data is not None
        texts.append(data)
        kept.append(sample)
    return Loaded(texts, [s.sample_id for s in kept], [s.label for s in kept], n_unread)


def as_tensor(pixels: Pixels) -> Tensor:
    """Images of uint8 as float32 in [-1, 1], the same shape."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(pixels)).float().div(127.5).sub(1)


def as_pixels(images: Tensor) -> Pixels:
    """Images in [-1, 1], and beyond, as the nearest uint8, the same shape: undoes `as_tensor`."""
    pixels: Pixels = ((images + 1) * 127.5).round().clamp(0, 255).byte().numpy()
    return pixels


def _bytes(corpus: Corpus, sample: Sample) -> bytes:
    if sample.problem is not None:
        raise OSError(sample.problem)
    return corpus.read(sample)
