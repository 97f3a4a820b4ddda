"""Build a profile: measure and embed shard by shard, then find issues over the whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.corpora.corpus import Corpus, shards
from datakit.encoders.encoder import Encoder, Unfitted
from datakit.executors.executor import Executor
from datakit.measures.modality import modality
from datakit.profiles.embed_task import EmbedTask
from datakit.profiles.embedding import Subset, fitted, smallest_hashes, write_encoder
from datakit.profiles.exemplars import write_exemplars
from datakit.profiles.files import atomic
from datakit.profiles.issues import find_issues
from datakit.profiles.part import read_part
from datakit.profiles.previous import Previous, place_of
from datakit.profiles.profile import Profile
from datakit.profiles.shard_task import ShardTask
from datakit.profiles.store import Facts, encoder_facts, write_profile
from datakit.profiles.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from datakit.measures.text_contamination import Against

__all__ = ["Settings", "build", "finish", "measures_digest"]


@dataclass(frozen=True)
class Settings:
    """What decides a profile beside the corpus.

    Parameters
    ----------
    encoder
        Embeds samples; one that is not fitted yet is fitted on the corpus; None embeds nothing.
    embed_limit
        At most so many samples are embedded: those with the smallest content hashes.
    thresholds
        Issue -> threshold, instead of the defaults.
    against
        Evaluation items to look for in texts.
    borrowed
        The encoder was fitted on a reference, which is a yardstick for this corpus then.
    """

    encoder: Encoder | Unfitted | None
    embed_limit: int = 20_000
    thresholds: Mapping[str, float] = field(default_factory=dict)
    against: Against | None = None
    borrowed: bool = False

    def key(self) -> dict[str, object]:
        """What the rows and embeddings of an unfinished run depend on."""
        encoder = self.encoder
        digest = None if encoder is None else getattr(encoder, "digest", "fitted on the corpus")
        return {
            "encoder": None if encoder is None else [encoder.name, digest],
            "embed_limit": self.embed_limit,
            "against": None if self.against is None else self.against.digest,
        }


def measures_digest(name: str, against: Against | None = None) -> str:
    """Changes with what decides the measured values: our code, its libraries, what to look for."""
    digest = hashlib.sha256()
    room = resources.files("datakit.measures")
    for file in sorted(room.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    for package in modality(name).libraries:
        digest.update(f"{package} {metadata.version(package)}".encode())
    digest.update(against.digest.encode() if against is not None else b"")
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
    measures = measures_digest(corpus.modality, settings.against)
    encoder = settings.encoder
    size = modality(corpus.modality).shard_size  # fixed: every executor cuts the corpus alike
    ready = None if encoder is None or isinstance(encoder, Unfitted) else encoder
    place = place_of(corpus.location)
    previous = Previous(work.out, measures, None if ready is None else ready.digest, place)
    at_once = ready if len(corpus) <= settings.embed_limit else None
    parts = ShardTask(corpus, work.folder("parts"), at_once, previous, settings.against)
    numbers = []
    for number, n in enumerate(executor.map(parts, enumerate(shards(corpus, size)))):
        advance(n)
        numbers.append(number)
    rows = [parts.part(number) for number in numbers]
    extra: list[Path] = []
    if encoder is not None and at_once is None:
        chosen = smallest_hashes(rows, settings.embed_limit)
        if isinstance(encoder, Unfitted):
            ready = fitted(encoder, corpus, chosen)
        if ready is not None:
            previous = Previous(work.out, measures, ready.digest, place)
            later = EmbedTask(corpus, work.folder("embedded"), ready, previous)
            wanted = enumerate(shards(Subset(corpus, set(chosen)), size))
            extra = [later.part(k) for k, _ in enumerate(executor.map(later, wanted))]
    facts = Facts(
        corpus=corpus.location,
        modality=corpus.modality,
        measures=measures,
        encoder=encoder_facts(ready),
        embed_limit=settings.embed_limit,
        notes=dict(corpus.notes),
        place=place,
    )
    profile = write_profile(work.path, _tables(rows), _tables(extra), facts)
    write_encoder(work.path, ready, settings.borrowed)
    finish(profile, settings.thresholds)
    write_exemplars(profile, corpus, executor, work.out, settings.against)
    return profile


def finish(profile: Profile, thresholds: Mapping[str, float]) -> None:
    """Find and write the issues of a profile that has rows and embeddings."""
    rows = profile.table.to_table().to_pandas()
    frame = find_issues(profile.modality, rows, profile.embeddings, thresholds)
    with atomic(profile.path / "issues.parquet") as temporary:
        frame.to_parquet(temporary, index=False)


def _tables(paths: Iterable[Path]) -> Iterator[pa.Table]:
    for path in paths:
        yield read_part(path)
