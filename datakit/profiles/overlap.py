"""Which samples are the same as, or nearly, one of some others, from profiles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.groups import exact_groups, stars
from datakit.profiles.issues import issue_kind

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["near_own_rows", "near_rows", "near_to_rows", "same_as_rows"]

Mask = npt.NDArray[np.bool_]


def near_rows(profile: Profile, other: Profile) -> Mask:
    """Samples that are the same as, or nearly, one of another corpus, shape (n,).

    Found as duplicates within one corpus are: by content, and by the verified fingerprints of
    the rows of both profiles together (embeddings are not used). Every verified pair counts, so
    that of a chain of near copies none is left beside its neighbour; and so does a group of near
    copies, all of which were verified against one.

    Parameters
    ----------
    profile
        What is judged, n samples.
    other
        A profile of the same modality.
    """
    return near_to_rows(profile, other, np.ones(other.n_samples, bool))


def near_to_rows(profile: Profile, other: Profile, wanted: Mask) -> Mask:
    """The same, for some rows of the other profile: shape (m,), true for those that count."""
    import pandas as pd

    n = profile.n_samples
    ours, theirs = (p.table.to_table().to_pandas() for p in (profile, other))
    rows = pd.concat([ours, theirs[wanted]], ignore_index=True)
    return _near(profile.modality, rows, np.arange(len(rows)) >= n)[:n]


def near_own_rows(profile: Profile, wanted: Mask) -> Mask:
    """Samples that are one of some rows of the same profile, or the same, or nearly; shape (n,)."""
    rows = profile.table.to_table().to_pandas()
    return _near(profile.modality, rows, wanted)


def same_as_rows(profile: Profile, other: Profile, wanted: Mask) -> Mask:
    """Samples with the content of some rows of another profile, shape (n,); no near ones."""
    same = list(issue_kind(profile.modality).same)
    ours, theirs = (p.table.to_table(columns=same).to_pandas() for p in (profile, other))
    found = np.zeros(len(ours), bool)
    for name in same:
        found |= ours[name].isin(set(theirs.loc[wanted, name].dropna())).to_numpy()
    return found


def _near(modality: str, rows: pd.DataFrame, wanted: Mask) -> Mask:
    """Rows that are in one set of copies with a wanted one, or in a verified pair with one."""
    kind = issue_kind(modality)
    copies = np.arange(len(rows))
    for group in exact_groups(rows, kind.same):
        copies[group] = group[0]
    hit = np.zeros(len(rows), bool)  # by the first of each set of copies, as pairs are
    hit[copies[wanted]] = True
    pairs, similarity = kind.near_pairs(rows, None, wanted)
    pairs = copies[pairs]
    found = hit.copy()
    found[pairs[hit[pairs].any(axis=1)]] = True
    for members, _ in stars(pairs, similarity):
        if hit[members].any():
            found[members] = True
    return np.asarray(found[copies])
