"""Rows as a pyarrow table: the columns of DESIGN, in a fixed order and with fixed types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datakit.measures.image_columns import IMAGE_COLUMNS
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
    Column("pixel_hash", "string", "", "hash of the decoded pixels: equal ones mean equal pixels"),
    Column("label", "string", "", "class, from the folder or the metadata"),
    Column("split", "string", "", "train, val or test, from the folder or the metadata"),
    Column("caption", "string", "", "text that goes with the image"),
)

PLACE_COLUMNS = ("sample_id", "path", "suffix", "label", "split", "caption")
"""Columns that follow from where the sample is, not from its bytes."""

_FINGERPRINT = Column("thumb", "binary", "", "gray 32 x 32 thumbnail that near duplicates use")


def columns_of(modality: str) -> tuple[Column, ...]:
    """All columns of the rows of a modality, in order."""
    if modality != "image":
        raise ValueError(f"modality {modality!r}: only 'image' has a schema")
    return (*COMMON_COLUMNS, *IMAGE_COLUMNS, _FINGERPRINT)


def row_schema(modality: str) -> pa.Schema:
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
    return pa.schema([(column.name, types[column.type]) for column in columns_of(modality)])


def rows_to_table(rows: list[dict[str, Any]], modality: str) -> pa.Table:
    """Rows as a table; a column that a row lacks is null there, NaN becomes null."""
    import pyarrow as pa

    schema = row_schema(modality)
    arrays = [
        pa.array([row.get(field.name) for row in rows], field.type, from_pandas=True)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
