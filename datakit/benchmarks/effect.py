"""The effect of curation on a model: arms over seeds in, the verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.effect_arm import BITS_PER_BYTE, FRECHET, Arm, PrimaryMetric
from datakit.benchmarks.effect_difference import (
    ALPHA,
    Difference,
    luck_of_halves,
    luck_of_random,
    paired_difference,
)
from datakit.benchmarks.effect_words import failure_lines, told
from datakit.benchmarks.verdict import (
    HELPS,
    HURTS,
    MIN_SEEDS,
    TOO_FEW,
    runs_needed,
    verdict_of,
)
from datakit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BITS_PER_BYTE", "FRECHET", "Arm", "Effect", "PrimaryMetric", "judge"]

Values = npt.NDArray[np.float64]

MOST_FAILED = 0.25
"""Share of an arm's runs that may fail before the verdict minds."""


@dataclass(frozen=True)
class Effect:
    """What curation did to the model.

    Parameters
    ----------
    metric
        The primary metric.
    arms
        By name.
    versus_raw
        Curated minus raw; None where the arm is missing or no seed gave both values.
    versus_random
        Curated minus random subsets of raw of the same size; None likewise.
    verdict
        "helps", "no effect found", "hurts" or "too few runs": on `versus_random`, or on
        `versus_raw` where every seed trained on halves.
    n_needed
        For "too few runs": seeds per arm that find an effect of the smallest size of interest in
        four of five cases, see `runs_needed`. No more than were done where the difference lies
        between none and that size; None where no number would do or the runs themselves failed.
    reasons
        What to read before the verdict: runs that failed, a verdict withheld. One line each.
    halves
        Whether every seed trained on a random half of each arm.
    folder
        Where runs, samples and weights are saved; "" where nothing is.
    """

    metric: PrimaryMetric
    arms: Mapping[str, Arm]
    versus_raw: Difference | None
    versus_random: Difference | None
    verdict: str
    n_needed: int | None = None
    reasons: tuple[str, ...] = field(default=())
    halves: bool = False
    folder: str = ""

    @property
    def deciding(self) -> Difference | None:
        """The difference that the verdict stands on."""
        return self.versus_raw if self.halves else self.versus_random

    @property
    def decided(self) -> bool:
        """Whether an effect was found, so that a run in looks may stop."""
        return self.verdict in (HELPS, HURTS)

    def sentence(self) -> str:
        """The verdict with its figures, such as they are said."""
        return " ".join([*self.reasons, told(self)])

    def to_json(self) -> dict[str, Any]:
        """Metric, arms, effect (curated minus raw), versus_random and verdict, as plain values."""
        return {
            "metric": self.metric.name,
            "arms": {name: arm.to_json() for name, arm in self.arms.items()},
            "effect": self.versus_raw.to_json() if self.versus_raw else None,
            "versus_random": self.versus_random.to_json() if self.versus_random else None,
            "verdict": self.verdict,
            "n_needed": self.n_needed,
            "reasons": list(self.reasons),
        }

    def table(self) -> pd.DataFrame:
        """One row per arm: ``arm``, ``n_samples``, ``n_runs``, ``n_failed``, ``mean``, ``sd``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "arm": name,
                "n_samples": arm.n_samples,
                "n_runs": len(arm.values),
                "n_failed": arm.n_failed,
                "mean": arm.mean,
                "sd": arm.sd,
            }
            for name, arm in self.arms.items()
        )


def judge(
    arms: Mapping[str, Arm],
    metric: PrimaryMetric,
    level: float = ALPHA,
    halves: bool = False,
) -> Effect:
    """The effect of curation from the values of the arms.

    The verdict stands on curated against `random`, whose subset is drawn anew for every seed, with
    the interval ``mean +- t(k - 1) sqrt(s_d^2 / k + luck)`` (see `effect_difference`). With
    `halves` it stands on curated against raw, and every seed of both has trained on a random half.

    A seed without both values is left out of the pair. Where more than a quarter of an arm's runs
    failed that is the first reason, and the verdict is kept only if the better arm failed less: the
    runs that are left of an arm that failed more are its lucky ones.

    Parameters
    ----------
    arms
        "curated", and "random" (or "raw" with `halves`); "raw" is shown beside it, and any other
        (such as "clean") is carried along. All over the same seeds.
    metric
        The primary metric.
    level
        Of this look, see `look_levels`.
    halves
        Whether every seed trained on halves.

    Raises
    ------
    InputError
        For a missing arm or arms over different numbers of seeds.
    """
    control = "raw" if halves else "random"
    for name in ("curated", control):
        if name not in arms:
            raise InputError(f"the arms are {', '.join(arms) or 'none'}; '{name}' is needed too")
    lengths = {name: len(arm.values) for name, arm in arms.items()}
    if len(set(lengths.values())) != 1:
        raise InputError(f"runs per arm are {lengths}; give every arm the same seeds")
    luck = _luck(arms, halves)
    versus_random = None if halves else _versus(arms, "random", luck, level)
    versus_raw = _versus(arms, "raw", luck, level) if "raw" in arms else None
    deciding = versus_raw if halves else versus_random
    verdict = TOO_FEW
    needed: int | None = MIN_SEEDS
    if deciding is not None:
        smallest = metric.smallest * abs(float(_pairs(arms, control)[1].mean()))
        verdict = verdict_of(deciding, metric.better, smallest)
        needed = runs_needed(deciding, smallest) if verdict == TOO_FEW else None
    reasons = failure_lines(arms)
    if _unreliable(verdict, arms["curated"], arms[control]):
        if verdict != TOO_FEW:
            reasons = (*reasons, f"The runs that are left say '{verdict}', which is withheld.")
        verdict, needed = TOO_FEW, None
    return Effect(metric, arms, versus_raw, versus_random, verdict, needed, reasons, halves)


def _unreliable(verdict: str, curated: Arm, control: Arm) -> bool:
    """Whether too many runs failed for this verdict: all but a winner that failed less."""
    n_most = MOST_FAILED * len(curated.values)
    if max(curated.n_failed, control.n_failed) <= n_most:
        return False
    if verdict == HELPS:
        return curated.n_failed >= control.n_failed
    if verdict == HURTS:
        return control.n_failed >= curated.n_failed
    return True


def _luck(arms: Mapping[str, Arm], halves: bool) -> float:
    """Variance that more seeds do not lower; NaN where too few pairs show it."""
    curated, control = _pairs(arms, "raw" if halves else "random")
    if len(curated) < 2:
        return float("nan")
    if halves:
        return float(luck_of_halves(curated, control))
    raw = arms["raw"].finite if "raw" in arms else curated
    return float(luck_of_random(curated, control, raw if len(raw) > 1 else curated))


def _versus(arms: Mapping[str, Arm], control: str, luck: float, level: float) -> Difference | None:
    """Curated minus a control, over the seeds that gave both."""
    curated, other = _pairs(arms, control)
    if not len(curated):
        return None
    if len(curated) > 1 and np.isnan(luck):  # no random arm to see it in: its upper bound
        luck = float(luck_of_halves(curated, other))
    return paired_difference(curated, other, luck, level)


def _pairs(arms: Mapping[str, Arm], control: str) -> tuple[Values, Values]:
    """Values of the seeds that gave both, shape (k,) each."""
    both = np.array([arms["curated"].values, arms[control].values], np.float64)
    curated, other = both[:, np.isfinite(both).all(axis=0)]
    return curated, other
