"""A folder of images, at any depth, on this machine's file system."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datakit.corpora.formats import IMAGE_SUFFIXES, looks_like_image
from datakit.corpora.layout import label_and_split, printable
from datakit.corpora.metadata import METADATA_NAMES, Entry, entries, read_table
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Folder", "read_regular"]

_CAPTIONS = (".txt", ".caption")
_MAX_CAPTION = 64 * 1024
_KEPT = 50_000  # a listing up to this length is kept, so that counting costs no second walk


def read_regular(path: bytes) -> bytes:
    """Bytes of a regular file; anything else is refused before it is opened.

    Raises
    ------
    OSError
        It is not a regular file (a FIFO would block for ever), or it cannot be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError("not a regular file")
    with open(path, "rb") as file:
        return file.read()


@dataclass
class Folder:
    """Images below a folder; sub-folders give labels and splits, neighbours give captions.

    Parameters
    ----------
    location
        The folder, as it was given.
    manifest
        A csv, jsonl or parquet file with captions, labels, splits by file name; it wins over
        what the folders and their metadata files say.
    """

    location: str
    manifest: str | None = None
    modality: str = "image"
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
        waiting = sorted(listed)
        for sample in _Walk(os.fsencode(self.location), listed, notes):
            # What the manifest lists and the folder lacks is a sample with a problem.
            while waiting and waiting[0] < sample.sample_id:
                yield self._absent(waiting.pop(0))
            if waiting and waiting[0] == sample.sample_id:
                waiting.pop(0)
            yield sample
        for path in waiting:
            yield self._absent(path)
        self.notes = dict(sorted(notes.items()))

    def read(self, sample: Sample) -> bytes:
        """Bytes of one file."""
        assert isinstance(sample.source, bytes)
        return read_regular(sample.source)

    def _manifest_entries(self) -> dict[str, Entry]:
        if self.manifest is None:
            return {}
        if self._listed is None:
            path = Path(self.manifest)
            try:
                data = path.read_bytes()
            except OSError as error:
                raise CorpusError(
                    f"manifest {path} cannot be read ({error.strerror}): give a csv, jsonl or "
                    "parquet file"
                ) from error
            found = entries(read_table(path.name, data), path.name)
            self._listed = {printable(os.fsencode(name)): entry for name, entry in found.items()}
        return self._listed

    def _absent(self, path: str) -> Sample:
        entry = self._manifest_entries()[path]
        label, split = label_and_split(path)
        return Sample(
            path,
            path,
            label=entry.label or label,
            split=entry.split or split,
            caption=entry.caption,
            problem="listed in the manifest, but not there",
        )


class _Walk:
    """One pass over a folder tree."""

    def __init__(self, root: bytes, listed: dict[str, Entry], notes: Counter[str]) -> None:
        self._root, self._listed, self._notes = root, listed, notes

    def __iter__(self) -> Iterator[Sample]:
        return self._folder(b"", {})

    def _folder(self, prefix: bytes, outer: dict[str, Entry]) -> Iterator[Sample]:
        folder = os.path.join(self._root, prefix)
        try:
            with os.scandir(folder) as found:
                here = list(found)
        except OSError as error:
            self._notes[f"folder that cannot be read ({error.strerror})"] += 1
            return
        names = {entry.name for entry in here}
        told = outer | self._metadata(prefix, names)
        for path in [p for p in told if p not in outer]:
            self._seen_in_metadata(path, prefix, names)
        keyed = sorted(((_order(entry), entry) for entry in here), key=lambda pair: pair[0])
        for (_, is_folder), entry in keyed:
            name = prefix + entry.name
            if entry.name.startswith(b".") or entry.name == b"__MACOSX":
                self._notes["hidden file or folder, skipped"] += 1
            elif is_folder:
                yield from self._folder(name + b"/", told)
            else:
                sample = self._file(name, entry, names, told)
                if sample is not None:
                    yield sample

    def _metadata(self, prefix: bytes, names: set[bytes]) -> dict[str, Entry]:
        for name in METADATA_NAMES:
            raw = os.fsencode(name)
            if raw in names:
                path = os.path.join(self._root, prefix, raw)
                try:
                    found = entries(read_table(name, read_regular(path)), name)
                except (CorpusError, OSError) as error:
                    self._notes[f"{printable(prefix + raw)} is not used: {error}"] += 1
                    return {}
                return {printable(prefix + os.fsencode(k)): v for k, v in found.items()}
        return {}

    def _seen_in_metadata(self, path: str, prefix: bytes, names: set[bytes]) -> None:
        inside = path[len(printable(prefix)) :]
        if "/" not in inside and inside not in {printable(n) for n in names}:
            self._notes["file that a metadata file lists, but that is not there"] += 1

    def _file(
        self, name: bytes, entry: os.DirEntry[bytes], names: set[bytes], told: dict[str, Entry]
    ) -> Sample | None:
        path = printable(name)
        stem, dot, ending = entry.name.rpartition(b".")
        suffix = (dot + ending).decode("ascii", "replace").lower() if stem else ""
        full = os.path.join(self._root, name)
        named = suffix in IMAGE_SUFFIXES or path in self._listed
        size = mtime = problem = None
        try:
            facts = os.stat(full)
            size, mtime = facts.st_size, facts.st_mtime_ns
            problem = _not_regular(facts.st_mode)
        except OSError as error:
            loop = error.errno == errno.ELOOP
            problem = "symlink loop" if loop else f"dangling symlink ({error.strerror})"
        if problem == "folder":
            self._notes["symlink to a folder, not followed"] += 1
            return None
        if problem is not None and not named:
            self._notes[f"{problem}, skipped"] += 1
            return None
        if problem is None and not named and not self._sniffed(full):
            if suffix not in _CAPTIONS and path.rpartition("/")[2] not in METADATA_NAMES:
                self._notes["file that is not an image"] += 1
            return None
        label, split = label_and_split(path)
        entry_told = self._listed.get(path) or told.get(path) or Entry()
        return Sample(
            path,
            path,
            full,
            size if problem is None else None,
            mtime if problem is None else None,
            entry_told.label or label,
            entry_told.split or split,
            entry_told.caption or self._caption(full, stem, names),
            problem,
        )

    def _sniffed(self, full: bytes) -> bool:
        try:
            with open(full, "rb") as file:
                return looks_like_image(file.read(32))
        except OSError:
            return False

    def _caption(self, full: bytes, stem: bytes, names: set[bytes]) -> str | None:
        for suffix in _CAPTIONS:
            if stem + suffix.encode() in names:
                path = os.path.join(os.path.dirname(full), stem + suffix.encode())
                try:
                    data = read_regular(path)[:_MAX_CAPTION]
                except OSError:
                    return None
                return data.decode("utf-8", "replace").strip()
        return None


def _order(entry: os.DirEntry[bytes]) -> tuple[str, bool]:
    """Sort key that puts whole paths in order, and whether the entry is a folder."""
    try:
        is_folder = entry.is_dir(follow_symlinks=False)
    except OSError:
        is_folder = False
    return printable(entry.name) + ("/" if is_folder else ""), is_folder


def _not_regular(mode: int) -> str | None:
    """What a file is when it is not a regular one."""
    kinds = (
        (stat.S_ISREG, None),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISFIFO, "FIFO, not a regular file"),
        (stat.S_ISSOCK, "socket, not a regular file"),
        (stat.S_ISCHR, "device, not a regular file"),
        (stat.S_ISBLK, "device, not a regular file"),
    )
    return next((kind for is_kind, kind in kinds if is_kind(mode)), "not a regular file")
