"""An estimate with its interval, and the geometric mean of two."""

from __future__ import annotations

import math
from typing import NamedTuple

from datakit.metrics.intervals import Z95

__all__ = ["Estimate", "from_relative_sd", "geometric_mean", "smaller"]


class Estimate(NamedTuple):
    """A positive number of at most 1, and its 95 % interval."""

    value: float
    low: float
    high: float


def from_relative_sd(value: float, relative_sd: float) -> Estimate:
    """The estimate of an unbounded positive statistic, cut at 1 after its interval was made.

    The interval is normal on the logarithmic scale: ``value exp(+- 1.96 sd / value)``.
    """
    reach = math.exp(Z95 * relative_sd)
    return Estimate(min(1.0, value), min(1.0, value / reach), min(1.0, value * reach))


def smaller(a: Estimate, b: Estimate) -> Estimate:
    """The smaller of two quantities."""
    return Estimate(*(min(pair) for pair in zip(a, b, strict=True)))


def geometric_mean(a: Estimate, b: Estimate) -> Estimate:
    """``sqrt(a b)`` of independent estimates.

    The distances from value to bound are joined on the logarithmic scale, each side by itself,
    so that an interval that ends at 1 stays one-sided.

    References
    ----------
    Zou & Donner 2008, Construction of confidence limits about effect measures (MOVER).
    """
    value = math.sqrt(a.value * b.value)
    down = 0.5 * math.hypot(math.log(a.value / a.low), math.log(b.value / b.low))
    up = 0.5 * math.hypot(math.log(a.high / a.value), math.log(b.high / b.value))
    return Estimate(value, value * math.exp(-down), min(1.0, value * math.exp(up)))
