"""The profile of a draw: rows and embeddings taken from the pool, issues found anew."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.profiles.profile import Embeddings, Profile
from validity.draws import Draw
from validity.pools import Pool

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["DrawnProfile", "profile_of"]


class DrawnProfile(Profile):
    """A profile in memory, of rows that were measured before.

    Parameters
    ----------
    pool
        Where the rows are from; its folder ``home`` has what belongs to the encoder.
    table
        The rows, sorted by ``sample_id``.
    vectors
        Their embeddings, a row of NaN where a sample was not embedded.
    """

    def __init__(self, pool: Pool, table: pa.Table, vectors: Any) -> None:
        import pyarrow.compute as pc

        from datakit.profiles.issues import find_issues

        self.path = pool.home
        total = pc.sum(table.column("bytes")).as_py() or 0
        counts = {"n_samples": len(table), "n_bytes": total, "corpus": "<memory>"}
        self.manifest = pool.reference.manifest | counts
        self._table = table
        known = np.isfinite(vectors[:, 0])
        ids = table.column("sample_id").to_pandas().to_numpy(dtype=object)
        embeddings = Embeddings(ids[known], vectors[known])
        issues = find_issues(self.modality, table.to_pandas(), embeddings)
        # What is in the instance's dictionary goes before the cached properties of the class.
        self.__dict__ |= {"embeddings": embeddings, "issues": issues}

    @property
    def table(self) -> ds.Dataset:
        import pyarrow.dataset as ds

        return ds.dataset(self._table)


def profile_of(pool: Pool, draw: Draw) -> DrawnProfile:
    """The profile that profiling the samples of a draw would give."""
    import pyarrow as pa

    tables, vectors, places = [], [], []
    for version in dict.fromkeys(draw.versions.tolist()):
        at = np.flatnonzero(draw.versions == version)
        table, known = pool.measured(version)
        tables.append(table.take(pa.array(draw.numbers[at])))
        vectors.append(known[draw.numbers[at]])
        places.append(at)
    at = np.concatenate(places)
    table = _renamed(pa.concat_tables(tables), draw, at)
    ids = table.column("sample_id").to_pylist()
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__))
    table = table.take(pa.array(order)).combine_chunks()
    return DrawnProfile(pool, table, np.concatenate(vectors)[order])


def _renamed(table: pa.Table, draw: Draw, at: Any) -> pa.Table:
    """With the names, labels and captions that the draw gives."""
    columns = {}
    ids = table.column("sample_id").to_pylist()
    columns["sample_id"] = columns["path"] = [
        new or old for new, old in zip(draw.names[at], ids, strict=True)
    ]
    columns["suffix"] = [PurePosixPath(name).suffix.lower() for name in columns["path"]]
    labels = table.column("label").to_pylist()
    columns["label"] = [new or old for new, old in zip(draw.labels[at], labels, strict=True)]
    lost = ~draw.captioned[at]
    if lost.any():
        for name in table.schema.names:
            if name.startswith("caption"):
                values = table.column(name).to_pylist()
                kept = zip(values, lost, strict=True)
                columns[name] = [None if gone else value for value, gone in kept]
    return _with(table, columns)


def _with(table: pa.Table, columns: dict[str, list[Any]]) -> pa.Table:
    import pyarrow as pa

    for name, values in columns.items():
        k = table.schema.get_field_index(name)
        field = table.schema.field(k)
        table = table.set_column(k, field, pa.array(values, field.type))
    return table
