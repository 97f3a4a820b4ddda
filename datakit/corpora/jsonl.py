"""Tables with one JSON object a line, read in blocks: the file may have any size."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from datakit.corpora.streams import BLOCK, open_utf8, restore
from datakit.corpora.text_columns import NO_FACTS, Columns, Head, Row, facts_of
from datakit.errors import CorpusError

__all__ = [
    "LINE_LIMIT",
    "Problem",
    "count_jsonl",
    "document",
    "head_of_jsonl",
    "jsonl_records",
    "jsonl_rows",
    "lines",
]

LINE_LIMIT = 256 * 2**20
"""Bytes of the longest line that is read; of a longer one only the length is told."""

HEAD_LINES = 100
"""Lines that a table is judged by."""

_DECODER = json.JSONDecoder()
_KINDS = {type(None): "null", bool: "true or false", int: "a number", float: "a number"}
_KINDS |= {str: "a string", list: "a list", dict: "an object"}


class Problem(str):
    """Why there is no record where one was expected."""

    __slots__ = ()


def lines(stream: io.BufferedIOBase, limit: int = LINE_LIMIT) -> Iterator[bytes | Problem]:
    r"""Lines of a stream without their ``\n``; what cannot be had is a problem in its place.

    Parameters
    ----------
    stream
        Read by blocks.
    limit
        No more bytes of a line are held; a longer one is read through and told by its length.
    """
    kept: list[bytes] = []  # the line so far, or nothing once it is too long
    size = 0
    while True:
        try:
            block = stream.read1(BLOCK)
        except OSError as error:
            yield Problem(f"the file is damaged, what comes after is not seen ({error})")
            return
        if not block:
            break
        pieces = block.split(b"\n")
        last = pieces.pop()
        for piece in pieces:
            if size or len(piece) > limit:
                yield _line([*kept, piece], size + len(piece), limit)
                kept, size = [], 0
            else:
                yield piece
        size += len(last)
        kept = [*kept, last] if size <= limit else []
    if size:
        yield _line(kept, size, limit)


def _line(kept: list[bytes], size: int, limit: int) -> bytes | Problem:
    return b"".join(kept) if size <= limit else Problem(f"line of {size} bytes, limit {limit}")


def jsonl_rows(path: Path, columns: Columns, notes: Counter[str]) -> Iterator[Row]:
    """Text and facts of every line that is not blank.

    Parameters
    ----------
    path
        The file, plain or packed.
    columns
        The fields to read.
    notes
        Counts blank lines, and a file that is not UTF-8.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    with open_utf8(path, notes) as stream:
        yield from rows_of(lines(stream), columns, notes)


def jsonl_records(path: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """What reads the fields of each row that `jsonl_rows` gives: {} of one that is no object."""
    with open_utf8(path) as stream:
        for line in lines(stream):
            if isinstance(line, Problem):
                yield dict
            elif line and not line.isspace():
                yield partial(_record, line)


def _record(line: bytes) -> dict[str, Any]:
    record, _, _ = _parse(line)
    return record if isinstance(record, dict) else {}


def rows_of(
    found: Iterable[bytes | Problem], columns: Columns, notes: Counter[str]
) -> Iterator[Row]:
    """Text and facts of lines, as `jsonl_rows` gives them."""
    for number, line in enumerate(found, 1):
        if isinstance(line, Problem):
            yield None, f"line {number}: {line}", NO_FACTS
        elif line and not line.isspace():
            text, problem, facts = document(line, columns)
            yield text, problem and f"line {number}: {problem}", facts
        else:
            notes["blank line, skipped"] += 1


def count_jsonl(path: Path) -> int:
    """Number of rows that `jsonl_rows` gives, without parsing them."""
    with open_utf8(path) as stream:
        return sum(
            isinstance(line, Problem) or bool(line and not line.isspace()) for line in lines(stream)
        )


def head_of_jsonl(path: Path) -> Head:
    """The first lines.

    Raises
    ------
    CorpusError
        The file is one JSON array, or none of the first lines is an object.
    OSError
        It cannot be opened.
    """
    with open_utf8(path) as stream:
        return head_of_lines(str(path), islice(lines(stream), HEAD_LINES))


def head_of_lines(name: str, found: Iterable[bytes | Problem]) -> Head:
    """What the first lines of a table say of its fields.

    Raises
    ------
    CorpusError
        They are the beginning of a JSON array, or none is an object.
    """
    names: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    present = [line for line in found if isinstance(line, Problem) or line.strip()]
    for line in present:
        record = None if isinstance(line, Problem) else _parse(line)[0]
        if isinstance(record, dict):
            rows.append(record)
            names |= dict.fromkeys(record)
    if present and not rows:
        if present[0].lstrip()[:1] in (b"[", "["):
            raise CorpusError(
                f"{name} is a JSON array: one object a line is expected, as jq -c '.[]' writes it"
            )
        raise CorpusError(
            f"{name}: none of the first {len(present)} lines is a JSON object: one a line is "
            f"expected (the first is {present[0][:60]!s})"
        )
    return Head(list(names), rows, len(present))


def document(line: bytes, columns: Columns) -> Row:
    """Text and facts of one JSON object; its lone surrogates and bad bytes stay in the text."""
    record, encode, problem = _parse(line)
    if problem is not None:
        return None, problem, NO_FACTS
    if not isinstance(record, dict):
        return None, f"{_kind(record)}, not an object", NO_FACTS
    facts = NO_FACTS
    if columns.told:
        get = record.get
        label, split, language, date = columns.others
        facts = facts_of(get(label), get(split), get(language), get(date))
    text = record.get(columns.text)
    if isinstance(text, str):
        return encode(text), None, facts
    if columns.text not in record:
        return None, f"no field {columns.text!r}", facts
    return None, f"field {columns.text!r} is {_kind(text)}, not a string", facts


def _parse(line: bytes) -> tuple[Any, Callable[[str], bytes], str | None]:
    """The value of a line, what turns its strings back into bytes, or the problem with it."""
    encode = _with_surrogates
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text, encode = line.decode("utf-8", "surrogateescape"), restore
    try:
        return _DECODER.decode(text), encode, None
    except json.JSONDecodeError as error:
        return None, encode, f"not JSON ({error.msg} at character {error.pos})"
    except (ValueError, RecursionError) as error:  # a number of too many digits; deep nesting
        return None, encode, f"not JSON that can be read ({error})"


def _with_surrogates(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _kind(value: object) -> str:
    return _KINDS[type(value)]
