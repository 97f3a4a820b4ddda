"""Tables in csv or tsv, record by record: quotes that never close cost one record, not the file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from datakit.corpora.jsonl import Problem
from datakit.corpora.streams import open_utf8, restore
from datakit.corpora.text_columns import NO_FACTS, Columns, Head, Row, facts_of
from datakit.errors import CorpusError

__all__ = ["RECORD_LIMIT", "csv_records", "csv_rows", "head_of_csv"]

RECORD_LIMIT = 16 * 2**20
"""Characters of the longest record: a quote that is not closed before is taken to be stray."""

_HEAD_RECORDS = 100
_LINE_COST = 16  # bounds the memory of a record of very many short lines
_OPEN = "a quote that is opened in this record"


class _StrayError(Exception):
    """The record that is being read does not end where it should."""


class _Lines:
    """Lines of a file for `csv.reader`, kept until their record is whole.

    Parameters
    ----------
    text
        The file, opened with ``newline=""``.
    limit
        Characters of the longest record.

    Attributes
    ----------
    number
        Number of the first line of the record, from 1.
    """

    def __init__(self, text: io.TextIOBase, limit: int) -> None:
        self._read: Callable[[int], str] = text.readline
        self._limit = limit
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.number = 1

    def __iter__(self) -> Iterator[str]:
        record, limit = self._record, self._limit
        append = record.append
        size = 0
        try:
            for line in chain(self._returned(), iter(partial(self._read, limit + 1), "")):
                if record:
                    append(line)
                    size += len(line) + _LINE_COST
                    if size > limit or line.__class__ is Problem:
                        raise _StrayError(f"{_OPEN} is not closed within {limit} characters")
                else:
                    size = len(line)
                    kept = self._skip(line) if size > limit else line
                    append(kept)
                    if kept.__class__ is Problem:
                        raise _StrayError(kept)
                yield line
        except OSError as error:
            self._read = _nothing
            problem = f"the file is damaged, what comes after is not seen ({error})"
            if not record:
                raise _StrayError(problem) from error
            append(Problem(problem))
        if record:
            raise _StrayError(f"{_OPEN} is never closed")

    def _returned(self) -> Iterator[str]:
        while self._again:
            yield self._again.popleft()

    def peek(self) -> str:
        """The first line, which comes again."""
        try:
            self._again.append(self._read(self._limit + 1))
        except OSError:  # it is raised again when the line is read
            return ""
        return self._again[0]

    def next_record(self) -> None:
        """Forget the lines of the record that was read."""
        self.number += len(self._record)
        self._record.clear()

    def give_back(self) -> None:
        """Of the record that failed only the first line is lost; the others come again."""
        self._again.extendleft(reversed(self._record[1:]))
        del self._record[1:]

    def _skip(self, line: str) -> Problem:
        size = len(line)
        while not line.endswith(("\n", "\r")) and (line := self._read(self._limit)):
            size += len(line)
        return Problem(f"line of {size} characters, limit {self._limit}")


def _nothing(size: int) -> str:
    return ""


def csv_rows(path: Path, columns: Columns, notes: Counter[str]) -> Iterator[Row]:
    """Text and facts of every record after the header.

    Parameters
    ----------
    path
        The file, plain or packed.
    columns
        The columns to read.
    notes
        Counts blank lines, and a file that is not UTF-8 or not parted by its usual mark.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    with open_utf8(path, notes) as stream:
        records = _records(path, stream, notes)
        names = _names(next(records, (0, []))[1])
        text = names.index(columns.text) if columns.text in names else -1
        others = [names.index(name) if name in names else None for name in columns.others]
        for number, record in records:
            if isinstance(record, Problem):
                yield None, f"line {number}: {record}", NO_FACTS
            elif len(record) != len(names):
                given = f"{len(record)} fields, the header names {len(names)}"
                yield None, f"line {number}: {given}", NO_FACTS
            else:
                facts = NO_FACTS
                if columns.told:
                    facts = facts_of(*(None if i is None else record[i] for i in others))
                yield restore(record[text]), None, facts


def csv_records(path: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """What reads the fields of each row that `csv_rows` gives: {} of one that is none."""
    with open_utf8(path) as stream:
        records = _records(path, stream, Counter())
        names = _names(next(records, (0, []))[1])
        for _, record in records:
            if isinstance(record, Problem) or len(record) != len(names):
                yield dict
            else:
                yield partial(_fields, names, record)


def _fields(names: list[str], record: list[str]) -> dict[str, Any]:
    return dict(zip(names, record, strict=True))


def head_of_csv(path: Path) -> Head:
    """The header and the first records.

    Raises
    ------
    CorpusError
        The header cannot be read.
    OSError
        The file cannot be opened.
    """
    with open_utf8(path) as stream:
        records = _records(path, stream, Counter())
        header = next(records, (0, []))[1]
        if isinstance(header, Problem):
            raise CorpusError(
                f"{path} has no header that can be read: {header}; its first line names the columns"
            )
        names = _names(header)
        first = [record for _, record in islice(records, _HEAD_RECORDS)]
    rows = [dict(zip(names, record, strict=True)) for record in first if len(record) == len(names)]
    return Head(names, rows, len(first))


def _names(record: list[str] | Problem) -> list[str]:
    return [] if isinstance(record, Problem) else [name.strip() for name in record]


def _records(
    path: Path, stream: io.BufferedReader, notes: Counter[str]
) -> Iterator[tuple[int, list[str] | Problem]]:
    """Records with the numbers of their first lines."""
    text = io.TextIOWrapper(stream, "utf-8", errors="surrogateescape", newline="")
    source = _Lines(text, RECORD_LIMIT)
    mark = _delimiter(path, source.peek(), notes)
    # The limit is the process's own; a field of 128 kB is an article, not an accident.
    csv.field_size_limit(max(csv.field_size_limit(), RECORD_LIMIT + 1))
    reader = csv.reader(source, delimiter=mark)
    while True:
        source.next_record()
        number = source.number
        record: list[str] | Problem
        try:
            record = next(reader)
        except StopIteration:
            return
        except (_StrayError, csv.Error) as error:
            if isinstance(error, _StrayError):
                source.give_back()
            record = Problem(str(error))
            reader = csv.reader(source, delimiter=mark)
        if record:
            yield number, record
        else:
            notes["blank line, skipped"] += 1


def _delimiter(path: Path, header: str, notes: Counter[str]) -> str:
    """The mark between fields: Excel writes semicolons where the comma is in numbers."""
    if ".tsv" in (suffix.lower() for suffix in path.suffixes):
        return "\t"
    outside = re.sub(r'"[^"]*"', "", header)
    mark = max(";\t", key=outside.count)
    if "," in outside or mark not in outside:
        return ","
    notes[f"{path.name} is parted by {mark!r}, not by commas"] += 1
    return mark
