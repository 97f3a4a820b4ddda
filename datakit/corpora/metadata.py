"""Captions, labels and splits from metadata files and manifests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from datakit.corpora.layout import normal_split
from datakit.errors import CorpusError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "METADATA_NAMES",
    "PATH_COLUMNS",
    "Entry",
    "entries",
    "entry_reader",
    "find_column",
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
CAPTION_COLUMNS = ("caption", "text", "captions", "description", "prompt", "txt", "title")
LABEL_COLUMNS = ("label", "class", "category", "labels", "class_name", "fine_label", "target")
SPLIT_COLUMNS = ("split", "subset", "partition")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a metadata file says about one image; None where it says nothing."""

    label: str | None = None
    split: str | None = None
    caption: str | None = None


def read_table(name: str, data: bytes) -> pa.Table:
    """A csv, jsonl or parquet file as a table; ``.gz`` is unpacked.

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
        kind = suffixes[-1].lower() if suffixes else ""
        if kind == ".parquet":
            return pyarrow.parquet.read_table(io.BytesIO(data))
        if not data.strip():
            return pa.table({})
        if kind == ".csv":
            options = pyarrow.csv.ParseOptions(newlines_in_values=True)
            text = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
            return pyarrow.csv.read_csv(
                io.BytesIO(data), parse_options=options, convert_options=text
            )
        if kind in (".jsonl", ".ndjson", ".json"):
            return pyarrow.json.read_json(io.BytesIO(data))
    except (pa.ArrowException, OSError, EOFError) as error:
        raise CorpusError(f"{name} cannot be read: {error}") from error
    raise CorpusError(f"{name}: give a csv, jsonl or parquet file")


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
    picked = [
        find_column(table.column_names, wanted)
        for wanted in (LABEL_COLUMNS, SPLIT_COLUMNS, CAPTION_COLUMNS)
    ]
    values = [None if name is None else table.column(name).to_pylist() for name in picked]

    def get(i: int) -> Entry:
        label, split, caption = (None if v is None else _text(v[i]) for v in values)
        return Entry(label, normal_split(split), caption)

    return get


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return _text(value[0]) if value else None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
