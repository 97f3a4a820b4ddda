"""The traps of Great Expectations 1.24 that anybody would step into, each shielded."""

import datetime
import io
import json
import logging
import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from datakit.errors import InputError
from datakit.gates.engine import session
from datakit.gates.findings import finding
from datakit.gates.judge import judge
from datakit.gates.load import load_suite
from datakit.gates.signatures import SIGNATURES
from datakit.gates.suite import Rule

DAY = datetime.date(2026, 1, 1)


def between(column="a", table="samples", **kwargs):
    kind = "expect_column_values_to_be_between"
    return Rule("r", kind, {"column": column, **kwargs}, "critical", table, "", "", "", "")


def run(frame, rule, parameters=None):
    with session() as gx:
        results, whole = gx.run(frame, [rule], parameters or {})
    return finding(rule, results[0], parameters or {}), whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "expect_column_values_to_be_betwen"}, "did you mean"),
        ({"severity": "critcal"}, "critical, warning, info"),
    ],
)
def test_1_misspelt_rule_is_refused_not_dropped(write_suite, blurry, change, words):
    with pytest.raises(InputError, match=words):
        load_suite(write_suite([blurry() | change]))


def test_1_empty_suite_is_refused(write_suite):
    with pytest.raises(InputError, match="passes everything"):
        load_suite(write_suite([]))


@pytest.mark.parametrize(
    "condition",
    [
        "@pd.io.common.os.system('touch {mark}')",
        {"type": "pass_through", "pass_through_filter": "@pd.io.common.os.system('touch {mark}')"},
        {
            "type": "comparison",
            "column": {"name": "`@pd.io.common.os.system('touch {mark}')`"},
            "operator": "==",
            "parameter": 1,
        },
        {
            "type": "and",
            "conditions": [
                {"type": "pass_through", "pass_through_filter": "@os.system('touch {mark}')"}
            ],
        },
        {
            "type": "comparison",
            "column": {"name": "status"},
            "operator": "==",
            "parameter": "x' or @os.system('touch {mark}') == '`",
        },
    ],
)
@pytest.mark.parametrize("parser", [None, "pandas"])
def test_2_no_code_in_row_conditions(make_profile, write_suite, rule, tmp_path, condition, parser):
    mark = tmp_path / "mark"
    planted = json.loads(json.dumps(condition).replace("{mark}", str(mark)))
    given = rule("column_values_to_be_between", column="width", min_value=1)
    given["kwargs"]["row_condition"] = planted
    if parser:
        given["kwargs"]["condition_parser"] = parser
    with pytest.raises(
        InputError, match=r"mine\.json:\d+:\d+: .*(row_condition|condition_parser|`)"
    ):
        judge(make_profile(), load_suite(write_suite([given])), DAY)
    assert not mark.exists()


def test_2_structured_conditions_choose_rows(make_profile, suite_of, rule):
    given = rule("column_values_to_be_between", column="width", min_value=120)
    given["kwargs"]["row_condition"] = {
        "type": "comparison",
        "column": {"name": "width"},
        "operator": ">=",
        "parameter": 115,
    }
    verdict = judge(make_profile(), suite_of(given), DAY).decision.verdicts[0]
    assert (verdict.n_judged, verdict.n_unexpected) == (25, 5)
    assert verdict.samples == tuple(f"train/{i:03d}.jpg" for i in range(15, 20))


def test_3_all_null_column_and_empty_table_are_no_pass(make_profile, suite_of, rule):
    suite = suite_of(rule("column_values_to_be_between", column="sharpness", min_value=0.1))
    for profile in (make_profile(), make_profile("none.profile", n=0)):
        decision = judge(profile, suite, DAY).decision
        assert decision.verdicts[0].outcome == "error"
        assert "sharpness" in decision.verdicts[0].reason
        assert decision.exit_code == 3


def test_3_condition_that_chooses_nothing_is_no_pass(make_profile, suite_of, rule):
    given = rule("column_values_to_be_between", column="width", min_value=2)
    given["kwargs"]["row_condition"] = NO_SUCH
    assert judge(make_profile(), suite_of(given), DAY).decision.exit_code == 3


NO_SUCH = {
    "type": "comparison",
    "column": {"name": "status"},
    "operator": "==",
    "parameter": "no such status",
}
WITHOUT_LABEL = {"type": "nullity", "column": {"name": "label"}, "is_null": True}
AGGREGATES = [
    ("column_max_to_be_between", {"column": "width", "max_value": 1}),
    ("column_mean_to_be_between", {"column": "width", "max_value": 1}),
    ("column_median_to_be_between", {"column": "width", "max_value": 1}),
    ("column_min_to_be_between", {"column": "width", "max_value": 1}),
    ("column_stdev_to_be_between", {"column": "width", "max_value": 1}),
    ("column_sum_to_be_between", {"column": "width", "max_value": 1}),
    (
        "column_quantile_values_to_be_between",
        {"column": "width", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[None, 1]]}},
    ),
    ("column_unique_value_count_to_be_between", {"column": "label", "max_value": 1}),
    ("column_proportion_of_unique_values_to_be_between", {"column": "label", "max_value": 0}),
    ("column_proportion_of_non_null_values_to_be_between", {"column": "label", "max_value": 0}),
    ("column_distinct_values_to_be_in_set", {"column": "label", "value_set": ["none"]}),
    ("column_distinct_values_to_contain_set", {"column": "label", "value_set": ["none"]}),
    ("column_distinct_values_to_equal_set", {"column": "label", "value_set": ["none"]}),
    ("column_most_common_value_to_be_in_set", {"column": "label", "value_set": ["none"]}),
]


@pytest.mark.parametrize(("kind", "kwargs"), AGGREGATES)
def test_3_a_number_of_no_row_is_no_pass(make_profile, suite_of, rule, kind, kwargs):
    labels = ["a", "b"] * 15 + [None] * 10
    profile = make_profile(columns={"label": labels})
    suite = suite_of(
        rule(kind, rule_id="all", **kwargs),
        rule(kind, rule_id="no-row", row_condition=NO_SUCH, **kwargs),
        rule(kind, rule_id="no-value", row_condition=WITHOUT_LABEL, **kwargs),
    )
    found = {v.rule: v for v in judge(profile, suite, DAY).decision.verdicts}
    assert found["all"].outcome == "failed"
    of_nulls = kwargs["column"] == "label" and "non_null" not in kind
    assert found["all"].n_judged == (30 if of_nulls else 40)
    assert (found["no-row"].outcome, found["no-row"].n_judged) == ("error", 0)
    if of_nulls:
        assert found["no-value"].outcome == "error"
    else:
        assert found["no-value"].n_judged == 10


def test_3_the_aggregates_are_all_of_them():
    kinds = {f"expect_{kind}" for kind, _ in AGGREGATES}
    assert kinds == {name for name, one in SIGNATURES.items() if one.shape == "aggregate"}


def test_4_any_text_in_a_column_can_be_judged(make_profile, suite_of, rule):
    names = ["a\n::error::b.jpg", "\\xff.jpg", "e\u0301\u202e.jpg", '"<&>,\t.jpg']
    profile = make_profile(
        n=4, columns={"sample_id": sorted(names), "path": sorted(names), "width": [1, 2, 3, 4]}
    )
    suite = suite_of(rule("column_values_to_match_regex", column="path", regex="^nothing$"))
    assert judge(profile, suite, DAY).decision.verdicts[0].samples == tuple(sorted(names))


def test_5_index_of_the_table_does_not_matter():
    frame = pd.DataFrame({"a": [0.0, 5.0, 1.0, 7.0]}, index=pd.Index(["x", "x", "y", "y"]))
    found, _ = run(frame.rename_axis("path"), between(max_value=4))
    assert found.positions.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("column_values_to_be_in_type_list", {"type_list": ["str"]}),
        ("column_values_to_be_of_type", {"type_": "str"}),
    ],
)
def test_6_rules_about_types_are_refused(write_suite, rule, kind, kwargs):
    with pytest.raises(InputError, match="types of a profile's columns are always the same"):
        load_suite(write_suite([rule(kind, column="path", **kwargs)]))


def test_7_dates_as_bounds_are_refused(write_suite, rule):
    given = rule("column_values_to_be_between", column="width", min_value="2025-01-01")
    with pytest.raises(InputError, match="give a number"):
        load_suite(write_suite([given]))


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int32", "UInt64", "uint64"])
def test_8_narrow_numbers_are_compared_as_what_they_are(dtype):
    value = 0.3 if "float" in dtype else 3
    frame = pd.DataFrame({"a": np.array([value, value + 1]).astype(dtype.lower())})
    frame = frame.astype({"a": dtype})
    found, _ = run(frame, between(max_value=value if dtype != "float32" else 0.3000001))
    assert found.positions.tolist() == [1]


def test_8_profiles_hold_doubles():
    from datakit.profiles.row_schema import row_schema

    types = {str(f.type) for m in ("image", "text") for f in row_schema(m)}
    assert "float" not in types
    assert "halffloat" not in types


def test_9_bounds_in_the_wrong_order_are_refused(write_suite, rule):
    given = rule("column_values_to_be_between", column="width", min_value=3, max_value=2)
    with pytest.raises(InputError, match="min_value 3 is above max_value 2"):
        load_suite(write_suite([given]))


def test_10_outcomes_are_plain_values(make_profile, suite_of, rule):
    suite = suite_of(
        rule("column_mean_to_be_between", column="width", min_value=2),
        rule("column_values_to_be_between", column="width", max_value=110),
        rule("column_max_to_be_between", column="width", max_value=139),
    )
    for verdict in judge(make_profile(), suite, DAY).decision.verdicts:
        assert type(verdict.observed) in (int, float)
        assert type(verdict.n_unexpected) is int
        assert isinstance(json.dumps([verdict.observed, verdict.bound, verdict.samples]), str)


def test_11_infinite_and_missing_numbers_are_no_observation(make_profile, suite_of, rule):
    widths = {"luma_mean": [float("inf")] * 40}
    suite = suite_of(rule("column_mean_to_be_between", column="luma_mean", min_value=0.1))
    decision = judge(make_profile(columns=widths), suite, DAY).decision
    assert decision.verdicts[0].outcome == "error"
    assert decision.exit_code == 3


def test_12_nothing_on_the_streams_and_nothing_written(make_profile, suite_of, blurry, tmp_path):
    profile, suite = make_profile(issues={"blurry": [1]}), suite_of(blurry())
    code = f"""
import datetime, logging
logging.basicConfig(level=logging.INFO)
import datakit as dk
from datakit.gates.judge import judge
from datakit.gates.load import load_suite
judge(dk.load({str(profile.path)!r}), load_suite({suite.path!r}), datetime.date(2026, 1, 1))
"""
    empty, scratch = tmp_path / "empty", tmp_path / "scratch"
    empty.mkdir(), scratch.mkdir()
    before = sorted(p for p in tmp_path.rglob("*"))
    home = {"HOME": str(empty), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=empty,
        env=os.environ | home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(p for p in tmp_path.rglob("*")) == before


def test_12_the_caller_keeps_logging_context_and_filters(make_profile, suite_of, blurry):
    import datakit.gates.expectations  # noqa: F401  # isort: skip
    import great_expectations as gx
    from great_expectations.data_context.data_context.context_factory import project_manager

    mine = gx.get_context(mode="ephemeral")
    logger = logging.getLogger("great_expectations")
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(io.StringIO())
    logger.addHandler(handler)
    filters = list(warnings.filters)
    try:
        judge(make_profile(), suite_of(blurry()), DAY)
        assert handler.stream.getvalue() == ""
        assert logger.level == logging.INFO
        assert project_manager.get_current_project() is mine
        assert warnings.filters == filters
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        project_manager.set_project(None)


def test_13_the_environment_of_great_expectations_cloud_changes_nothing(
    make_profile, suite_of, blurry, monkeypatch, tmp_path
):
    for name in ("ACCESS_TOKEN", "ORGANIZATION_ID", "WORKSPACE_ID"):
        monkeypatch.setenv(f"GX_CLOUD_{name}", "00000000-0000-0000-0000-000000000000")
    profile, suite = make_profile(), suite_of(blurry())
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert judge(profile, suite, DAY).decision.passed
    assert list((tmp_path / "work").iterdir()) == []


def test_14_what_raises_is_neither_pass_nor_failure(make_profile, suite_of, blurry, monkeypatch):
    from datakit.cli.main import main
    from datakit.gates import judge as room

    profile, suite = make_profile(), suite_of(blurry())
    for raised, code in ((RuntimeError("boom"), 3), (KeyboardInterrupt(), 130)):

        def fail(*_, raised=raised):
            raise raised

        monkeypatch.setattr(room, "_findings", fail)
        with pytest.raises(SystemExit) as stop:
            main(["gate", str(profile.path), "--suite", suite.path])
        assert stop.value.code == code


def test_14_a_metric_that_raises_is_not_judged(make_profile, suite_of, rule):
    texts = {"suffix": ["no number"] * 40}
    given = rule("column_values_to_match_strftime_format", column="suffix", strftime_format="%Y")
    assert judge(make_profile(columns=texts), suite_of(given), DAY).decision.exit_code == 1
    frame = pd.DataFrame({"a": ["x", "y"]})
    found, _ = run(frame, between(min_value=0))
    assert found.outcome == "error"
    assert found.reason
