"""Open a corpus: find out what the user gave, and give it the right shape."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datakit.corpora.corpus import Corpus
from datakit.errors import CorpusError

__all__ = ["open_corpus"]

_TABLES = (".csv", ".jsonl", ".ndjson", ".parquet", ".jsonl.gz", ".csv.gz")
_TARS = (".tar", ".tar.gz", ".tgz")


def open_corpus(
    source: str | os.PathLike[str] | Iterable[Any], *, manifest: str | None = None
) -> Corpus:
    """Open a corpus of images.

    Parameters
    ----------
    source
        A folder of images; a table (csv, jsonl, parquet) with a column of paths or bytes; a tar
        file or a folder of them in WebDataset layout; MNIST-style idx files; an fsspec URL; or
        an iterable of samples, (name, bytes) pairs, bytes or Pillow images.
    manifest
        A csv, jsonl or parquet file with captions, labels or splits by file name; for folders.

    Raises
    ------
    CorpusError
        There is nothing at `source`, or nothing that is an image.
    """
    if not isinstance(source, (str, os.PathLike)):
        from datakit.corpora.memory import Memory

        return Memory(source)
    location = os.fspath(source)
    if "://" in location:
        from datakit.corpora.remote import Remote

        return Remote(location)
    path = Path(location)
    if path.is_dir():
        corpus = _folder(location, path, manifest)
    elif path.is_file():
        corpus = _file(location, path)
    elif path.exists():
        raise CorpusError(f"{location} is no file and no folder: give a corpus of images")
    else:
        raise CorpusError(f"{location} does not exist: give a folder, table, tar or idx file")
    if manifest is not None and not _takes_manifest(corpus):
        raise CorpusError(f"a manifest goes with a folder of images, {location} is something else")
    return corpus


def _takes_manifest(corpus: Corpus) -> bool:
    from datakit.corpora.folder import Folder

    return isinstance(corpus, Folder)


def _folder(location: str, path: Path, manifest: str | None) -> Corpus:
    from datakit.corpora.folder import Folder
    from datakit.corpora.idx import Idx, is_idx

    try:
        files = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise CorpusError(f"{location} cannot be read: {error.strerror}") from error
    if files and manifest is None:
        stacks = [file for file in files if is_idx(file.name) and file.is_file()]
        if stacks:
            return Idx(location, stacks)
        if all(file.name.lower().endswith(_TARS) and file.is_file() for file in files):
            from datakit.corpora.tar import Tar

            return Tar(location, files)
        if all(file.name.lower().endswith(".parquet") and file.is_file() for file in files):
            from datakit.corpora.table import Table

            return Table(location, files)
    folder = Folder(location, manifest)
    if next(iter(folder), None) is None:
        seen = ", ".join(f"{n} x {reason}" for reason, n in folder.notes.items()) or "nothing"
        raise CorpusError(f"no images in {location} (seen: {seen}): give a folder with images")
    return folder


def _file(location: str, path: Path) -> Corpus:
    from datakit.corpora.idx import Idx, is_idx

    name = path.name.lower()
    if name.endswith(_TABLES):
        from datakit.corpora.table import Table

        return Table(location, [path])
    if name.endswith(_TARS):
        from datakit.corpora.tar import Tar

        return Tar(location, [path])
    if is_idx(name):
        return Idx(location, [path])
    raise CorpusError(
        f"{location} is a {path.suffix or 'file without suffix'}: give a folder of images, a csv, "
        "jsonl or parquet table, a tar, or an idx file"
    )
