"""A score with its interval, read from the one-row table of a corpus."""

from __future__ import annotations

import math
from typing import Any

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

__all__ = ["SCORE", "score_result"]

SCORE = "table.datakit_score"
"""Name of the metric; its value is a dict with value, low, high (NaN where there is none)."""


class _Score(TableMetricProvider):
    metric_name = SCORE
    value_keys = ("score",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805 (as GX calls it)
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> dict[str, float]:
        frame, _, _ = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        if len(frame) != 1:
            raise ValueError(f"the table has {len(frame)} rows: give the one row of a corpus")
        name = metric_value_kwargs["score"]
        if name not in frame:
            raise ValueError(f"the table has no column {name}")
        row = frame.iloc[0]
        ends = {"value": name, "low": f"{name}_low", "high": f"{name}_high"}
        found = {end: float(row[column]) for end, column in ends.items() if column in frame}
        if not math.isfinite(found["value"]):
            raise ValueError(f"the score {name} has no value")
        return found


def score_result(score: dict[str, float], success: bool, bound: float) -> dict[str, Any]:
    """What an expectation about a score gives back.

    Parameters
    ----------
    score
        Value of the metric.
    success
        Whether it is good enough.
    bound
        The least value that would be.
    """
    ends = {end: score[end] for end in ("low", "high") if math.isfinite(score.get(end, math.nan))}
    return {
        "success": success,
        "result": {"observed_value": score["value"], "details": ends | {"bound": bound}},
    }
