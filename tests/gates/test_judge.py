"""What a profile is judged to be, rule by rule, on profiles whose every value is known."""

import datetime
import json
import math
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from datakit.errors import GateFailed, InputError, ProfileError
from datakit.gates.judge import Beside, judge
from datakit.profiles.files import write_json

DAY = datetime.date(2026, 1, 1)


def one(profile, suite, beside=None):
    return judge(profile, suite, DAY, beside).decision


def test_issue_rate_names_samples_and_how_far_off(make_profile, suite_of, blurry):
    worst = {3: 1.5, 7: 9.0, 9: 4.0}
    profile = make_profile(issues={"blurry": [3, 7, 9], "noisy": [1]}, values=worst)
    decision = one(profile, suite_of(blurry(0.05)))
    (verdict,) = decision.failures
    assert (verdict.observed, verdict.bound) == (3 / 40, 0.05)
    assert (verdict.n_judged, verdict.n_unexpected) == (40, 3)
    assert verdict.samples == ("train/007.jpg", "train/009.jpg", "train/003.jpg")
    assert (decision.decision, decision.exit_code, decision.passed) == ("failed", 1, False)
    with pytest.raises(GateFailed, match=r"blurry-rate: 0\.075 against 0\.05 \(train/007\.jpg"):
        decision.raise_for_failure()
    assert one(profile, suite_of(blurry(3 / 40))).passed


@pytest.mark.parametrize(
    ("kind", "allowed", "outcome", "observed"),
    [
        ("be_in_set", ["ok", "empty"], "passed", "0 not allowed"),
        ("be_in_set", ["empty"], "failed", "1 not allowed"),
        ("contain_set", ["ok"], "passed", "0 missing"),
        ("contain_set", ["ok", "empty"], "failed", "1 missing"),
        ("equal_set", ["ok"], "passed", "0 not allowed, 0 missing"),
        ("equal_set", ["empty"], "failed", "1 not allowed, 1 missing"),
    ],
)
def test_sets_of_values_are_judged(make_profile, suite_of, rule, kind, allowed, outcome, observed):
    kind = f"column_distinct_values_to_{kind}"
    decision = one(make_profile(), suite_of(rule(kind, column="status", value_set=allowed)))
    (verdict,) = decision.verdicts
    assert (verdict.outcome, verdict.observed) == (outcome, observed)


def test_a_name_begins_no_line_of_the_error(make_profile, suite_of, blurry):
    paths = ["a\n::error::b\x1b.jpg", *(f"{i}.jpg" for i in range(39))]
    profile = make_profile(columns={"path": paths}, issues={"blurry": [0]})
    with pytest.raises(GateFailed) as caught:
        one(profile, suite_of(blurry(0))).raise_for_failure()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(("severity", "code"), [("critical", 1), ("warning", 0), ("info", 0)])
def test_only_critical_rules_fail_the_gate(make_profile, suite_of, blurry, severity, code):
    decision = one(make_profile(issues={"blurry": [1]}), suite_of(blurry(0, severity=severity)))
    assert decision.verdicts[0].outcome == "failed"
    assert decision.exit_code == code


def test_a_failure_outweighs_what_was_not_judged(make_profile, suite_of, blurry, rule):
    null = rule("column_values_to_be_between", column="sharpness", min_value=0.1, rule_id="null")
    profile = make_profile(issues={"blurry": [1]})
    both = one(profile, suite_of(blurry(0), null))
    assert (both.exit_code, len(both.failures), len(both.errors)) == (1, 1, 1)
    assert one(profile, suite_of(blurry(0.9), null)).exit_code == 3
    null["severity"] = "warning"
    assert one(profile, suite_of(blurry(0.9), null)).exit_code == 0


def test_between_counts_only_values_and_orders_by_distance(make_profile, suite_of, rule):
    widths = [100.0] * 36 + [None, 30, 10, 20]
    given = rule("column_values_to_be_between", column="width", min_value=50, mostly=0.9)
    verdict = one(make_profile(columns={"width": widths}), suite_of(given)).verdicts[0]
    assert (verdict.outcome, verdict.n_judged, verdict.n_unexpected) == ("passed", 39, 3)
    assert verdict.observed == pytest.approx(3 / 39)
    assert verdict.bound == pytest.approx(0.1)
    assert verdict.samples == ("train/038.jpg", "train/039.jpg", "train/037.jpg")


def test_nulls_are_judged_by_the_rules_about_them(make_profile, suite_of, rule):
    labels = {"label": ["cat"] * 30 + [None] * 10}
    given = rule("column_values_to_not_be_null", column="label", mostly=0.9)
    verdict = one(make_profile(columns=labels), suite_of(given)).verdicts[0]
    assert (verdict.outcome, verdict.n_judged, verdict.n_unexpected) == ("failed", 40, 10)
    assert verdict.samples[0] == "train/030.jpg"
    nothing = one(make_profile("nothing.profile"), suite_of(given)).verdicts[0]
    assert (nothing.outcome, nothing.n_unexpected) == ("failed", 40)


def test_scores_rates_and_components_of_the_corpus(make_profile, suite_of, rule):
    suite = suite_of(
        rule("score_to_be_at_least", table="corpus", score="diversity", min_value=0.7, rule_id="a"),
        rule(
            "score_to_be_at_least", table="corpus", score="diversity", min_value=0.71, rule_id="b"
        ),
        rule(
            "score_to_be_at_least",
            table="corpus",
            score="diversity_uniqueness",
            min_value=0.9,
            rule_id="c",
        ),
        rule(
            "column_values_to_be_between",
            table="corpus",
            column="blurry_rate",
            max_value=0.01,
            rule_id="d",
        ),
        rule("score_to_be_at_least", table="corpus", score="accuracy", min_value=0.1, rule_id="e"),
        rule(
            "score_to_be_at_least",
            table="corpus",
            score="diversity_spread",
            min_value=0.1,
            rule_id="f",
        ),
        rule(
            "column_values_to_be_between",
            table="corpus",
            column="split_leak_rate",
            max_value=0.9,
            rule_id="g",
        ),
    )
    found = {v.rule: v for v in one(make_profile(issues={"blurry": [5, 2]}), suite).verdicts}
    outcomes = {name: v.outcome for name, v in found.items()}
    assert outcomes == dict(
        a="passed", b="failed", c="passed", d="failed", e="error", f="error", g="error"
    )
    assert (found["b"].observed, found["b"].bound) == (0.7, 0.71)
    assert (found["d"].observed, found["d"].bound) == (2 / 40, 0.01)
    assert found["c"].observed == 0.98
    assert set(found["d"].samples) == {"train/002.jpg", "train/005.jpg"}
    assert found["e"].reason == "no accuracy: no sample has a label"
    assert "no column diversity_spread" in found["f"].reason
    assert "fewer than two splits" in found["g"].reason


@pytest.mark.parametrize(
    ("needs", "present"),
    [
        ("labels", {"columns": {"label": ["a", "b"] * 20}}),
        ("splits", {"columns": {"split": ["train", "test"] * 20}}),
        ("captions", {"columns": {"caption": ["words"] * 40}}),
        ("embeddings", {"encoder": {"name": "pixels", "digest": "d", "dim": 2}}),
        ("reference", {"scores": {"representativeness": {"value": 0.9}}}),
    ],
)
def test_rules_that_do_not_apply_are_left_out_with_a_note(
    make_profile, suite_of, blurry, needs, present
):
    suite = suite_of(blurry(needs=[needs]))
    without = one(make_profile(), suite)
    assert without.verdicts == ()
    assert without.notes[0].startswith("blurry-rate was left out: ")
    assert len(one(make_profile("with.profile", **present), suite).verdicts) == 1


RATCHET = dict(
    table="corpus",
    score="diversity",
    baseline={"$PARAMETER": "baseline_diversity"},
    baseline_low={"$PARAMETER": "baseline_diversity_low"},
)


def scored(value, method="by hand"):
    diversity = {"value": value, "low": value - 0.03, "high": value + 0.04, "n": 4}
    return {"diversity": diversity | {"method": method}}


@pytest.mark.parametrize("value", [0.70, 0.66, 0.651, 0.649, 0.6])
def test_the_ratchet_lets_go_what_both_intervals_allow(make_profile, suite_of, rule, value):
    suite = suite_of(rule("score_not_to_fall_below_baseline", rule_id="ratchet", **RATCHET))
    baseline = make_profile("old.profile", scores=scored(0.7))
    profile = make_profile(scores=scored(value))
    verdict = one(profile, suite, Beside(baseline=baseline)).verdicts[0]
    # MOVER: the upper end of the interval of (value - 0.7) is below 0.
    upper = value - 0.7 + math.sqrt(0.04**2 + 0.03**2)
    assert verdict.outcome == ("failed" if upper < 0 else "passed")
    assert (verdict.baseline, verdict.observed) == (0.7, pytest.approx(value))
    assert verdict.bound == pytest.approx(0.65)


def test_a_ratchet_without_baseline_is_a_note(make_profile, suite_of, rule):
    suite = suite_of(rule("score_not_to_fall_below_baseline", rule_id="ratchet", **RATCHET))
    decision = one(make_profile(), suite)
    assert decision.passed
    assert decision.notes == ("ratchet was left out: no --baseline was given",)


def test_sides_that_were_scored_in_two_ways_are_scored_alike(make_profile, suite_of, rule):
    suite = suite_of(
        rule("score_not_to_fall_below_baseline", rule_id="ratchet", **RATCHET),
        rule("score_to_be_at_least", table="corpus", score="diversity", min_value=0.7, rule_id="f"),
    )
    copies = {"content_hash": [f"{i // 2:064x}" for i in range(40)]}
    pairs = {"exact_duplicate": range(40)}
    profile = make_profile(columns=copies, issues=pairs, scores=scored(0.9, "by a reference"))
    baseline = make_profile("old.profile", scores=scored(0.7))
    decision = one(profile, suite, Beside(baseline))
    ratchet, floor = decision.verdicts
    assert ratchet.baseline == 1.0  # without copies
    assert ratchet.observed < 0.9
    assert (floor.outcome, floor.observed) == ("passed", 0.9)


def test_a_baseline_by_another_method_or_without_the_score_is_not_judged(
    make_profile, suite_of, rule
):
    suite = suite_of(rule("score_not_to_fall_below_baseline", rule_id="ratchet", **RATCHET))
    labelled = {"label": ["cat", "dog"] * 20}
    other = make_profile("other.profile", columns=labelled, scores=scored(0.7, "with labels"))
    assert "another method" in one(make_profile(), suite, Beside(other)).verdicts[0].reason
    none = {"diversity": {"value": None, "reason": "too few"}}
    empty = make_profile("none.profile", n=0, scores=none)
    decision = one(make_profile("b.profile"), suite, Beside(empty))
    assert decision.exit_code == 3
    assert decision.verdicts[0].reason.startswith("the baseline has no diversity: ")


def test_rates_can_be_ratcheted_too(make_profile, suite_of, blurry):
    suite = suite_of(blurry({"$PARAMETER": "baseline_blurry_rate_high"}))
    baseline = make_profile("old.profile", issues={"blurry": [1, 2]})
    few = one(make_profile(issues={"blurry": [1, 2, 3]}), suite, Beside(baseline)).verdicts[0]
    assert (few.outcome, few.baseline) == ("passed", 0.05)
    assert 0.15 < few.bound < 0.18  # Wilson's upper end for 2 of 40: 0.165
    many = make_profile("many.profile", issues={"blurry": list(range(10))})
    assert one(many, suite, Beside(baseline)).exit_code == 1


def test_a_baseline_of_another_kind_is_refused(make_profile, suite_of, blurry):
    encoder = {"name": "pixels", "digest": "d", "dim": 2}
    profile = make_profile(encoder=encoder)
    text = make_profile("text.profile", modality="text", columns={"width": None})
    other = make_profile("other.profile", encoder=encoder | {"digest": "e"})
    for baseline, words in ((text, "of texts"), (other, "same --encoder")):
        with pytest.raises(InputError, match=words):
            judge(profile, suite_of(blurry()), DAY, Beside(baseline))


def test_shift_is_significant_where_the_whole_interval_is_too_low(make_profile, suite_of, rule):
    suite = suite_of(
        rule(
            "shift_not_to_be_significant",
            table="corpus",
            score="representativeness",
            tolerable=0.9,
            needs=["reference"],
        )
    )
    for i, (high, outcome) in enumerate(((0.95, "passed"), (0.89, "failed"))):
        score = {"value": 0.85, "low": 0.8, "high": high, "n": 9, "method": "m"}
        profile = make_profile(f"{i}.profile", scores={"representativeness": score})
        assert one(profile, suite).verdicts[0].outcome == outcome
    assert one(make_profile(), suite).verdicts == ()


@pytest.fixture
def evaluated(picture, encode, tmp_path):
    """A corpus with a shrunk and an exact copy of evaluation images, the exact one known before."""
    import datakit as dk

    sides = {"new": range(12), "old": range(12), "evaluation": range(20, 26)}
    for side, seeds in sides.items():
        (tmp_path / side).mkdir()
        for seed in seeds:
            data = encode(picture(seed, (96, 96)), "JPEG", quality=90)
            (tmp_path / side / f"{seed:02d}.jpg").write_bytes(data)
    exact = (tmp_path / "evaluation" / "20.jpg").read_bytes()
    for side in ("new", "old"):
        (tmp_path / side / "exact.jpg").write_bytes(exact)
    small = encode(picture(21, (96, 96)).resize((80, 80)), "JPEG", quality=85)
    (tmp_path / "new" / "small.jpg").write_bytes(small)
    return {
        side: dk.profile(tmp_path / side, tmp_path / f"{side}.profile", encoder=None, workers=0)
        for side in sides
    }


def test_new_near_duplicates_of_an_evaluation_set(evaluated, suite_of, rule):
    suite = suite_of(
        rule(
            "no_new_near_duplicates",
            column_A="is_near_evaluation",
            column_B="in_baseline",
            needs=["evaluation"],
        )
    )
    new, old, evaluation = (evaluated[name] for name in ("new", "old", "evaluation"))
    alone = one(new, suite, Beside(evaluation=evaluation)).verdicts[0]
    assert alone.samples == ("exact.jpg", "small.jpg")
    ratcheted = one(new, suite, Beside(baseline=old, evaluation=evaluation)).verdicts[0]
    assert (ratcheted.outcome, ratcheted.samples) == ("failed", ("small.jpg",))
    assert one(old, suite, Beside(baseline=old, evaluation=evaluation)).passed
    assert one(new, suite).notes[0].endswith("(--against)")


def test_a_damaged_profile_is_one_clear_line(make_profile, suite_of, blurry):
    suite = suite_of(blurry())
    damages = {
        "issues.parquet": lambda f: f.write_bytes(b"no parquet"),
        "scores.json": lambda f: f.write_text("{"),
        "rows/part-00000.parquet": lambda f: f.write_bytes(f.read_bytes()[:100]),
        "manifest.json": lambda f: write_json(f, json.loads(f.read_text()) | {"n_samples": 41}),
    }
    import datakit as dk

    for i, (name, damage) in enumerate(damages.items()):
        profile = make_profile(f"{i}.profile", issues={"blurry": [1]})
        damage(profile.path / name)
        with pytest.raises(ProfileError, match=f"{i}.profile") as caught:
            one(dk.load(profile.path), suite)
        assert "\n" not in str(caught.value), name


def test_contamination_and_evaluation_sets_are_two_things(make_profile, suite_of, rule):
    rate = {"contamination_rate": [0.0] * 40}
    texts = {"modality": "text", "columns": {"width": None, "height": None}}
    measured = make_profile("m.profile", modality="text", columns=texts["columns"] | rate)
    suite = suite_of(
        rule(
            "issue_rate_to_be_at_most",
            rule_id="contaminated",
            column="is_contaminated",
            max_rate=0,
            needs=["contamination"],
        ),
        rule(
            "no_new_near_duplicates",
            rule_id="copies",
            column_A="is_near_evaluation",
            column_B="in_baseline",
            needs=["evaluation"],
        ),
        modality="text",
    )
    for profile, beside, judged in (
        (measured, None, ["contaminated"]),
        (make_profile("n.profile", **texts), Beside(evaluation=measured), ["copies"]),
        (measured, Beside(evaluation=measured), ["contaminated", "copies"]),
    ):
        decision = one(profile, suite, beside)
        assert [v.rule for v in decision.verdicts] == judged
        assert not decision.errors


def test_a_damaged_baseline_is_named(make_profile, suite_of, blurry):
    baseline = make_profile("old.profile")
    (baseline.path / "scores.json").write_text("{")
    with pytest.raises(ProfileError, match=r"old\.profile is damaged"):
        one(make_profile(), suite_of(blurry()), Beside(baseline))


def test_arguments_that_great_expectations_refuses_name_the_rule(make_profile, suite_of, rule):
    given = rule(
        "column_values_to_not_be_outliers",
        rule_id="strange",
        column="width",
        method="iqr",
        multiplier=-1,
    )
    with pytest.raises(InputError, match=r"mine\.json:4:3: .*strange"):
        one(make_profile(), suite_of(given))


def test_the_same_profile_gives_the_same_bytes_and_no_socket_is_opened(
    make_profile, suite_of, blurry, rule, monkeypatch
):
    from datakit.gates.formats import render

    profile = make_profile(issues={"blurry": [3, 1]})
    suite = suite_of(
        blurry(),
        rule("column_values_to_be_between", column="width", max_value=120),
        rule("score_to_be_at_least", table="corpus", score="usability", min_value=0.9),
    )

    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    texts = {render(one(profile, suite), "json") for _ in range(2)}
    assert len(texts) == 1


def test_great_expectations_is_imported_by_gate_alone(folder, tmp_path):
    code = f"""
import sys
import datakit as dk
dk.profile({str(folder)!r}, {str(tmp_path / "p.profile")!r}, encoder=None, workers=0)
import datakit.cli.main, datakit.gating, datakit.gates.judge, datakit.gates.load
assert "great_expectations" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr


CORPUS_RATE = dict(table="corpus", column="blurry_rate", max_value=0.1, rule_id="corpus-rate")


def test_what_could_not_be_read_is_not_free_of_blur(make_profile, suite_of, blurry, rule):
    suite = suite_of(
        blurry(),
        rule("column_values_to_be_between", **CORPUS_RATE),
        rule(
            "issue_rate_to_be_at_most", column="is_unreadable", max_rate=0.999, rule_id="unreadable"
        ),
        rule("issue_rate_to_be_at_most", column="is_truncated", max_rate=0.9, rule_id="truncated"),
        rule(
            "no_new_near_duplicates",
            rule_id="copies",
            column_A="is_near_evaluation",
            column_B="in_baseline",
        ),
    )
    content = ("blurry-rate", "corpus-rate", "copies")
    evaluation = make_profile("evaluation.profile", columns={"content_hash": ["x"] * 40})
    for status in ("unreadable", "empty", "truncated"):
        issues = {status: range(40)} if status != "empty" else {}
        hidden = make_profile(f"{status}.profile", columns={"status": [status] * 40}, issues=issues)
        decision = one(hidden, suite, Beside(evaluation=evaluation))
        found = {v.rule: v for v in decision.verdicts}
        assert [found[name].outcome for name in content] == ["error"] * 3, status
        assert "no sample could be read" in found["blurry-rate"].reason
        assert found["unreadable"].n_judged == 40
        assert found["unreadable"].n_unexpected == (40 if status == "unreadable" else 0)
        assert found["truncated"].outcome == ("failed" if status == "truncated" else "error")
        assert decision.exit_code == (3 if status == "empty" else 1)


def test_rates_are_those_of_the_rows_that_were_judged(make_profile, suite_of, blurry, rule):
    columns = {"status": ["ok"] * 30 + ["unreadable"] * 10}
    profile = make_profile(columns=columns, issues={"blurry": [1, 2, 3]})
    suite = suite_of(blurry(0.09), rule("column_values_to_be_between", **CORPUS_RATE))
    rows, corpus = one(profile, suite).verdicts
    assert (rows.n_judged, rows.n_unexpected, rows.outcome) == (30, 3, "failed")
    assert rows.observed == pytest.approx(0.1)
    assert corpus.outcome == "passed"  # 3 of 30, not of 40
    from datakit.gates.features import Features
    from datakit.gates.tables import corpus_table

    row = corpus_table(profile, profile.scores, Features(profile))
    assert row["blurry_rate"] == pytest.approx(0.1)
    assert row["unreadable_rate"] == 0
    assert row["blurry_rate_high"] == pytest.approx(0.2562, abs=1e-4)  # Wilson, 3 of 30


@pytest.mark.parametrize(
    ("operator", "value", "n"), [("==", True, 3), ("!=", True, 27), ("==", False, 27)]
)
def test_no_condition_takes_what_could_not_be_read_for_clear(
    make_profile, suite_of, rule, operator, value, n
):
    columns = {"status": ["ok"] * 30 + ["unreadable"] * 10}
    profile = make_profile(columns=columns, issues={"blurry": [1, 2, 3]})
    about = {"column": {"name": "is_blurry"}, "operator": operator, "parameter": value}
    given = rule("column_values_to_be_between", column="height", max_value=64)
    given["kwargs"]["row_condition"] = {"type": "comparison"} | about
    assert one(profile, suite_of(given)).verdicts[0].n_judged == n


def test_captions_are_judged_where_there_are_some(make_profile, suite_of, rule):
    captions = {"caption": ["words"] * 10 + [None] * 15 + ["", "  "] * 7 + [None]}
    captions["status"] = ["unreadable"] * 40  # a caption stands beside its file
    issues = {"mojibake": [0], "missing_caption": range(10, 40)}
    suite = suite_of(
        rule("issue_rate_to_be_at_most", rule_id="a", column="is_mojibake", max_rate=0.2),
        rule("issue_rate_to_be_at_most", rule_id="b", column="is_missing_caption", max_rate=0.9),
    )
    found = one(make_profile(columns=captions, issues=issues), suite).verdicts
    assert [v.n_judged for v in found] == [10, 40]
    blank = make_profile("blank.profile", columns={"caption": [" "] * 40})
    assert [v.outcome for v in one(blank, suite).verdicts] == ["error", "error"]


def test_a_rule_that_can_never_fail_is_a_note_where_it_stops_nothing(
    make_profile, suite_of, blurry
):
    decision = one(make_profile(), suite_of(blurry(1, severity="warning")))
    assert decision.notes == ("blurry-rate can never fail: max_rate is 1",)


def test_flags_of_absent_features_are_null(make_profile):
    from datakit.gates.features import Features
    from datakit.gates.tables import IssueRows, SampleFlags, samples_table

    profile = make_profile(issues={"blurry": [4]})
    wanted = ["is_blurry", "is_split_leak", "is_near_evaluation", "in_baseline", "width"]
    table = samples_table(profile, wanted, SampleFlags(), Features(profile), IssueRows(profile))
    assert list(table) == wanted
    assert np.flatnonzero(table["is_blurry"]).tolist() == [4]
    assert table["is_split_leak"].isna().all()
    assert table["is_near_evaluation"].isna().all()
    assert not table["in_baseline"].any()
