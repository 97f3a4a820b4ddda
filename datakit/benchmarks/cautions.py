"""What to know of a benchmark before its verdict, one line each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["FROM_RAW", "caution_lines"]

FROM_RAW = 0.8
"""Share of curated that must come from raw for raw's random subsets to show the luck of it."""

_FEW_IMAGES = 1_000
"""Below so many held-out images a Frechet distance is visibly larger for their number alone."""


def caution_lines(facts: Mapping[str, Any]) -> list[str]:
    """Lines on what was read, compared and held out, where something about it is unusual.

    Parameters
    ----------
    facts
        What ``bench.json`` holds.
    """
    lines = []
    share = facts.get("share_read", 1.0)
    if share < 1:
        lines.append(f"Read: {100 * share:.3g} % of each corpus, by content hash.")
    from_raw = facts.get("from_raw", 1.0)
    if from_raw < FROM_RAW:
        lines.append(
            f"Only {_words(from_raw)} of curated comes from raw: two collections are "
            "compared, each seed on as many samples of each, a random half of the smaller."
        )
        if facts.get("holdout") is None:
            lines.append(
                "The hold-out was split off raw: where the two are of different kinds it favours "
                "raw; give --holdout, a corpus that both are to be judged by."
            )
    n_unsound = facts.get("n_unsound", 0)
    if n_unsound:
        passed = f"{n_unsound:,} {'sample' if n_unsound == 1 else 'samples'}"
        lines.append(
            f"The hold-out was split off raw without the {passed} "
            f"({100 * n_unsound / facts['n_split_from']:.1f} %) that the proposed recipe would act "
            "on: it cannot show what their loss costs; give --holdout to see that."
        )
    n_held = facts["n_holdout"]
    if facts["model"] != "lm" and n_held < _FEW_IMAGES:
        lines.append(
            f"The hold-out has {n_held:,} images: of fewer than {_FEW_IMAGES:,}, Frechet distances "
            "are too large by an amount that all arms share; effects look smaller than they are."
        )
    return lines


def _words(share: float) -> str:
    """Such as "3 %", never rounded up to the share that would do."""
    return f"{math.floor(1000 * share) / 10:g} %"
