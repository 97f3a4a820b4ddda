"""The unit of work of curation: one shard of jobs -> encoded samples and what became of each."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from datakit.corpora.corpus import Corpus
from datakit.curation.job import Job
from datakit.curation.outcome import Outcome, outcome_table
from datakit.curation.recheck import remaining
from datakit.curation.recipe import Recipe
from datakit.curation.treatment import Treatment, dropped
from datakit.executors.executor import Watch
from datakit.profiles.part import part_digest, write_part
from datakit.transforms.text_drop_boilerplate import DropBoilerplate

__all__ = ["ApplyTask", "Shard"]

Shard = tuple[int, list[Job]]


@dataclass
class ApplyTask:
    """Clean, augment and encode the samples of a shard; stage them, and write what became of them.

    A finished part is its own marker: a shard whose part is there is not done again.

    Parameters
    ----------
    corpus
        Reads the samples.
    recipe
        What is done to them.
    thresholds
        Issue -> threshold, where the profile was not made with the defaults.
    parts, staged
        Where the parts and the encoded samples go.
    as_files
        Whether every output is staged as a file of its own, which can be linked to its place;
        else those of a shard are one file.
    key
        Changes with everything else that the outputs depend on.
    """

    corpus: Corpus
    recipe: Recipe
    thresholds: Mapping[str, float]
    parts: Path
    staged: Path
    as_files: bool
    key: str = ""

    def part(self, number: int) -> Path:
        """The part file of a shard."""
        return self.parts / f"{number:08d}.arrow"

    def stage(self, number: int) -> Path:
        """What a shard staged: a folder of files, or one file."""
        return self.staged / f"{number:08d}"

    def __call__(self, shard: Shard, watch: Watch) -> int:
        """Do one shard; returns the number of its samples."""
        number, jobs = shard
        told = hashlib.sha256(self.key.encode() + b"".join(job.digest() for job in jobs))
        if part_digest(self.part(number)) != told.hexdigest():
            self._write(number, told.hexdigest(), jobs, watch)
        return len(jobs)

    def _write(self, number: int, digest: str, jobs: list[Job], watch: Watch) -> None:
        treatment = Treatment(self.corpus, self.recipe, self.as_files, self.thresholds)
        found: list[Outcome] = []
        with _Stage(self.stage(number), self.as_files) as stage:
            for position, job in enumerate(jobs):
                if position in watch.lost:
                    told = dropped(job, 0, "it killed or hung the process", watch.lost[position])
                    found.append(told)
                    continue
                # The time limit is for each output: a sample may have hundreds of copies.
                for outcome, data in treatment.outputs(job, _starter(watch, position)):
                    if not outcome.dropped:
                        outcome.start, outcome.size = stage.put(len(found), data)
                    found.append(outcome)
            watch.start(-1)
            found = self._rechecked(jobs, found, stage, watch)
        write_part(self.part(number), outcome_table(found), digest)

    def _rechecked(
        self, jobs: list[Job], found: list[Outcome], stage: _Stage, watch: Watch
    ) -> list[Outcome]:
        """Drop what was cleaned of an issue and still has it, with its copies."""
        if not any(step.only for step in self.recipe.clean):
            return found
        positions = {job.sample.sample_id: position for position, job in enumerate(jobs)}
        judged, wanted = [], []
        for row, outcome in enumerate(found):
            issues = self._issues(jobs[positions[outcome.parent]])
            if outcome.copy == 0 and not outcome.dropped and issues:
                judged.append((row, outcome))
                wanted.append(issues)
        samples = [
            replace(
                jobs[positions[outcome.parent]].sample,
                path=outcome.path + outcome.suffix,
                n_bytes=outcome.size,
            )
            for _, outcome in judged
        ]
        rows = {outcome.parent: row for row, outcome in judged}
        left = remaining(
            self.corpus.modality,
            samples,
            lambda sample: stage.get(rows[sample.sample_id], found[rows[sample.sample_id]]),
            lambda i: watch.start(-1 if i < 0 else positions[samples[i].sample_id]),
            wanted,
            self.thresholds,
            self._lines(),
        )
        bad = {outcome.parent: issue for (_, outcome), issue in zip(judged, left, strict=True)}
        kept: list[Outcome] = []
        for outcome in found:
            issue = bad.get(outcome.parent, "")
            if not issue:
                kept.append(outcome)
            elif outcome.copy == 0:
                told = "; ".join(outcome.edits) or "nothing could be repaired"
                job = jobs[positions[outcome.parent]]
                kept.append(dropped(job, 0, f"{issue} remains after cleaning", told))
        return kept

    def _lines(self) -> tuple[str, ...]:
        """The corpus's own lines of boilerplate, which must be gone."""
        transforms = (step.transform for step in self.recipe.clean)
        return tuple(
            line for one in transforms if isinstance(one, DropBoilerplate) for line in one.lines
        )

    def _issues(self, job: Job) -> tuple[str, ...]:
        """What a sample must not have any more when it is clean."""
        steps = [self.recipe.clean[number] for number in job.steps]
        return tuple(issue for step in steps if step.otherwise == "drop" for issue in step.only)


def _starter(watch: Watch, position: int) -> Callable[[], None]:
    return lambda: watch.start(position)


class _Stage:
    """Where the outputs of a shard wait for their names; what an earlier run left goes."""

    def __init__(self, path: Path, as_files: bool) -> None:
        self._path, self._as_files = path, as_files
        self._file: BinaryIO | None = None
        self._end = 0

    def __enter__(self) -> _Stage:
        if self._as_files:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path.mkdir()
        else:
            self._file = self._path.open("w+b")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def put(self, row: int, data: bytes) -> tuple[int, int]:
        """Take an output; returns where it is."""
        if self._file is None:
            with open(f"{self._path}/{row:06d}", "wb") as file:
                file.write(data)
            return row, len(data)
        start = self._file.seek(self._end)
        self._file.write(data)
        self._end += len(data)
        return start, len(data)

    def get(self, row: int, outcome: Outcome) -> bytes:
        """Bytes of an output."""
        if self._file is None:
            return (self._path / f"{row:06d}").read_bytes()
        self._file.seek(outcome.start)
        return self._file.read(outcome.size)
