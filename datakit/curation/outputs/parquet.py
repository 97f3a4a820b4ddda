"""Parquet files, one row a sample, as ``datasets.load_dataset`` reads them: a file per split."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from datakit.curation.outputs.fields import Fields, facts_of, fill, json_line, split_name
from datakit.curation.outputs.output import Output, Source, Written

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["write_parquet"]

_GROUP_BYTES = 32 * 2**20
_FILE_BYTES = 512 * 2**20
"""Of samples, in a row group and in a file: what a hub's viewer and a worker read at once."""


def write_parquet(source: Source, root: Path) -> Iterator[Written]:
    """Write ``train-00000.parquet``, ...: image (bytes and path) or text, and what is known."""
    content = "image" if source.modality == "image" else source.text_column
    fields = Fields(source, ("image",) if source.modality == "image" else ())
    schema = _schema(source, fields, content)
    kinds = {field.name: field.type for field in schema}
    files: dict[str, _Files] = {}
    try:
        for output in source.outputs():
            split = split_name(output.outcome)
            if split not in files:
                files[split] = _Files(root, split, schema, content)
            row = {name: _fitting(v, kinds[name]) for name, v in fields.own(output).items()}
            fill(row, facts_of(output.outcome, source.modality), fields.facts)
            if "id" not in fields.columns:
                row["id"] = output.outcome.parent + output.mark
            row[content] = _content(output, source.modality)
            name = files[split].add(row)
            yield Written(name, name, output.outcome)
    finally:
        for open_files in files.values():
            open_files.close()


def _schema(source: Source, fields: Fields, content: str) -> pa.Schema:
    """The columns of the source with their types, the content, and facts that are in none."""
    import pyarrow as pa

    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    types = {} if "id" in fields.columns else {"id": pa.string()}
    for name in fields.columns:
        types[name] = _type(fields, name, source.types)
    types[content] = picture if source.modality == "image" else pa.string()
    for name in fields.facts.values():
        types[name] = pa.string()  # a fact is a text, whatever its column was
    schema = pa.schema(list(types.items()))
    if source.modality == "text":
        return schema  # `datasets` finds the features of plain columns by itself
    features = {name: _feature(kind) for name, kind in types.items()}
    told = json.dumps({"info": {"features": features | {"image": {"_type": "Image"}}}})
    return schema.with_metadata({"huggingface": told})


def _type(fields: Fields, name: str, known: Mapping[str, pa.DataType]) -> pa.DataType:
    """The type of a column in the source; by its values where that has none."""
    import pyarrow as pa

    kinds = fields.kinds[name]
    kind = known.get(name)
    if kind is not None and pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind is not None and not pa.types.is_temporal(kind) and not pa.types.is_null(kind):
        return kind
    if kinds == {bool}:
        return pa.bool_()
    if kinds and kinds <= {int, float}:
        return pa.int64() if kinds == {int} else pa.float64()
    return pa.string()  # what is nested or of several kinds is JSON


def _feature(kind: pa.DataType) -> Any:
    """A type as the features of `datasets` have it."""
    import pyarrow as pa

    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [_feature(kind.value_type)]
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    names = {"double": "float64", "float": "float32", "halffloat": "float16"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}


def _fitting(value: Any, kind: pa.DataType) -> Any:
    import pyarrow as pa

    if value is None or not pa.types.is_string(kind):
        return value
    return (
        (value if isinstance(value, str) else json_line(value)).encode("utf-8", "replace").decode()
    )


def _content(output: Output, modality: str) -> Any:
    data = output.data()
    if modality == "text":
        return data.decode()
    name = PurePosixPath(output.outcome.path)
    return {"bytes": data, "path": f"{name.stem}{output.mark}{output.outcome.suffix}"}


class _Files:
    """The files of one split; a new one is begun when the last one is full."""

    def __init__(self, root: Path, split: str, schema: pa.Schema, content: str) -> None:
        self._root, self._split, self._schema = root, split, schema
        self._content = content
        self._number = self._row = self._held = self._in_file = 0
        self._rows: list[dict[str, Any]] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: dict[str, Any]) -> str:
        """Take a row; returns the name that the corpus will give it."""
        name = f"{self._name()}#{self._row:09d}"
        content = row[self._content]
        size = len(content if isinstance(content, str) else content["bytes"])
        self._rows.append(row)
        self._row += 1
        self._held += size
        if self._held >= _GROUP_BYTES:
            self._flush()
        if self._in_file >= _FILE_BYTES:
            self.close()
            self._number, self._row, self._in_file = self._number + 1, 0, 0
        return name

    def close(self) -> None:
        """Write what is held and end the file."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _name(self) -> str:
        return f"{self._split}-{self._number:05d}.parquet"

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._rows:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._root / self._name(), self._schema)
        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._in_file += self._held
        self._rows, self._held = [], 0
