"""Tar shards as an iterable torch dataset: divided among workers and processes, read in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from datakit.corpora.tar import Tar
from datakit.curation.recipe import check_seed
from datakit.curation.torch_dataset import Epoch, Partners, opened
from datakit.curation.torch_dataset_augment import Steps, augment_steps
from datakit.curation.torch_dataset_items import Items, read_sample
from datakit.curation.torch_dataset_samples import Listed, PackedSamples
from datakit.errors import InputError
from datakit.sample import Sample
from datakit.transforms import generator

__all__ = ["TorchStream", "torch_stream"]

_Entry = tuple[int, Sample, bytes]
"""Number of a sample in the index (of images), the sample, its bytes."""


def torch_stream(
    corpus: Any,
    *,
    augment: Any = None,
    split: str | None = None,
    seed: int = 0,
    shuffle: int = 1000,
) -> TorchStream:
    """Make an iterable dataset of tar shards in WebDataset layout.

    Parameters
    ----------
    corpus
        A curated corpus, a corpus, or anything that `open` takes, of tar shards.
    augment, split, seed
        As for `torch_dataset`; the seed is also that of the order.
    shuffle
        Samples that every worker holds to draw the next one from; 0 for the order of the shards.

    Returns
    -------
    TorchStream
        Items are those of `torch_dataset`.

    Raises
    ------
    InputError
        The corpus is no tar shards, has no such split, or `augment` cannot be used on it.
    """
    found = opened(corpus)
    if not isinstance(found, Tar):
        raise InputError(
            f"{found.location} is not tar shards: write them with `datakit curate --to "
            "webdataset`, or use torch_dataset"
        )
    return TorchStream(found, augment_steps(augment, found.modality), split, seed, shuffle)


class TorchStream(IterableDataset[dict[str, Any]]):
    """Tar shards as an iterable dataset. `torch_stream` makes it.

    The shards are divided among the processes of `torch.distributed`, where it is initialized, and
    those of a process among the workers of its `DataLoader`. Every sample comes exactly once an
    epoch. There is no length, for processes get whole shards, not equally many samples: write
    several shards for each worker, and join uneven ends (`torch.distributed.algorithms.join`).

    The order of shards and samples depends on the seed, the epoch and the division; an item only
    on the seed, its sample's id and the epoch. Call `set_epoch` before each epoch.

    Parameters
    ----------
    corpus
        Tar files. They are listed once, by their headers, when the dataset is made.
    steps
        Augmenters and at most one mixer, whose partners are read from where they are.
    split
        Of the samples that are used; None for all.
    seed
        Of augmentation and order.
    shuffle
        Samples held by every worker to draw the next one from.

    Attributes
    ----------
    classes
        The labels of the whole corpus, sorted (numbers by size), whatever the split.
    n_samples
        Of an epoch, in all processes together.
    """

    def __init__(
        self,
        corpus: Tar,
        steps: Steps = (),
        split: str | None = None,
        seed: int = 0,
        shuffle: int = 1000,
    ) -> None:
        check_seed(seed)
        if not isinstance(shuffle, int) or isinstance(shuffle, bool) or shuffle < 0:
            raise InputError(f"shuffle is {shuffle!r}: give a number of samples from 0")
        self._listed = Listed(corpus, split)
        self._corpus, self._shuffle = corpus, shuffle
        self._ends: list[int] = []
        # Texts carry what they say: holding them all would be holding the corpus.
        wanted = self._list()
        self._index = PackedSamples(wanted if corpus.modality == "image" else _counted(wanted))
        self._listed.check()
        self.classes, self.n_samples = self._listed.classes, self._ends[-1]
        self._items = Items(corpus, steps, self.classes, self._listed.captions, seed)
        self._partners = Partners.of(self._index, steps)
        self._epoch = Epoch()
        self._process = (0, 1)

    def _list(self) -> Iterator[Sample]:
        """The samples of the split, shard by shard."""
        n, notes = 0, Counter[str]()
        for file in self._corpus.files:
            for sample in self._corpus.samples_of(file, notes):
                if self._listed.takes(sample):
                    n += 1
                    yield sample
            self._ends.append(n)
        self._corpus.notes = dict(sorted(notes.items()))

    def __getstate__(self) -> dict[str, Any]:
        # A spawned worker is no member of the process group, its parent is.
        return self.__dict__ | {"_process": _process() or self._process}

    def __repr__(self) -> str:
        return f"TorchStream({self._corpus.location!r}, n_samples={self.n_samples})"

    def set_epoch(self, epoch: int) -> None:
        """Draw another order and other random numbers from the next iteration on."""
        self._epoch.set(epoch)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Items of this worker of this process."""
        rank, world_size = _process() or self._process
        worker = get_worker_info()
        place = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return self.part(rank, world_size, *place)

    def part(
        self, rank: int, world_size: int, worker: int = 0, n_workers: int = 1
    ) -> Iterator[dict[str, Any]]:
        """Items of one worker of one process: the parts of all of them are the corpus.

        Parameters
        ----------
        rank, world_size
            Number of the process, from 0, and how many there are.
        worker, n_workers
            Number of its worker, from 0, and how many it has.

        Raises
        ------
        InputError
            A sample cannot be read, or an augmenter fails on it.
        """
        epoch = self._epoch.value
        mine = self._order(epoch)[rank::world_size][worker::n_workers]
        entries: Iterator[_Entry] = chain.from_iterable(self._entries(int(shard)) for shard in mine)
        if self._shuffle:
            told = f"order of worker {worker} of {n_workers} of process {rank} of {world_size}"
            entries = _shuffled(entries, self._shuffle, generator(self._items.seed, told, epoch))
        for number, sample, data in entries:
            partner = None if self._partners is None else self._partners.draw(number)
            yield self._items.item(sample, data, epoch, partner)

    def _order(self, epoch: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Numbers of the shards that hold samples, the same in all processes."""
        counts = np.diff(self._ends, prepend=0)
        shards = np.flatnonzero(counts)
        if self._shuffle:
            shards = generator(self._items.seed, "order of the shards", epoch).permutation(shards)
        return shards

    def _entries(self, shard: int) -> Iterator[_Entry]:
        """The samples of one shard, from front to back."""
        start = self._ends[shard - 1] if shard else 0
        if self._corpus.modality == "image":
            numbers = range(start, self._ends[shard])
            found = sorted(((i, self._index[i]) for i in numbers), key=_place)
            numbered: Iterator[tuple[int, Sample]] = iter(found)
        else:
            numbered = enumerate(self._texts(self._corpus.files[shard]), start)
        for number, sample in numbered:
            yield number, sample, read_sample(self._corpus, sample)

    def _texts(self, file: Path) -> Iterator[Sample]:
        return filter(self._listed.wants, self._corpus.samples_of(file, Counter()))


def _counted(samples: Iterator[Sample]) -> Iterator[Sample]:
    """Nothing, once all samples were listed."""
    for _ in samples:
        pass
    return iter(())


def _place(entry: tuple[int, Sample]) -> int:
    """Where a sample of a plain tar lies; those of a compressed one stay in the order of names."""
    source = entry[1].source
    return source[2] or 0 if isinstance(source, tuple) else 0


def _shuffled(entries: Iterator[_Entry], size: int, rng: np.random.Generator) -> Iterator[_Entry]:
    """The entries in another order: each is drawn from the `size` that came before it."""
    held: list[_Entry] = []
    for entry in entries:
        if len(held) < size:
            held.append(entry)
            continue
        i = int(rng.integers(size))
        yield held[i]
        held[i] = entry
    for i in rng.permutation(len(held)):
        yield held[i]


def _process() -> tuple[int, int] | None:
    """Rank and number of processes, where torch.distributed is initialized."""
    group = torch.distributed
    if not group.is_available() or not group.is_initialized():
        return None
    return group.get_rank(), group.get_world_size()
