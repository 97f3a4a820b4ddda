"""Open a corpus: find out what the user gave, and give it the right shape."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datakit.corpora.corpus import Corpus
from datakit.corpora.kinds import PACKED, TABLES, TEXTS
from datakit.corpora.layout import printable
from datakit.corpora.walk import Walk
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["open_corpus"]

_TARS = (".tar", ".tar.gz", ".tgz")
_TEXT_FILES = tuple(suffix + packed for suffix in TEXTS.suffixes for packed in PACKED)
_ABOUT = ("readme", "license", "licence", "changelog", "citation", "notice")
"""Names of texts that lie beside tables and are no part of the corpus."""

_EXPECTED = (
    "give a folder of images or texts, a csv, tsv, jsonl or parquet table, a tar, an idx file, or "
    "a single text file"
)


def open_corpus(
    source: str | os.PathLike[str] | Iterable[Any],
    *,
    manifest: str | None = None,
    text_column: str | None = None,
) -> Corpus:
    """Open a corpus of images or of texts.

    A source with images is a corpus of images, and texts beside them are their captions.

    Parameters
    ----------
    source
        A folder of images or of text files; a table (csv, tsv, jsonl, parquet) or a folder of
        tables, with a column of image paths, image bytes or texts; a tar file or a folder of
        them in WebDataset layout; MNIST-style idx files; a single text file, which is cut into
        documents; an fsspec URL; or an iterable of samples, (name, bytes) or (name, str) pairs,
        bytes, Pillow images or str.
    manifest
        A csv, jsonl or parquet file with captions, labels or splits by file name; for folders.
    text_column
        The column (in a tar: the JSON field) that is the text; None to find it by its name.

    Raises
    ------
    CorpusError
        There is nothing at `source`, or nothing that is an image or a text; or an option does
        not go with it.
    """
    if not isinstance(source, (str, os.PathLike)):
        from datakit.corpora.memory import Memory

        return _checked(Memory(source), manifest, text_column)
    location = os.fspath(source)
    if "://" in location:
        from datakit.corpora.remote import Remote

        return _checked(Remote(location), manifest, text_column)
    path = Path(location)
    try:
        there = path.exists()
    except OSError as error:
        raise CorpusError(
            f"{location[:80]!r} is no path ({error.strerror}): {_EXPECTED}; texts that are in "
            "memory go into a list"
        ) from error
    if not there:
        raise CorpusError(f"{location} does not exist: {_EXPECTED}")
    if path.is_dir():
        _refuse_profile(location, path)
        corpus = _folder(location, path, manifest, text_column)
    elif path.is_file():
        corpus = _file(location, path, text_column)
    else:
        raise CorpusError(f"{location} is no file and no folder: {_EXPECTED}")
    return _checked(corpus, manifest, text_column)


def _refuse_profile(location: str, path: Path) -> None:
    """A profile holds files, but they are no samples."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(manifest, dict) and {"datakit", "parts", "measures"} <= set(manifest):
        raise CorpusError(
            f"{location} is a profile, and samples are needed here: give its corpus, "
            f"{manifest.get('corpus')}"
        )


def _checked(corpus: Corpus, manifest: str | None, text_column: str | None) -> Corpus:
    """The corpus, if the options go with it."""
    kind = type(corpus).__name__
    if manifest is not None and kind != "Folder":
        raise CorpusError(
            f"a manifest goes with a folder of images or texts, {corpus.location} is something else"
        )
    if text_column is not None and kind not in ("TextTable", "Tar"):
        raise CorpusError(
            f"a text column ({text_column!r}) goes with a table or a tar of texts, "
            f"{corpus.location} is something else: leave --text-column out"
        )
    return corpus


def _folder(location: str, path: Path, manifest: str | None, text_column: str | None) -> Corpus:
    from datakit.corpora.curated import MARKER, open_curated
    from datakit.corpora.idx import Idx, is_idx

    if (path / MARKER).is_file():
        return open_curated(location, path, manifest)
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

            return Tar(location, files, text_column)
        if all(TABLES.is_named(file.name) and file.is_file() for file in files):
            return _tables(location, [_named(file) for file in files], text_column)
    return _tree(location, path, manifest, text_column)


def _tree(location: str, path: Path, manifest: str | None, text_column: str | None) -> Corpus:
    """A folder of files: of images if there is one, else of texts, else of tables."""
    from datakit.corpora.folder import Folder

    images = Folder(location)
    if next(iter(images), None) is not None:
        return Folder(location, manifest)
    texts = Folder(location, modality="text")
    if next((text for text in texts if not _is_about(text.path)), None) is not None:
        return Folder(location, manifest, "text")
    tables = _tables_below(path) if manifest is None else []
    if tables:
        return _tables(location, tables, text_column)
    listed = Folder(location, manifest)
    first = next(iter(listed), None) or next(iter(texts), None)
    if first is not None:
        return Folder(location, manifest, "text" if TEXTS.is_named(first.path) else "image")
    seen = ", ".join(f"{n} x {reason}" for reason, n in images.notes.items()) or "nothing"
    raise CorpusError(f"no images and no texts in {location} (seen: {seen}): {_EXPECTED}")


def _is_about(path: str) -> bool:
    return path.rpartition("/")[2].lower().startswith(_ABOUT)


def _named(file: Path) -> tuple[str, Path]:
    return printable(os.fsencode(file.name)), file


def _tables_below(path: Path) -> list[tuple[str, Path]]:
    """Tables at any depth, as data sets that are downloaded from a hub have them."""
    found = Walk(os.fsencode(path), TABLES, {}, Counter())
    return [(table.path, Path(os.fsdecode(_source(table)))) for table in found]


def _source(sample: Sample) -> bytes:
    assert isinstance(sample.source, bytes)
    return sample.source


def _tables(location: str, files: list[tuple[str, Path]], text_column: str | None) -> Corpus:
    """Tables of images if the first records are images, else of texts."""
    from datakit.corpora.table import Table
    from datakit.corpora.text_columns import shows_images
    from datakit.corpora.text_table import TextTable, head_of

    if text_column is None:
        for _, file in sorted(files):
            try:
                head = head_of(file)
            except CorpusError:
                continue  # told when the corpus is opened
            if shows_images(head, file.parent):
                return Table(location, [file for _, file in files])
            if head.n_records:
                break
    return TextTable(location, files, text_column)


def _file(location: str, path: Path, text_column: str | None) -> Corpus:
    from datakit.corpora.idx import Idx, is_idx

    name = path.name.lower()
    if TABLES.is_named(name):
        return _tables(location, [_named(path)], text_column)
    if name.endswith(_TARS):
        from datakit.corpora.tar import Tar

        return Tar(location, [path], text_column)
    if is_idx(name):
        return Idx(location, [path])
    if name.endswith(_TEXT_FILES):
        from datakit.corpora.text_file import TextFile

        return TextFile(location)
    raise CorpusError(f"{location} is a {path.suffix or 'file without suffix'}: {_EXPECTED}")
