"""Scores that are the share of samples without any of some defects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.metrics.intervals import wilson
from datakit.validators.score import Component, Score

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["flagged", "share_score"]

Mask = npt.NDArray[np.bool_]

EVIDENCE = 20


def flagged(profile: Profile, issue: str) -> Mask:
    """Which rows have an issue, shape (n,)."""
    mask = np.zeros(profile.n_samples, bool)
    mask[profile.rows_with.get(issue, [])] = True
    return mask


def share_score(
    profile: Profile,
    dimension: str,
    defects: Mapping[str, Mask],
    method: str,
    advice: Mapping[str, str],
    extra: tuple[Component, ...] = (),
) -> Score:
    """The share of samples that none of the defects touches, with its Wilson interval.

    Parameters
    ----------
    profile
        The profile.
    dimension, method
        Of the score.
    defects
        Name -> which rows have it; every one becomes a component.
    advice
        Defect -> what to do; the commonest defect's advice is given.
    extra
        Further components, for reading only.
    """
    n = profile.n_samples
    if n == 0:
        return Score(dimension, None, reason="the corpus has no samples")
    bad = np.zeros(n, bool)
    for mask in defects.values():
        bad |= mask
    good = n - int(bad.sum())
    low, high = wilson(good, n)
    components = tuple(
        Component(name, 1 - float(mask.mean()), n, f"share of samples without {name}")
        for name, mask in defects.items()
    )
    worst = max(defects, key=lambda name: int(defects[name].sum()))
    return Score(
        dimension=dimension,
        value=good / n,
        low=low,
        high=high,
        n=n,
        method=method,
        components=components + extra,
        evidence=_evidence(profile, defects),
        advice=advice.get(worst, "") if defects[worst].any() else "",
    )


def _evidence(profile: Profile, defects: Mapping[str, Mask]) -> pd.DataFrame:
    import pandas as pd

    paths = profile.rows["path"].to_numpy()
    found = []
    for name in sorted(defects, key=lambda name: -int(defects[name].sum())):
        for i in np.flatnonzero(defects[name])[:EVIDENCE]:
            found.append((paths[i], name, 1.0))
    return pd.DataFrame(found[:EVIDENCE], columns=["path", "reason", "value"])
