"""Which samples of one corpus another has too, or nearly, from two profiles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.groups import exact_groups
from datakit.profiles.issues import issue_kind

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["near_rows", "near_to_rows"]


def near_rows(profile: Profile, other: Profile) -> npt.NDArray[np.bool_]:
    """Samples that are the same as, or nearly, one of another corpus, shape (n,).

    Found as duplicates within one corpus are: by content, and by the verified fingerprints of
    the rows of both profiles together (embeddings are not used).

    Parameters
    ----------
    profile
        What is judged, n samples.
    other
        A profile of the same modality.
    """
    return near_to_rows(profile, other, np.ones(other.n_samples, bool))


def near_to_rows(
    profile: Profile, other: Profile, wanted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The same, for some rows of the other profile: shape (m,), true for those that count."""
    import pandas as pd

    n = profile.n_samples
    ours, theirs = (p.table.to_table().to_pandas() for p in (profile, other))
    rows = pd.concat([ours, theirs[wanted]], ignore_index=True)
    kind = issue_kind(profile.modality)
    exact = exact_groups(rows, kind.same)
    copies = {i: group for group in exact for i in group}
    found = np.zeros(len(rows), bool)
    near = [members for members, _ in kind.near_groups(rows, None)]
    for group in [*exact, *({j for i in g for j in copies.get(i, [i])} for g in near)]:
        members = np.fromiter(group, np.int64)
        if (members >= n).any():
            found[members] = True
    return found[:n]
