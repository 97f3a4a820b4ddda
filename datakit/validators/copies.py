"""Groups of duplicates, and one representative of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["COPIES", "group_numbers", "representatives"]

COPIES = ("exact_duplicate", "near_duplicate")


def group_numbers(profile: Profile, issues: tuple[str, ...] = COPIES) -> npt.NDArray[np.int64]:
    """Number of every row's duplicate group, shape (n,).

    Groups are numbered in the order of their first rows; a sample without copies is its own.

    Parameters
    ----------
    profile
        The profile.
    issues
        Whose groups count; groups that share a sample are joined.
    """
    import pandas as pd
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = profile.n_samples
    copies = profile.issues[profile.issues["issue"].isin(issues)]
    ids = profile.rows["sample_id"]
    row = ids.searchsorted(copies["sample_id"])
    names, _ = pd.factorize(copies["issue"] + "\0" + copies["group"].astype(str))
    size = n + (int(names.max()) + 1 if len(names) else 0)  # a node for every group
    edges = coo_matrix((np.ones(len(row), np.int8), (row, n + names)), shape=(size, size))
    _, joined = connected_components(edges, directed=False)
    numbers, _ = pd.factorize(joined[:n])
    return np.asarray(numbers, np.int64)


def representatives(
    profile: Profile, groups: npt.NDArray[np.int64] | None = None
) -> npt.NDArray[np.bool_]:
    """Which rows are the first readable one of their duplicate group, shape (n,).

    Parameters
    ----------
    profile
        The profile.
    groups
        Its `group_numbers`, where they are known already.
    """
    groups = group_numbers(profile) if groups is None else groups
    readable = np.flatnonzero((profile.rows["status"] == "ok").to_numpy())
    _, first = np.unique(groups[readable], return_index=True)
    chosen = np.zeros(profile.n_samples, bool)
    chosen[readable[first]] = True
    return chosen
