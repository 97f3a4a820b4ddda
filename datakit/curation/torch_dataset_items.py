"""A sample as training takes it: a dict of tensors, numbers and texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from datakit.corpora.corpus import Corpus
from datakit.curation.torch_dataset_augment import Steps
from datakit.errors import InputError
from datakit.measures.modality import UndecodableError
from datakit.sample import Sample
from datakit.transforms import Content, Mixer, generator
from datakit.transforms.codec import decoded
from datakit.transforms.image_content import turned
from datakit.transforms.image_modes import eight_bits, flattened

__all__ = ["Items", "Partner", "content_of", "read_sample"]

Partner = Callable[[np.random.Generator], Sample | None]
"""Draws the sample that another is mixed with; None where there is no other."""

_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Items:
    """Makes the items of a dataset.

    Parameters
    ----------
    corpus
        Reads the samples.
    steps
        Augmenters and at most one mixer, in order.
    classes
        The labels, in the order of their numbers.
    captions
        Whether items have a caption; "" where the sample has none.
    seed
        Of everything that is drawn at random.
    """

    corpus: Corpus
    steps: Steps
    classes: tuple[str, ...]
    captions: bool
    seed: int
    _numbers: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_numbers", {name: i for i, name in enumerate(self.classes)})

    def item(
        self, sample: Sample, data: bytes, epoch: int, partner: Partner | None = None
    ) -> dict[str, Any]:
        """One item: a pure function of the sample, the seed and the epoch.

        Parameters
        ----------
        sample
            What it is made of.
        data
            The bytes of the sample.
        epoch
            Another one has other random numbers.
        partner
            Draws what the sample is mixed with.

        Raises
        ------
        InputError
            The sample or its partner cannot be decoded, or an augmenter fails on it.
        """
        content = content_of(self.corpus.modality, sample, data)
        item: dict[str, Any] = {}
        if self.steps:
            content, item = self._augmented(sample, content, epoch, partner)
        if self.corpus.modality == "image":
            item["image"] = _tensor(content.value)
        else:
            item["text"] = content.value
        item |= {"label": self.label(sample), "sample_id": sample.sample_id}
        return item | ({"caption": sample.caption or ""} if self.captions else {})

    def label(self, sample: Sample) -> int:
        """The number of the sample's class, -1 where it has none."""
        return -1 if sample.label is None else self._numbers[sample.label]

    def _augmented(
        self, sample: Sample, content: Content, epoch: int, partner: Partner | None
    ) -> tuple[Content, dict[str, Any]]:
        """The content changed, and what an item says of a mix."""
        rng = generator(self.seed, sample.sample_id, epoch)
        told: dict[str, Any] = {}
        for step in self.steps:
            try:
                if isinstance(step, Mixer):
                    content, told = self._mixed(step, sample, content, partner, rng)
                else:
                    content, _ = step.augment(content, rng)
            except Exception as error:  # an augmenter may be anybody's
                cause = str(error) or type(error).__name__
                raise InputError(f"{step.name} failed on {sample.sample_id}: {cause}") from error
        return content, told

    def _mixed(
        self,
        step: Mixer,
        sample: Sample,
        content: Content,
        partner: Partner | None,
        rng: np.random.Generator,
    ) -> tuple[Content, dict[str, Any]]:
        other = None if partner is None else partner(rng)
        if other is None:
            return content, {"label_other": self.label(sample), "share": 1.0}
        theirs = content_of(self.corpus.modality, other, read_sample(self.corpus, other))
        content, _, share = step.mix(content, theirs, rng)
        return content, {"label_other": self.label(other), "share": share}


def read_sample(corpus: Corpus, sample: Sample) -> bytes:
    """The bytes of a sample.

    Raises
    ------
    InputError
        They cannot be had.
    """
    if sample.problem is not None:
        raise _unreadable(sample, sample.problem)
    try:
        return corpus.read(sample)
    except Exception as error:  # a file system or an archive may raise anything
        raise _unreadable(sample, str(error) or type(error).__name__) from error


def content_of(modality: str, sample: Sample, data: bytes) -> Content:
    """The content of a sample.

    Raises
    ------
    InputError
        The bytes cannot be decoded.
    """
    try:
        return decoded(modality, data, "")
    except UndecodableError as error:
        raise _unreadable(sample, str(error)) from None


def _unreadable(sample: Sample, cause: str) -> InputError:
    return InputError(
        f"{sample.sample_id} cannot be read ({cause}): curate the corpus first, `datakit curate` "
        "drops such samples, or remove it"
    )


def _tensor(image: Any) -> torch.Tensor:
    """The picture as it is shown, on white: (C, H, W) float32 in [0, 1]."""
    shown = flattened(eight_bits(turned(image)), _WHITE)
    pixels = np.asarray(shown)
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return torch.from_numpy(np.divide(planes, 255, dtype=np.float32, order="C"))
