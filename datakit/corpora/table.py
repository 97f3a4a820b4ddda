"""A table whose rows are images: a column of paths, or a column of bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from datakit.corpora.layout import label_and_split
from datakit.corpora.metadata import (
    BYTES_COLUMNS,
    PATH_COLUMNS,
    column_values,
    entry_reader,
    find_column,
    read_table,
)
from datakit.corpora.parquet_rows import types_of
from datakit.corpora.walk import read_regular
from datakit.errors import CorpusError
from datakit.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table"]


class Table:
    """Images listed by, or held in, csv, jsonl or parquet files.

    Rows are named ``file#000000012``. Parquet is read one row group at a time.

    Parameters
    ----------
    location
        A table file, or a folder of parquet files.
    files
        The table files.

    Raises
    ------
    CorpusError
        A table cannot be read, or has neither paths nor bytes.
    """

    modality = "image"

    def __init__(self, location: str, files: list[Path]) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self._files = sorted(files, key=lambda file: file.name + "#")
        self._group: tuple[tuple[str, int], Any] | None = None
        self._length: int | None = None
        for _, _, table in self._groups(self._files[:1]):
            _image_column(self._files[0].name, table.schema)
            break

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_group": None}

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(len(table) for _, _, table in self._groups(self._files))
        return self._length

    def __iter__(self) -> Iterator[Sample]:
        for file in self._files:
            row = 0
            for _, group, table in self._groups([file]):
                column, holds_paths = _image_column(file.name, table.schema)
                told = entry_reader(table.drop_columns([column]))
                values = table.column(column).to_pylist() if holds_paths else None
                present = table.column(column).is_valid().to_pylist()
                for i in range(len(table)):
                    name = f"{file.name}#{row:09d}"
                    value = None if values is None else values[i]
                    yield _sample(name, file, (group, i), value, present[i], told(i), holds_paths)
                    row += 1

    def read(self, sample: Sample) -> bytes:
        """Bytes of one row's image."""
        if isinstance(sample.source, bytes):
            return read_regular(sample.source)
        assert isinstance(sample.source, tuple)
        path, group, i = sample.source
        if self._group is None or self._group[0] != (path, group):
            import pyarrow.parquet as pq

            column, _ = _image_column(path, pq.read_schema(path))
            table = pq.ParquetFile(path).read_row_group(group, columns=[column])
            self._group = ((path, group), table.column(0))
        value = self._group[1][i].as_py()
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes):
            raise OSError("the row holds no bytes")
        return data

    def column_types(self) -> dict[str, Any]:
        """Arrow types of the columns, where the tables are parquet and agree on them."""
        return types_of(self._files)

    def records(self) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
        """Of every sample, in order: its id, its column of the image, what reads the others."""
        for file in self._files:
            row = 0
            for _, _, table in self._groups([file]):
                column, _ = _image_column(file.name, table.schema)
                names = [name for name in table.column_names if name != column]
                values = {name: column_values(table.column(name)) for name in names}
                for i in range(len(table)):
                    yield f"{file.name}#{row:09d}", column, partial(_fields, values, i)
                    row += 1

    def _groups(self, files: list[Path]) -> Iterator[tuple[Path, int, pa.Table]]:
        """Row groups without the image bytes' cost where only paths are needed."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for file in files:
            try:
                if file.suffix.lower() != ".parquet":
                    yield file, 0, read_table(file.name, file.read_bytes())
                    continue
                parquet = pq.ParquetFile(file)
                for group in range(parquet.num_row_groups):
                    yield file, group, parquet.read_row_group(group)
            except (pa.ArrowException, OSError) as error:
                raise CorpusError(f"{file} cannot be read: {error}") from error


def _fields(values: dict[str, list[Any]], i: int) -> dict[str, Any]:
    return {name: column[i] for name, column in values.items()}


def _image_column(name: str, schema: pa.Schema) -> tuple[str, bool]:
    """The column that holds the images, and whether it holds paths."""
    import pyarrow as pa

    found = find_column(schema.names, BYTES_COLUMNS)
    if found is not None:
        kind = schema.field(found).type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_struct(kind):
            return found, False
    found = find_column(schema.names, PATH_COLUMNS)
    if found is not None and (
        pa.types.is_string(schema.field(found).type)
        or pa.types.is_large_string(schema.field(found).type)
    ):
        return found, True
    raise CorpusError(
        f"{name} has no column of image paths ({', '.join(PATH_COLUMNS[:4])}, ...) or image bytes "
        f"({', '.join(BYTES_COLUMNS[:3])}, ...): it has {', '.join(schema.names) or 'no columns'}"
    )


def _sample(
    name: str,
    file: Path,
    place: tuple[int, int],
    value: str | None,
    present: bool,
    told: Any,
    holds_paths: bool,
) -> Sample:
    names = ("label", "split", "caption", "language", "date")
    facts = {name: getattr(told, name) for name in names}
    if not holds_paths:
        problem = None if present else "the row holds no image"
        stamp = file.stat().st_mtime_ns
        return Sample(name, name, (str(file), *place), None, stamp, problem=problem, **facts)
    if value is None:
        return Sample(name, name, problem="the row holds no path", **facts)
    path = str(PurePosixPath(value.replace("\\", "/")))
    full = os.fsencode(file.parent / path)
    label, split = label_and_split(path)
    facts |= {"label": told.label or label, "split": told.split or split}
    try:
        known = os.stat(full)
    except (OSError, ValueError) as error:
        return Sample(
            name, path, full, problem=f"listed in {file.name}, but not there: {error}", **facts
        )
    return Sample(name, path, full, known.st_size, known.st_mtime_ns, **facts)
