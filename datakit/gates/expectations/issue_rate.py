"""Expect the rate of an issue to be at most a bound."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import (
    ColumnMapMetricProvider,
    column_condition_partial,
)

__all__ = ["ExpectIssueRateToBeAtMost"]

_METRIC = "column_values.datakit_not_flagged"


class _NotFlagged(ColumnMapMetricProvider):
    condition_metric_name = _METRIC

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, _metrics: Any) -> pd.Series:  # noqa: N805 (as GX calls it)
        return ~column.astype(bool)


class ExpectIssueRateToBeAtMost(ColumnMapExpectation):
    """Expect the share of samples with an issue to be at most `max_rate`.

    Unlike ``mostly``, the bound is the rate itself, and a column without any value fails: an
    issue that was not looked for is not one that is not there.

    Parameters
    ----------
    column
        A column of flags, such as ``is_blurry``.
    max_rate
        Largest share of flagged values among those that are not null, in [0, 1].

    Examples
    --------
    ``ExpectIssueRateToBeAtMost(column="is_blurry", max_rate=0.02)``
    """

    max_rate: float | dict[str, str] = pydantic.Field(..., description="Largest share.")

    map_metric: ClassVar[str] = _METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "max_rate")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "max_rate")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        found: dict[str, Any] = super()._validate(metrics, runtime_configuration, execution_engine)
        n = metrics["table.row_count"] - metrics["column_values.nonnull.unexpected_count"]
        flagged = metrics[f"{_METRIC}.unexpected_count"]
        most = float(self._get_success_kwargs()["max_rate"])
        return found | {"success": bool(n > 0 and flagged <= most * n + 1e-9)}
