"""What became of a sample: rows of a finished shard, and the lineage that is made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Fate", "Outcome", "fact_counts", "fates", "outcome_table", "outcomes"]


@dataclass
class Outcome:
    """One output of a sample, or the reason why there is none.

    Parameters
    ----------
    parent
        Id of the sample.
    path
        Of the sample, in its corpus.
    copy
        0 for the sample itself, 1, 2, ... for further copies.
    reason
        Why it stays, or was dropped.
    evidence
        More about a drop.
    dropped
        Whether it does not come out; a sample whose own output is dropped has no copies either.
    suffix
        Of the output's bytes, lower case, with the dot; "" where neither name nor bytes tell.
    changed
        Whether the bytes are others than the sample's.
    label, split, caption, language, date
        What the corpus says about the sample.
    parents
        Ids of the samples that it was made of.
    edits
        "name: what was done", in order.
    hash_before, hash_after
        SHA-256 of the parent's bytes and of the output's.
    seed
        Of its random changes; None where it has none.
    start, size
        Where its bytes are in what the shard staged.
    """

    parent: str
    path: str
    copy: int
    reason: str
    evidence: str = ""
    dropped: bool = False
    suffix: str = ""
    changed: bool = False
    label: str | None = None
    split: str | None = None
    caption: str | None = None
    language: str | None = None
    date: str | None = None
    parents: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    hash_before: str | None = None
    hash_after: str | None = None
    seed: int | None = None
    start: int = 0
    size: int = 0


@dataclass(frozen=True)
class Fate:
    """What became of one sample of a plan.

    Parameters
    ----------
    parent
        Its id.
    n_out
        How often it came out.
    changed
        Whether it itself came out with other bytes.
    reason, evidence
        Why it or some of its copies did not come out; "" where all of them did.
    """

    parent: str
    n_out: int
    changed: bool = False
    reason: str = ""
    evidence: str = ""


def fates(found: Iterable[Outcome]) -> Iterator[Fate]:
    """What became of every sample, from its outcomes, which follow each other."""
    for parent, group in groupby(found, lambda outcome: outcome.parent):
        mine = list(group)
        lost = next((outcome for outcome in mine if outcome.dropped), None)
        n_out = sum(not outcome.dropped for outcome in mine)
        reason, evidence = ("", "") if lost is None else (lost.reason, lost.evidence)
        yield Fate(parent, n_out, mine[0].changed, reason, evidence)


def outcome_table(found: list[Outcome]) -> pa.Table:
    """Outcomes as a table, one row each."""
    import pyarrow as pa

    schema = _schema()
    columns = [[getattr(outcome, name) for outcome in found] for name in schema.names]
    return pa.Table.from_arrays(
        [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)],
        schema=schema,
    )


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    kinds = {
        "copy": pa.int32(),
        "dropped": pa.bool_(),
        "changed": pa.bool_(),
        "parents": pa.list_(text),
        "edits": pa.list_(text),
        "seed": pa.int64(),
        "start": pa.int64(),
        "size": pa.int64(),
    }
    return pa.schema([(one.name, kinds.get(one.name, text)) for one in fields(Outcome)])


def fact_counts(found: Iterable[Outcome], names: Sequence[str]) -> Counter[str]:
    """How many outputs have each fact; "" counts the outputs.

    "label of digits" counts the labels that are whole numbers.
    """
    counts: Counter[str] = Counter()
    for outcome in found:
        if outcome.dropped:
            continue
        counts[""] += 1
        counts.update(name for name in names if getattr(outcome, name) is not None)
        label = outcome.label or ""
        counts["label of digits"] += label.isascii() and label.isdecimal()
    return counts


def outcomes(part: Path) -> list[Outcome]:
    """The outcomes of a finished shard."""
    from datakit.profiles.part import read_part

    columns = read_part(part).to_pydict()
    return [Outcome(*row) for row in zip(*columns.values(), strict=True)]
