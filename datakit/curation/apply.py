"""Apply a plan: every kept sample cleaned, copied, encoded, and written with its lineage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata, resources
from itertools import chain
from pathlib import Path
from typing import Any

from datakit.corpora.corpus import Corpus
from datakit.corpora.curated import MARKER, OWN
from datakit.curation.apply_task import ApplyTask
from datakit.curation.card import write_card
from datakit.curation.croissant import write_croissant
from datakit.curation.curated import Curated
from datakit.curation.job import Job, check_known, jobs
from datakit.curation.lineage import write_lineage
from datakit.curation.outcome import Fate, Outcome, fact_counts, fates, outcomes
from datakit.curation.outputs import LAYOUTS, Output, Source, layout_of
from datakit.curation.outputs.fields import FACTS
from datakit.curation.place import Place, place
from datakit.curation.plan import Plan
from datakit.curation.recipe_file import parse_recipe
from datakit.curation.source_records import SourceRecords, text_column_of, types_of
from datakit.errors import InputError
from datakit.executors.executor import Executor
from datakit.measures.modality import modality
from datakit.profiles.files import write_json

__all__ = ["apply"]

_SHARD_BYTES = 64 * 2**20
_KEPT_SHARDS = 400


def apply(
    plan: Plan,
    corpus: Corpus,
    out: Path,
    layout: str | None,
    thresholds: Mapping[str, float],
    executor: Executor,
    advance: Callable[[int], None],
) -> Curated:
    """Write the curated corpus of a plan.

    An interrupted run goes on where it stopped when it is called again.

    Parameters
    ----------
    plan
        What becomes of every sample.
    corpus
        What was profiled.
    out
        Where the curated corpus goes: a folder that is not there yet, or is empty.
    layout
        One of `LAYOUTS`; None for that of the corpus.
    thresholds
        Issue -> threshold of the rules that repaired samples are checked by, where they are not
        the defaults.
    executor
        Who cleans and encodes.
    advance
        Called with the number of samples that were just finished.

    Raises
    ------
    InputError
        The plan is for another corpus, nothing is left of it, or `out` cannot be used.
    """
    recipe = parse_recipe(plan.recipe, "the plan's recipe")
    corpus = getattr(corpus, "corpus", corpus)  # what a curated corpus is made of
    if corpus.modality != recipe.modality:
        raise InputError(
            f"the plan is for {recipe.modality}s, {corpus.location} holds {corpus.modality}s: give "
            "the corpus that was profiled"
        )
    if (plan.table["edit"] == "drop").all():
        raise InputError("the plan drops every sample: nothing would be left to write")
    layout = layout_of(corpus, layout)
    key = {"plan": plan.digest, "layout": layout, "thresholds": dict(thresholds)}
    code = _code(corpus.modality)
    root = Path(corpus.location) if "://" not in corpus.location else None
    with place(out, key, code, root) as work:
        if not work.is_done:
            check_known(plan.table, corpus)
            work.start()
            told = json.dumps([key, code], sort_keys=True).encode()
            task = ApplyTask(
                corpus,
                recipe,
                thresholds,
                work.parts,
                work.staged,
                layout == "folder",
                hashlib.sha256(told).hexdigest(),
            )
            run = _Run(plan, corpus, task, layout, key)
            try:
                run.stage(executor, advance)
                run.write(work)
            except OSError as error:
                raise InputError(
                    f"--out {out} cannot be written ({error.strerror or error}): what is finished "
                    "is kept, the same command goes on"
                ) from error
    return Curated(out)


def _code(name: str) -> str:
    """Changes with what decides the outputs beside the plan: our code, its libraries."""
    digest = hashlib.sha256()
    for room in ("datakit.transforms", "datakit.measures", "datakit.curation"):
        files = (entry for entry in resources.files(room).iterdir() if entry.is_file())
        for file in sorted(files, key=lambda entry: entry.name):
            digest.update(file.name.encode() + file.read_bytes())
    for package in modality(name).libraries:
        digest.update(f"{package} {metadata.version(package)}".encode())
    return digest.hexdigest()[:16]


@dataclass
class _Run:
    """One application of a plan: its shards, then the layout that is made of them."""

    plan: Plan
    corpus: Corpus
    task: ApplyTask
    layout: str
    key: dict[str, Any]
    n_shards: int = 0
    _kept: dict[int, list[Outcome]] = field(default_factory=dict)

    def stage(self, executor: Executor, advance: Callable[[int], None]) -> None:
        """Clean and encode."""
        size = modality(self.corpus.modality).shard_size
        found = jobs(self.plan.table, self.corpus, self.task.recipe)
        for n in executor.map(self.task, enumerate(_shards(found, size))):
            advance(n)
            self.n_shards += 1

    def write(self, work: Place) -> None:
        """Write the layout and all that tells of it, and publish it."""
        text_column = text_column_of(self.corpus)

        def outputs() -> Iterator[Output]:
            return self._outputs(SourceRecords(self.corpus, text_column))

        source = Source(
            outputs,
            self.corpus.modality,
            text_column,
            fact_counts(self._all_outcomes(), tuple(FACTS)),
            bool(SourceRecords(self.corpus, text_column)),
            types_of(self.corpus),
        )
        written = LAYOUTS[self.layout](source, work.data)
        n_out = write_lineage(written, work.data / "lineage.parquet")
        if n_out == 0:
            told = self._nothing_left()
            work.clear()
            raise InputError(told)
        applied = self.plan.applied(self._fates())
        applied.write(work.data / "plan.parquet")
        (work.data / "recipe.yaml").write_text(self.plan.recipe, encoding="utf-8")
        data = sorted(
            entry.name
            for entry in work.data.iterdir()
            if entry.is_file() and entry.name not in OWN | {"metadata.jsonl"}
        )
        facts = {
            "schema": 1,
            "layout": self.layout,
            "modality": self.corpus.modality,
            "text_column": text_column,
            "data": [] if self.layout == "folder" else data,
            "n_in": len(self.plan.table),
            "n_out": n_out,
            "key": self.key,
        }
        write_card(work.data, applied, facts)
        write_croissant(work.data, applied, facts)
        write_json(work.data / MARKER, facts)
        work.publish()

    def _outputs(self, records: SourceRecords) -> Iterator[Output]:
        for number in range(self.n_shards):
            stage = self.task.stage(number)
            kept = [outcome for outcome in self._outcomes(number) if not outcome.dropped]
            told: tuple[str, Mapping[str, Any]] = ("", {})
            if self.task.as_files:
                for outcome in kept:
                    told = _record(records, outcome.parent, told)
                    yield Output(outcome, f"{stage}/{outcome.start:06d}", None, told[1])
                continue
            with stage.open("rb") as shared:
                for outcome in kept:
                    told = _record(records, outcome.parent, told)
                    yield Output(outcome, str(stage), shared, told[1])

    def _fates(self) -> Iterator[Fate]:
        return fates(self._all_outcomes())

    def _all_outcomes(self) -> Iterator[Outcome]:
        return chain.from_iterable(map(self._outcomes, range(self.n_shards)))

    def _outcomes(self, number: int) -> list[Outcome]:
        """Those of a shard; of the first shards they are kept, for they are asked for often."""
        if number in self._kept:
            return self._kept[number]
        found = outcomes(self.task.part(number))
        if number < _KEPT_SHARDS:
            self._kept[number] = found
        return found

    def _nothing_left(self) -> str:
        reasons = self.plan.applied(self._fates()).summary()["reasons"]["drop"]
        told = ", ".join(f"{n:,} {reason}" for reason, n in list(reasons.items())[:3])
        return f"no sample of {self.corpus.location} is left, nothing is written: {told}"


def _record(
    records: SourceRecords, parent: str, last: tuple[str, Mapping[str, Any]]
) -> tuple[str, Mapping[str, Any]]:
    """A sample's id and record; copies follow the sample itself and share it."""
    return last if parent == last[0] else (parent, records.of(parent))


def _shards(found: Iterable[Job], size: int) -> Iterator[list[Job]]:
    """Jobs in runs of a fixed size and weight: cut by data, never by worker count."""
    shard: list[Job] = []
    held = 0
    for job in found:
        weight = (job.sample.n_bytes or 0) * job.copies
        if shard and (len(shard) == size or held + weight > _SHARD_BYTES):
            yield shard
            shard, held = [], 0
        shard.append(job)
        held += weight
    if shard:
        yield shard
