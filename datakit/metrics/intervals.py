"""Confidence intervals for rates, and for statistics of pairs and cells."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["half_sampling_sd", "wilson"]

Z95 = 1.959963984540054
"""97.5th percentile of the standard normal distribution."""


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a rate.

    Parameters
    ----------
    k, n
        Successes among trials, 0 <= k <= n.
    z
        Normal quantile; the default gives 95 %.

    Returns
    -------
    low, high
        In [0, 1]; (0, 1) when n is 0.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    if n == 0:
        return 0.0, 1.0
    rate = k / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half))


def half_sampling_sd(
    statistic: Callable[[npt.NDArray[np.int64]], float],
    n: int,
    rng: np.random.Generator,
    repeats: int = 100,
) -> float:
    """Standard error of a statistic of n samples by random halves.

    The spread of the statistic over halves drawn without replacement equals its standard error
    at n. A plain bootstrap repeats samples, and a repeated sample is a duplicate, which biases
    every statistic of pairs.

    Parameters
    ----------
    statistic
        Takes the indices of the chosen samples, shape (n // 2,).
    n
        Number of samples, at least 4.
    rng
        Source of the halves.
    repeats
        Number of halves.
    """
    values = [statistic(np.sort(rng.permutation(n)[: n // 2])) for _ in range(repeats)]
    return float(np.std(values, ddof=1))
