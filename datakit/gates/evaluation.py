"""Which samples are near duplicates of an evaluation set, from two profiles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.profiles.overlap import near_rows

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["in_baseline", "near_evaluation"]

Flags = npt.NDArray[np.bool_]


def near_evaluation(profile: Profile, evaluation: Profile) -> Flags:
    """Samples that are the same as, or nearly, one of the evaluation set, shape (n,).

    See `datakit.profiles.overlap`.

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
    if profile.modality != evaluation.modality:
        raise InputError(
            f"the evaluation set {evaluation.location} holds {evaluation.modality}s, "
            f"{profile.location} {profile.modality}s: give one of the same kind"
        )
    return near_rows(profile, evaluation)


def in_baseline(profile: Profile, baseline: Profile) -> Flags:
    """Samples whose content (the bytes' hash) the baseline has, shape (n,)."""
    import pyarrow.compute as pc

    ours, theirs = (
        p.table.to_table(columns=["content_hash"]).column("content_hash").combine_chunks()
        for p in (profile, baseline)
    )
    known = pc.and_(pc.is_in(ours, value_set=theirs), pc.is_valid(ours))
    return np.asarray(known.to_numpy(zero_copy_only=False), bool)
