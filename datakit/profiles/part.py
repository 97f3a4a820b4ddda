"""One finished shard on disk: an Arrow file that names the shard it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.profiles.files import atomic

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["part_digest", "read_part", "write_part"]


def write_part(path: Path, table: pa.Table, digest: str) -> None:
    """Write a part, whole or not at all. Arrow rather than parquet: parts are read once, soon.

    Parameters
    ----------
    path
        The part file.
    table
        Its rows.
    digest
        What the rows were made from, see `part_digest`.
    """
    import pyarrow as pa

    table = table.replace_schema_metadata({"shard": digest}).combine_chunks()
    with atomic(path) as temporary, pa.OSFile(str(temporary), "wb") as file:  # noqa: SIM117
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)


def part_digest(path: Path) -> str | None:
    """Digest that a part was written with; None when it cannot be read."""
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as file:
            found = pa.ipc.open_file(file).schema.metadata or {}
    except (pa.ArrowInvalid, OSError):
        return None
    return bytes(found.get(b"shard", b"")).decode()


def read_part(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a part, or some of their columns."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_file(file).read_all()
    return table if columns is None else table.select(list(columns))
