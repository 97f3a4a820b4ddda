"""Expect no significant shift from a reference."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.expectations.expectation import BatchExpectation

from datakit.gates.expectations.score_metric import SCORE, score_result

__all__ = ["ExpectShiftNotToBeSignificant"]


class ExpectShiftNotToBeSignificant(BatchExpectation):
    """Expect the shift from a reference not to be significantly larger than is tolerable.

    It fails when the whole 95 % interval of the score lies below `tolerable`. With 1 every shift
    that is surely there fails, however small; large corpora show the smallest, so suites give
    less. The score is 1 without any shift and comes from the worst of several unbiased distances,
    less what is worst by chance, so that looking at many does not make a shift.

    Parameters
    ----------
    score
        The column, ``representativeness``, with ``<score>_high`` beside it.
    tolerable
        Score of a shift that can be borne, in [0, 1].

    Examples
    --------
    ``ExpectShiftNotToBeSignificant(score="representativeness", tolerable=0.9)``
    """

    score: str = pydantic.Field("representativeness", description="Column of the score.")
    tolerable: float | dict[str, str] = pydantic.Field(1.0, description="Score to be borne.")

    metric_dependencies: ClassVar[tuple[str, ...]] = (SCORE,)
    success_keys: ClassVar[tuple[str, ...]] = ("score", "tolerable")
    args_keys: ClassVar[tuple[str, ...]] = ("score", "tolerable")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        score, given = metrics[SCORE], self._get_success_kwargs()
        if math.isnan(score.get("high", math.nan)):
            raise ValueError(f"the score {given['score']} has no interval: no column _high")
        tolerable = float(given["tolerable"])
        return score_result(score, score["high"] >= tolerable - 1e-12, tolerable)
