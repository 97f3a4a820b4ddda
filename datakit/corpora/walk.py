"""One pass over a folder tree on this machine, for whatever a sample file is."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from datakit.corpora.kinds import Kind
from datakit.corpora.layout import label_and_split, printable
from datakit.corpora.metadata import METADATA_NAMES, Entry, entries, read_table
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Found", "Walk", "read_regular", "sample_of"]

_MAX_CAPTION = 64 * 1024


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


class Found(NamedTuple):
    """What a listing knows of one file beside its name."""

    source: object = None
    n_bytes: int | None = None
    mtime_ns: int | None = None
    problem: str | None = None
    caption: str | None = None


def sample_of(kind: Kind, path: str, told: Entry, found: Found) -> Sample:
    """A sample from its path, from what a metadata file tells of it, and from its listing."""
    label, split = label_and_split(path)
    return Sample(
        path,
        path,
        found.source,
        found.n_bytes,
        found.mtime_ns,
        told.label or label,
        told.split or split,
        (told.caption or found.caption) if kind.modality == "image" else None,
        found.problem,
        told.language,
        told.date,
    )


class Walk:
    """Samples below a folder, in the order of their ids; a folder is read when its turn comes.

    Parameters
    ----------
    root
        The folder.
    kind
        What a sample file is.
    listed
        What a manifest says, by path; what it lists is a sample whatever its name.
    notes
        Counts what is no sample, by reason.
    apart
        Files in the root that are passed over, whatever they are.
    """

    def __init__(
        self,
        root: bytes,
        kind: Kind,
        listed: dict[str, Entry],
        notes: Counter[str],
        apart: frozenset[str] = frozenset(),
    ) -> None:
        self._root, self._kind, self._listed, self._notes = root, kind, listed, notes
        self._apart = frozenset(os.fsencode(name) for name in apart)

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
            if name in self._apart:
                continue
            if entry.name.startswith(b".") or entry.name == b"__MACOSX":
                self._notes["hidden file or folder, skipped"] += 1
            elif is_folder:
                yield from self._folder(name + b"/", told)
            else:
                sample = self._file(name, entry, names, told)
                if sample is not None:
                    yield sample

    def _metadata(self, prefix: bytes, names: set[bytes]) -> dict[str, Entry]:
        if self._kind.modality == "table":
            return {}  # a table may itself be called metadata.csv
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
        full = os.path.join(self._root, name)
        named = self._kind.is_named(path) or path in self._listed
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
            base = path.rpartition("/")[2]
            if not base.lower().endswith(self._kind.beside) and base not in METADATA_NAMES:
                self._notes[f"file that is not {self._kind.noun}"] += 1
            return None
        told_here = self._listed.get(path) or told.get(path) or Entry()
        found = Found(full, size, mtime) if problem is None else Found(full, problem=problem)
        if told_here.caption is None:
            found = found._replace(caption=self._caption(full, names))
        return sample_of(self._kind, path, told_here, found)

    def _sniffed(self, full: bytes) -> bool:
        if self._kind.begins_like is None:
            return False
        try:
            with open(full, "rb") as file:
                return self._kind.begins_like(file.read(32))
        except OSError:
            return False

    def _caption(self, full: bytes, names: set[bytes]) -> str | None:
        folder, base = os.path.split(full)
        stem = base.rpartition(b".")[0]
        for suffix in self._kind.beside:
            if stem + suffix.encode() in names:
                path = os.path.join(folder, stem + suffix.encode())
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
