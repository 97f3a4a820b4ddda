"""How much of the way from the spoiled to the clean corpus curation goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from datakit.benchmarks.effect import Arm

__all__ = ["closed"]

_LEAST = 3
"""Fewest seeds: with two, whether there is a gap at all hangs on one difference."""


def closed(arms: Mapping[str, Arm], control: str = "raw") -> dict[str, float] | None:
    """``(control - curated) / (control - clean)`` of the means, with Fieller's 95 % interval.

    The interval holds every share r with ``(a - r b)^2 <= t^2 var(a - r b) / k``, for the means a
    and b of what curated and clean gain over the control in k seeds, t the 97.5 % quantile of
    Student's distribution with k - 1 degrees of freedom. It is bounded only where ``b^2 > t^2
    var(b) / k``: where the paired t interval of clean against the control excludes 0. It tells how
    far training noise moves the share, not other corpora.

    Parameters
    ----------
    arms
        The control, "curated" and "clean" over the same seeds; lower values are better. Seeds of
        which a run of these failed are left out.
    control
        "raw" or "random".

    Returns
    -------
    dict or None
        ``value``, ``low``, ``high``, and ``n_seeds`` that gave all three values. None where clean
        is not surely better than the control, or fewer than 3 seeds are left: then there is no gap
        to close.

    References
    ----------
    Fieller 1954, Some problems in interval estimation.
    """
    from scipy.stats import t as student

    base, curated, clean = (np.array(arms[name].values) for name in (control, "curated", "clean"))
    gains = np.array([base - curated, base - clean])
    gains = gains[:, np.isfinite(gains).all(axis=0)]
    k = gains.shape[1]
    if k < _LEAST:
        return None
    a, b = (float(mean) for mean in gains.mean(axis=1))
    (var_a, cov), (_, var_b) = np.cov(gains) * student.isf(0.025, k - 1) ** 2 / k
    aa, ab, bb = a * a - var_a, a * b - cov, b * b - var_b  # bb r^2 - 2 ab r + aa <= 0
    if b <= 0 or bb <= 0:
        return None
    root = np.sqrt(max(0.0, ab * ab - aa * bb))
    low, high = float((ab - root) / bb), float((ab + root) / bb)
    return {"value": a / b, "low": low, "high": high, "n_seeds": k}
