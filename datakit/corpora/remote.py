"""A folder of images behind an fsspec URL: s3://, gs://, memory://, ..."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from datakit.corpora.formats import IMAGE_SUFFIXES, looks_like_image
from datakit.corpora.layout import label_and_split
from datakit.corpora.metadata import METADATA_NAMES, Entry, entries, read_table
from datakit.errors import CorpusError, MissingExtraError
from datakit.sample import Sample

__all__ = ["Remote"]


class Remote:
    """Images below a URL, with labels, splits and captions as in a local folder.

    Parameters
    ----------
    location
        The URL.

    Raises
    ------
    MissingExtraError
        fsspec, or the package for this kind of URL, is not installed.
    CorpusError
        The URL cannot be opened.
    """

    modality = "image"

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
            raise CorpusError(f"{location} does not exist: give a URL that holds images")

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
        fs, root = self._connect()
        found = fs.find(root, detail=True)
        paths = {name[len(root) :].lstrip("/"): facts for name, facts in found.items()}
        notes: Counter[str] = Counter()
        told = self._metadata(paths, notes)
        for path in sorted(paths):
            parts = path.split("/")
            if any(part.startswith(".") or part == "__MACOSX" for part in parts):
                notes["hidden file or folder, skipped"] += 1
            elif self._is_image(path):
                yield self._sample(path, paths, told.get(path, Entry()))
            elif not path.endswith((".txt", ".caption")) and parts[-1] not in METADATA_NAMES:
                notes["file that is not an image"] += 1
        self.notes = dict(sorted(notes.items()))

    def _sample(self, path: str, paths: dict[str, Any], entry: Entry) -> Sample:
        label, split = label_and_split(path)
        caption = entry.caption
        stem = path.rpartition(".")[0]
        for beside in (f"{stem}.txt", f"{stem}.caption"):
            if caption is None and beside in paths:
                caption = self._bytes(beside)[: 64 * 1024].decode("utf-8", "replace").strip()
        size = paths[path].get("size")
        return Sample(
            path, path, path, size, None, entry.label or label, entry.split or split, caption
        )

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

    def _is_image(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        stem, dot, ending = name.rpartition(".")
        if stem and (dot + ending).lower() in IMAGE_SUFFIXES:
            return True
        if name in METADATA_NAMES or name.endswith((".txt", ".caption")):
            return False
        fs, root = self._connect()
        with fs.open(f"{root}/{path}", "rb") as file:
            return looks_like_image(file.read(32))

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
