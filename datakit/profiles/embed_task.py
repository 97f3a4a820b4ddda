"""Embed chosen samples that were measured before: one shard -> one part file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datakit.corpora.corpus import Corpus
from datakit.encoders.encoder import Encoder
from datakit.executors.executor import Watch
from datakit.measures.modality import UndecodableError, modality
from datakit.profiles.part import part_digest, write_part
from datakit.profiles.previous import Previous
from datakit.profiles.shard_task import Shard, shard_digest
from datakit.sample import Sample

__all__ = ["EmbedTask"]

_BATCH = 128


@dataclass
class EmbedTask:
    """Embeds the samples of a shard; what an earlier profile knows is taken from there.

    Parameters
    ----------
    corpus
        Reads the samples.
    folder
        Where the parts go: tables of ``sample_id`` and ``embedding``.
    encoder
        Embeds every sample that can be read.
    previous
        What is known from an earlier profile.
    """

    corpus: Corpus
    folder: Path
    encoder: Encoder
    previous: Previous

    def part(self, number: int) -> Path:
        """The part file of a shard."""
        return self.folder / f"{number:08d}.arrow"

    def __call__(self, shard: Shard, watch: Watch) -> int:
        """Write the part of one shard; returns the number of its samples."""
        import pyarrow as pa

        number, samples = shard
        digest = shard_digest(samples) + self.encoder.digest
        path = self.part(number)
        if not path.exists() or part_digest(path) != digest:
            vectors = self._embedded(samples, watch)
            table = pa.table(
                {
                    "sample_id": pa.array([s.sample_id for s in samples], pa.string()),
                    "embedding": pa.array(vectors, pa.binary()),
                }
            )
            write_part(path, table, digest)
        return len(samples)

    def _embedded(self, samples: list[Sample], watch: Watch) -> list[bytes | None]:
        vectors: list[bytes | None] = [None] * len(samples)
        waiting: dict[int, Any] = {}
        for i, content in self._contents(samples, watch, vectors):
            waiting[i] = self.encoder.prepare(content)
            if len(waiting) == _BATCH:
                self._encode(waiting, vectors)
                waiting = {}
        self._encode(waiting, vectors)
        watch.start(-1)
        return vectors

    def _contents(
        self, samples: list[Sample], watch: Watch, vectors: list[bytes | None]
    ) -> Iterator[tuple[int, Any]]:
        """Decoded samples, those left out whose vector is known; it is entered at once."""
        decode = modality(self.corpus.modality).decode
        for i, sample in enumerate(samples):
            if i in watch.lost:
                continue
            watch.start(i)
            data = None
            row = self.previous.row(sample)
            try:
                if row is None:
                    data = self.corpus.read(sample)
                    row = self.previous.same_content(hashlib.sha256(data).hexdigest())
                known = None if row is None else self.previous.embedding(row["sample_id"])
                if known is None:
                    yield i, decode(self.corpus.read(sample) if data is None else data)
                else:
                    vectors[i] = known.tobytes()
            except (UndecodableError, OSError):
                continue  # it was readable when it was measured, and its row says so

    def _encode(self, waiting: dict[int, Any], vectors: list[bytes | None]) -> None:
        if waiting:
            encoded = self.encoder.encode(list(waiting.values())).astype(np.float16)
            for i, vector in zip(waiting, encoded, strict=True):
                vectors[i] = vector.tobytes()
