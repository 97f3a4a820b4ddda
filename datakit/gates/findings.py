"""What the result of one expectation means: passed, failed, or nothing judged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from datakit.gates.signatures import SIGNATURES
from datakit.gates.suite import PARAMETER, Rule

__all__ = ["Finding", "error", "finding", "needs_values"]

_ABOUT_NULLS = (
    "expect_column_values_to_be_null",
    "expect_column_values_to_not_be_null",
    "expect_column_proportion_of_non_null_values_to_be_between",
)
"""Expectations that judge rows without a value too."""

_NOTHING = "no row that it is about has a value to judge"


@dataclass(frozen=True)
class Finding:
    """One rule's result.

    Parameters
    ----------
    outcome
        "error" where nothing was judged.
    observed, bound
        What was found and what was allowed.
    n_judged, n_unexpected
        Rows that were judged, and those that broke the rule.
    positions
        Which rows broke it, by their place in the table.
    reason
        Why it is an error.
    """

    outcome: Literal["passed", "failed", "error"]
    observed: float | str | None = None
    bound: float | str | None = None
    n_judged: int = 0
    n_unexpected: int = 0
    positions: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    reason: str = ""


def error(rule: Rule, reason: str, parameters: Mapping[str, float] | None = None) -> Finding:
    """A rule that judged nothing."""
    return Finding("error", None, _bound(_given(rule, parameters or {})), reason=reason)


def needs_values(rule: Rule) -> bool:
    """Whether a rule judges nothing where its column has no value."""
    return rule.type not in _ABOUT_NULLS


def finding(rule: Rule, result: Any, parameters: Mapping[str, float], row: Any = None) -> Finding:
    """Interpret an ``ExpectationValidationResult``.

    A metric that raised is an error, as is a rule that saw no value: Great Expectations reports
    the one as a failure and the other as a pass.

    Parameters
    ----------
    rule
        The rule.
    result
        What Great Expectations gave.
    parameters
        Values of the parameters that the rule names.
    row
        The one row of the corpus table, where that was judged: its value is what was observed,
        not how many of one row broke the rule.
    """
    raised = _raised(result.exception_info or {})
    if raised:
        return error(rule, raised, parameters)
    found: dict[str, Any] = dict(result.result or {})
    kwargs, success = _given(rule, parameters), bool(result.success)
    shape = SIGNATURES[rule.type].shape
    if shape in ("map", "pair", "many"):
        rows = _of_rows(rule, kwargs, found, success)
        if row is None or rows.outcome == "error" or rule.kwargs.get("column") not in row:
            return rows
        return replace(rows, observed=_number(row[kwargs["column"]]), bound=_bound(kwargs))
    n = _n_judged(rule, found)
    if shape == "aggregate" and not n:
        return error(rule, _NOTHING, parameters)
    observed = _number(found.get("observed_value"))
    if observed is None and "_distinct_values_" in rule.type:
        counts = {
            "not allowed": "unexpected_count",
            "missing": "missing_count",
        }  # all that GX gives
        observed = ", ".join(f"{found[key]} {what}" for what, key in counts.items() if key in found)
    if not observed and observed != 0:
        return error(rule, _NOTHING, parameters)
    details = found.get("details") or {}
    bound = float(details["bound"]) if shape == "score" else _bound(kwargs)
    outcome: Literal["passed", "failed"] = "passed" if success else "failed"
    return Finding(outcome, observed, bound, n_judged=1 if rule.table == "corpus" else n)


def _of_rows(
    rule: Rule, kwargs: Mapping[str, Any], found: Mapping[str, Any], success: bool
) -> Finding:
    n = _n_judged(rule, found)
    if not n:
        return error(rule, _NOTHING)
    positions = np.asarray(found.get("unexpected_index_list") or [], np.int64)
    n_bad = int(found.get("unexpected_count") or 0)
    rate = n_bad / n
    most = kwargs.get("max_rate")
    if most is None:
        most = round(1 - float(kwargs.get("mostly") or 1), 12)
    outcome: Literal["passed", "failed"] = "passed" if success else "failed"
    return Finding(outcome, rate, float(most), n, n_bad, positions)


def _n_judged(rule: Rule, found: Mapping[str, Any]) -> int:
    """Rows that a rule judged: those of its condition that have a value."""
    aggregate = SIGNATURES[rule.type].shape == "aggregate"
    rows, nulls = ("n_rows", "n_nulls") if aggregate else ("element_count", "missing_count")
    n = int(found.get(rows) or 0)
    return n - int(found.get(nulls) or 0) if needs_values(rule) else n


def _raised(info: Mapping[str, Any]) -> str:
    """What went wrong while the rule was judged; "" for nothing.

    Great Expectations gives one record, or one for each metric.
    """
    records = [info] if "raised_exception" in info else list(info.values())
    messages = {
        " ".join(str(record.get("exception_message")).split())[:300]
        for record in records
        if isinstance(record, Mapping) and record.get("raised_exception")
    }
    return "; ".join(sorted(messages))


def _given(rule: Rule, parameters: Mapping[str, float]) -> dict[str, Any]:
    """The arguments with the values of parameters in their places."""
    return {
        name: parameters.get(value[PARAMETER])
        if isinstance(value, Mapping) and PARAMETER in value
        else value
        for name, value in rule.kwargs.items()
    }


def _bound(kwargs: Mapping[str, Any]) -> float | str | None:
    """What the arguments allow: a number, or words."""
    for name in ("max_rate", "value", "tolerable", "baseline"):
        if kwargs.get(name) is not None:
            return float(kwargs[name])
    if "value_set" in kwargs:
        return ", ".join(map(str, kwargs["value_set"]))
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is not None and most is not None:
        return f"{least:g} to {most:g}"
    only = most if least is None else least
    return None if only is None else float(only)


def _number(value: Any) -> float | str | None:
    """An observed value as a plain number, or in words; None for nothing, NaN and infinity."""
    if isinstance(value, (np.generic,)):
        value = value.item()
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value)
    if isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (list, tuple, set)):
        return ", ".join(sorted(map(str, value)))[:200] or None
    return str(value)[:200]
