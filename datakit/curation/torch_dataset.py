"""A corpus as a map-style torch dataset, augmented on the fly."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from datakit.corpora import Corpus, open_corpus
from datakit.curation.curated import Curated
from datakit.curation.recipe import check_seed
from datakit.curation.torch_dataset_augment import Steps, augment_steps
from datakit.curation.torch_dataset_items import Items, Partner, read_sample
from datakit.curation.torch_dataset_samples import Listed, PackedSamples
from datakit.errors import InputError
from datakit.sample import Sample
from datakit.transforms import Mixer

__all__ = ["Epoch", "Partners", "TorchDataset", "opened", "torch_dataset"]


def torch_dataset(
    corpus: Any, *, augment: Any = None, split: str | None = None, seed: int = 0
) -> TorchDataset:
    """Make a map-style dataset of a corpus, for a `torch.utils.data.DataLoader`.

    Parameters
    ----------
    corpus
        A curated corpus, a corpus, or anything that `open` takes.
    augment
        What is done to every sample on the fly: None; "safe" or another preset's name; a recipe,
        its name or its file, of which the augmentation counts; augmenters and at most one mixer; or
        an Albumentations pipeline. There are no originals beside what is augmented, as there are
        on disk: a flip of p = 1 mirrors every image in every epoch.
    split
        "train", "val", "test" or what the corpus calls it; None for all samples.
    seed
        Of the augmentation; that of a recipe is not used.

    Returns
    -------
    TorchDataset
        Items are dicts.

    Raises
    ------
    InputError
        The corpus cannot be opened, has no such split, or `augment` cannot be used on it.
    """
    found = opened(corpus)
    return TorchDataset(found, augment_steps(augment, found.modality), split, seed)


class TorchDataset(Dataset[dict[str, Any]]):
    """A corpus as a map-style dataset. `torch_dataset` makes it.

    An image's item is ``{"image": float32 (C, H, W) in [0, 1], "label": int, "sample_id": str}``
    with C = 1 for gray and 3 for colour: upright, 16 bits reduced to 8, transparency on white. A
    text's is ``{"text": str, "label": int, "sample_id": str}``. The label is an index into
    `classes`, or -1. Where any image of the corpus has a caption, items have ``"caption"``. Mixed
    items also have ``"label_other"``, and ``"share"``: how much of the image is the first's.

    What is random depends on nothing but the seed, the sample's id and the epoch: not on the
    order of the items nor on the number of workers. Call `set_epoch` before each epoch.

    Images of different sizes, or gray ones beside coloured ones, are given as they are, and the
    default collate cannot stack them: make them equal once with the cleaners ``resize`` and
    ``unify_mode``, crop with ``augment``, or give the loader a ``collate_fn``.

    Parameters
    ----------
    corpus
        The samples.
    steps
        Augmenters and at most one mixer.
    split
        Of the samples that are used; None for all.
    seed
        Of the augmentation.

    Attributes
    ----------
    classes
        The labels of the whole corpus, sorted (numbers by size), whatever the split.
    samples
        Sequence of the `Sample` objects of the items.

    Notes
    -----
    Rows of parquet files with images are read a row group at a time, and compressed tars from
    their beginning: both are slow in random order. Write a folder or plain tars for training.
    """

    def __init__(
        self, corpus: Corpus, steps: Steps = (), split: str | None = None, seed: int = 0
    ) -> None:
        check_seed(seed)
        listed = Listed(corpus, split)
        self.samples = PackedSamples(sample for sample in corpus if listed.takes(sample))
        listed.check()
        self.classes = listed.classes
        self._items = Items(corpus, steps, listed.classes, listed.captions, seed)
        self._partners = Partners.of(self.samples, steps)
        self._epoch = Epoch()

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, i: int) -> dict[str, Any]:
        """The i-th item, in the order of the samples' ids.

        Raises
        ------
        IndexError
            There is no such item.
        InputError
            The sample cannot be read, or an augmenter fails on it.
        """
        sample = self.samples[i]
        data = read_sample(self._items.corpus, sample)
        epoch = self._epoch.value if self._items.steps else 0
        partner = None if self._partners is None else self._partners.draw(i % len(self))
        return self._items.item(sample, data, epoch, partner)

    def __repr__(self) -> str:
        return f"TorchDataset({self._items.corpus.location!r}, n_samples={len(self)})"

    def set_epoch(self, epoch: int) -> None:
        """Draw other random numbers from now on, in this process and in all its workers."""
        self._epoch.set(epoch)


class Epoch:
    """The number of the epoch, in memory that workers share: persistent ones see it change."""

    def __init__(self) -> None:
        self._number = torch.zeros((), dtype=torch.int64)
        self._number.share_memory_()  # type: ignore[no-untyped-call]

    @property
    def value(self) -> int:
        """The number."""
        return int(self._number)

    def set(self, epoch: int) -> None:
        """Change it.

        Raises
        ------
        InputError
            It is no whole number from 0.
        """
        if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 0:
            raise InputError(f"epoch is {epoch!r}: give a whole number from 0")
        self._number.fill_(epoch)


class Partners:
    """Draws what samples are mixed with: any other one of the same split.

    Parameters
    ----------
    samples
        In the order of their numbers.
    """

    def __init__(self, samples: PackedSamples) -> None:
        rows: dict[str | None, list[int]] = {}
        for i, sample in enumerate(samples):
            rows.setdefault(sample.split, []).append(i)
        self._samples = samples
        self._rows = {split: torch.tensor(of_it) for split, of_it in rows.items()}

    @classmethod
    def of(cls, samples: PackedSamples, steps: Steps) -> Partners | None:
        """None where nothing is mixed."""
        return cls(samples) if any(isinstance(step, Mixer) for step in steps) else None

    def draw(self, i: int) -> Partner:
        """Draws a partner of the i-th sample."""

        def drawn(rng: np.random.Generator) -> Sample | None:
            rows = self._rows[self._samples[i].split].numpy()
            if len(rows) < 2:
                return None
            other = int(rng.integers(len(rows) - 1))
            return self._samples[int(rows[other + (other >= rows.searchsorted(i))])]

        return drawn


def opened(corpus: Any) -> Corpus:
    """The corpus; that of a curated one, whose lineage workers do not need."""
    if isinstance(corpus, Curated):
        return corpus.corpus
    is_corpus = hasattr(corpus, "read") and hasattr(corpus, "modality")
    return corpus if is_corpus else open_corpus(corpus)
