"""The samples that selections choose from, and what is known of them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.curation.clusters import cluster_numbers
from datakit.curation.parameters import near
from datakit.curation.quality import Criterion, criteria, quality
from datakit.errors import InputError
from datakit.profiles.issue_names import ISSUE_NAMES
from datakit.validators.copies import COPIES, group_numbers

if TYPE_CHECKING:
    import pandas as pd

    from datakit.curation.selections.selection import Choice
    from datakit.profiles.profile import Profile

__all__ = ["Pool"]

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


class Pool:
    """One row per sample of a profile: whether it is still chosen, how often, and what it is like.

    Selections read it; only `take` changes it.

    Parameters
    ----------
    profile
        What the recipe is resolved against.
    seed
        Of the recipe.
    reference
        The profile to be like, where there is one.

    Attributes
    ----------
    alive
        Shape (n,), false for what was dropped.
    copies
        Shape (n,), how often each sample is to be there; 1 unless it is repeated.
    """

    def __init__(self, profile: Profile, seed: int = 0, reference: Profile | None = None) -> None:
        self.profile = profile
        self.seed = seed
        self.reference = reference
        self.alive: Mask = np.ones(profile.n_samples, bool)
        self.copies: Numbers = np.ones(profile.n_samples, np.int64)

    def __len__(self) -> int:
        return self.profile.n_samples

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the profile, in the order of ``sample_id``."""
        return self.profile.rows

    @cached_property
    def sample_ids(self) -> list[str]:
        """Of every row."""
        ids: list[str] = self.rows["sample_id"].tolist()
        return ids

    @cached_property
    def paths(self) -> list[str]:
        """Of every row."""
        paths: list[str] = self.rows["path"].tolist()
        return paths

    @cached_property
    def groups(self) -> Numbers:
        """Number of every row's duplicate group, exact and near ones joined, shape (n,)."""
        return group_numbers(self.profile)

    @cached_property
    def exact_groups(self) -> Numbers:
        """Number of every row's group of exact copies, shape (n,)."""
        return group_numbers(self.profile, COPIES[:1])

    @cached_property
    def similarity(self) -> npt.NDArray[np.float64]:
        """Every row's similarity to the centre of its group of near copies; 1 without one."""
        found = np.ones(len(self))
        issues = self.profile.issues
        alike = issues[issues["issue"] == COPIES[1]]
        found[self.rows["sample_id"].searchsorted(alike["sample_id"])] = alike["value"]
        lowest = np.ones(len(self))  # of exact copies, one is in the group of near ones
        np.minimum.at(lowest, self.exact_groups, found)
        return lowest[self.exact_groups]

    @cached_property
    def criteria(self) -> list[Criterion]:
        """What makes one copy better than another, the weightiest first."""
        return criteria(self)

    @cached_property
    def quality(self) -> npt.NDArray[np.float64]:
        """Share of the samples that are no better than this one, shape (n,), in (0, 1]."""
        return quality(self)

    @cached_property
    def clusters(self) -> Numbers:
        """Number of every row's cluster of embeddings, -1 where there is none, shape (n,)."""
        return cluster_numbers(self.profile)

    def flag(self, issue: str) -> Mask:
        """Which rows have an issue, shape (n,).

        Raises
        ------
        InputError
            There is no such issue of this modality.
        """
        known = ISSUE_NAMES[self.profile.modality]
        if issue not in known:
            raise InputError(
                f"no issue {issue!r} of {self.profile.modality}s: {near(issue, known)}"
            )
        found = np.zeros(len(self), bool)
        found[self.profile.rows_with.get(issue, [])] = True
        return found

    def column(self, name: str) -> Any:
        """Values of a column, one a row: measured, ``is_<issue>``, ``cluster`` or ``quality``.

        Raises
        ------
        InputError
            There is no such column.
        """
        if name in self.rows.columns:
            return self.rows[name]
        if name == "quality":
            return self.quality
        if name == "cluster":
            return np.where(self.clusters < 0, np.nan, self.clusters)
        issues = [f"is_{issue}" for issue in ISSUE_NAMES[self.profile.modality]]
        if name in issues:
            return self.flag(name.removeprefix("is_"))
        known = [*self.rows.columns, *issues, "cluster", "quality"]
        raise InputError(f"there is no column {name!r}: {near(name, known)}")

    def lots(self, purpose: str) -> npt.NDArray[np.uint64]:
        """A random number for every row, shape (n,): the same whatever other samples there are.

        Parameters
        ----------
        purpose
            What is drawn; draws for one purpose agree: ten of twenty drawn ones are ten drawn ones.
        """
        key = hashlib.sha256(f"{self.seed}\0{purpose}".encode()).digest()
        found = bytearray()
        for sample_id in self.sample_ids:
            told = sample_id.encode("utf-8", "surrogatepass")
            found += hashlib.blake2b(told, digest_size=8, key=key).digest()
        return np.frombuffer(bytes(found), "<u8").astype(np.uint64)

    def take(self, choice: Choice) -> None:
        """Drop or repeat what a selection chose."""
        if choice.edit == "drop":
            self.alive[choice.rows] = False
            self.copies[choice.rows] = 1
        elif choice.copies is not None:
            self.copies[choice.rows] = choice.copies
