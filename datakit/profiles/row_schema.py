"""Rows as a pyarrow table: the columns of DESIGN, in a fixed order and with fixed types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datakit.measures.modality import modality
from datakit.sample import Column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COMMON_COLUMNS", "PLACE_COLUMNS", "columns_of", "row_schema", "rows_to_table"]

COMMON_COLUMNS: tuple[Column, ...] = (
    Column("sample_id", "string", "", "stable name of the sample's place in its corpus"),
    Column("path", "string", "", "relative to the corpus, with /"),
    Column("status", "string", "", "ok, unreadable, truncated, or empty"),
    Column("error", "string", "", "why the sample is not ok"),
    Column("warning", "string", "", "what the decoder complained about and survived"),
    Column("bytes", "int", "bytes", "size of the sample", 0),
    Column("content_hash", "string", "", "SHA-256 of the bytes"),
    Column("suffix", "string", "", "suffix of the file name, lower case, with the dot"),
    Column("label", "string", "", "class, from the folder or the metadata"),
    Column("split", "string", "", "train, val or test, from the folder or the metadata"),
)

PLACE_COLUMNS = (
    "sample_id",
    "path",
    "suffix",
    "label",
    "split",
    "caption",
    "declared_language",
    "date",
)
"""Columns that follow from where the sample is, not from its bytes."""


def columns_of(name: str) -> tuple[Column, ...]:
    """All columns of the rows of a modality, in order."""
    kind = modality(name)
    return (*COMMON_COLUMNS, *kind.columns, *kind.fingerprints)


def row_schema(name: str) -> pa.Schema:
    """The pyarrow schema of a modality's rows."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "bool": pa.bool_(),
        "int": pa.int64(),
        "float": pa.float64(),
        "uint64": pa.uint64(),
        "binary": pa.binary(),
    }
    return pa.schema([(column.name, types[column.type]) for column in columns_of(name)])


def rows_to_table(rows: list[dict[str, Any]], name: str) -> pa.Table:
    """Rows as a table; a column that a row lacks is null there, NaN becomes null."""
    import pyarrow as pa

    schema = row_schema(name)
    arrays = [
        pa.array([row.get(field.name) for row in rows], field.type, from_pandas=True)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
