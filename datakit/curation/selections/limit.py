"""So many samples and no more: at random, or those that cover the others best."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from datakit.curation.clusters import unit_vectors
from datakit.curation.selections.coverage_order import covering_order, nearest_chosen
from datakit.curation.selections.selection import Choice
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["Limit"]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Limit:
    """Keep a number of samples, at random or those that cover the others best.

    At random means those with the smallest keyed hash of their ``sample_id``: samples that join
    the corpus later push others out, but those that stay are the same. By coverage means greedy
    facility location on the embeddings, or k-center where there are too many (see
    `covering_order`); samples without an embedding keep their share, at random.

    Parameters
    ----------
    n
        Number of outputs, repeats counted.
    by
        "random" or "coverage".
    fill
        Repeat samples, all as often as each other, where there are fewer than `n`.
    why
        For people; no part of what the selection is.
    """

    n: int
    by: Literal["random", "coverage"] = "random"
    fill: bool = False
    why: str = field(default="", compare=False)

    name: ClassVar[str] = "limit"

    def __post_init__(self) -> None:
        if self.n < 1:
            raise InputError(f"n is {self.n}: give at least 1")
        if self.by not in ("random", "coverage"):
            raise InputError(f"by is {self.by!r}: give random or coverage")

    def select(self, pool: Pool) -> list[Choice]:
        """Drop what is beyond the limit, or repeat what is there."""
        rows = np.flatnonzero(pool.alive)
        total = int(pool.copies[rows].sum())
        if total <= self.n:
            return self._filled(pool, rows, total) if self.fill and len(rows) else []
        lots = pool.lots("limit")
        order = rows[np.lexsort((rows, lots[rows]))]
        if self.by == "coverage":
            order = _covering(pool, order, self.n)
        before = np.cumsum(pool.copies[order]) - pool.copies[order]
        copies = np.minimum(pool.copies[order], np.maximum(self.n - before, 0))
        gone = np.sort(order[copies == 0])
        told = [f"{len(rows):,} samples"] * len(gone)
        if self.by == "coverage":
            told = _covered(pool, gone, order[copies > 0])
        reason = f"beyond the limit of {self.n:,}"
        choices = [Choice(gone, "drop", reason, told)] if len(gone) else []
        cut = (copies > 0) & (copies < pool.copies[order])
        if cut.any():
            choices.append(Choice(order[cut], "repeat", reason, [""], copies[cut]))
        return choices

    def _filled(self, pool: Pool, rows: Numbers, total: int) -> list[Choice]:
        """All outputs as often as each other, and some, drawn at random, once more."""
        times, more = divmod(self.n, total)
        copies = pool.copies[rows] * times
        order = np.lexsort((rows, pool.lots("limit")[rows]))
        # Samples that are repeated already have their part of the rest, too.
        outputs = np.repeat(order, pool.copies[rows][order])[:more]
        np.add.at(copies, outputs, 1)
        again = copies > pool.copies[rows]
        told = [f"{total:,} outputs"] * int(again.sum())
        reason = f"fills up to {self.n:,}"
        return [Choice(rows[again], "repeat", reason, told, copies[again])] if again.any() else []


def _covering(pool: Pool, order: Numbers, n: int) -> Numbers:
    """The rows in an order whose first n cover the others.

    Parameters
    ----------
    pool
        The pool.
    order
        The rows in the order of their lots, shape (m,).
    n
        Number of outputs.
    """
    numbers, vectors = unit_vectors(pool.profile)
    alive = pool.alive[numbers]
    numbers, vectors = numbers[alive], vectors[alive]
    if not len(numbers):
        raise InputError(
            "limit by coverage: no sample has an embedding: profile with an encoder, or limit by "
            "random"
        )
    others = order[~np.isin(order, numbers)]
    n_others = round(n * len(others) / len(order))
    n_chosen = min(n - n_others, len(numbers))
    seed = hashlib.sha256(f"{pool.seed}\0coverage".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:16], "little"))
    first = numbers[covering_order(vectors, n_chosen, rng)] if n_chosen else numbers[:0]
    first = np.concatenate([first, others[:n_others]])
    return np.concatenate([first, order[~np.isin(order, first)]])


def _covered(pool: Pool, gone: Numbers, kept: Numbers) -> list[str]:
    """The most similar sample that stays, for each that does not."""
    numbers, vectors = unit_vectors(pool.profile)
    place = np.full(len(pool), -1, np.int64)
    place[numbers] = np.arange(len(numbers))
    kept = kept[place[kept] >= 0]
    told = ["no embedding"] * len(gone)
    seen = np.flatnonzero(place[gone] >= 0)
    if not len(kept) or not len(seen):
        return told
    nearest, cosines = nearest_chosen(vectors[place[gone[seen]]], vectors[place[kept]])
    for i, number, cosine in zip(seen.tolist(), nearest.tolist(), cosines.tolist(), strict=True):
        told[i] = f"covered by {pool.paths[kept[number]]} (cosine {cosine:.3f})"
    return told
