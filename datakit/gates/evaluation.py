"""Which samples are near duplicates of an evaluation set, from two profiles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.profiles.groups import exact_groups
from datakit.profiles.issues import issue_kind

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["in_baseline", "near_evaluation"]

Flags = npt.NDArray[np.bool_]


def near_evaluation(profile: Profile, evaluation: Profile) -> Flags:
    """Samples that are the same as, or nearly, one of the evaluation set, shape (n,).

    Found as duplicates within one corpus are: by content, and by the verified fingerprints of
    the rows of both profiles together (embeddings are not used).

    Parameters
    ----------
    profile
        What is judged, n samples.
    evaluation
        Profile of the evaluation set.

    Raises
    ------
    InputError
        The two are of different modalities.
    """
    import pandas as pd

    if profile.modality != evaluation.modality:
        raise InputError(
            f"the evaluation set {evaluation.location} holds {evaluation.modality}s, "
            f"{profile.location} {profile.modality}s: give one of the same kind"
        )
    n = profile.n_samples
    sides: list[pd.DataFrame] = [p.table.to_table().to_pandas() for p in (profile, evaluation)]
    rows = pd.concat(sides, ignore_index=True)
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


def in_baseline(profile: Profile, baseline: Profile) -> Flags:
    """Samples whose content (the bytes' hash) the baseline has, shape (n,)."""
    import pyarrow.compute as pc

    ours, theirs = (
        p.table.to_table(columns=["content_hash"]).column("content_hash").combine_chunks()
        for p in (profile, baseline)
    )
    known = pc.and_(pc.is_in(ours, value_set=theirs), pc.is_valid(ours))
    return np.asarray(known.to_numpy(zero_copy_only=False), bool)
