"""Rules whose bounds let everything pass, whatever the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datakit.gates.columns import sample_columns, sample_ranges
from datakit.gates.suite import Rule

__all__ = ["never_fails"]

Range = tuple[float | None, float | None]

_FREE: Mapping[str, tuple[str, float]] = {
    "expect_issue_rate_to_be_at_most": ("max_rate", 1),
    "expect_score_to_be_at_least": ("min_value", 0),
    "expect_shift_not_to_be_significant": ("tolerable", 0),
    "expect_score_not_to_fall_below_baseline": ("tolerance", 1),
}
"""Type -> the argument, and the value of it that lets everything pass."""

_OF_COLUMN = (
    "expect_column_values_to_be_between",
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_min_to_be_between",
)
"""Expectations whose bounds are in the unit of the column."""

_SUM = "expect_column_sum_to_be_between"

_RANGES: Mapping[str, Range] = {
    "expect_column_stdev_to_be_between": (0, None),
    "expect_column_unique_value_count_to_be_between": (0, None),
    "expect_column_proportion_of_unique_values_to_be_between": (0, 1),
    "expect_column_proportion_of_non_null_values_to_be_between": (0, 1),
    "expect_column_value_lengths_to_be_between": (0, None),
    "expect_table_row_count_to_be_between": (0, None),
}
"""All others with bounds -> least and largest number that they can see."""


_OF_ONE_ROW = (
    "expect_column_values_to_be_unique",
    "expect_compound_columns_to_be_unique",
    "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers",
)
"""Expectations that one row always meets: those that compare rows with each other."""

_COUNTS = (
    "expect_table_row_count_to_be_between",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
)
"""Expectations that see a 1 in one row."""


def never_fails(rule: Rule, modality: str) -> str:
    """Why a rule lets everything pass, "" where it can fail.

    Parameters
    ----------
    rule
        Its arguments and columns are known to be right.
    modality
        "image" or "text".
    """
    kwargs = rule.kwargs
    if rule.table == "corpus" and _meets_one_row(rule):
        return "the corpus table always has one row"
    name, free = _FREE.get(rule.type, ("", 0.0))
    if name and _is_number(kwargs.get(name)) and kwargs[name] == free:
        return f"{name} is {free:g}"
    if rule.type == "expect_column_quantile_values_to_be_between":
        ranges, seen = kwargs["quantile_ranges"]["value_ranges"], _of_column(rule, modality)
        if all(_covers(low, high, seen) for low, high in ranges):
            return f"{kwargs['column']} is {_words(seen)}"
    if rule.type in (*_OF_COLUMN, *_RANGES, _SUM):
        seen = _RANGES.get(rule.type) or _of_column(rule, modality)
        if rule.type == _SUM:
            seen = (0 if seen[0] is not None and seen[0] >= 0 else None, None)
        strict = bool(kwargs.get("strict_min") or kwargs.get("strict_max"))
        if not strict and _covers(kwargs.get("min_value"), kwargs.get("max_value"), seen):
            what = kwargs["column"] if rule.type in _OF_COLUMN else "the number that it judges"
            return f"{what} is {_words(seen)}"
    if rule.type == "expect_column_values_to_be_in_set" and rule.table == "samples":
        flag = sample_columns(modality).get(kwargs["column"]) == "flag"
        if flag and {True, False} <= set(kwargs["value_set"]):
            return f"{kwargs['column']} is true or false"
    return ""


def _meets_one_row(rule: Rule) -> bool:
    if rule.type == "expect_table_row_count_to_equal":
        return bool(rule.kwargs["value"] == 1)
    bounds = (rule.kwargs.get("min_value"), rule.kwargs.get("max_value"))
    return rule.type in _OF_ONE_ROW or (rule.type in _COUNTS and _covers(*bounds, (1, 1)))


def _of_column(rule: Rule, modality: str) -> Range:
    """Least and largest value that a rule's column can have."""
    name = rule.kwargs["column"]
    if rule.table == "samples":
        return sample_ranges(modality).get(name, (None, None))
    return (0, None if name in ("n_samples", "n_bytes") else 1)


def _covers(least: Any, most: Any, seen: Range) -> bool:
    """Whether bounds leave nothing out; a parameter of a baseline can."""
    low, high = seen
    below = least is None or (_is_number(least) and low is not None and least <= low)
    above = most is None or (_is_number(most) and high is not None and most >= high)
    return below and above


def _words(seen: Range) -> str:
    low, high = seen
    if low is None:
        return f"never above {high:g}"
    return f"never below {low:g}" if high is None else f"always from {low:g} to {high:g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
