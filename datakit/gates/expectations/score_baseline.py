"""Expect a score not to be worse than a baseline's by more than both are uncertain."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.expectations.expectation import BatchExpectation

from datakit.gates.expectations.score_metric import SCORE, score_result

__all__ = ["ExpectScoreNotToFallBelowBaseline"]


class ExpectScoreNotToFallBelowBaseline(BatchExpectation):
    """Expect a score not to fall below a baseline's by more than its interval.

    It fails when the 95 % interval of ``score - baseline`` lies below ``-tolerance``. The upper
    end of that interval is ``score - baseline + sqrt((high - score)^2 + (baseline - low_b)^2)``
    (MOVER), with the upper end of the score's interval and the lower end of the baseline's.

    Parameters
    ----------
    score
        A column of the one-row corpus table that has ``<score>_high`` beside it.
    baseline, baseline_low
        The baseline's value and the lower end of its interval, each in [0, 1]; in suites the
        parameters ``{"$PARAMETER": "baseline_diversity"}`` and ``"baseline_diversity_low"``.
    tolerance
        How much worse it may get beyond that, in [0, 1].

    References
    ----------
    Zou & Donner 2008, Construction of confidence limits about effect measures: a general approach.

    Examples
    --------
    ``ExpectScoreNotToFallBelowBaseline(score="diversity", baseline=0.8, baseline_low=0.78)``
    """

    score: str = pydantic.Field(..., description="Column of the score.")
    baseline: float | dict[str, str] = pydantic.Field(..., description="Value of the baseline.")
    baseline_low: float | dict[str, str] = pydantic.Field(..., description="Its lower end.")
    tolerance: float | dict[str, str] = pydantic.Field(0.0, description="Allowed loss.")

    metric_dependencies: ClassVar[tuple[str, ...]] = (SCORE,)
    success_keys: ClassVar[tuple[str, ...]] = ("score", "baseline", "baseline_low", "tolerance")
    args_keys: ClassVar[tuple[str, ...]] = ("score", "baseline", "baseline_low", "tolerance")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        score, given = metrics[SCORE], self._get_success_kwargs()
        baseline, low = float(given["baseline"]), float(given["baseline_low"])
        if math.isnan(score.get("high", math.nan)):
            raise ValueError(f"the score {given['score']} has no interval: no column _high")
        slack = math.hypot(score["high"] - score["value"], baseline - low)
        bound = baseline - slack - float(given["tolerance"])
        found = score_result(score, score["value"] >= bound - 1e-12, max(bound, 0.0))
        found["result"]["details"]["baseline"] = baseline
        return found
