"""Labels, clusters or any category in the shares that are wanted, by importance resampling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from datakit.curation.clusters import centroids, cluster_numbers
from datakit.curation.parameters import near
from datakit.curation.selections.selection import Choice
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.curation.pool import Pool
    from datakit.profiles.profile import Profile

__all__ = ["Balance"]

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

_MOST_CATEGORIES = 1_000
"""A column with more different values is no category: it names samples."""


@dataclass(frozen=True)
class Balance:
    """Drop and repeat samples until the categories have the shares that are wanted.

    A sample of category k is worth ``w_k``, its wanted share over the share that it has: below 1
    that part of the category stays, drawn at random; above 1 every sample appears ``floor(w_k)``
    times and some, drawn at random, once more. A category that would have to repeat its samples
    more than `max_copies` times stays below its share, and the others share what is left. Samples
    without a category are left alone and count for nothing.

    Parameters
    ----------
    by
        "label", "cluster" (of the embeddings), or a category column ("split", "language", ...).
    to
        "uniform", "reference" (the shares of the reference profile), or category -> weight; a
        category without a weight is dropped.
    size
        Number of outputs; as many as there are now where it is None.
    max_copies
        Most times that one sample may appear.
    why
        For people; no part of what the selection is.

    References
    ----------
    Kitagawa 1996, Monte Carlo filter and smoother (residual resampling).
    """

    by: str = "label"
    to: str | Mapping[str, float] = "uniform"
    size: int | None = None
    max_copies: int = 3
    why: str = field(default="", compare=False)

    name: ClassVar[str] = "balance"

    def __post_init__(self) -> None:
        if isinstance(self.to, str):
            if self.to not in ("uniform", "reference"):
                raise InputError(
                    f"to is {self.to!r}: give uniform, reference, or a weight for each category"
                )
        else:
            object.__setattr__(self, "to", {str(k): float(w) for k, w in self.to.items()})
            _check_weights(self.to)
        if self.size is not None and self.size < 1:
            raise InputError(f"size is {self.size}: give at least 1")
        if self.max_copies < 1:
            raise InputError(f"max_copies is {self.max_copies}: give at least 1")

    def select(self, pool: Pool) -> list[Choice]:
        """Drop from what there is too much of, repeat what there is too little of."""
        category = _categories(pool, self.by)
        rows = np.flatnonzero(pool.alive & pd.notna(category))
        if not len(rows):
            raise InputError(f"balance by {self.by}: no sample that is left has one")
        names, kind = np.unique(category[rows].astype(str), return_inverse=True)
        have = np.bincount(kind, minlength=len(names))
        wanted = self._wanted(pool, names.tolist())
        size = int(pool.copies[rows].sum()) if self.size is None else self.size
        counts = _counts(wanted, size, have * self.max_copies)
        return self._choices(pool, rows, names.tolist(), kind, have, counts)

    def _wanted(self, pool: Pool, names: list[str]) -> Shares:
        """The share of every category, shape (k,), sum 1."""
        if self.to == "uniform":
            return np.full(len(names), 1 / len(names))
        if self.to == "reference":
            weights = _reference_shares(pool, self.by)
        else:
            weights = dict(self.to)  # type: ignore[arg-type]
            for name in weights:
                if name not in names and weights[name] > 0:
                    told = near(name, names)
                    raise InputError(f"balance by {self.by}: no sample left has {name!r}: {told}")
        shares = np.array([weights.get(name, 0.0) for name in names])
        if shares.sum() <= 0:
            raise InputError(
                f"balance by {self.by}: nothing of what is wanted is there: it has "
                f"{', '.join(names[:10])}"
            )
        return shares / shares.sum()

    def _choices(
        self,
        pool: Pool,
        rows: Numbers,
        names: list[str],
        kind: Numbers,
        have: Numbers,
        counts: Numbers,
    ) -> list[Choice]:
        """The first of every category in the order of their lots, or all and those once more."""
        lots = pool.lots("balance")[rows]
        order = np.lexsort((rows, lots, kind))
        rank = np.empty(len(rows), np.int64)
        rank[order] = np.arange(len(rows)) - (np.cumsum(have) - have)[kind[order]]
        copies = counts[kind] // have[kind] + (rank < counts[kind] % have[kind])
        told = [
            f"{self.by} {name}: {n:,} of {total:,}"
            for name, n, total in zip(
                names, have.tolist(), [int(have.sum())] * len(names), strict=True
            )
        ]
        evidence = np.array(told, object)[kind]
        choices = []
        gone = copies == 0
        if gone.any():
            reason = f"more than its share by {self.by}"
            choices.append(Choice(rows[gone], "drop", reason, evidence[gone].tolist()))
        again = ~gone & (copies != pool.copies[rows])
        if again.any():
            reason = f"less than its share by {self.by}"
            repeated = copies[again]
            choices.append(
                Choice(rows[again], "repeat", reason, evidence[again].tolist(), repeated)
            )
        return choices


def _check_weights(weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise InputError(f"the weight of {name!r} is {weight:g}: give a number from 0")
    if not sum(weights.values()) > 0:
        raise InputError("to has no weight above 0: give category: weight, say cat: 0.5")


def _categories(pool: Pool, by: str) -> npt.NDArray[np.object_]:
    """The category of every row, None where it has none, shape (n,)."""
    if by == "cluster" and not (pool.clusters >= 0).any():
        raise InputError(
            "balance by cluster: the profile has no embeddings: profile with an encoder"
        )
    return _as_categories(by, pool.column(by))


def _as_categories(by: str, column: object) -> npt.NDArray[np.object_]:
    values = pd.Series(np.asarray(column))
    if values.dtype.kind == "f" and not (values.dropna() % 1 == 0).all():
        raise InputError(f"balance by {by}: it is a measurement, give a category")
    if values.nunique() > _MOST_CATEGORIES:
        raise InputError(
            f"balance by {by}: it has {values.nunique():,} different values, give a category "
            f"({_MOST_CATEGORIES:,} at most)"
        )
    found = values.astype(object)
    if values.dtype.kind == "f":
        found = values.map(lambda value: f"{value:.0f}", na_action="ignore").astype(object)
    return np.asarray(found.where(values.notna(), None), object)


def _reference_shares(pool: Pool, by: str) -> dict[str, float]:
    """Category -> its share among the readable samples of the reference."""
    reference = pool.reference
    if reference is None:
        raise InputError(f"balance by {by} to the reference: there is none, give --reference")
    if by == "cluster":
        values: object = _reference_clusters(pool, reference)
    elif by in reference.rows.columns:
        values = reference.rows[by]
    else:
        raise InputError(f"balance by {by} to the reference: {reference.path} has no such column")
    category = pd.Series(_as_categories(by, values))[(reference.rows["status"] == "ok").to_numpy()]
    found = category.dropna().astype(str).value_counts(normalize=True)
    return {str(name): float(share) for name, share in found.items()}


def _reference_clusters(pool: Pool, reference: Profile) -> npt.NDArray[np.float64]:
    mine, other = pool.profile.encoder, reference.encoder
    if mine is None or other is None or mine["digest"] != other["digest"]:
        raise InputError(
            "balance by cluster to the reference: the two were embedded by different encoders: "
            "profile one of them with the other as --reference"
        )
    found = cluster_numbers(reference, centroids(pool.profile))
    return np.where(found < 0, np.nan, found)


def _counts(wanted: Shares, size: int, most: Numbers) -> Numbers:
    """How many outputs of every category, shape (k,): `size` in all, or what can be had.

    Parameters
    ----------
    wanted
        Shares, sum 1.
    size
        Number of outputs.
    most
        Most outputs of every category.
    """
    counts = np.zeros(len(wanted), np.int64)
    full = wanted == 0
    while not full.all():
        left = size - int(counts[full].sum())
        shares = np.where(full, 0, wanted)
        counts = np.where(full, counts, _rounded(shares / shares.sum() * left, left))
        over = ~full & (counts > most)
        if not over.any():
            break
        counts[over] = most[over]
        full |= over
    return counts


def _rounded(exact: Shares, total: int) -> Numbers:
    """Whole numbers with that total, none off by 1 or more: largest remainders are rounded up."""
    counts = np.floor(exact + 1e-9).astype(np.int64)
    remainder = np.where(exact > 0, exact - counts, -1)
    up = np.argsort(-np.round(remainder, 9), kind="stable")[: total - int(counts.sum())]
    counts[up] += 1
    return counts
