"""Captions, labels and splits from metadata files and manifests."""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from datakit.corpora.layout import normal_split
from datakit.errors import CorpusError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "BYTES_COLUMNS",
    "DATE_COLUMNS",
    "LABEL_COLUMNS",
    "LANGUAGE_COLUMNS",
    "METADATA_NAMES",
    "PATH_COLUMNS",
    "SPLIT_COLUMNS",
    "Entry",
    "as_text",
    "column_values",
    "entries",
    "entry_reader",
    "find_column",
    "json_objects",
    "read_table",
]

METADATA_NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")

PATH_COLUMNS = (
    "file_name",
    "path",
    "file",
    "filename",
    "file_path",
    "filepath",
    "image_path",
    "image",
    "img",
)
BYTES_COLUMNS = ("image", "bytes", "image_bytes", "img", "data", "jpg", "jpeg", "png", "webp")
CAPTION_COLUMNS = ("caption", "text", "captions", "description", "prompt", "txt", "title")
LABEL_COLUMNS = ("label", "class", "category", "labels", "class_name", "fine_label", "target")
SPLIT_COLUMNS = ("split", "subset", "partition")
LANGUAGE_COLUMNS = ("lang", "language", "locale", "language_code", "lang_code")
DATE_COLUMNS = (
    "date",
    "timestamp",
    "created",
    "published",
    "created_at",
    "published_at",
    "created_utc",
    "datetime",
    "publish_date",
    "pub_date",
)
_MIDNIGHT = re.compile(r" 00:00:00(\.0+)?$")
_ENTRY_COLUMNS = (LABEL_COLUMNS, SPLIT_COLUMNS, CAPTION_COLUMNS, LANGUAGE_COLUMNS, DATE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a metadata file says about one sample; None where it says nothing."""

    label: str | None = None
    split: str | None = None
    caption: str | None = None
    language: str | None = None
    date: str | None = None


def read_table(name: str, data: bytes) -> pa.Table:
    """A csv, tsv, jsonl or parquet file as a table; ``.gz`` and ``.zst`` are unpacked.

    Raises
    ------
    CorpusError
        It cannot be read; the message says where.
    """
    import gzip
    import io

    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.json
    import pyarrow.parquet

    suffixes = PurePosixPath(name).suffixes
    try:
        if suffixes and suffixes[-1] == ".gz":
            data, suffixes = gzip.decompress(data), suffixes[:-1]
        elif suffixes and suffixes[-1] == ".zst":
            packed = pa.input_stream(io.BytesIO(data), compression="zstd")
            data, suffixes = packed.read(), suffixes[:-1]
        kind = suffixes[-1].lower() if suffixes else ""
        if kind == ".parquet":
            return pyarrow.parquet.read_table(io.BytesIO(data))
        if not data.strip():
            return pa.table({})
        if kind in (".csv", ".tsv"):
            mark = "," if kind == ".csv" else "\t"
            options = pyarrow.csv.ParseOptions(delimiter=mark, newlines_in_values=True)
            # Only nothing is nothing: "NA" and "null" are captions like others.
            text = pyarrow.csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
            try:
                return pyarrow.csv.read_csv(
                    io.BytesIO(data), parse_options=options, convert_options=text
                )
            except pa.ArrowInvalid:  # one ragged row must not cost all the others
                return _readable_rows(csv.DictReader(_lines(data), delimiter=mark))
        if kind in (".jsonl", ".ndjson", ".json"):
            try:
                return _texts_as_they_are(data)
            except pa.ArrowInvalid:  # nor one broken line, or values of two kinds
                return _readable_rows(json_objects(data))
    except (pa.ArrowException, OSError, EOFError) as error:
        raise CorpusError(f"{name} cannot be read: {error}") from error
    raise CorpusError(f"{name}: give a csv, jsonl or parquet file")


def _texts_as_they_are(data: bytes) -> pa.Table:
    """JSON lines as a table; a text that looks like a point in time is a text."""
    import io

    import pyarrow as pa
    import pyarrow.json

    table = pyarrow.json.read_json(io.BytesIO(data))
    times = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
    if not times:
        return table
    schema = pa.schema([(name, pa.string()) for name in times])
    return pyarrow.json.read_json(
        io.BytesIO(data), parse_options=pyarrow.json.ParseOptions(explicit_schema=schema)
    )


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8-sig", "replace").replace("\0", "")
    return text.splitlines(keepends=True)


def json_objects(data: bytes) -> Iterator[dict[str, Any]]:
    """The lines that are JSON objects."""
    for line in _lines(data):
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value


def _readable_rows(rows: Iterable[dict[Any, Any]]) -> pa.Table:
    """Rows of any kind as a table of texts; what a row lacks is null.

    Raises
    ------
    CorpusError
        There is no row at all.
    """
    import pyarrow as pa

    kept = [{str(k): as_text(v) for k, v in row.items() if k is not None} for row in rows]
    names = list(dict.fromkeys(name for row in kept for name in row))
    if not names:
        raise CorpusError("no row of it can be read")
    columns = {}
    for name in names:
        values = [row.get(name) for row in kept]
        valid = [v if v is None else v.encode("utf-8", "replace").decode() for v in values]
        columns[name] = pa.array([v or None for v in valid], pa.string())
    return pa.table(columns)


def find_column(names: list[str], wanted: tuple[str, ...]) -> str | None:
    """The first of the wanted columns that is there, whatever its case."""
    lower = {name.lower(): name for name in names}
    return next((lower[name] for name in wanted if name in lower), None)


def entries(table: pa.Table, name: str) -> dict[str, Entry]:
    """File name (as written, with ``/``) -> entry.

    Raises
    ------
    CorpusError
        The table has no column with file names.
    """
    path = find_column(table.column_names, PATH_COLUMNS)
    if path is None:
        raise CorpusError(
            f"{name} has no column with file names: it has "
            f"{', '.join(table.column_names) or 'none'}, expected is one of "
            f"{', '.join(PATH_COLUMNS)}"
        )
    get = entry_reader(table)
    found = {}
    for i, file in enumerate(table.column(path).to_pylist()):
        if file is not None:
            key = str(PurePosixPath(str(file).replace("\\", "/")))
            found[key] = get(i)
    return found


def entry_reader(table: pa.Table) -> Callable[[int], Entry]:
    """Row number -> entry of the known columns of a table."""
    picked = [find_column(table.column_names, wanted) for wanted in _ENTRY_COLUMNS]
    values = [None if name is None else column_values(table.column(name)) for name in picked]

    def get(i: int) -> Entry:
        label, split, *rest = (None if v is None else as_text(v[i]) for v in values)
        return Entry(label, normal_split(split), *rest)

    return get


def column_values(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """A column as Python values; points in time as text, for Python has no nanoseconds."""
    import pyarrow as pa

    if pa.types.is_temporal(column.type):
        # A reader of csv and jsonl makes points in time of days; they are days again here.
        return [
            value and _MIDNIGHT.sub("", value) for value in column.cast(pa.string()).to_pylist()
        ]
    try:
        return column.to_pylist()
    except UnicodeDecodeError:
        raw = column.cast(pa.large_binary()).to_pylist()
        return [None if value is None else value.decode("utf-8", "replace") for value in raw]


def as_text(value: object) -> str | None:
    """A value of a table as a label, a split, a language or a date; None where there is none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return as_text(value[0]) if value else None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
