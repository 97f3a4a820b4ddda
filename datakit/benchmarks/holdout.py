"""Samples that no arm may see: chosen by content, with everything that is nearly one of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.curation.proposal import propose
from datakit.profiles.overlap import near_own_rows, same_as_rows
from datakit.validators.copies import group_numbers

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["Held", "hold_out"]

Mask = npt.NDArray[np.bool_]

SHARE, MOST = 0.2, 5_000
"""Of the sound samples, copies counted once, and samples, that are held out at most."""

DEFECTS_LEFT = frozenset(("truncated", "exact_duplicate", "near_duplicate", "split_leak"))
"""Issues that a sample of the hold-out may have: the first flags many sound texts, and copies are
reduced to one."""


@dataclass(frozen=True)
class Held:
    """A hold-out.

    Parameters
    ----------
    reference
        Rows of the profile that models are compared with, shape (n,).
    family
        These rows, all that are near copies of one of them or in a group with one, the test and
        validation split, and copies of any of these: no arm may have them, shape (n,).
    n_unsound, n_split_from
        Readable samples that were passed over for the reference because of an issue, and all
        readable ones that it was chosen among.
    """

    reference: Mask
    family: Mask
    n_unsound: int
    n_split_from: int


def hold_out(profile: Profile) -> Held:
    """Split a hold-out off a corpus: its test split where it has one, else a fifth by content.

    Models are compared with sound samples only (without an issue that the profile's own proposal
    would act on, and one of each group of copies): a reference that is as spoiled as the corpus
    would reward a model for its junk. What it cannot show is the harm of leaving such samples out,
    where they are sound after all; so they are counted.

    Parameters
    ----------
    profile
        Of the raw corpus.
    """
    rows = profile.rows
    readable = (rows["status"] == "ok").to_numpy()
    flagged = profile.issues.loc[profile.issues["issue"].isin(_defects(profile)), "sample_id"]
    groups = group_numbers(profile)
    splits = rows["split"].to_numpy()
    has_test = bool((splits == "test").any())
    among = readable & (splits == "test") if has_test else readable
    sound = among & ~rows["sample_id"].isin(set(flagged)).to_numpy()
    chosen = _first_of_groups(rows, groups, np.flatnonzero(sound))
    if not has_test:
        chosen = chosen[: int(SHARE * len(chosen))]
    reference = np.zeros(len(rows), bool)
    reference[chosen[:MOST]] = True
    family = np.isin(groups, groups[reference]) | near_own_rows(profile, reference)
    if has_test:
        family |= np.isin(splits, ("test", "val"))
    family |= same_as_rows(profile, profile, family)
    return Held(reference, family, int((among & ~sound).sum()), int(among.sum()))


def _defects(profile: Profile) -> set[str]:
    """Issues that are defects of this corpus, and no trait of it."""
    recipe = propose(profile)
    dropped = {issue for step in recipe.select for issue in getattr(step, "issues", ())}
    cleaned = {issue for step in recipe.clean for issue in step.only}
    return (dropped | cleaned) - DEFECTS_LEFT


def _first_of_groups(
    rows: pd.DataFrame, groups: npt.NDArray[np.int64], candidates: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """One candidate of each group of copies, in an order by content in which all groups are alike.

    The smallest hash of many is smaller than that of one: by these, groups of many copies would
    come first, be held out, and with all their copies be gone from raw. So it is hashed again.
    """
    hashes = rows["content_hash"].to_numpy()[candidates].astype(str)
    ordered = np.argsort(hashes, kind="stable")
    _, first = np.unique(groups[candidates[ordered]], return_index=True)
    one = ordered[first]
    again = [hashlib.sha256(told.encode()).hexdigest() for told in hashes[one]]
    return candidates[one[np.argsort(again)]]
