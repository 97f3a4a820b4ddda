"""How much of the variance of one seed's difference is the luck of which samples two sets hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["luck_share"]


def luck_share(differences: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Variance of what stays the same in all seeds of a pair, over that between its seeds.

    The one-way random effects model, pairs as groups, seeds within: F = k var(means) / mean(var),
    and F / (1 + k share) has the F distribution with p - 1 and p (k - 1) degrees of freedom.

    Parameters
    ----------
    differences
        Of p pairs of sets that do not differ, each the differences of its k seeds.

    Returns
    -------
    share, low, high
        The share with its exact 95 % interval where both variances are normal, none below 0.

    References
    ----------
    Searle, Casella & McCulloch 1992, Variance components, chapter 3.
    """
    from scipy.stats import f as snedecor

    table = np.array(differences, float)
    p, k = table.shape
    ratio = k * table.mean(axis=1).var(ddof=1) / table.var(axis=1, ddof=1).mean()
    freedom = (p - 1, p * (k - 1))
    ends = (ratio, ratio / snedecor.isf(0.025, *freedom), ratio / snedecor.ppf(0.025, *freedom))
    share, low, high = (max(0.0, float(end - 1) / k) for end in ends)
    return share, low, high
