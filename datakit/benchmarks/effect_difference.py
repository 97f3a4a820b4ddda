"""The paired difference of two arms over seeds: its interval, relative size and p-value.

Training noise averages out over seeds; the luck of which samples the curated set happens to hold
does not, since that set is one. A t test over seeds leaves it out and so finds a difference between
two random halves of one corpus, the more surely the more seeds. The variance of the mean difference
is therefore ``s_d^2 / k + luck``, where `luck_of_random` and `luck_of_halves` say what the second
term is; benchmarks/effect_rates.py measures the false verdicts of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Difference", "half_width", "luck_of_halves", "luck_of_random", "paired_difference"]

Values = npt.NDArray[np.float64]

ALPHA = 0.05

LEAST_LUCK = 0.25
"""Least share of the variance of the differences that is put down to the luck of the draw.

In pixel components, an untrained and a trained network, on halves of 5,000 MNIST images, the share
was 0, .11 and .18, in the default encoder, on 20 pairs, .28; it cannot be estimated well from few
seeds, so that small estimates are lifted. With it, false verdicts are at most 4.1 % at these shares
and 7.2 % at the worst (.76), by benchmarks/effect_rates.py.
"""


@dataclass(frozen=True)
class Difference:
    """One arm minus another, over paired seeds.

    Parameters
    ----------
    value, low, high
        Mean difference and its interval, in units of the metric.
    relative, relative_low, relative_high
        ``mean / mean of the other arm - 1`` and its interval (Fieller's), which excludes 0 exactly
        where the difference's does; all None where the other arm's mean is itself not told from 0.
    p
        Two-sided; below .05 exactly where the interval excludes 0. NaN below 2 seeds.
    n_seeds
        Pairs that were used: both runs gave a value.
    sd
        Standard deviation of the paired differences, NaN below 2 seeds.
    luck
        Variance that more seeds do not lower.
    level
        Of the interval: it covers with probability 1 - level.
    """

    value: float
    low: float
    high: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    p: float
    n_seeds: int
    sd: float
    luck: float
    level: float = ALPHA

    def to_json(self) -> dict[str, Any]:
        """Plain values, None for what is not defined."""
        values = {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "relative": self.relative,
            "relative_low": self.relative_low,
            "relative_high": self.relative_high,
            "p": self.p,
        }
        plain = {k: v if v is not None and np.isfinite(v) else None for k, v in values.items()}
        return plain | {"n_seeds": self.n_seeds, "level": self.level}


def luck_of_random(curated: Values, random: Values, fixed: Values) -> Values:
    """Variance of the luck of the draw, where every seed has drawn a random subset anew.

    Had curation chosen by chance, its set would differ from the random subsets as much as these do
    from one another. That variance is in the random arm's values and not in those of an arm that
    trains on one set: ``var(random) - var(fixed)``, at least `LEAST_LUCK` and at most all of the
    variance of the differences.

    Parameters
    ----------
    curated, random
        Shape (..., k), paired by seed along the last axis, k >= 2.
    fixed
        An arm of one set whose training noise is like that of `random`: raw, or else curated.

    Returns
    -------
    array
        Shape (...).
    """
    total = (curated - random).var(axis=-1, ddof=1)
    excess = random.var(axis=-1, ddof=1) - fixed.var(axis=-1, ddof=1)
    return np.asarray(np.clip(excess, LEAST_LUCK * total, total))


def luck_of_halves(curated: Values, raw: Values) -> Values:
    """Variance of the luck of the draw, where every seed trained on a random half of each arm.

    A half drawn without replacement varies about its set as the set does about its population
    (``(1 / (n/2) - 1 / n) sigma^2 = sigma^2 / n``), so the luck of the two sets is the part of the
    differences' variance that is not training noise. That part is not seen apart here; all of the
    variance is its upper bound, at which the rate of false verdicts holds for every model.

    Parameters
    ----------
    curated, raw
        Shape (..., k), paired by seed along the last axis, k >= 2.

    Returns
    -------
    array
        Shape (...).
    """
    return np.asarray((curated - raw).var(axis=-1, ddof=1))


def half_width(variance: Values | float, luck: Values | float, k: int, level: float) -> Values:
    """Half the interval: ``t(k - 1) sqrt(variance / k + luck)``.

    Parameters
    ----------
    variance
        Of the paired differences.
    luck
        See `Difference`.
    k
        Number of pairs, at least 2.
    level
        Share of intervals that may miss, in (0, 1).
    """
    from scipy.stats import t

    return np.asarray(t.isf(level / 2, k - 1) * np.sqrt(np.asarray(variance) / k + luck))


def paired_difference(
    arm: Sequence[float] | Values,
    other: Sequence[float] | Values,
    luck: float,
    level: float = ALPHA,
) -> Difference:
    """Mean of ``arm - other`` with interval, relative change and p-value.

    Parameters
    ----------
    arm, other
        Values of the same seeds, shape (k,), k >= 1, all finite.
    luck
        Variance that more seeds do not lower, at least 0; not used below 2 seeds.
    level
        Of this look at the data; the p-value is then ``p .05 / level``, as Bonferroni's.

    Returns
    -------
    Difference
        With one seed the interval is all numbers and p is NaN.

    References
    ----------
    Fieller 1954, Some problems in interval estimation (the interval of the ratio of two means).
    """
    from scipy.stats import t

    a, b = np.asarray(arm, np.float64), np.asarray(other, np.float64)
    k = len(a)
    value = float(a.mean() - b.mean())
    relative = float(a.mean() / b.mean() - 1) if b.mean() != 0 else None
    if k < 2:
        return Difference(
            value, -np.inf, np.inf, relative, None, None, np.nan, k, np.nan, np.nan, level
        )
    variance = float((a - b).var(ddof=1))
    half = float(half_width(variance, luck, k, level))
    if half > 0:
        statistic = abs(value) / np.sqrt(variance / k + luck)
        p = min(1.0, float(2 * t.sf(statistic, k - 1)) * ALPHA / level)
    else:  # every pair differs by the same
        p = float(value == 0)
    low, high = _ratio(a, b, luck, level) or (None, None)
    if low is None:
        relative = None
    return Difference(
        value, value - half, value + half, relative, low, high, p, k, variance**0.5, luck, level
    )


def _ratio(a: Values, b: Values, luck: float, level: float) -> tuple[float, float] | None:
    """Fieller's interval of ``mean(a) / mean(b) - 1``, None where it is not bounded.

    The ratios q at which ``mean(a - q b)`` is no farther from 0 than its own half width.
    """
    from scipy.stats import t

    k = len(a)
    square = float(t.isf(level / 2, k - 1)) ** 2
    (var_a, cov), (_, var_b) = np.cov(a, b)
    # bb q^2 - 2 ab q + aa <= 0
    aa = a.mean() ** 2 - square * (var_a / k + luck)
    ab = a.mean() * b.mean() - square * cov / k
    bb = b.mean() ** 2 - square * var_b / k
    if bb <= 0:
        return None
    root = np.sqrt(max(0.0, ab**2 - aa * bb))
    low, high = (ab - root) / bb - 1, (ab + root) / bb - 1
    return float(low), float(high)
