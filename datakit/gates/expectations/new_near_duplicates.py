"""Expect no near duplicate of an evaluation set that was not known before."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnPairMapMetricProvider,
    column_pair_condition_partial,
)

__all__ = ["ExpectNoNewNearDuplicates"]

_METRIC = "column_pair_values.datakit_flagged_only_if_known"


class _FlaggedOnlyIfKnown(ColumnPairMapMetricProvider):
    condition_metric_name = _METRIC
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_A",
        "column_B",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ()

    @column_pair_condition_partial(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805 (as GX calls it)
        column_A: pd.Series,
        column_B: pd.Series,
        _metrics: Any,
    ) -> pd.Series:
        return ~column_A.astype(bool) | column_B.astype(bool)


class ExpectNoNewNearDuplicates(ColumnPairMapExpectation):
    """Expect every near duplicate of an evaluation set to have been known before.

    What a model is evaluated on must not be in its training data. Where a corpus has such
    samples already and cannot be changed at once, the baseline holds them, and no new ones come.

    Parameters
    ----------
    column_A
        Flags of near duplicates of the evaluation set: ``is_near_evaluation``.
    column_B
        Flags of what was known before: ``in_baseline``. Rows in which either is null are not
        judged; where that is all of them it fails.

    Examples
    --------
    ``ExpectNoNewNearDuplicates(column_A="is_near_evaluation", column_B="in_baseline")``
    """

    ignore_row_if: str = "either_value_is_missing"

    map_metric: ClassVar[str] = _METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("ignore_row_if", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        found: dict[str, Any] = super()._validate(metrics, runtime_configuration, execution_engine)
        judged = metrics[f"{_METRIC}.filtered_row_count"]
        return found | {"success": bool(judged and found["success"])}
