"""The unit of work: one shard of samples -> one part file, whole or not there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from datakit.corpora.corpus import Corpus
from datakit.encoders.encoder import Encoder
from datakit.executors.executor import Watch
from datakit.measures.modality import modality
from datakit.measures.shard import measure_shard
from datakit.profiles.captions import enter_captions
from datakit.profiles.part import part_digest, write_part
from datakit.profiles.previous import Previous
from datakit.profiles.row_schema import PLACE_COLUMNS, rows_to_table
from datakit.sample import Sample

__all__ = ["Shard", "ShardTask", "place_columns", "shard_digest"]

Shard = tuple[int, list[Sample]]


def place_columns(sample: Sample) -> dict[str, Any]:
    """The columns of a row that follow from where the sample is."""
    suffix = PurePosixPath(sample.path).suffix.lower()
    return {
        "sample_id": sample.sample_id,
        "path": sample.path,
        "suffix": suffix,
        "label": sample.label,
        "split": sample.split,
        "caption": sample.caption,
        "declared_language": sample.language,
        "date": sample.date,
    }


def shard_digest(samples: list[Sample]) -> str:
    """Changes when any sample of the shard was added, removed or touched."""
    digest = hashlib.sha256()
    for s in samples:
        place = (s.sample_id, s.n_bytes, s.mtime_ns, s.problem)
        told = (s.label, s.split, s.caption, s.language, s.date)
        digest.update(repr((place, told)).encode("utf-8", "surrogatepass"))
        if isinstance(s.source, bytes) and s.mtime_ns is None:
            # A sample that carries its bytes has nothing else that tells of a change.
            digest.update(xxhash.xxh3_128_digest(s.source))
    return digest.hexdigest()


@dataclass
class ShardTask:
    """Measure, and where asked for embed, the samples of a shard; write them as one part.

    A finished part is its own marker: a shard whose part is there is not done again.

    Parameters
    ----------
    corpus
        Reads the samples.
    folder
        Where the parts go.
    encoder
        Embeds every readable sample; None embeds nothing.
    previous
        What is known from an earlier profile.
    against
        Evaluation items to look for, see `Modality.shard_measure`.
    """

    corpus: Corpus
    folder: Path
    encoder: Encoder | None
    previous: Previous
    against: object = None

    def part(self, number: int) -> Path:
        """The part file of a shard."""
        return self.folder / f"{number:08d}.arrow"

    def __call__(self, shard: Shard, watch: Watch) -> int:
        """Write the part of one shard; returns the number of its samples."""
        number, samples = shard
        digest = shard_digest(samples)
        if not self._done(number, digest):
            self._write(number, digest, samples, watch)
        return len(samples)

    def _done(self, number: int, digest: str) -> bool:
        path = self.part(number)
        return path.exists() and part_digest(path) == digest

    def _write(self, number: int, digest: str, samples: list[Sample], watch: Watch) -> None:
        import pyarrow as pa

        rows, vectors = self._measure(samples, watch)
        table = rows_to_table(rows, self.corpus.modality)
        stamps = [-1 if s.mtime_ns is None else s.mtime_ns for s in samples]
        table = table.append_column("mtime_ns", pa.array(stamps, pa.int64()))
        packed = [None if vector is None else vector.tobytes() for vector in vectors]
        table = table.append_column("embedding", pa.array(packed, pa.binary()))
        write_part(self.part(number), table, digest)

    def _measure(
        self, samples: list[Sample], watch: Watch
    ) -> tuple[list[dict[str, Any]], list[npt.NDArray[np.float16] | None]]:
        rows: list[dict[str, Any] | None] = [None] * len(samples)
        vectors: list[npt.NDArray[np.float16] | None] = [None] * len(samples)
        for i, sample in enumerate(samples):
            if i not in watch.lost:
                rows[i], vectors[i] = self._known(self.previous.row(sample))
        todo = [i for i, row in enumerate(rows) if row is None]
        prepared: dict[int, Any] = {}

        def see(position: int, content: Any) -> None:
            if self.encoder is not None:
                prepared[todo[position]] = self.encoder.prepare(content)

        def recall(position: int, content_hash: str) -> dict[str, Any] | None:
            i = todo[position]
            row, vectors[i] = self._known(self.previous.same_content(content_hash))
            return row

        measured = measure_shard(
            modality(self.corpus.modality),
            [samples[i] for i in todo],
            self.corpus.read,
            lambda position: watch.start(todo[position] if position >= 0 else -1),
            {k: watch.lost[i] for k, i in enumerate(todo) if i in watch.lost},
            see,
            recall,
            self.against,
        )
        for i, row in zip(todo, measured, strict=True):
            rows[i] = row
        self._embed(prepared, vectors)
        done = [row for row in rows if row is not None]
        placed = [row | place_columns(sample) for row, sample in zip(done, samples, strict=True)]
        if self.corpus.modality == "image":
            enter_captions(placed, samples, vectors, self.encoder)
        return placed, vectors

    def _embed(
        self,
        prepared: dict[int, Any],
        vectors: list[npt.NDArray[np.float16] | None],
    ) -> None:
        if self.encoder is None or not prepared:
            return
        encoded = self.encoder.encode(list(prepared.values()))
        for i, vector in zip(prepared, encoded, strict=True):
            vectors[i] = vector.astype(np.float16)

    def _known(
        self, row: dict[str, Any] | None
    ) -> tuple[dict[str, Any] | None, npt.NDArray[np.float16] | None]:
        """An earlier row and embedding, or (None, None) when they are not enough."""
        if row is None or row["status"] == "unreadable":
            return None, None  # what could not be read may be readable now
        vector = None
        if self.encoder is not None and row["status"] == "ok":
            vector = self.previous.embedding(row["sample_id"])
            if vector is None:
                return None, None
        kept = {
            name: value
            for name, value in row.items()
            if name not in PLACE_COLUMNS and not name.startswith("caption_")
        }
        return kept, vector
