"""Which columns of a table hold the text, and what else they say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datakit.corpora.formats import looks_like_image
from datakit.corpora.kinds import IMAGES, TEXTS
from datakit.corpora.layout import normal_split
from datakit.corpora.metadata import (
    BYTES_COLUMNS,
    DATE_COLUMNS,
    LABEL_COLUMNS,
    LANGUAGE_COLUMNS,
    PATH_COLUMNS,
    SPLIT_COLUMNS,
    as_text,
    find_column,
)
from datakit.errors import CorpusError

__all__ = [
    "NO_FACTS",
    "Columns",
    "Facts",
    "Head",
    "Row",
    "choose_columns",
    "facts_of",
    "other_columns",
    "shows_images",
]

TEXT_COLUMNS = (
    "text",
    "content",
    "document",
    "review",
    "body",
    "article",
    "sentence",
    "passage",
    "abstract",
    "comment",
    "message",
    "story",
    "review_text",
    "raw_content",
    "full_text",
    "paragraph",
    "post",
    "tweet",
    "transcript",
    "txt",
)

_LONG = 30.0  # mean characters of a column that is taken for the text although its name is not

Facts = tuple[str | None, str | None, str | None, str | None]
"""Label, split, language, date."""

NO_FACTS: Facts = (None, None, None, None)

Row = tuple[bytes | None, str | None, Facts]
"""The text as UTF-8, or the problem why there is none; and what the other columns say."""


@dataclass(frozen=True)
class Head:
    """The first records of a table.

    Parameters
    ----------
    names
        Its columns.
    rows
        Column -> value of the records that could be read.
    n_records
        Records that were looked at, with those that could not be read.
    """

    names: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    n_records: int


@dataclass(frozen=True)
class Columns:
    """The names of the columns that are read; None for what a table does not have.

    Parameters
    ----------
    text
        The column of the text.
    others
        The columns of label, split, language and date.
    guessed
        Whether the text was found by its values, not by its name.
    """

    text: str
    others: tuple[str | None, str | None, str | None, str | None] = (None,) * 4
    guessed: bool = False

    @property
    def told(self) -> bool:
        """Whether there is more to read than the text."""
        return any(self.others)

    @property
    def used(self) -> list[str]:
        """All columns that are read, each once."""
        return list(dict.fromkeys([self.text, *(name for name in self.others if name)]))


def facts_of(label: object, split: object, language: object, date: object) -> Facts:
    """What the values of the columns of label, split, language and date say."""
    return (
        as_text(label) or None,
        normal_split(as_text(split) or None),
        as_text(language) or None,
        as_text(date) or None,
    )


def choose_columns(name: str, head: Head, text_column: str | None = None) -> Columns:
    """Find the column of the text by name, or else the only one with long texts.

    Parameters
    ----------
    name
        The table, for messages.
    head
        Its first records.
    text_column
        The column that the user named.

    Raises
    ------
    CorpusError
        There is no such column, or none that is sure to be the text.
    """
    names = list(head.names)
    guessed = False
    if text_column is not None:
        if text_column not in names:
            raise CorpusError(f"{name} has no column {text_column!r}: it has {_listed(names)}")
        text = text_column
    else:
        found = named_text(head)
        if found is None:
            long = [column for column in names if _is_long(head, column)]
            if len(long) != 1:
                several = f"several columns hold long texts ({_listed(long)})" if long else ""
                raise CorpusError(
                    f"{name} does not say which column is the text: "
                    f"{several or 'none is called ' + ', '.join(TEXT_COLUMNS[:4]) + ', ...'}; "
                    f"it has {_listed(names)}; say it with --text-column NAME "
                    "(text_column=NAME in Python)"
                )
            found, guessed = long[0], True
        text = found
    return Columns(text, other_columns([name for name in names if name != text]), guessed)


def other_columns(names: list[str]) -> tuple[str | None, str | None, str | None, str | None]:
    """The columns of label, split, language and date among these."""
    label, split, language, date = (
        find_column(names, wanted)
        for wanted in (LABEL_COLUMNS, SPLIT_COLUMNS, LANGUAGE_COLUMNS, DATE_COLUMNS)
    )
    return label, split, language, date


def named_text(head: Head) -> str | None:
    """The column whose name says that it holds the text, and whose values are texts."""
    for wanted in TEXT_COLUMNS:
        column = find_column(list(head.names), (wanted,))
        if column is not None:
            values = _values(head, column)
            if not values or any(_is_text(value) for value in values):
                return column
    return None


def shows_images(head: Head, folder: Path) -> bool:
    """Whether the records are images: by paths or bytes, in columns as `Table` reads them.

    A column called "path" or "data" beside a column of text may hold anything, so its values
    decide then; without such a text the name is enough.

    Parameters
    ----------
    head
        The first records.
    folder
        What paths are relative to.
    """
    in_bytes, in_paths = (
        [] if column is None else _values(head, column)
        for column in (find_column(list(head.names), c) for c in (BYTES_COLUMNS, PATH_COLUMNS))
    )
    if named_text(head) is not None:
        return any(_shows_image(value, folder) for value in in_bytes + in_paths)
    in_bytes = [value for value in in_bytes if isinstance(value, (bytes, Mapping))]
    in_paths = [value for value in in_paths if isinstance(value, str)]
    return bool(in_bytes) or not all(map(TEXTS.is_named, in_paths))


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, bytes) and not looks_like_image(value[:32]))


def _shows_image(value: object, folder: Path) -> bool:
    if isinstance(value, Mapping):
        return _shows_image(value.get("bytes") or value.get("path"), folder)
    if isinstance(value, bytes):
        return looks_like_image(value[:32])
    if not isinstance(value, str):
        return False
    if IMAGES.is_named(value):
        return True
    try:
        path = folder / value.replace("\\", "/")
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return looks_like_image(file.read(32))
    except (OSError, ValueError):
        return False


def _values(head: Head, column: str) -> list[Any]:
    return [row[column] for row in head.rows if row.get(column) is not None]


def _is_long(head: Head, column: str) -> bool:
    """Whether the values are long and read like text: addresses and hashes have no spaces."""
    texts = [value for value in _values(head, column) if isinstance(value, str)]
    if not texts or sum(map(len, texts)) < _LONG * len(texts):
        return False
    prose = sum(not text.isascii() or " " in text.strip() for text in texts)
    return 2 * prose >= len(texts)


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 40 else name[:37] + "..." for name in names[:20]]
    return ", ".join(map(repr, shown)) + (", ..." if len(names) > 20 else "") or "no columns"
