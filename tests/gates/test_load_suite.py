"""Whatever would not be judged is refused, with the place in the file."""

import contextlib
import copy
import json
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datakit.gates.json_places import JsonPlaceError, parse_json
from datakit.gates.load import check_for, load_suite
from datakit.gates.signatures import SIGNATURES, UNSUPPORTED
from datakit.gates.suite import SuiteError
from datakit.gates.suite_names import shipped_suites


def refused(file, *words):
    with pytest.raises(SuiteError) as caught:
        load_suite(file)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message, message
    return message


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", ":1:1", "not valid JSON"),
        ('{"name": "mine",\n "expectations": [}', ":2:19", "not valid JSON"),
        ('{"name": "mine"\n "expectations": []}', ":2:2", "expected ','"),
        ('{"name": "mine", "name": "b"}', ":1:18", "twice"),
        ('{"name": "mine",\n\n "expectations": NaN}', ":3:18", "NaN"),
        ('{"name": "mine", "expectations": [1e999]}', ":1:35", "not finite"),
        ("[]", ":1:1", "object"),
        ('{"name": "mine", "expectations": []}', ":1:34", "passes everything"),
        ('{"name": "mine"}', ":1:1", "passes everything"),
        ('{"expectation": []}', ":1:17", "did you mean expectations"),
        ('{"name": "a.b", "expectations": [{}]}', ":1:10", "hyphens"),
        ('{"expectations": [1]}', ":1:19", "object"),
        ("[" * 5000, ":1:", "nested"),
    ],
)
def test_files_that_are_no_suite(write_suite, text, place, words):
    file = write_suite(text)
    assert refused(file, words).startswith(f"{file}{place}")


@pytest.mark.parametrize(
    ("change", "at", "words"),
    [
        ({"expectation_type": "x"}, "expectation_type", "0.x"),
        ({"kwarg": {}}, "kwarg", "did you mean kwargs"),
        ({"type": 3}, "type", "give a text"),
        ({"type": "expect_table_columns_to_match_set"}, "type", "always the same"),
        ({"kwargs": {"column": "is_blurry"}}, "kwargs", "max_rate is missing"),
        ({"kwargs": {"column": "is_blurry", "max_rat": 0.1}}, "kwargs", "did you mean max_rat"),
        ({"kwargs": {"column": "is_blurry", "max_rate": "0.1"}}, "kwargs", "number from 0 to 1"),
        ({"kwargs": {"column": "is_blurry", "max_rate": 2}}, "kwargs", "number from 0 to 1"),
        ({"kwargs": {"column": "is_blurry", "max_rate": True}}, "kwargs", "number from 0 to 1"),
        ({"kwargs": {"column": "is_blury", "max_rate": 0.1}}, "kwargs", "did you mean is_blurry"),
        ({"kwargs": {"column": "width", "max_rate": 0.1}}, "kwargs", "which is a flag"),
        (
            {"kwargs": {"column": "is_blurry", "max_rate": 0.1, "b": 1}},
            "kwargs",
            "unknown argument b",
        ),
        ({"severity": "fatal"}, "severity", "critical, warning, info"),
        ({"meta": {"table": "rows"}}, "table", "samples or corpus"),
        ({"meta": {"dimension": "beauty"}}, "dimension", "completeness"),
        ({"meta": {"id": "Blurry Rate"}}, "id", "hyphens"),
        ({"meta": {"why": "two\nlines"}}, "why", "one line"),
        ({"meta": {"serverity": "info", "sources": "x"}}, "sources", "did you mean source"),
        ({"meta": {"needs": ["a miracle"]}}, "needs", "needs is a list"),
    ],
)
def test_rules_that_would_not_be_judged(write_suite, blurry, change, at, words):
    file = write_suite([blurry() | change])
    lines = file.read_text().split("\n")
    line = next(i for i, text in enumerate(lines, 1) if f'"{at}"' in text)
    assert f"mine.json:{line}:" in refused(file, words)


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        ("column_values_to_be_between", {"column": "width"}, "could never fail"),
        ("column_values_to_be_between", {"column": "path", "min_value": 1}, "holds texts"),
        ("column_values_to_be_in_set", {"column": "mode", "value_set": []}, "a list of"),
        (
            "column_quantile_values_to_be_between",
            {"column": "width", "quantile_ranges": {"quantiles": [0.5], "value_ranges": ["x"]}},
            "equally many",
        ),
        ("column_values_to_match_regex", {"column": "path", "regex": "("}, "regular expression"),
        ("column_values_to_not_be_null", {"column": "mode", "mostly": 0}, "could never fail"),
        ("column_values_to_not_be_null", {"column": "mode", "mostly": 1.1}, "from 0 to 1"),
        ("score_to_be_at_least", {"score": "diversity", "min_value": 0.5}, "table corpus"),
    ],
)
def test_arguments_that_make_no_sense(write_suite, rule, kind, kwargs, words):
    refused(write_suite([rule(kind, **kwargs)]), words)


def where(**condition):
    return {"type": "comparison"} | condition


WIDTH, LABEL, BLURRY = ({"name": name} for name in ("width", "label", "is_blurry"))


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        ("column_values_to_be_in_set", {"column": "width", "value_set": ["64"]}, "holds numbers"),
        ("column_values_to_be_in_set", {"column": "width", "value_set": [True]}, "holds numbers"),
        ("column_values_to_not_be_in_set", {"column": "mode", "value_set": [1]}, "holds texts"),
        ("column_values_to_be_in_set", {"column": "is_blurry", "value_set": [0]}, "holds flags"),
        (
            "column_distinct_values_to_contain_set",
            {"column": "label", "value_set": ["cat", 3]},
            "value_set has 3, the column label holds texts",
        ),
        (
            "column_pair_values_to_be_in_set",
            {"column_A": "width", "column_B": "mode", "value_pairs_set": [[64, "RGB"], ["1", "L"]]},
            'value_pairs_set has "1"',
        ),
        (
            "column_values_to_be_between",
            {
                "column": "width",
                "min_value": 9,
                "row_condition": where(column=WIDTH, operator=">", parameter="9"),
            },
            'row_condition has "9", the column width holds numbers',
        ),
        (
            "column_values_to_be_between",
            {
                "column": "width",
                "min_value": 9,
                "row_condition": {
                    "type": "and",
                    "conditions": [where(column=LABEL, operator="IN", parameter=["cat", 1])],
                },
            },
            "row_condition has 1, the column label holds texts",
        ),
        (
            "column_values_to_be_between",
            {
                "column": "width",
                "min_value": 9,
                "row_condition": where(column=BLURRY, operator="==", parameter="false"),
            },
            "holds flags",
        ),
        (
            "column_values_to_be_between",
            {
                "column": "width",
                "min_value": 9,
                "row_condition": where(column=BLURRY, operator="IN", parameter=[True]),
            },
            "a list of texts or of numbers",
        ),
        ("column_pair_values_to_be_equal", {"column_A": "width", "column_B": "mode"}, "two alike"),
        ("column_values_to_be_between", {"column": "width", "max_value": "9"}, "give a number"),
        ("column_max_to_be_between", {"column": "mode", "max_value": 9}, "holds texts"),
    ],
)
def test_values_that_a_column_cannot_have(write_suite, rule, kind, kwargs, words):
    assert "mine.json:6:" in refused(write_suite([rule(kind, **kwargs)]), words)


def test_values_that_a_column_can_have(suite_of, rule):
    condition = where(column=BLURRY, operator="==", parameter=False)
    assert suite_of(
        rule("column_values_to_be_in_set", column="width", value_set=[64, 64.5], rule_id="a"),
        rule(
            "column_values_to_be_in_set",
            column="mode",
            value_set=["RGB"],
            rule_id="b",
            row_condition=condition,
        ),
        rule("column_pair_values_to_be_equal", column_A="width", column_B="height", rule_id="c"),
    ).rules


MEAN = "column_mean_to_be_between"


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        ("issue_rate_to_be_at_most", {"column": "is_blurry", "max_rate": 1}, "max_rate is 1"),
        ("score_to_be_at_least", {"score": "usability", "min_value": 0}, "min_value is 0"),
        (
            "shift_not_to_be_significant",
            {"score": "representativeness", "tolerable": 0},
            "tolerable is 0",
        ),
        ("column_values_to_be_between", {"column": "black_rate", "min_value": 0}, "from 0 to 1"),
        (
            "column_values_to_be_between",
            {"column": "black_rate", "min_value": -1, "max_value": 1.0},
            "from 0 to 1",
        ),
        ("column_values_to_be_between", {"column": "width", "min_value": 1}, "never below 1"),
        (MEAN, {"column": "width", "min_value": 0}, "never below 1"),
        ("column_stdev_to_be_between", {"column": "width", "min_value": 0}, "never below 0"),
        ("column_sum_to_be_between", {"column": "width", "min_value": 0}, "never below 0"),
        ("table_row_count_to_be_between", {"min_value": 0}, "never below 0"),
        (
            "column_proportion_of_unique_values_to_be_between",
            {"column": "label", "max_value": 1},
            "from 0 to 1",
        ),
        (
            "column_quantile_values_to_be_between",
            {
                "column": "black_rate",
                "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, None]]},
            },
            "from 0 to 1",
        ),
        (
            "column_values_to_be_in_set",
            {"column": "is_blurry", "value_set": [True, False]},
            "true or false",
        ),
        (
            "column_values_to_be_between",
            {"column": "blurry_rate", "min_value": 0, "table": "corpus"},
            "from 0 to 1",
        ),
        ("table_row_count_to_be_between", {"max_value": 9, "table": "corpus"}, "one row"),
        ("table_row_count_to_equal", {"value": 1, "table": "corpus"}, "one row"),
        ("column_values_to_be_unique", {"column": "diversity", "table": "corpus"}, "one row"),
        (
            "column_values_to_not_be_outliers",
            {"column": "diversity", "table": "corpus"},
            "one row",
        ),
    ],
)
def test_critical_rules_that_can_never_fail(write_suite, rule, kind, kwargs, words):
    table = "corpus" if "score" in kwargs else kwargs.pop("table", "samples")
    given = rule(kind, table=table, rule_id="idle", **kwargs)
    refused(write_suite([given]), "idle could never fail", words)
    given["severity"] = "warning"
    assert load_suite(write_suite([given])).rules


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("issue_rate_to_be_at_most", {"column": "is_blurry", "max_rate": 0.99}),
        ("column_values_to_be_between", {"column": "black_rate", "max_value": 0.99}),
        (
            "column_values_to_be_between",
            {"column": "black_rate", "min_value": 0, "strict_min": True},
        ),
        (MEAN, {"column": "width", "max_value": 9}),
        ("column_values_to_be_in_set", {"column": "is_blurry", "value_set": [False]}),
    ],
)
def test_rules_that_can_fail(suite_of, rule, kind, kwargs):
    assert suite_of(rule(kind, **kwargs)).rules


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": "diversty"}, "did you mean diversity"),
        ({"score": "diversity_uniqueness"}, "has no interval"),
        ({"baseline": {"$PARAMETER": "baseline_usability"}}, "give 'baseline_diversity'"),
        ({"baseline_low": {"$PARAMETER": "baseline_diversity"}}, "give 'baseline_diversity_low'"),
        ({"baseline": {"$PARAMETER": "baseline_diversity_uniquenes"}}, "diversity_uniqueness"),
    ],
)
def test_a_ratchet_compares_a_score_with_itself(write_suite, rule, change, words):
    kwargs = {
        "score": "diversity",
        "baseline": {"$PARAMETER": "baseline_diversity"},
        "baseline_low": {"$PARAMETER": "baseline_diversity_low"},
    }
    kind = "score_not_to_fall_below_baseline"
    assert load_suite(write_suite([rule(kind, table="corpus", **kwargs)])).rules
    refused(write_suite([rule(kind, table="corpus", **kwargs | change)]), words)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("score", "diversity_uniquenes", "did you mean diversity_uniqueness"),
        ("score", "usability_blury", "did you mean usability_blurry"),
        ("column", "diversity_spred", "did you mean diversity_spread"),
    ],
)
def test_components_are_known_by_name(write_suite, rule, kind, name, words):
    types = {"score": "score_to_be_at_least", "column": "column_values_to_be_between"}
    given = rule(types[kind], table="corpus", min_value=0.5, **{kind: name})
    refused(write_suite([given]), words)


@pytest.mark.parametrize(
    "parameter",
    ["now()", "baseline_diversity * 2", "baseline_diversty", "x", "baseline_", 3],
)
def test_parameters_are_columns_of_a_baseline(write_suite, rule, parameter):
    given = rule(
        "score_to_be_at_least",
        table="corpus",
        score="diversity",
        min_value={"$PARAMETER": parameter},
    )
    refused(write_suite([given]), "baseline")


def test_a_bound_can_stand_beside_a_parameter(suite_of, rule):
    most = {"$PARAMETER": "baseline_blurry_rate_high"}
    kwargs = {"column": "blurry_rate", "min_value": 0.01, "max_value": most}
    assert suite_of(rule("column_values_to_be_between", table="corpus", **kwargs)).rules


@pytest.mark.parametrize("score", ["blurry_rate", "n_samples", "diversty"])
def test_only_scores_are_better_when_higher(write_suite, rule, score):
    given = rule("score_to_be_at_least", table="corpus", score=score, min_value=0.5)
    refused(write_suite([given]), f"{score} is no score")
    for good in ("diversity", "diversity_low", "diversity_uniqueness"):
        given["kwargs"]["score"] = good
        assert load_suite(write_suite([given])).rules[0].columns == (good,)


def test_ids_are_unique_and_made_where_there_is_none(write_suite, blurry, rule):
    refused(write_suite([blurry(), blurry()]), "blurry-rate", "taken")
    plain = {
        "type": "expect_column_max_to_be_between",
        "kwargs": {"column": "width", "max_value": 9},
    }
    assert load_suite(write_suite([plain])).rules[0].id == "width-max-to-be-between"


def test_a_suite_of_another_modality_is_refused(suite_of, rule):
    text = suite_of(rule("column_values_to_not_be_null", column="language"), modality="text")
    with pytest.raises(SuiteError, match="text profiles"):
        check_for(text, "image")
    anyhow = suite_of(rule("column_values_to_not_be_null", column="langage"), modality=None)
    with pytest.raises(SuiteError, match=r"mine\.json:4:3: .*did you mean language"):
        check_for(anyhow, "text")


def test_names_that_are_no_suite(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused("image", "did you mean images")
    refused("no/such.json", "no such suite file")
    (tmp_path / "latin.json").write_bytes(b'{"name": "\xff"}')
    refused("latin.json", "UTF-8")


def test_a_bad_suite_is_refused_without_great_expectations(write_suite, blurry):
    file = write_suite([blurry() | {"type": "expect_nothing"}])
    code = f"""
import sys
from datakit.cli.main import main
try:
    main(["suite", "check", {str(file)!r}])
except SystemExit as stop:
    assert stop.code == 2
heavy = {{"great_expectations", "pandas", "torch", "cv2"}} & set(sys.modules)
assert not heavy, heavy
"""
    began = time.process_time()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1
    assert time.process_time() - began < 1


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from([None, 1]),
)
def test_json_is_read_as_the_standard_library_reads_it(value, indent):
    text = json.dumps(value, indent=indent)
    read, places = parse_json(text)
    assert read == json.loads(text)
    lines = text.split("\n")
    for keys, (line, column) in places.items():
        found = value
        for key in keys:
            found = found[key]
        begin = "".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert begin.startswith(json.dumps(found, indent=indent)[:1])


@given(st.text(max_size=40))
def test_no_text_makes_the_reader_raise_anything_else(text):
    with contextlib.suppress(JsonPlaceError):
        assert parse_json(text)[0] == json.loads(text)


def test_the_signatures_are_those_of_great_expectations():
    import datakit.gates.expectations  # noqa: F401  # isort: skip
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    shared = {"id", "meta", "notes", "result_format", "catch_exceptions", "rendered_content"}
    shared |= {"severity", "description", "batch_id", "windows", "row_condition"}
    shared |= {"condition_parser", "library_metadata", "table"}
    for name, signature in SIGNATURES.items():
        fields = get_expectation_impl(name).__fields__
        required = {key for key, field in fields.items() if field.required} - shared
        ours = set(signature.required) | set(signature.optional)
        assert required <= set(signature.required), name
        assert ours <= set(fields), name
        if not name.startswith(("expect_no_new", "expect_issue")):
            assert set(fields) - shared <= ours | {"allow_relative_error"}, name
    known = set(list_registered_expectation_implementations())
    assert set(UNSUPPORTED) <= known


@pytest.mark.parametrize("name", list(shipped_suites()))
def test_shipped_suites_load_here_and_in_great_expectations(name):
    import datakit.gates.expectations  # noqa: F401  # isort: skip
    import great_expectations as gx

    suite = load_suite(name)
    assert suite.name == name
    content = json.loads(shipped_suites()[name].read_text(encoding="utf-8"))
    loaded = gx.ExpectationSuite(**content)
    assert len(loaded.expectations) == len(suite.rules)
    for rule in suite.rules:
        assert rule.why, rule.id
        assert rule.fix, rule.id
        assert rule.source, rule.id
        assert rule.dimension, rule.id


def test_components_of_real_scorecards_are_known(picture, encode, tmp_path):
    import datakit as dk
    from datakit.explanations.explain import COMPONENTS
    from datakit.gates.columns import corpus_columns

    for folder in ("images/cat", "images/dog", "texts"):
        (tmp_path / folder).mkdir(parents=True)
    for i in range(60):
        side = "cat" if i % 2 else "dog"
        name = tmp_path / "images" / side / f"{i:03d}"
        name.with_suffix(".png").write_bytes(encode(picture(i, (32, 32)), "PNG"))
        name.with_suffix(".txt").write_text(f"a {side} by the sea, number {i}")
        words = " ".join(f"The {i * k} {side}s went to sea in boat {k}." for k in range(2, 12))
        (tmp_path / "texts" / f"{i:03d}.txt").write_text(words)
    parts = set()
    for kind, modality in (("images", "image"), ("texts", "text")):
        made = dk.profile(tmp_path / kind, tmp_path / f"{kind}.profile", workers=0)
        card = dk.validate(made, made).to_json()
        known = corpus_columns(modality)
        names = {f"{d}_{p['name']}" for d, s in card.items() for p in s.get("components", ())}
        assert names <= set(known)
        parts |= names
        assert {f"{d}_{part}" for d, some in COMPONENTS.items() for part in some} <= set(known)
    assert {"diversity_uniqueness", "representativeness_embedding", "usability_blurry"} <= parts


def test_the_issues_are_those_that_have_a_page():
    from datakit.explanations.explain import pages
    from datakit.gates.issue_names import ISSUE_NAMES

    places = {"image": {"images", "captions"}, "text": {"texts"}}
    for modality, names in ISSUE_NAMES.items():
        found = {p.name for p in pages() if p.kind == "issue" and places[modality] & {*p.found_in}}
        assert found == set(names)


JUNK = st.sampled_from([None, True, 0, -1.5, 1e300, "", "x", "@", [], [[]], {}, [{}], {"a": []}])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data())
def test_no_change_of_a_suite_makes_the_loader_raise_anything_else(data, tmp_path):
    name = data.draw(st.sampled_from(["images-gan", "text-zh"]))
    content = json.loads(shipped_suites()[name].read_text(encoding="utf-8"))
    del content["expectations"][8:]
    for _ in range(data.draw(st.integers(1, 3))):
        node = content
        while isinstance(node, (dict, list)) and node:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            key = data.draw(st.sampled_from(list(keys)))
            if not isinstance(node[key], (dict, list)) or not node[key] or data.draw(st.booleans()):
                node[key] = copy.deepcopy(data.draw(JUNK))
                break
            node = node[key]
    file = tmp_path / f"{name}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with contextlib.suppress(SuiteError):
        assert load_suite(file).rules
