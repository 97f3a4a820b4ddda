"""Parquet tables of text, in batches: a row group of any size is never held whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.corpora.metadata import column_values
from datakit.corpora.streams import BLOCK
from datakit.corpora.text_columns import NO_FACTS, Columns, Facts, Head, Row, facts_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["count_parquet", "head_of_parquet", "parquet_records", "parquet_rows", "types_of"]

_BATCH_BYTES = 2**20
_BATCH_ROWS = 4096
_HEAD_ROWS = 16


def parquet_rows(path: Path, columns: Columns, notes: Counter[str]) -> Iterator[Row]:
    """Text and facts of every row; the rows of a row group that cannot be read have a problem.

    Parameters
    ----------
    path
        The file.
    columns
        The columns to read.
    notes
        Not used: parquet says everything about itself.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    import pyarrow as pa

    with _open(path) as parquet:
        row = 0
        for group in range(parquet.num_row_groups):
            end = row + parquet.metadata.row_group(group).num_rows
            problem = "there is less in its row group than that says"
            try:
                for batch in _batches(parquet, group, columns):
                    for text, facts in batch:
                        yield _row(row, text, facts)
                        row += 1
            except (OSError, ValueError, pa.ArrowException) as error:
                problem = f"its row group cannot be read ({error})"
            while row < end:
                yield None, f"row {row}: {problem}", NO_FACTS
                row += 1


def parquet_records(path: Path, without: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """What reads the fields of each row that `parquet_rows` gives.

    Parameters
    ----------
    path
        The file.
    without
        A column whose values are not read: they are None.
    """
    import pyarrow as pa

    with _open(path) as parquet:
        names = parquet.schema_arrow.names
        wanted = [name for name in names if name != without]
        for group in range(parquet.num_row_groups):
            left = parquet.metadata.row_group(group).num_rows
            try:
                batches = parquet.iter_batches(_BATCH_ROWS, row_groups=[group], columns=wanted)
                for batch in batches if wanted else ():
                    values = {name: column_values(batch.column(name)) for name in wanted}
                    left -= len(batch)
                    for i in range(len(batch)):
                        yield partial(_fields, values, names, i)
            except (OSError, ValueError, pa.ArrowException):
                pass  # told where the texts are read
            for _ in range(left):
                yield partial(_fields, {}, names, 0)


def _fields(values: dict[str, list[Any]], names: list[str], i: int) -> dict[str, Any]:
    return {name: values[name][i] if name in values else None for name in names}


def types_of(files: Sequence[Path]) -> dict[str, pa.DataType]:
    """Column -> type of the columns that are of one type in all files; {} if one is no parquet."""
    found: dict[str, set[pa.DataType]] = {}
    for file in files:
        if file.suffix.lower() != ".parquet":
            return {}
        try:
            with _open(file) as parquet:
                for field in parquet.schema_arrow:
                    found.setdefault(field.name, set()).add(field.type)
        except OSError:
            continue
    return {name: next(iter(types)) for name, types in found.items() if len(types) == 1}


def count_parquet(path: Path) -> int:
    """Number of rows that `parquet_rows` gives."""
    with _open(path) as parquet:
        return int(parquet.metadata.num_rows)


def head_of_parquet(path: Path) -> Head:
    """The columns and the first rows.

    Raises
    ------
    OSError
        It cannot be read.
    """
    import pyarrow as pa

    with _open(path) as parquet:
        names = parquet.schema_arrow.names
        try:
            batch = next(parquet.iter_batches(_HEAD_ROWS), None)
        except (ValueError, pa.ArrowException) as error:
            raise OSError(str(error)) from error
        if batch is None:
            return Head(names, [], 0)
        values = [column_values(column) for column in batch.columns]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    return Head(names, rows, len(rows))


def _open(path: Path) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, buffer_size=BLOCK)
    except (ValueError, pa.ArrowException) as error:
        raise OSError(str(error)) from error


def _batches(
    parquet: pq.ParquetFile, group: int, columns: Columns
) -> Iterator[Iterator[tuple[Any, Facts]]]:
    facts = parquet.metadata.row_group(group)
    sizes = [
        facts.column(i).total_uncompressed_size
        for i in range(facts.num_columns)
        if facts.column(i).path_in_schema == columns.text
    ]
    mean = sum(sizes) / max(1, facts.num_rows)
    n_rows = int(min(_BATCH_ROWS, max(1, _BATCH_BYTES / (mean + 1))))
    wanted = columns.used
    for batch in parquet.iter_batches(n_rows, row_groups=[group], columns=wanted):
        texts = _as_binary(batch.column(columns.text)).to_pylist()
        if not columns.told:
            yield ((text, NO_FACTS) for text in texts)
            continue
        told = [
            column_values(batch.column(name)) if name else [None] * len(texts)
            for name in columns.others
        ]
        yield zip(texts, map(facts_of, *told), strict=True)


def _as_binary(column: pa.Array) -> pa.Array:
    """Texts as the bytes they are stored as: nothing is decoded, and nothing refused."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_string_view(kind):
        column, kind = column.cast(pa.large_string()), pa.large_string()
    if pa.types.is_string(kind):
        return column.cast(pa.binary())
    return column.cast(pa.large_binary()) if pa.types.is_large_string(kind) else column


def _row(row: int, text: Any, facts: Facts) -> Row:
    if isinstance(text, bytes):
        return text, None, facts
    what = "null" if text is None else f"a {type(text).__name__}, not a string"
    return None, f"row {row}: the text is {what}", facts
