"""Groups of samples: equal ones, and stars of near ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Groups", "NearPairs", "exact_groups", "stars"]

Groups = list[tuple[list[int], list[float]]]
"""Row numbers of every group, the centre first, and each one's similarity to the centre."""

NearPairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
"""Row numbers of verified pairs of near duplicates, shape (m, 2), and their similarities, (m,)."""


def exact_groups(rows: pd.DataFrame, same: Sequence[str]) -> list[list[int]]:
    """Row numbers of samples that are the same in one of some columns.

    Parameters
    ----------
    rows
        The rows of a profile.
    same
        Columns whose equal values mean equal samples: hashes of the bytes, of the pixels, ...

    Returns
    -------
    list of list of int
        Groups of two and more, ordered by their first member.
    """
    parent = list(range(len(rows)))
    # Files that are no images (empty ones, error pages) are not copies of an image.
    counts = rows["status"].isin(("ok", "truncated")).tolist()
    for name in same:
        first: dict[str, int] = {}
        for i, value in enumerate(rows[name].tolist()):
            if counts[i] and isinstance(value, str):
                _union(parent, i, first.setdefault(value, i))
    return _components(parent)


def stars(pairs: npt.NDArray[np.int64], similarity: npt.NDArray[np.float64]) -> Groups:
    """Groups in which every member was verified against the centre, so that no chain links
    what is not alike.

    Parameters
    ----------
    pairs
        Row numbers, shape (m, 2).
    similarity
        Of every pair, shape (m,).
    """
    neighbours: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), value in zip(pairs.tolist(), similarity.tolist(), strict=True):
        neighbours[a][b] = value
        neighbours[b][a] = value
    groups = []
    # The busiest first; ties by similarity, then by row, so that the order of reading is nothing.
    order = sorted(neighbours, key=lambda i: (-len(neighbours[i]), -sum(neighbours[i].values()), i))
    taken: set[int] = set()
    for centre in order:
        members = sorted(i for i in neighbours[centre] if i not in taken)
        if centre in taken or not members:
            continue
        taken.update([centre, *members])
        groups.append(([centre, *members], [1.0] + [neighbours[centre][i] for i in members]))
    return sorted(groups, key=lambda group: min(group[0]))


def _union(parent: list[int], a: int, b: int) -> None:
    a, b = _root(parent, a), _root(parent, b)
    parent[max(a, b)] = min(a, b)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _components(parent: list[int]) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for i in range(len(parent)):
        groups[_root(parent, i)].append(i)
    return [group for group in groups.values() if len(group) > 1]
