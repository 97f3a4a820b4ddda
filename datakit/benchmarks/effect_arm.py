"""The runs of one arm, and the metric that they are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["BITS_PER_BYTE", "FRECHET", "Arm", "PrimaryMetric"]

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PrimaryMetric:
    """What the verdict stands on, named before the run.

    Parameters
    ----------
    name
        Such as "frechet_distance in efficientnet_lite0".
    better
        Which values are better.
    smallest
        Smallest effect of interest, as a share of the control's mean.
    """

    name: str
    better: Literal["lower", "higher"] = "lower"
    smallest: float = 0.2


FRECHET = PrimaryMetric("frechet_distance")
"""A fifth: what a fifth of noised or foreign images cost a flow was 18 to 61 %, of blank ones 6 to
8 % (docs/benchmark/studies.md)."""

BITS_PER_BYTE = PrimaryMetric("bits_per_byte", smallest=0.02)
"""A fiftieth: what damaged, foreign or random documents cost a small model was 1 to 4 %."""


@dataclass(frozen=True)
class Arm:
    """The runs of one training set.

    Parameters
    ----------
    values
        The primary metric, one per seed, in the order of the seeds; NaN for a run that failed
        (diverged, collapsed to values that are not finite).
    n_samples
        Training samples of a run.
    """

    values: tuple[float, ...]
    n_samples: int

    @property
    def finite(self) -> Values:
        """The values of the runs that gave one."""
        array = np.asarray(self.values, np.float64)
        return array[np.isfinite(array)]

    @property
    def n_failed(self) -> int:
        """Runs without a value."""
        return int((~np.isfinite(self.values)).sum())

    @property
    def mean(self) -> float:
        """Over the runs that gave a value; NaN for none."""
        finite = self.finite
        return float(finite.mean()) if len(finite) else float("nan")

    @property
    def sd(self) -> float:
        """Over the runs that gave a value, with n - 1; NaN for fewer than 2."""
        finite = self.finite
        return float(finite.std(ddof=1)) if len(finite) > 1 else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Plain values, None for failed runs and what is not defined."""
        values = [float(v) if np.isfinite(v) else None for v in self.values]
        return {
            "n_samples": self.n_samples,
            "values": values,
            "mean": _plain(self.mean),
            "sd": _plain(self.sd),
            "n_failed": self.n_failed,
        }


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
