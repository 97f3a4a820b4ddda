"""A folder of images or texts behind an fsspec URL: s3://, gs://, memory://, ..."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from datakit.corpora.kinds import IMAGES, KINDS, TABLES, TEXTS, Kind
from datakit.corpora.metadata import METADATA_NAMES, Entry, entries, read_table
from datakit.corpora.walk import Found, sample_of
from datakit.errors import CorpusError, MissingExtraError
from datakit.sample import Sample

__all__ = ["Remote"]

_MAX_CAPTION = 64 * 1024
_MAX_SNIFFED = 16  # objects that are opened to find out what a bucket holds: each is a request


class Remote:
    """Images or texts below a URL, with labels, splits and captions as in a local folder.

    Parameters
    ----------
    location
        The URL.

    Raises
    ------
    MissingExtraError
        fsspec, or the package for this kind of URL, is not installed.
    CorpusError
        The URL cannot be opened, or is not that of a folder of images or texts.
    """

    def __init__(self, location: str) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self._length: int | None = None
        self._connection: tuple[Any, str] | None = None
        fs, root = self._connect()
        try:
            exists = fs.exists(root)
        except Exception as error:  # every backend raises its own kind
            raise CorpusError(f"{location} cannot be opened: {error}") from error
        if not exists:
            raise CorpusError(f"{location} does not exist: give a URL that holds images or texts")
        self.modality = self._find_modality(fs, root)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_connection": None}

    def _connect(self) -> tuple[Any, str]:
        if self._connection is None:
            try:
                import fsspec
            except ImportError:
                raise MissingExtraError("fsspec", self.location, "fsspec") from None
            try:
                fs, root = fsspec.core.url_to_fs(self.location)
            except (ImportError, ValueError) as error:
                raise CorpusError(f"{self.location} cannot be opened: {error}") from error
            self._connection = (fs, root.rstrip("/"))
        return self._connection

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(1 for _ in self)
        return self._length

    def __iter__(self) -> Iterator[Sample]:
        kind = KINDS[self.modality]
        paths = self._paths(*self._connect())
        notes: Counter[str] = Counter()
        told = self._metadata(paths, notes)
        for path in sorted(paths):
            name = path.rpartition("/")[2]
            if _hidden(path):
                notes["hidden file or folder, skipped"] += 1
            elif kind.is_named(path) or self._sniffed(kind, path):
                yield self._sample(kind, path, paths, told.get(path, Entry()))
            elif not name.endswith(kind.beside) and name not in METADATA_NAMES:
                notes[f"file that is not {kind.noun}"] += 1
        self.notes = dict(sorted(notes.items()))

    def _paths(self, fs: Any, root: str) -> dict[str, Any]:
        found = fs.find(root, detail=True)
        return {name[len(root) :].lstrip("/"): facts for name, facts in found.items()}

    def _find_modality(self, fs: Any, root: str) -> str:
        """What the names say, and what unnamed files begin with; images where nothing is said."""
        paths = [path for path in sorted(self._paths(fs, root)) if not _hidden(path)]
        names = {path.rpartition("/")[2] for path in paths}
        others = {name for name in names if name and not TABLES.is_named(name)}
        if not others and not names <= set(METADATA_NAMES):
            raise CorpusError(
                f"{self.location} is one file, or holds tables only: a URL is that of a folder "
                "of images or texts; copy tables to this machine and open them there"
            )
        if any(IMAGES.is_named(path) for path in paths) or not any(map(TEXTS.is_named, paths)):
            return "image"
        unknown = [p for p in paths if not TEXTS.is_named(p) and not TABLES.is_named(p)]
        if any(self._sniffed(IMAGES, path) for path in unknown[:_MAX_SNIFFED]):
            return "image"
        return "text"

    def _sample(self, kind: Kind, path: str, paths: dict[str, Any], entry: Entry) -> Sample:
        caption = None
        stem = path.rpartition(".")[0]
        for beside in (stem + suffix for suffix in kind.beside):
            if entry.caption is None and caption is None and beside in paths:
                caption = self._bytes(beside)[:_MAX_CAPTION].decode("utf-8", "replace").strip()
        return sample_of(kind, path, entry, Found(path, paths[path].get("size"), caption=caption))

    def _metadata(self, paths: dict[str, Any], notes: Counter[str]) -> dict[str, Entry]:
        told: dict[str, Entry] = {}
        for path in sorted(paths):
            folder, _, name = path.rpartition("/")
            if name in METADATA_NAMES:
                try:
                    found = entries(read_table(name, self._bytes(path)), path)
                except CorpusError as error:
                    notes[f"{path} is not used: {error}"] += 1
                    continue
                prefix = folder + "/" if folder else ""
                told |= {prefix + key: entry for key, entry in found.items()}
        return told

    def _sniffed(self, kind: Kind, path: str) -> bool:
        name = path.rpartition("/")[2]
        if kind.begins_like is None or name in METADATA_NAMES or name.endswith(kind.beside):
            return False
        fs, root = self._connect()
        with fs.open(f"{root}/{path}", "rb") as file:
            return kind.begins_like(file.read(32))

    def read(self, sample: Sample) -> bytes:
        """Bytes of one object.

        Raises
        ------
        OSError
            The backend could not deliver it.
        """
        return self._bytes(sample.path)

    def _bytes(self, path: str) -> bytes:
        fs, root = self._connect()
        data: bytes = fs.cat_file(f"{root}/{path}")
        return data


def _hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))
