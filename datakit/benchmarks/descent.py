"""Which samples of raw another corpus was made of: by lineage, by names that tell, by content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.options import Side
from datakit.corpora.curated import MARKER
from datakit.curation.curated import Curated
from datakit.profiles.overlap import near_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["made_of", "pairs_with", "share_from"]

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

_ALIKE, _LEAST = 0.75, 10
"""Share of samples that must be closer to their namesake than to the next one's, and how many
there must be, for equal names to mean the same sample."""


def pairs_with(side: Side, raw: Side) -> tuple[Rows, Rows]:
    """Which rows of a corpus were made of which rows of raw, as far as lineage or names tell.

    A sample that was cut or cropped has no content that shows it. A corpus that `datakit curate`
    wrote says what each sample was made of, and the hash of those bytes tells whether that was in
    this raw. For samples that no lineage tells of, equal ids count where `_names_tell`.

    Parameters
    ----------
    side
        The corpus, n samples.
    raw
        The corpus that it may come from, m samples.

    Returns
    -------
    children, parents : arrays, shape (k,)
        Numbers of rows, below n and below m; one with several parents is there several times.
    """
    ours, theirs = side.profile.rows, raw.profile.rows
    children, parents = _by_lineage(side, ours, theirs)
    namesakes = _places(ours["sample_id"], theirs["sample_id"])
    left = np.setdiff1d(np.flatnonzero(namesakes >= 0), children)
    if len(left) and _names_tell(ours.iloc[left], theirs.iloc[namesakes[left]]):
        children = np.concatenate([children, left])
        parents = np.concatenate([parents, namesakes[left]])
    return children, parents


def made_of(side: Side, raw: Side, wanted: Mask) -> Mask:
    """Samples of a corpus that were made of certain samples of raw, by `pairs_with`.

    Parameters
    ----------
    side
        The corpus, n samples.
    raw
        The corpus that it may come from.
    wanted
        Which of raw's samples count, shape (m,).

    Returns
    -------
    array of bool, shape (n,)
    """
    children, parents = pairs_with(side, raw)
    found = np.zeros(side.profile.n_samples, bool)
    found[children[wanted[parents]]] = True
    return found


def share_from(side: Side, raw: Side) -> float:
    """Share of the readable samples of a corpus that come from raw.

    One does where lineage or its name says so (`pairs_with`), or where raw has its content or a
    near copy. 0 for a corpus without a readable sample.
    """
    found = np.zeros(side.profile.n_samples, bool)
    found[pairs_with(side, raw)[0]] = True
    readable = np.asarray(side.profile.rows["status"] == "ok", bool)
    if not readable.any():
        return 0.0
    if not found[readable].all():
        found |= near_rows(side.profile, raw.profile)
    return float(found[readable].mean())


def _by_lineage(side: Side, ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[Rows, Rows]:
    """Pairs that a curated corpus tells of itself; none for another corpus, or of another raw."""
    curated = _curated(side)
    if curated is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    told = curated.lineage[["sample_id", "parents", "hash_before"]]
    hashes = theirs[["content_hash"]].assign(parent=np.arange(len(theirs)))
    # The same bytes, whatever they are called in this raw.
    pairs = [told.merge(hashes, left_on="hash_before", right_on="content_hash")]
    # What else they were mixed of, where ids are those of this raw: the first one's bytes tell.
    first = _places(told["parents"].str[0], theirs["sample_id"])
    known = theirs["content_hash"].to_numpy()[first] == told["hash_before"].to_numpy()
    mixed = told[known & (first >= 0)].explode("parents")
    mixed = mixed.assign(parent=_places(mixed["parents"], theirs["sample_id"]))
    pairs.append(mixed[mixed["parent"] >= 0])
    children, parents = (
        np.concatenate([np.asarray(one, np.int64) for one in found])
        for found in (
            [_places(one["sample_id"], ours["sample_id"]) for one in pairs],
            [one["parent"] for one in pairs],
        )
    )
    both = np.unique(np.stack([children, parents])[:, children >= 0], axis=1)
    return both[0], both[1]


def _curated(side: Side) -> Curated | None:
    """The corpus as one that `datakit curate` wrote, also where it was opened as a folder."""
    if isinstance(side.corpus, Curated):
        return side.corpus
    place = Path(side.corpus.location)
    return Curated(place) if (place / MARKER).is_file() else None


def _places(ids: pd.Series, among: pd.Series) -> Rows:
    """Row of each id among others, which are unique; -1 where it is not there."""
    import pandas as pd

    return np.asarray(pd.Index(among).get_indexer(pd.Index(ids)), np.int64)


def _names_tell(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Whether rows of equal ids are the same samples, and not just numbered alike.

    Measured values are ranked within each corpus. An edited sample is still nearer to what it was
    made of than to the next one; in two collections that both begin at 0001, also if they are
    sorted by class, it is so by half.

    Parameters
    ----------
    ours, theirs
        Rows of two profiles, the same ids in the same order, n of each.
    """
    if len(ours) < _LEAST:
        return False
    names = [name for name in ours.select_dtypes("number") if name in theirs]
    own, other = (
        rows[names].astype(float).rank(pct=True).fillna(0.5).to_numpy() for rows in (ours, theirs)
    )
    namesake = np.abs(own - other).mean(axis=1)
    next_one = np.abs(own - np.roll(other, 1, axis=0)).mean(axis=1)
    return bool((namesake < next_one).mean() >= _ALIKE)
