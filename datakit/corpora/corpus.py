"""What a corpus is: samples in a canonical order, and a way to read each one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from datakit.sample import Sample

__all__ = ["Corpus", "shards"]


@runtime_checkable
class Corpus(Protocol):
    """A set of samples that can be listed in a canonical order and read one by one.

    A corpus is picklable and small: workers get a copy of it and read their own samples.

    Attributes
    ----------
    location
        Where it is, as the user gave it.
    modality
        "image" or "text".
    """

    location: str
    modality: str

    @property
    def notes(self) -> dict[str, int]:
        """What the last listing saw that is no sample: reason -> count."""

    def __len__(self) -> int:
        """Number of samples."""

    def __iter__(self) -> Iterator[Sample]:
        """Samples in the order of ``sample_id``, the same at every call."""

    def read(self, sample: Sample) -> bytes:
        """Bytes of one sample.

        Raises
        ------
        OSError
            The bytes cannot be had; the message says why.
        """


def shards(corpus: Corpus, size: int, n_bytes: int = 64 * 2**20) -> Iterator[list[Sample]]:
    """Cut a corpus into runs of samples: by data, never by worker count.

    Parameters
    ----------
    corpus
        The samples.
    size
        Samples in a shard, at most.
    n_bytes
        Bytes in a shard, at most, of the samples whose size is known; a larger sample is
        a shard of its own.
    """
    shard: list[Sample] = []
    held = 0
    for sample in corpus:
        weight = sample.n_bytes or 0
        if shard and (len(shard) == size or held + weight > n_bytes):
            yield shard
            shard, held = [], 0
        shard.append(sample)
        held += weight
    if shard:
        yield shard
