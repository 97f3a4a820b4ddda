"""A folder of samples, at any depth, on this machine's file system."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from datakit.corpora.kinds import KINDS
from datakit.corpora.layout import printable
from datakit.corpora.metadata import Entry, entries, read_table
from datakit.corpora.metadata_records import metadata_records
from datakit.corpora.walk import Found, Walk, read_regular, sample_of
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Folder"]

_KEPT = 50_000  # a listing up to this length is kept, so that counting costs no second walk


@dataclass
class Folder:
    """Images or texts below a folder; sub-folders give labels and splits.

    A text file beside an image of the same stem is its caption.

    Parameters
    ----------
    location
        The folder, as it was given.
    manifest
        A csv, jsonl or parquet file with captions, labels, splits by file name; it wins over
        what the folders and their metadata files say.
    modality
        "image" or "text": what a sample file is.
    apart
        Files in the root that are no samples, whatever they are called.
    """

    location: str
    manifest: str | None = None
    modality: str = "image"
    apart: frozenset[str] = frozenset()
    notes: dict[str, int] = field(default_factory=dict)
    _length: int | None = None
    _kept: list[Sample] | None = None
    _listed: dict[str, Entry] | None = None

    def __len__(self) -> int:
        """Number of samples; the first call walks the folder."""
        if self._length is None:
            seen: list[Sample] = []
            self._length = 0
            for sample in self._walk():
                self._length += 1
                if self._length <= _KEPT:
                    seen.append(sample)
            self._kept = seen if self._length <= _KEPT else None
        return self._length

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_kept": None}

    def __iter__(self) -> Iterator[Sample]:
        """Samples in the order of their ids; a folder is read when its turn comes."""
        return self._walk() if self._kept is None else iter(self._kept)

    def _walk(self) -> Iterator[Sample]:
        notes: Counter[str] = Counter()
        listed = self._manifest_entries()
        waiting = deque(sorted(listed))
        kind = KINDS[self.modality]
        for sample in Walk(os.fsencode(self.location), kind, listed, notes, self.apart):
            # What the manifest lists and the folder lacks is a sample with a problem.
            while waiting and waiting[0] < sample.sample_id:
                yield self._absent(waiting.popleft())
            if waiting and waiting[0] == sample.sample_id:
                waiting.popleft()
            yield sample
        for path in waiting:
            yield self._absent(path)
        self.notes = dict(sorted(notes.items()))

    def read(self, sample: Sample) -> bytes:
        """Bytes of one file."""
        assert isinstance(sample.source, bytes)
        return read_regular(sample.source)

    def records(self) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
        """Of every file that metadata tells of, in order: its id, "", what reads what is told."""
        manifest = None if self.manifest is None else self._manifest_file(self.manifest)
        found = metadata_records(os.fsencode(self.location), manifest)
        for path in sorted(found):
            yield path, "", partial(dict, found[path])

    def _manifest_entries(self) -> dict[str, Entry]:
        if self.manifest is None:
            return {}
        if self._listed is None:
            name, data = self._manifest_file(self.manifest)
            found = entries(read_table(name, data), name)
            self._listed = {printable(os.fsencode(name)): entry for name, entry in found.items()}
        return self._listed

    @staticmethod
    def _manifest_file(manifest: str) -> tuple[str, bytes]:
        path = Path(manifest)
        try:
            return path.name, path.read_bytes()
        except OSError as error:
            raise CorpusError(
                f"manifest {path} cannot be read ({error.strerror}): give a csv, jsonl or "
                "parquet file"
            ) from error

    def _absent(self, path: str) -> Sample:
        found = Found(problem="listed in the manifest, but not there")
        return sample_of(KINDS[self.modality], path, self._manifest_entries()[path], found)
