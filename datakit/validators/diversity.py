"""Diversity: how much of its space the corpus covers, without repeating itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.metrics.hill import hill2, nearest_cells
from datakit.metrics.intervals import Z95, half_sampling_sd, wilson
from datakit.validators.score import Component, Score

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["diversity"]

_MIN_SAMPLES = 50
_COPIES = ("exact_duplicate", "near_duplicate")


def diversity(profile: Profile, reference: Profile | None = None) -> Score:
    """Geometric mean of uniqueness U and spread S.

    U is duplicate groups per sample over the whole corpus. S is the unbiased order-2 effective
    number of occupied cells, over one representative per duplicate group, relative to that of
    the reference or of the collection behind the encoder's codebook, at most 1. Where there is
    no codebook, or too few embeddings, U alone is the score and the method says so.

    The interval takes U as a rate (Wilson) and S by half-sampling, and joins them on the
    logarithmic scale.

    Parameters
    ----------
    profile
        The profile.
    reference
        A profile with the same encoder; its own effective number is the yardstick then.
    """
    rows = profile.rows
    readable = rows.loc[rows["status"] == "ok", "sample_id"].tolist()
    n = len(readable)
    if n == 0:
        return Score("diversity", None, reason="no sample can be read")
    leader = _representatives(profile.issues)
    groups = {leader.get(sample_id, sample_id) for sample_id in readable}
    u = len(groups) / n
    u_low, u_high = wilson(len(groups), n)
    parts = [Component("uniqueness", u, n, "duplicate groups per sample")]
    evidence = _evidence(profile)
    advice = "Keep one sample of every duplicate group." if u < 0.98 else ""
    spread = _spread(profile, reference, groups)
    if spread is None:
        method = "uniqueness only (no codebook, no reference, or fewer than 50 embeddings)"
        return Score("diversity", u, u_low, u_high, n, method, tuple(parts), evidence, advice)
    s, s_sd, n_embedded, yardstick = spread
    parts.append(Component("spread", s, n_embedded, "effective number of cells, " + yardstick))
    value = math.sqrt(u * s)
    sd_u = (u_high - u_low) / (2 * Z95)
    relative = 0.5 * math.hypot(sd_u / max(u, 1e-9), s_sd / max(s, 1e-9))
    if s < u:
        advice = "Collect samples of the kinds that are missing: few regions hold most of them."
    return Score(
        dimension="diversity",
        value=value,
        low=max(0.0, value * math.exp(-Z95 * relative)),
        high=min(1.0, value * math.exp(Z95 * relative)),
        n=n,
        method=f"sqrt(uniqueness * spread), spread {yardstick}",
        components=tuple(parts),
        evidence=evidence,
        advice=advice,
    )


def _representatives(issues: pd.DataFrame) -> dict[str, str]:
    """Sample -> smallest id of its duplicate group, exact and near ones joined."""
    parent: dict[str, str] = {}

    def root(i: str) -> str:
        while parent.setdefault(i, i) != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    copies = issues[issues["issue"].isin(_COPIES)]
    for sample_id, group in zip(copies["sample_id"], copies["group"], strict=True):
        a, b = root(sample_id), root(group)
        parent[max(a, b)] = min(a, b)
    return {i: root(i) for i in list(parent)}


def _spread(
    profile: Profile, reference: Profile | None, groups: set[str]
) -> tuple[float, float, int, str] | None:
    """S, its standard error, the number of embeddings, and what it is relative to."""
    embeddings = profile.embeddings
    if embeddings is None or profile.codebook is None:
        return None
    centroids, norm = profile.codebook
    yardstick = "relative to the encoder's own collection"
    if (
        reference is not None
        and reference.embeddings is not None
        and reference.encoder == profile.encoder
    ):
        cells = nearest_cells(reference.embeddings.vectors, centroids)
        norm = hill2(np.bincount(cells, minlength=len(centroids)))
        yardstick = "relative to the reference"
    kept = np.isin(embeddings.sample_ids, np.array(sorted(groups), object))
    cells = nearest_cells(embeddings.vectors[kept], centroids)
    if len(cells) < _MIN_SAMPLES or not math.isfinite(norm):
        return None

    def effective(chosen: npt.NDArray[np.int64]) -> float:
        return hill2(np.bincount(cells[chosen], minlength=len(centroids)))

    value = effective(np.arange(len(cells)))
    sd = half_sampling_sd(effective, len(cells), np.random.default_rng(0))
    return min(1.0, value / norm), sd / norm, len(cells), yardstick


def _evidence(profile: Profile) -> pd.DataFrame:
    import pandas as pd

    copies = profile.issues[profile.issues["issue"].isin(_COPIES)]
    sizes = copies.groupby(["issue", "group"]).agg(path=("path", "first"), n=("path", "size"))
    worst = sizes.sort_values(["n", "path"], ascending=[False, True]).head(20).reset_index()
    return pd.DataFrame(
        {"path": worst["path"], "reason": worst["issue"], "value": worst["n"].astype(float)}
    )
