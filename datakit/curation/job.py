"""What is to be done to one sample: its line of the plan, beside the sample itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from datakit.curation.plan_checks import COPIES, copies_of
from datakit.errors import InputError
from datakit.sample import Sample
from datakit.transforms import Mixer, generator

if TYPE_CHECKING:
    import pandas as pd

    from datakit.corpora.corpus import Corpus
    from datakit.curation.recipe import Recipe

__all__ = ["Job", "check_known", "jobs"]

Pools = Mapping[tuple[str | None, str | None], list["Job"]]


@dataclass(frozen=True)
class Job:
    """One sample that stays.

    Parameters
    ----------
    sample
        Where its bytes are.
    content_hash
        SHA-256 of the bytes that were profiled; None where they could not be read.
    steps
        Numbers of the cleaning steps of the recipe that are tried on it.
    copies
        How often it comes out: the sample itself, and augmented or plain copies.
    reason
        Why it stays.
    partners
        What each further copy is mixed with, where the recipe mixes; None for no partner.
    """

    sample: Sample
    content_hash: str | None
    steps: tuple[int, ...]
    copies: int
    reason: str
    partners: tuple[Job | None, ...] = ()

    def digest(self) -> bytes:
        """Changes with anything that the outputs depend on, beside the recipe."""
        one = self.sample
        told = (one.label, one.split, one.caption, one.language, one.date)
        place = (one.sample_id, one.n_bytes, one.mtime_ns, one.problem)
        partners = [None if p is None else p.digest() for p in self.partners]
        mine = (self.content_hash, self.steps, self.copies, self.reason)
        return hashlib.sha256(
            repr((place, told, mine, partners)).encode("utf-8", "replace")
        ).digest()


def check_known(table: pd.DataFrame, corpus: Corpus) -> None:
    """Refuse a corpus that a plan cannot be for, before anything is done.

    Parameters
    ----------
    table
        The plan's table.
    corpus
        What was profiled.

    Raises
    ------
    InputError
        The corpus has samples that the plan does not know, or two of one name.
    """
    len(corpus)  # a folder that is not too large keeps its listing: it is read once
    known = set(table["sample_id"])
    seen: set[str] = set()
    new: list[str] = []
    n_new = 0
    for sample in corpus:
        if sample.sample_id in seen:
            raise InputError(
                f"{corpus.location} holds {sample.sample_id} twice, and lineage could not tell "
                "which is which: give its members names of their own"
            )
        seen.add(sample.sample_id)
        if sample.sample_id not in known:
            n_new += 1
            new += [sample.sample_id] * (n_new <= 3)
    if n_new:
        raise InputError(
            f"{corpus.location} holds {n_new:,} samples that the plan does not know "
            f"({', '.join(new)}{', ...' if n_new > 3 else ''}): profile the corpus again and make "
            "a new plan"
        )


def jobs(table: pd.DataFrame, corpus: Corpus, recipe: Recipe) -> Iterator[Job]:
    """The samples that stay, in the order of their ids.

    Parameters
    ----------
    table
        The plan's table.
    corpus
        What was profiled.
    recipe
        What the plan was made from.
    """
    mixing = recipe.augment is not None and any(
        isinstance(step, Mixer) for step in recipe.augment.steps
    )
    pools: Pools = _pools(_plain_jobs(table, corpus, recipe)) if mixing else {}
    for job in _plain_jobs(table, corpus, recipe):
        if not mixing or job.copies == 1:
            yield job
            continue
        pool = pools[job.sample.split, job.sample.label]
        drawn = (_partner(pool, job.sample, copy, recipe.seed) for copy in range(1, job.copies))
        yield replace(job, partners=tuple(drawn))


def _plain_jobs(table: pd.DataFrame, corpus: Corpus, recipe: Recipe) -> Iterator[Job]:
    """Jobs without partners."""
    place = {sample_id: i for i, sample_id in enumerate(table["sample_id"])}
    edits, reasons = table["edit"].tolist(), table["reason"].tolist()
    hashes, steps = table["content_hash"].tolist(), table["steps"].tolist()
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, step in enumerate(recipe.clean):
        numbers[step.transform.name].append(number)
    for sample in corpus:
        i = place.get(sample.sample_id)
        if i is None:
            raise InputError(
                f"{corpus.location} has become larger ({sample.sample_id}) since the run began: "
                "profile the corpus again and make a new plan"
            )
        if edits[i] == "drop":
            continue
        names = {name for name in steps[i] if not name.startswith(COPIES)}
        tried = tuple(sorted(number for name in names for number in numbers[name]))
        yield Job(sample, hashes[i], tried, copies_of(edits[i], steps[i]), reasons[i])


def _pools(found: Iterator[Job]) -> Pools:
    """Split and label -> the samples that stay: a mix never leaves either."""
    pools: dict[tuple[str | None, str | None], list[Job]] = defaultdict(list)
    for job in found:
        pools[job.sample.split, job.sample.label].append(job)
    return pools


def _partner(pool: list[Job], sample: Sample, copy: int, seed: int) -> Job | None:
    others = len(pool) - 1
    if others < 1:
        return None
    rng = generator(seed, f"partner of {sample.sample_id}", copy)
    drawn = pool[int(rng.integers(others))]
    return drawn if drawn.sample.sample_id != sample.sample_id else pool[-1]
