"""Pools: every sample of a collection, clean and spoiled, measured once and kept on disk.

Rows and embeddings are functions of single samples, so that a corpus of any composition is put
together from them without measuring anything again (see `draws`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.sample import Sample
from validity.alter import ALTER, N_COPIES, NEAR, generator
from validity.sources import COLLECTIONS, Collection, Source
from validity.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

    from datakit.profiles.profile import Profile

__all__ = ["UNLABELLED", "Pool", "open_pool"]

UNLABELLED = ("tiles", "film")
"""The large collections, whose samples have no classes."""


class Pool:
    """One collection of the study: its reference, and the rows of every version of its samples.

    Versions: "clean"; the ones of `alter`, as far as ``n_altered`` samples reach; "near", in which
    copy c of sample i has the number ``i * N_COPIES + c``; "foreign", a text of the other language
    in the place of each.
    """

    def __init__(self, study: Study, collection: Collection) -> None:
        self.study, self.collection = study, collection
        self.modality = collection.modality
        self.n_reference = collection.n_reference // (5 if study.quick else 1)
        digest = dict(study.measuring)[collection.modality]
        self.folder = study.cache / "pools" / digest / collection.name
        self._loaded: dict[str, tuple[pa.Table, np.ndarray]] = {}

    # -------------------------------------------------------------------------- raw samples
    @cached_property
    def source(self) -> Source:
        folder = self.study.folder(self.modality)
        assert folder is not None
        return self.collection.read(folder, self.study.seed, self.study.quick)

    @cached_property
    def clean(self) -> list[Sample]:
        """The pool, without the reference."""
        return self.source.samples[self.n_reference :]

    @property
    def versions(self) -> list[str]:
        """Names of all versions."""
        foreign = ["foreign"] if self.modality == "text" else []
        small = ("brighter", "tinted", "gray", "noisy", "cut")
        names = [v for v in ALTER[self.modality] if self.has_labels or not v.startswith(small)]
        return ["clean", *names, "near", *foreign]

    @property
    def has_labels(self) -> bool:
        """Whether the samples have classes (the large collections have none)."""
        return self.collection.name not in UNLABELLED

    def samples(self, version: str, numbers: Iterable[int] | None = None) -> list[Sample]:
        """Samples of a version with their bytes, all or those with the given numbers."""
        if numbers is None:
            numbers = range(self.n_of(version))
        return [self._sample(version, int(i)) for i in numbers]

    def n_of(self, version: str) -> int:
        """Samples in a version."""
        n = len(self.facts)
        if version == "clean":
            return n
        if version == "near":
            return min(n, 60 if self.study.quick else self.collection.n_copied) * N_COPIES
        n = min(n, self.collection.n_altered)
        return min(n, len(self._others)) if version == "foreign" else n

    def _sample(self, version: str, i: int) -> Sample:
        seed = self.study.seed
        if version == "clean":
            return self.clean[i]
        if version == "foreign":
            data = self._others[i].source
            return replace(self.clean[i], source=data, n_bytes=len(data))
        if version == "near":
            base, copy = self.clean[i // N_COPIES], i % N_COPIES
            data = NEAR[self.modality](base.source, generator(seed, version, i), copy)
            path = PurePosixPath(base.path)
            return replace(
                _named(base, f"{path.stem}~{copy}{path.suffix}"), source=data, n_bytes=len(data)
            )
        data = ALTER[self.modality][version](self.clean[i].source, generator(seed, version, i))
        return replace(self.clean[i], source=data, n_bytes=len(data))

    @cached_property
    def facts(self) -> list[list[str | None]]:
        """Name, label and topic (classes are dropped by it) of every sample of the pool."""
        file = self.folder / "pool.json"
        if not file.exists():
            topics = self.source.topics[self.n_reference :]
            facts = [[s.path, s.label, t] for s, t in zip(self.clean, topics, strict=True)]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(facts), "utf-8")
        return json.loads(file.read_text("utf-8"))

    def clean_name(self, i: int) -> str:
        """Name of a sample of the pool."""
        return str(self.facts[i][0])

    @cached_property
    def labels(self) -> list[str | None]:
        """Labels of the pool."""
        return [label for _, label, _ in self.facts]

    @cached_property
    def topics(self) -> list[str | None]:
        """Topics of the pool."""
        return [topic for _, _, topic in self.facts]

    @cached_property
    def _others(self) -> list[Sample]:
        """Documents of the other language."""
        language = "zh" if self.collection.language == "en" else "en"
        other = next(c for c in COLLECTIONS if c.language == language)
        folder = self.study.folder("text")
        assert folder is not None
        return other.read(folder, self.study.seed, self.study.quick).samples

    # ------------------------------------------------------------------------ measured rows
    def build(self) -> float:
        """Measure the reference and every version that is not there yet.

        Returns
        -------
        float
            Seconds that it took, now and in the runs before.
        """
        file = self.folder / "seconds.json"
        before = json.loads(file.read_text()) if file.exists() else {}
        for version in ["reference", *self.versions]:
            begun = time.perf_counter()
            self.measured(version)
            self._loaded.clear()
            before.setdefault(version, time.perf_counter() - begun)
            file.write_text(json.dumps(before))
        _ = self.facts, self.home
        return float(sum(before.values()))

    @cached_property
    def reference(self) -> Profile:
        """The profile of the first samples of the collection, as anybody would make it."""
        import datakit as dk
        from datakit.corpora.memory import Memory

        path = self.folder / "reference.profile"
        if not (path / "manifest.json").exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            samples = self.source.samples[: self.n_reference]
            dk.profile(Memory(samples), path, workers=self.study.workers)
        return dk.load(path)

    @cached_property
    def encoder(self) -> Any:
        """The encoder of the reference."""
        from datakit.encoders import default_encoder, encoder_of
        from datakit.encoders.encoder import Unfitted

        encoder = encoder_of(self.modality, default_encoder(self.modality))
        if isinstance(encoder, Unfitted):
            return encoder.load(self.reference.path / "embeddings" / "encoder.npz")
        return encoder

    @cached_property
    def home(self) -> Path:
        """A folder with what a profile keeps of its encoder."""
        from datakit.profiles.embedding import write_encoder

        home = self.folder / "home"
        (home / "embeddings").mkdir(parents=True, exist_ok=True)
        if not (home / "embeddings" / "codebook.npz").exists():
            write_encoder(home, self.encoder, borrowed=True)
        return home

    def measured(self, version: str) -> tuple[pa.Table, np.ndarray]:
        """Rows of a version, and their vectors (NaN where a sample was not embedded)."""
        if version not in self._loaded:
            table = self._reference_table() if version == "reference" else self._table(version)
            packed = table.column("embedding").to_pylist()
            missing = np.full(self.encoder.dim, np.nan, np.float16).tobytes()
            vectors = np.frombuffer(b"".join(v or missing for v in packed), np.float16)
            rows = table.drop_columns(["embedding"])
            self._loaded[version] = rows, vectors.reshape(len(rows), -1)
        return self._loaded[version]

    def _reference_table(self) -> pa.Table:
        import pyarrow as pa

        table, embeddings = self.reference.table.to_table(), self.reference.embeddings
        known = dict(zip(embeddings.sample_ids, embeddings.vectors, strict=True))
        vectors = [known.get(sample_id) for sample_id in table.column("sample_id").to_pylist()]
        packed = pa.array([None if v is None else v.tobytes() for v in vectors], pa.binary())
        return table.append_column("embedding", packed)

    def _table(self, version: str) -> pa.Table:
        import pyarrow as pa

        from datakit.profiles.row_schema import row_schema

        file = self.folder / f"{version}.arrow"
        if not file.exists():
            table = self._measure(version)
            temporary = file.with_suffix(".tmp")
            with (
                pa.OSFile(str(temporary), "wb") as sink,
                pa.ipc.new_file(sink, table.schema) as out,
            ):
                out.write_table(table)
            temporary.rename(file)
        with pa.OSFile(str(file)) as opened:
            table = pa.ipc.open_file(opened).read_all()
        return table.select([*row_schema(self.modality).names, "embedding"])

    def _measure(self, version: str) -> pa.Table:
        """As `datakit.profiles.build` measures, without the issues and the report."""
        import pyarrow as pa

        from datakit.corpora.corpus import shards
        from datakit.corpora.memory import Memory
        from datakit.executors import executor
        from datakit.measures.modality import modality
        from datakit.profiles.build import measures_digest
        from datakit.profiles.part import read_part
        from datakit.profiles.previous import Previous
        from datakit.profiles.shard_task import ShardTask

        corpus = Memory(self.samples(version))
        nothing = Previous(self.folder, measures_digest(self.modality), self.encoder.digest, "")
        parts = self.folder / f"{version}.parts"
        parts.mkdir(parents=True, exist_ok=True)
        task = ShardTask(corpus, parts, self.encoder, nothing)
        cut = enumerate(shards(corpus, modality(self.modality).shard_size))
        numbers = range(len(list(executor(self.study.workers).map(task, cut))))
        table = pa.concat_tables(
            [read_part(task.part(k)).replace_schema_metadata(None) for k in numbers]
        )
        for k in numbers:
            task.part(k).unlink()
        parts.rmdir()
        return table


@lru_cache(maxsize=2)
def open_pool(study: Study, name: str) -> Pool:
    """The pool of a collection, one per process."""
    return Pool(study, next(c for c in COLLECTIONS if c.name == name))


def _named(sample: Sample, name: str) -> Sample:
    return replace(sample, sample_id=name, path=name)
