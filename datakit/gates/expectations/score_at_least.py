"""Expect a score to be at least a bound."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.expectations.expectation import BatchExpectation

from datakit.gates.expectations.score_metric import SCORE, score_result

__all__ = ["ExpectScoreToBeAtLeast"]


class ExpectScoreToBeAtLeast(BatchExpectation):
    """Expect a score of a corpus, or a component of one, to be at least `min_value`.

    Parameters
    ----------
    score
        A column of the one-row corpus table, such as ``diversity`` or ``diversity_uniqueness``.
    min_value
        Least value, in [0, 1].

    Examples
    --------
    ``ExpectScoreToBeAtLeast(score="diversity", min_value=0.6)``
    """

    score: str = pydantic.Field(..., description="Column of the score.")
    min_value: float | dict[str, str] = pydantic.Field(..., description="Least value that passes.")

    metric_dependencies: ClassVar[tuple[str, ...]] = (SCORE,)
    success_keys: ClassVar[tuple[str, ...]] = ("score", "min_value")
    args_keys: ClassVar[tuple[str, ...]] = ("score", "min_value")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        least = float(self._get_success_kwargs()["min_value"])
        score = metrics[SCORE]
        return score_result(score, score["value"] >= least - 1e-12, least)
