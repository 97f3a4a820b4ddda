"""Which expectations a suite may use, and their arguments: known without importing GX.

Left out on purpose: those that ask a database, and those about which columns there are and of
what type, which datakit decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["SIGNATURES", "UNSUPPORTED", "Kind", "Shape", "Signature"]

Shape = Literal["map", "pair", "many", "aggregate", "table", "score"]
"""What is judged: every value, every pair, every row of several columns, one number of a column,
the table, or a score."""

Kind = Literal[
    "column",
    "columns",
    "number",
    "integer",
    "rate",
    "flag",
    "text",
    "texts",
    "regex",
    "regexes",
    "values",
    "pairs",
    "object",
    "method",
    "match_on",
    "ignore_pair",
    "ignore_many",
]
"""What an argument takes; see `lint`."""


@dataclass(frozen=True)
class Signature:
    """The arguments of one expectation.

    Parameters
    ----------
    shape
        What it judges.
    required, optional
        Argument -> kind. ``row_condition`` is optional wherever `shape` has rows.
    reads
        What its column must hold: "number", "text" or "" for anything.
    """

    shape: Shape
    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]
    reads: Literal["number", "text", ""] = ""


_COLUMN: dict[str, Kind] = {"column": "column"}
_PAIR: dict[str, Kind] = {"column_A": "column", "column_B": "column"}
_MANY: dict[str, Kind] = {"column_list": "columns"}
_MOSTLY: dict[str, Kind] = {"mostly": "rate"}
_STRICT: dict[str, Kind] = {"strict_min": "flag", "strict_max": "flag"}
_BETWEEN: dict[str, Kind] = {"min_value": "number", "max_value": "number", **_STRICT}
_COUNTED: dict[str, Kind] = {"min_value": "integer", "max_value": "integer", **_STRICT}
_SHARED: dict[str, Kind] = {"min_value": "rate", "max_value": "rate", **_STRICT}
_SET: dict[str, Kind] = {**_COLUMN, "value_set": "values"}


def _map(
    extra: dict[str, Kind], optional: dict[str, Kind], reads: Literal["number", "text", ""]
) -> Signature:
    return Signature("map", _COLUMN | extra, _MOSTLY | optional, reads)


def _aggregate(optional: dict[str, Kind], reads: Literal["number", ""]) -> Signature:
    return Signature("aggregate", _COLUMN, optional, reads)


_IGNORE_PAIR: dict[str, Kind] = {"ignore_row_if": "ignore_pair"}
_IGNORE_MANY: dict[str, Kind] = {"ignore_row_if": "ignore_many"}

SIGNATURES: Mapping[str, Signature] = {
    "expect_column_values_to_be_between": _map({}, _BETWEEN, "number"),
    "expect_column_values_to_be_in_set": _map({"value_set": "values"}, {}, ""),
    "expect_column_values_to_not_be_in_set": _map({"value_set": "values"}, {}, ""),
    "expect_column_values_to_be_null": _map({}, {}, ""),
    "expect_column_values_to_not_be_null": _map({}, {}, ""),
    "expect_column_values_to_be_unique": _map({}, {}, ""),
    "expect_column_values_to_match_regex": _map({"regex": "regex"}, {}, "text"),
    "expect_column_values_to_not_match_regex": _map({"regex": "regex"}, {}, "text"),
    "expect_column_values_to_match_regex_list": _map(
        {"regex_list": "regexes"}, {"match_on": "match_on"}, "text"
    ),
    "expect_column_values_to_not_match_regex_list": _map({"regex_list": "regexes"}, {}, "text"),
    "expect_column_values_to_match_strftime_format": _map({"strftime_format": "text"}, {}, "text"),
    "expect_column_values_to_be_dateutil_parseable": _map({}, {}, "text"),
    "expect_column_values_to_be_json_parseable": _map({}, {}, "text"),
    "expect_column_value_lengths_to_be_between": _map({}, _COUNTED, "text"),
    "expect_column_value_lengths_to_equal": _map({"value": "integer"}, {}, "text"),
    "expect_column_value_z_scores_to_be_less_than": _map(
        {"threshold": "number", "double_sided": "flag"}, {}, "number"
    ),
    "expect_column_values_to_not_be_outliers": _map(
        {}, {"method": "method", "multiplier": "number"}, "number"
    ),
    "expect_column_pair_values_to_be_equal": Signature("pair", _PAIR, _MOSTLY | _IGNORE_PAIR),
    "expect_column_pair_values_a_to_be_greater_than_b": Signature(
        "pair", _PAIR, _MOSTLY | _IGNORE_PAIR | {"or_equal": "flag"}, "number"
    ),
    "expect_column_pair_values_to_be_in_set": Signature(
        "pair", _PAIR | {"value_pairs_set": "pairs"}, _MOSTLY | _IGNORE_PAIR
    ),
    "expect_compound_columns_to_be_unique": Signature("many", _MANY, _MOSTLY | _IGNORE_MANY),
    "expect_select_column_values_to_be_unique_within_record": Signature(
        "many", _MANY, _MOSTLY | _IGNORE_MANY
    ),
    "expect_multicolumn_sum_to_equal": Signature(
        "many", _MANY | {"sum_total": "number"}, _MOSTLY | _IGNORE_MANY, "number"
    ),
    "expect_column_max_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_mean_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_median_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_min_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_stdev_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_sum_to_be_between": _aggregate(_BETWEEN, "number"),
    "expect_column_quantile_values_to_be_between": Signature(
        "aggregate", _COLUMN | {"quantile_ranges": "object"}, {}, "number"
    ),
    "expect_column_unique_value_count_to_be_between": _aggregate(_COUNTED, ""),
    "expect_column_proportion_of_unique_values_to_be_between": _aggregate(_SHARED, ""),
    "expect_column_proportion_of_non_null_values_to_be_between": _aggregate(_SHARED, ""),
    "expect_column_distinct_values_to_be_in_set": Signature("aggregate", _SET, {}),
    "expect_column_distinct_values_to_contain_set": Signature("aggregate", _SET, {}),
    "expect_column_distinct_values_to_equal_set": Signature("aggregate", _SET, {}),
    "expect_column_most_common_value_to_be_in_set": Signature(
        "aggregate", _SET, {"ties_okay": "flag"}
    ),
    "expect_table_row_count_to_be_between": Signature("table", {}, _COUNTED),
    "expect_table_row_count_to_equal": Signature("table", {"value": "integer"}, {}),
    "expect_issue_rate_to_be_at_most": Signature("map", _COLUMN | {"max_rate": "rate"}, {}),
    "expect_no_new_near_duplicates": Signature("pair", _PAIR, {}),
    "expect_score_to_be_at_least": Signature(
        "score", {"score": "column", "min_value": "rate"}, {}, "number"
    ),
    "expect_score_not_to_fall_below_baseline": Signature(
        "score",
        {"score": "column", "baseline": "rate", "baseline_low": "rate"},
        {"tolerance": "rate"},
        "number",
    ),
    "expect_shift_not_to_be_significant": Signature(
        "score", {"score": "column"}, {"tolerable": "rate"}, "number"
    ),
}
"""Type -> arguments."""

UNSUPPORTED: Mapping[str, str] = {
    "expect_column_values_to_be_in_type_list": "the types of a profile's columns are always the "
    "same, and it is false for every text column of pandas 3",
    "expect_column_values_to_be_of_type": "the types of a profile's columns are always the same",
    "expect_column_type_to_be": "the types of a profile's columns are always the same",
    "expect_query_results_to_match_comparison": "it asks a database",
    "unexpected_rows_expectation": "it asks a database",
    "expect_table_row_count_to_equal_other_table": "it asks a database",
    "expect_column_values_to_match_like_pattern": "it asks a database: use a regex",
    "expect_column_values_to_match_like_pattern_list": "it asks a database: use a regex",
    "expect_column_values_to_not_match_like_pattern": "it asks a database: use a regex",
    "expect_column_values_to_not_match_like_pattern_list": "it asks a database: use a regex",
    "expect_column_to_exist": "a column that is not there is already an error",
    "expect_table_columns_to_match_set": "the columns of a profile are always the same",
    "expect_table_columns_to_match_ordered_list": "the columns of a profile are always the same",
    "expect_table_column_count_to_equal": "the columns of a profile are always the same",
    "expect_table_column_count_to_be_between": "the columns of a profile are always the same",
}
"""Expectations of Great Expectations that a suite must not use, and why."""
