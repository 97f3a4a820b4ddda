"""Build a profile: measure and embed shard by shard, then find issues over the whole."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.corpora.corpus import Corpus, shards
from datakit.encoders.encoder import Encoder
from datakit.executors.executor import Executor
from datakit.measures.modality import modality
from datakit.profiles.files import atomic
from datakit.profiles.issues import find_issues
from datakit.profiles.part import read_part
from datakit.profiles.previous import Previous
from datakit.profiles.profile import Profile
from datakit.profiles.shard_task import ShardTask
from datakit.profiles.store import Facts, encoder_facts, write_profile
from datakit.profiles.thumbnails import ThumbnailTask, shown_samples
from datakit.profiles.workspace import Workspace
from datakit.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Settings", "build", "finish", "measures_digest"]


@dataclass(frozen=True)
class Settings:
    """What decides a profile beside the corpus.

    Parameters
    ----------
    encoder
        Embeds samples; None embeds nothing.
    embed_limit
        At most so many samples are embedded: those with the smallest content hashes.
    thresholds
        Issue -> threshold, instead of the defaults.
    """

    encoder: Encoder | None
    embed_limit: int = 20_000
    thresholds: Mapping[str, float] = field(default_factory=dict)


def measures_digest(name: str) -> str:
    """Changes when the code that measures a modality, or a library that it relies on, changes."""
    digest = hashlib.sha256()
    room = resources.files("datakit.measures")
    for file in sorted(room.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    for package in modality(name).libraries:
        digest.update(f"{package} {metadata.version(package)}".encode())
    return digest.hexdigest()[:16]


def build(
    corpus: Corpus,
    work: Workspace,
    settings: Settings,
    executor: Executor,
    advance: Callable[[int], None],
) -> Profile:
    """Measure a corpus into a workspace.

    Parameters
    ----------
    corpus
        The samples.
    work
        Where parts and the profile are written; finished parts in it are not done again.
    settings
        Encoder, limits, thresholds.
    executor
        Who measures.
    advance
        Called with the number of samples that were just finished.

    Returns
    -------
    Profile
        In the workspace, without scores and report.
    """
    measures = measures_digest(corpus.modality)
    encoder = settings.encoder
    n_samples = len(corpus)
    size = modality(corpus.modality).shard_size  # fixed: every executor cuts the corpus alike
    previous = Previous(work.out, measures, None if encoder is None else encoder.digest)
    embed_all = encoder is not None and n_samples <= settings.embed_limit
    parts = ShardTask(corpus, work.folder("parts"), encoder if embed_all else None, previous)
    numbers = []
    cut = enumerate(shards(corpus, size))
    for number, n in enumerate(executor.map(parts, cut)):
        advance(n)
        numbers.append(number)
    extra: list[Path] = []
    if encoder is not None and not embed_all:
        chosen = _smallest_hashes((parts.part(k) for k in numbers), settings.embed_limit)
        later = ShardTask(corpus, work.folder("embedded"), encoder, previous)
        wanted = enumerate(shards(_Subset(corpus, chosen), size))
        extra = [later.part(k) for k, _ in enumerate(executor.map(later, wanted))]
    facts = Facts(
        corpus=corpus.location,
        modality=corpus.modality,
        measures=measures,
        encoder=encoder_facts(encoder),
        embed_limit=settings.embed_limit,
        notes=dict(corpus.notes),
    )
    profile = write_profile(
        work.path, _tables(parts.part(k) for k in numbers), _tables(extra), facts
    )
    _write_codebook(work.path, encoder)
    finish(profile, settings.thresholds)
    _write_thumbnails(profile, corpus, executor, work.out)
    return profile


def finish(profile: Profile, thresholds: Mapping[str, float]) -> None:
    """Find and write the issues of a profile that has rows and embeddings."""
    rows = profile.table.to_table().to_pandas()
    frame = find_issues(profile.modality, rows, profile.embeddings, thresholds)
    with atomic(profile.path / "issues.parquet") as temporary:
        frame.to_parquet(temporary, index=False)


def _write_codebook(folder: Path, encoder: Encoder | None) -> None:
    import numpy as np

    codebook = None if encoder is None else encoder.codebook()
    if codebook is not None:
        centroids, hill2 = codebook
        path = folder / "embeddings" / "codebook.npz"
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, centroids=centroids, hill2=np.float64(hill2))


def _tables(paths: Iterable[Path]) -> Iterator[pa.Table]:
    for path in paths:
        yield read_part(path)


def _smallest_hashes(paths: Iterable[Path], limit: int) -> set[str]:
    """Ids of the readable samples with the smallest (content hash, id): uniform, and mergeable."""

    def candidates() -> Iterator[tuple[str, str]]:
        for path in paths:
            table = read_part(path, ["content_hash", "sample_id", "status"])
            for row in table.to_pylist():
                if row["status"] == "ok":
                    yield row["content_hash"], row["sample_id"]

    return {sample_id for _, sample_id in heapq.nsmallest(limit, candidates())}


class _Subset:
    """Some of the samples of a corpus, in its order."""

    def __init__(self, corpus: Corpus, chosen: set[str]) -> None:
        self._corpus, self._chosen = corpus, chosen
        self.location, self.modality, self.notes = corpus.location, corpus.modality, corpus.notes
        self.read = corpus.read

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[Sample]:
        return (sample for sample in self._corpus if sample.sample_id in self._chosen)


def _write_thumbnails(profile: Profile, corpus: Corpus, executor: Executor, earlier: Path) -> None:
    """Thumbnails of the shown samples; those that an earlier profile has are taken from there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = shown_samples(profile.rows, profile.issues, profile.embeddings)
    kept = profile.rows[profile.rows["sample_id"].isin(shown)]
    hashes = dict(zip(kept["sample_id"], kept["content_hash"], strict=True))
    known: dict[str, bytes] = {}
    file = earlier / "thumbnails.parquet"
    if file.exists():
        table = pq.read_table(file)
        known = dict(zip(table["content_hash"].to_pylist(), table["jpeg"].to_pylist(), strict=True))
    pictures = {i: known[h] for i, h in hashes.items() if h in known}
    missing = _Subset(corpus, shown - set(pictures))
    if missing:
        size = modality(corpus.modality).shard_size
        for made in executor.map(ThumbnailTask(corpus), shards(missing, size)):
            pictures.update(made)
    ids = sorted(pictures)
    columns = {
        "sample_id": pa.array(ids, pa.string()),
        "content_hash": pa.array([hashes[i] for i in ids], pa.string()),
        "jpeg": pa.array([pictures[i] for i in ids], pa.binary()),
    }
    with atomic(profile.path / "thumbnails.parquet") as temporary:
        pq.write_table(pa.table(columns), temporary, compression="none")
