"""How much of the way from the spoiled to the clean corpus curation goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from datakit.benchmarks.effect import Arm

__all__ = ["closed"]

_DRAWS = 10_000


def closed(arms: Mapping[str, Arm], control: str = "raw") -> dict[str, float] | None:
    """``(control - curated) / (control - clean)`` of the means, with a bootstrap 95 % interval.

    Seeds of which a run failed are left out. Seeds are drawn with replacement, the same of every
    arm, so that pairs stay together. It tells how far training noise moves the share, not other
    corpora. None where clean is not better than the control beyond the interval of its paired
    difference: then there is no gap to close.
    """
    every = np.array([arms[name].values for name in (control, "curated", "clean")])
    every = every[:, np.isfinite(every).all(axis=0)]
    values = dict(zip((control, "curated", "clean"), every, strict=True))
    gap = values[control] - values["clean"]
    k = len(gap)
    if k < 3 or gap.mean() < 2 * gap.std(ddof=1) / np.sqrt(k):
        return None
    rows = np.random.default_rng(0).integers(0, k, (_DRAWS, k))
    means = {name: one[rows].mean(axis=1) for name, one in values.items()}
    shares = (means[control] - means["curated"]) / (means[control] - means["clean"])
    low, high = np.percentile(shares, [2.5, 97.5])
    value = float((values[control] - values["curated"]).mean() / gap.mean())
    return {"value": value, "low": float(low), "high": float(high)}
