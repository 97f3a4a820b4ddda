"""All that metadata files of a folder tell of its samples, beside what a sample itself says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from datakit.corpora.layout import printable
from datakit.corpora.metadata import (
    METADATA_NAMES,
    PATH_COLUMNS,
    column_values,
    find_column,
    json_objects,
    read_table,
)
from datakit.corpora.walk import read_regular
from datakit.errors import CorpusError

__all__ = ["metadata_records"]

Records = dict[str, dict[str, Any]]


def metadata_records(root: bytes, manifest: tuple[str, bytes] | None) -> Records:
    """Path of a sample -> column -> value; what lies nearer to a sample wins, a manifest over all.

    Parameters
    ----------
    root
        The folder.
    manifest
        Name and content of a table with file names.
    """
    found: Records = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(b".") and f != b"__MACOSX"]
        name = next((n for n in METADATA_NAMES if os.fsencode(n) in names), None)
        if name is None:
            continue
        prefix = b"" if folder == root else os.path.relpath(folder, root) + b"/"
        try:
            rows = _rows(name, read_regular(os.path.join(folder, os.fsencode(name))))
            found |= {printable(prefix + os.fsencode(path)): row for path, row in rows}
        except (CorpusError, OSError):
            continue  # told where the folder is listed
    if manifest is not None:
        found |= {printable(os.fsencode(path)): row for path, row in _rows(*manifest)}
    return found


def _rows(name: str, data: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """File name, with ``/``, and the other columns of every row."""
    if name.lower().endswith((".jsonl", ".ndjson", ".json")):
        rows = list(json_objects(data))  # as they are: a table would want one type for a column
    else:
        table = read_table(name, data)
        values = {column: column_values(table.column(column)) for column in table.column_names}
        rows = [{c: values[c][i] for c in values} for i in range(len(table))]
    column = find_column(list(dict.fromkeys(c for row in rows for c in row)), PATH_COLUMNS)
    for row in rows:
        file = row.pop(column, None) if column is not None else None
        if file is not None:
            yield str(PurePosixPath(str(file).replace("\\", "/"))), row
