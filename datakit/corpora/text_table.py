"""Tables of texts: one document a record, in jsonl, csv, tsv or parquet files of any size."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datakit.corpora.csv_rows import csv_records, csv_rows, head_of_csv
from datakit.corpora.jsonl import count_jsonl, head_of_jsonl, jsonl_records, jsonl_rows
from datakit.corpora.layout import split_of_file
from datakit.corpora.parquet_rows import (
    count_parquet,
    head_of_parquet,
    parquet_records,
    parquet_rows,
    types_of,
)
from datakit.corpora.text_columns import NO_FACTS, Columns, Head, Row, choose_columns
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["TextTable", "head_of"]


@dataclass(frozen=True)
class _Format:
    head: Callable[[Path], Head]
    rows: Callable[[Path, Columns, Counter[str]], Iterator[Row]]
    count: Callable[[Path], int] | None
    records: Callable[[Path, str], Iterator[Callable[[], dict[str, Any]]]]


_JSONL = _Format(head_of_jsonl, jsonl_rows, count_jsonl, lambda path, _: jsonl_records(path))
_CSV = _Format(head_of_csv, csv_rows, None, lambda path, _: csv_records(path))
_PARQUET = _Format(head_of_parquet, parquet_rows, count_parquet, parquet_records)


def head_of(path: Path) -> Head:
    """The first records of a table file.

    Raises
    ------
    CorpusError
        It cannot be read, or holds something else than records.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError("not a regular file")  # to open a FIFO would block for ever
        return _format(path.name).head(path)
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error


class TextTable:
    """Texts held in table files, read from front to back; samples carry their text.

    Records are named ``file#000000012``, counted from 0 with those that cannot be read.

    Parameters
    ----------
    location
        A table file, or a folder of them.
    files
        (path relative to the corpus, file) of every table.
    text_column
        The column of the texts; None to find it by its name.

    Raises
    ------
    CorpusError
        No file can be read, or it is not sure which column is the text.
    """

    modality = "text"

    def __init__(
        self, location: str, files: Sequence[tuple[str, Path]], text_column: str | None = None
    ) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self._files = sorted(files, key=lambda file: file[0] + "#")
        self.text_column = text_column
        self._length: int | None = None
        self._check()

    def _check(self) -> None:
        """Open the files until one has records and a text."""
        errors = []
        for name, path in self._files:
            try:
                head = head_of(path)
                if head.names:
                    choose_columns(name, head, self.text_column)
                if head.n_records:
                    return
            except CorpusError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        raise CorpusError(f"{self.location} holds no records: give a table of texts")

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(self._count(name, path) for name, path in self._files)
        return self._length

    def __iter__(self) -> Iterator[Sample]:
        notes: Counter[str] = Counter()
        length = 0
        for file, path in self._files:
            of_file = split_of_file(file)
            for row, (text, problem, facts) in enumerate(self._rows(file, path, notes)):
                name = f"{file}#{row:09d}"
                label, split, language, date = facts
                size = None if text is None else len(text)
                length += 1
                yield Sample(
                    name,
                    name,
                    text,
                    size,
                    None,
                    label,
                    split or of_file,
                    None,
                    problem,
                    language,
                    date,
                )
        self.notes = dict(sorted(notes.items()))
        self._length = length

    def read(self, sample: Sample) -> bytes:
        """The text that the sample carries, as UTF-8."""
        if not isinstance(sample.source, bytes):
            raise OSError(sample.problem or "the sample carries no text")
        return sample.source

    def column_types(self) -> dict[str, Any]:
        """Arrow types of the columns, where the tables are parquet and agree on them."""
        return types_of([path for _, path in self._files])

    def records(self) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
        """Of every sample, in order: its id, its column of the text, what reads all its fields.

        The text itself need not be among these.
        """
        for file, path in self._files:
            try:
                head = head_of(path)
                if not head.names and not head.n_records:
                    continue
                text = choose_columns(file, head, self.text_column).text
                for row, load in enumerate(_format(path.name).records(path, text)):
                    yield f"{file}#{row:09d}", text, load
            except (CorpusError, OSError):
                continue  # its one sample says so

    def _rows(self, name: str, path: Path, notes: Counter[str]) -> Iterator[Row]:
        try:
            head = head_of(path)
            if not head.names and not head.n_records:
                notes["table without records"] += 1
                return
            columns = choose_columns(name, head, self.text_column)
            if columns.guessed:
                notes[f"text taken from column {columns.text!r}, the only one of long texts"] += 1
            yield from _format(path.name).rows(path, columns, notes)
        except (CorpusError, OSError) as error:
            yield None, f"the file is not used: {error}", NO_FACTS

    def _count(self, name: str, path: Path) -> int:
        count = _format(path.name).count
        try:
            if count is not None:
                choose_columns(name, head_of(path), self.text_column)
                return count(path)
        except (CorpusError, OSError):
            pass  # then there is one sample that says so, or none
        return sum(1 for _ in self._rows(name, path, Counter()))


def _format(name: str) -> _Format:
    low = name.lower()
    if low.endswith(".parquet"):
        return _PARQUET
    return _CSV if re.search(r"\.[ct]sv(\.gz|\.zst)?$", low) else _JSONL
