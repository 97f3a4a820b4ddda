"""From a difference to words: helps, no effect found, hurts, or too few runs."""

from __future__ import annotations

import math
from typing import Literal

from datakit.benchmarks.effect_difference import Difference, half_width

__all__ = ["HELPS", "HURTS", "MIN_SEEDS", "NO_EFFECT", "TOO_FEW", "runs_needed", "verdict_of"]

HELPS, HURTS, NO_EFFECT, TOO_FEW = "helps", "hurts", "no effect found", "too few runs"

MIN_SEEDS = 3
"""Fewest pairs that are judged.

With two the spread is one number and t is 12.7: the interval is very wide, or narrow by accident,
and how training noise is shaped, which few runs cannot show, decides the rate of false verdicts.
"""

_MOST_RUNS = 1000


def verdict_of(difference: Difference, better: Literal["lower", "higher"], smallest: float) -> str:
    """The verdict on one difference, curated minus its control.

    An interval that excludes 0 is an effect, whatever its size. One that holds 0 means "no effect
    found" where it could have shown the smallest effect of interest, and "too few runs" where its
    half width is more than that.

    Parameters
    ----------
    difference
        With its interval.
    better
        Which values of the metric are better.
    smallest
        Smallest effect of interest, in units of the metric, above 0.
    """
    if difference.n_seeds < MIN_SEEDS:
        return TOO_FEW
    if difference.low > 0 or difference.high < 0:
        return HELPS if (difference.high < 0) == (better == "lower") else HURTS
    half = (difference.high - difference.low) / 2
    return NO_EFFECT if half <= smallest else TOO_FEW


def runs_needed(difference: Difference, smallest: float) -> int | None:
    """Seeds per arm from which the half width is at most the smallest effect of interest.

    The spread and the luck of the draw are taken as those found so far, which from few seeds is a
    rough guide: with 4, the number is easily half or twice as large.

    Parameters
    ----------
    difference
        Of the runs so far.
    smallest
        As in `verdict_of`.

    Returns
    -------
    int or None
        At least `MIN_SEEDS`. None where no number of seeds up to 1,000 will do: the luck of which
        samples the sets hold is larger than that, and only more data helps.
    """
    if difference.n_seeds < 2:
        return MIN_SEEDS
    if not math.isfinite(smallest):
        return MIN_SEEDS

    def enough(k: int) -> bool:
        width = half_width(difference.sd**2, difference.luck, k, difference.level)
        return float(width) <= smallest

    if not enough(_MOST_RUNS):
        return None
    below, above = MIN_SEEDS - 1, _MOST_RUNS  # the width falls with k
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if enough(middle) else (middle, above)
    return above
