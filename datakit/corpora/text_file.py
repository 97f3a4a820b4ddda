"""A single text file, cut into documents: a book, a dump, a benchmark's test set."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from datakit.corpora.layout import printable
from datakit.corpora.streams import open_utf8, restore
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["PARAGRAPH_LIMIT", "PIECE_SIZE", "TextFile", "cut"]

PIECE_SIZE = 2_000
"""Characters after which a document ends where the next paragraph begins."""

PARAGRAPH_LIMIT = 20_000
"""Characters of the longest paragraph that is kept whole."""


def cut(text: io.TextIOBase) -> Iterator[tuple[str, bool]]:
    """Cut a text at blank lines into documents of about `PIECE_SIZE` characters.

    A document ends with the paragraph that makes it `PIECE_SIZE` characters long or longer. A
    paragraph above `PARAGRAPH_LIMIT`, or one that is the whole text, is cut at its lines instead,
    and a line above that limit at its last space or full stop, or at the limit without one.

    Parameters
    ----------
    text
        Read line by line; no more than a document is held.

    Yields
    ------
    tuple of str and bool
        The document, without the white space at its end, and whether it ends with a paragraph.
    """
    held = ""
    whole = True
    for unit, whole in _units(text):
        held += unit
        if len(held) >= PIECE_SIZE:
            piece, held = _trimmed(held), ""
            if piece:
                yield piece, whole
    if _trimmed(held):
        yield _trimmed(held), whole


def _trimmed(text: str) -> str:
    return text.rstrip().lstrip("\r\n")


def _units(text: io.TextIOBase) -> Iterator[tuple[str, bool]]:
    """Paragraphs with the blank lines behind them (True), or single lines (False)."""
    held: list[str] = []
    length = n_blank = 0
    ended = False  # a blank line came after the last line that is not
    first = True
    for line in _lines(text):
        if line.isspace():
            ended = ended or length > 0
            n_blank += len(line)
            if ended and n_blank < PARAGRAPH_LIMIT:
                held.append(line)
            continue
        if ended:
            yield "".join(held), True
            held, length, ended, first = [], 0, False, False
        n_blank = 0
        held.append(line)
        length += len(line)
        if length > PARAGRAPH_LIMIT:
            yield from ((line, False) for line in held)
            held = []
    if first:
        yield from ((line, False) for line in held)
    elif held:
        yield "".join(held), True


def _lines(text: io.TextIOBase) -> Iterator[str]:
    """Lines, and pieces of those that are longer than `PARAGRAPH_LIMIT`."""
    carried = ""
    while line := carried + text.readline(PARAGRAPH_LIMIT - len(carried)):
        carried = ""
        if len(line) == PARAGRAPH_LIMIT and not line.endswith(("\n", "\r")):
            end = 1 + max(line.rfind(mark, PARAGRAPH_LIMIT // 2) for mark in " \u3002\uff01\uff1f")
            if end:
                line, carried = line[:end], line[end:]
        yield line


class TextFile:
    """The documents that a single text file is cut into, named ``file#000000012``.

    Parameters
    ----------
    location
        The file, as it was given.

    Raises
    ------
    CorpusError
        It cannot be read.
    """

    modality = "text"

    def __init__(self, location: str) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self._length: int | None = None
        try:
            open_utf8(Path(location)).close()
        except OSError as error:
            raise CorpusError(f"{location} cannot be read: {error}") from error

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(1 for _ in self)
        return self._length

    def __iter__(self) -> Iterator[Sample]:
        notes: Counter[str] = Counter()
        path = Path(self.location)
        row = 0
        try:
            with open_utf8(path, notes) as stream:
                text = io.TextIOWrapper(stream, "utf-8", errors="surrogateescape", newline="")
                for piece, whole in cut(text):
                    place = "blank lines" if whole else "line ends"
                    notes[f"document cut from a single text file at {place}"] += 1
                    yield _sample(path, row, restore(piece))
                    row += 1
            if not row:
                yield _sample(path, row, b"")
        except OSError as error:
            problem = f"the file is damaged, what comes after is not seen ({error})"
            yield _sample(path, row, None, problem)
        self.notes = dict(sorted(notes.items()))

    def read(self, sample: Sample) -> bytes:
        """The text that the sample carries, as UTF-8."""
        if not isinstance(sample.source, bytes):
            raise OSError(sample.problem or "the sample carries no text")
        return sample.source


def _sample(path: Path, row: int, text: bytes | None, problem: str | None = None) -> Sample:
    name = f"{printable(os.fsencode(path.name))}#{row:09d}"
    return Sample(name, name, text, None if text is None else len(text), problem=problem)
