"""Whether the better images are better because they are training images.

Of a model that draws clouds, a picture that it learnt by heart is the best. Copies in a training
set are learnt by heart, so that a Frechet distance may reward them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["copying_line"]

_MOST = 0.55
"""Share of images nearer to the training set than held-out ones, .5 for fresh ones, beyond which a
model copies. A flow on clean digits or photographs has .39 to .44: what it draws lies farther out.
"""

_MORE = 0.1
"""How much larger than that of the other arm it must be."""


def copying_line(
    runs: Mapping[str, Sequence[Mapping[str, Any]]], better: str, worse: str
) -> str | None:
    """What to say where the arm with the better metric repeats more of its training images.

    Parameters
    ----------
    runs
        Arm -> what its runs found, with ``fidelity`` of images.
    better, worse
        The two arms that the verdict compares.

    Returns
    -------
    str or None
        None where the better one does not copy more.
    """
    rates = {}
    for arm in (better, worse):
        found = [run.get("fidelity", {}).get("nearer_train_rate") for run in runs.get(arm, ())]
        known = [rate for rate in found if rate is not None]
        if not known:
            return None
        rates[arm] = sum(known) / len(known)
    if rates[better] < _MOST or rates[better] - rates[worse] < _MORE:
        return None
    return (
        f"{better} copies: {100 * rates[better]:.0f} % of its images are nearer to training images "
        f"than held-out ones are ({worse}: {100 * rates[worse]:.0f} %, fresh ones about 50 %), and "
        "pictures learnt by heart lower the distance: part of the difference is that."
    )
