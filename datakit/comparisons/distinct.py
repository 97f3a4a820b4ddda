"""The samples that count as evidence: one representative of each duplicate group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datakit.validators.copies import group_numbers

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["Distinct", "distinct"]


@dataclass(frozen=True)
class Distinct:
    """Rows of one profile without copies, in the order of ``sample_id``.

    Parameters
    ----------
    readable
        One readable row of each duplicate group, exact and near ones joined.
    every
        These, and one row of each content that cannot be read.
    """

    readable: pd.DataFrame
    every: pd.DataFrame

    def __len__(self) -> int:
        return len(self.readable)


def distinct(profile: Profile) -> Distinct:
    """Leave copies out: tests assume independent samples, and ten copies are one sample.

    The representative follows from the contents of its group alone, so that two corpora with the
    same contents have the same ones: it is the one whose content hash, read backwards, is the
    smallest. (Read forwards, groups of near copies would come first wherever the samples with the
    smallest hashes are taken.)

    Parameters
    ----------
    profile
        Any; cost is linear in its rows.
    """
    rows = profile.rows
    ok = (rows["status"] == "ok").to_numpy()
    chosen = np.zeros(len(rows), bool)
    readable = rows.loc[ok, ["content_hash"]].assign(group=group_numbers(profile)[ok])
    copied = readable["group"].duplicated(keep=False)
    chosen[readable.index[~copied]] = True
    copies = readable[copied]
    copies = copies.assign(key=copies["content_hash"].str[::-1])
    firsts = copies.sort_values(["group", "key"], kind="stable").drop_duplicates("group")
    chosen[firsts.index] = True
    broken = rows.loc[~ok, "content_hash"]
    unread = np.zeros(len(rows), bool)
    unread[broken.index[broken.isna() | ~broken.duplicated()]] = True
    return Distinct(rows[chosen], rows[chosen | unread])
