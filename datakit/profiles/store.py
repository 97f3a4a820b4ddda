"""Write a profile's tables: rows in parts of a fixed size, embeddings, stamps, manifest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.profiles.files import atomic, sha256_of, write_json
from datakit.profiles.profile import SCHEMA_VERSION, Profile

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from datakit.encoders.encoder import Encoder

__all__ = ["Facts", "write_profile"]

PART_ROWS = 16_384


@dataclass(frozen=True)
class Facts:
    """What a manifest says beside what the rows say.

    Parameters
    ----------
    corpus, modality
        Where the corpus is, as it was given, and what its samples are.
    measures
        Digest of the measuring code and its libraries.
    encoder
        name, digest and dim; None when nothing was embedded.
    embed_limit
        At most so many samples were embedded.
    notes
        What was seen in the corpus but is no sample: reason -> count.
    place
        Digest of where the corpus is; beside the time stamps, in no result.
    """

    corpus: str
    modality: str
    measures: str
    encoder: dict[str, Any] | None
    embed_limit: int
    notes: dict[str, int]
    place: str = ""


class RowWriter:
    """Writes tables of part files as rows/part-*.parquet, stamps.parquet, and collects vectors."""

    def __init__(self, folder: Path, schema: pa.Schema, dim: int) -> None:
        self._folder, self._schema, self._dim = folder, schema, dim
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0
        self.parts: list[dict[str, Any]] = []
        self.n_bytes = 0
        self._stamps: list[pa.Table] = []
        self._ids: list[str] = []
        self._vectors: list[bytes] = []
        (folder / "rows").mkdir(exist_ok=True)

    def add(self, table: pa.Table) -> None:
        """Take one table with the row columns, ``mtime_ns`` and ``embedding``."""
        import pyarrow.compute as pc

        self.n_bytes += pc.sum(table.column("bytes")).as_py() or 0
        self._stamps.append(table.select(["sample_id", "bytes", "mtime_ns"]))
        self.add_embeddings(table)
        self._waiting.append(table.select(self._schema.names))
        self._n_waiting += len(table)
        while self._n_waiting >= PART_ROWS:
            self._write(PART_ROWS)

    def add_embeddings(self, table: pa.Table) -> None:
        """Take the embeddings of a table with ``sample_id`` and ``embedding``."""
        import pyarrow.compute as pc

        embedded = table.filter(pc.is_valid(table.column("embedding")))
        self._ids += embedded.column("sample_id").to_pylist()
        self._vectors += embedded.column("embedding").to_pylist()

    def _write(self, n: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.concat_tables(self._waiting)
        name = f"part-{len(self.parts):05d}.parquet"
        path = self._folder / "rows" / name
        with atomic(path) as temporary:
            pq.write_table(
                table.slice(0, n).combine_chunks().replace_schema_metadata(None),
                temporary,
                compression="zstd",
            )
        self.parts.append({"name": name, "n": min(n, len(table)), "sha256": sha256_of(path)})
        self._waiting = [table.slice(n)]
        self._n_waiting = len(table) - min(n, len(table))

    def close(self, place: str) -> int:
        """Write what is left; returns the number of rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._n_waiting or not self.parts:
            if not self._waiting:
                self._waiting = [self._schema.empty_table()]
            self._write(PART_ROWS)
        stamps = pa.concat_tables(self._stamps) if self._stamps else None
        if stamps is not None:
            with atomic(self._folder / "stamps.parquet") as temporary:
                told = stamps.replace_schema_metadata({"place": place})
                pq.write_table(told, temporary, compression="zstd")
        return sum(int(part["n"]) for part in self.parts)

    def write_embeddings(self) -> None:
        """Write embeddings/index.parquet and embeddings/vectors.npy, in the order of the ids."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = self._folder / "embeddings"
        folder.mkdir(exist_ok=True)
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        vectors: npt.NDArray[np.float16] = np.frombuffer(
            b"".join(self._vectors[i] for i in order), np.float16
        ).reshape(-1, self._dim)
        with atomic(folder / "index.parquet") as temporary:
            pq.write_table(
                pa.table({"sample_id": pa.array([self._ids[i] for i in order], pa.string())}),
                temporary,
            )
        with atomic(folder / "vectors.npy") as temporary, temporary.open("wb") as file:
            np.save(file, vectors)


def write_profile(
    folder: Path, tables: Iterable[pa.Table], extra: Iterable[pa.Table], facts: Facts
) -> Profile:
    """Write everything but issues, thumbnails, scores and report.

    Parameters
    ----------
    folder
        Where to; it exists.
    tables
        Tables with the row columns, ``mtime_ns`` and ``embedding``, ordered by ``sample_id``.
    extra
        Tables with ``sample_id`` and ``embedding`` of samples embedded later.
    facts
        The rest of the manifest.
    """
    from datakit.profiles.row_schema import row_schema

    dim = facts.encoder["dim"] if facts.encoder is not None else 1
    writer = RowWriter(folder, row_schema(facts.modality), dim)
    for table in tables:
        writer.add(table)
    n_samples = writer.close(facts.place)
    for table in extra:
        writer.add_embeddings(table)
    if facts.encoder is not None:
        writer.write_embeddings()
    manifest = {
        "schema": SCHEMA_VERSION,
        "datakit": metadata.version("datakit"),
        "corpus": facts.corpus,
        "modality": facts.modality,
        "n_samples": n_samples,
        "n_bytes": writer.n_bytes,
        "measures": facts.measures,
        "encoder": facts.encoder,
        "embed_limit": facts.embed_limit,
        "parts": writer.parts,
        "notes": dict(sorted(facts.notes.items())),
    }
    write_json(folder / "manifest.json", manifest)
    return Profile(folder)


def encoder_facts(encoder: Encoder | None) -> dict[str, Any] | None:
    """What the manifest says of an encoder."""
    if encoder is None:
        return None
    return {"name": encoder.name, "digest": encoder.digest, "dim": encoder.dim}
