"""What a dataset lists of a corpus: its samples, in a form that workers share, and its classes."""

from __future__ import annotations

import pickle
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import overload

import numpy as np
import numpy.typing as npt
import torch

from datakit.corpora.corpus import Corpus
from datakit.corpora.layout import normal_split
from datakit.errors import InputError
from datakit.sample import Sample

__all__ = ["Listed", "PackedSamples"]

_Bytes = npt.NDArray[np.uint8]
_Ends = npt.NDArray[np.int64]
_FIELDS = tuple(field.name for field in fields(Sample))


class PackedSamples(Sequence[Sample]):
    """Samples as one run of bytes, unpacked one by one when they are asked for.

    A list of a million objects is copied into every worker process: pickled where it is spawned,
    page by page as reference counts change where it is forked. A tensor is not: torch puts it into
    memory that the processes share.

    Parameters
    ----------
    samples
        In order.
    """

    def __init__(self, samples: Iterable[Sample]) -> None:
        data, ends = bytearray(), array("q", [0])
        for sample in samples:
            told = tuple(getattr(sample, name) for name in _FIELDS)
            data += pickle.dumps(told, protocol=pickle.HIGHEST_PROTOCOL)
            ends.append(len(data))
        self._length = len(ends) - 1
        self._packed = torch.frombuffer(bytearray(ends.tobytes()) + data, dtype=torch.uint8)
        self._view: tuple[int, _Bytes, _Ends] | None = None

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_view": None}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, i: int) -> Sample: ...

    @overload
    def __getitem__(self, i: slice) -> list[Sample]: ...

    def __getitem__(self, i: int | slice) -> Sample | list[Sample]:
        """A sample, or a list of them.

        Raises
        ------
        IndexError
            There is no such sample.
        """
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"there is no sample {i}: there are {n}")
        i %= n
        data, ends = self._arrays()
        return Sample(*pickle.loads(data[ends[i] : ends[i + 1]].data))  # noqa: S301 (packed above)

    def _arrays(self) -> tuple[_Bytes, _Ends]:
        """The tensor as NumPy sees it, which is quicker to index: what is packed, and the ends."""
        place = self._packed.data_ptr()
        if self._view is None or self._view[0] != place:  # to share a tensor is to move it
            packed = self._packed.numpy()
            head = 8 * (self._length + 1)
            self._view = (place, packed[head:], packed[:head].view(np.int64))
        return self._view[1:]


class Listed:
    """What one pass over a corpus tells, beside the samples themselves.

    Parameters
    ----------
    corpus
        What is listed.
    split
        The samples that are wanted, as the corpus or any usual spelling names them; None for all.
    """

    def __init__(self, corpus: Corpus, split: str | None) -> None:
        self._corpus = corpus
        self._split, self._wanted = split, normal_split(split)
        self._seen: Counter[str | None] = Counter()
        self._labels: set[str] = set()
        self._captions = False

    def takes(self, sample: Sample) -> bool:
        """Note a sample; says whether it is wanted."""
        self._seen[sample.split] += 1
        if sample.label is not None:
            self._labels.add(sample.label)
        self._captions = self._captions or sample.caption is not None
        return self.wants(sample)

    def wants(self, sample: Sample) -> bool:
        """Whether a sample is of the split."""
        return self._split is None or sample.split == self._wanted

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels of all samples seen, of any split: a class has one number in all of them.

        In alphabetical order; numbers by size, so that class "10" does not come after "1".
        """
        if all(label.isascii() and label.isdigit() for label in self._labels):
            return tuple(sorted(self._labels, key=lambda label: (int(label), label)))
        return tuple(sorted(self._labels))

    @property
    def captions(self) -> bool:
        """Whether any image seen has a caption."""
        return self._captions and self._corpus.modality == "image"

    def check(self) -> None:
        """Refuse a corpus that has no samples of the split.

        Raises
        ------
        InputError
            What splits there are instead.
        """
        known = sorted(split for split in self._seen if split is not None)
        if not self._seen:
            raise InputError(f"{self._corpus.location} holds no samples: nothing can be trained on")
        if self._split is not None and not known:
            raise InputError(
                f"{self._corpus.location} has no splits, {self._split!r} was asked for: leave "
                "split out"
            )
        if self._split is not None and self._wanted not in self._seen:
            raise InputError(
                f"{self._corpus.location} has no split {self._split!r}: give one of "
                f"{', '.join(known)}, or leave split out"
            )
