"""Looking at the runs before all seeds are done, without more false verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from datakit.benchmarks.effect_difference import ALPHA
from datakit.errors import InputError

__all__ = ["look_levels"]


def look_levels(looks: Sequence[int], alpha: float = ALPHA) -> dict[int, float]:
    """The level at which each look at the data is judged.

    The runs may stop at a look whose interval, of 1 - its level, excludes 0, and at the last one.
    By look k of K seeds ``alpha (k / K)^2`` is spent, the looks before included: .0056, .0167 and
    .0278 for 4, 8 and 12 seeds. The levels add up to alpha, so that by Bonferroni's inequality the
    rate of false verdicts keeps below that of one look at alpha, however the looks depend on each
    other: no worse than the union of looks that each hold their level.

    Parameters
    ----------
    looks
        Numbers of seeds, rising, such as (4, 8, 12); one number is a single look at alpha.
    alpha
        Of all looks together.

    Raises
    ------
    InputError
        For looks that do not rise, or none.

    References
    ----------
    Kim & DeMets 1987, Design and analysis of group sequential tests based on the type I error
    spending rate function (the family of spending functions).
    """
    ordered = list(looks)
    if not ordered or ordered[0] < 1 or sorted(set(ordered)) != ordered:
        raise InputError(f"the looks are {ordered}; give rising numbers of seeds, such as 4, 8, 12")
    spent = [0.0, *(alpha * (k / ordered[-1]) ** 2 for k in ordered)]
    return {k: spent[i + 1] - spent[i] for i, k in enumerate(ordered)}
