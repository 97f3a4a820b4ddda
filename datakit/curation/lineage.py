"""lineage.parquet: of each curated sample, what it was made of, and how."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.curation.outputs.output import Written

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_lineage"]

_BATCH = 50_000


def write_lineage(written: Iterable[Written], path: Path) -> int:
    """Write one row per curated sample, in the order of the ids; returns their number.

    Columns: sample_id and path in the curated corpus; parents, the ids of the samples it was made
    of, its own first; edits, "name: what was done"; reason, why it stayed; seed of its random
    changes, null where there were none; hash_before and hash_after, SHA-256 of the first parent's
    bytes and of its own.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    rows: list[tuple[object, ...]] = []
    tables = []
    for one in written:
        told = one.outcome
        hashes = told.hash_before, told.hash_after
        rows.append(
            (one.sample_id, one.path, told.parents, told.edits, told.reason, told.seed, *hashes)
        )
        if len(rows) == _BATCH:
            tables.append(_table(rows, schema))
            rows = []
    tables.append(_table(rows, schema))
    table = pa.concat_tables(tables).sort_by("sample_id")
    pq.write_table(table, path)
    return len(table)


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(v), kind) for v, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            ("sample_id", text),
            ("path", text),
            ("parents", pa.list_(text)),
            ("edits", pa.list_(text)),
            ("reason", text),
            ("seed", pa.int64()),
            ("hash_before", text),
            ("hash_after", text),
        ]
    )
