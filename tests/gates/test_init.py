"""A suite from a good profile: passes it and corpora like it, and fails worse ones."""

import datetime
import json
import math

import numpy as np
import pytest

from datakit.errors import InputError
from datakit.gates.init import _round, suite_from
from datakit.gates.judge import judge
from datakit.gates.load import load_suite

DAY = datetime.date(2026, 1, 1)


@pytest.fixture
def made(make_profile, tmp_path):
    columns = {"label": ["cat", "dog"] * 20}
    profile = make_profile("good.profile", columns=columns, issues={"blurry": [3, 4]})
    file = tmp_path / "good.json"
    file.write_text(json.dumps(suite_from(profile, "good")))
    return profile, load_suite(file)


def test_the_good_profile_passes(made):
    profile, suite = made
    assert judge(profile, suite, DAY).decision.exit_code == 0
    assert {rule.table for rule in suite.rules} == {"samples", "corpus"}


def test_bounds_come_from_intervals(made):
    bounds = {rule.id: rule.kwargs for rule in made[1].rules}
    # Wilson: 2 of 40 ends at 0.1650, 0 of 40 at 0.0876.
    z2 = 1.959964**2
    for k, name in ((2, "blurry-rate"), (0, "noisy-rate")):
        p = k / 40
        wide = math.sqrt(p * (1 - p) * z2 / 40 + z2 * z2 / 6400)
        high = (p + z2 / 80 + wide) / (1 + z2 / 40)
        wanted = p + math.sqrt(2) * (high - p)
        assert wanted <= bounds[name]["max_rate"] <= wanted * 1.1
    assert bounds["secret-rate"]["max_rate"] == 0 if "secret-rate" in bounds else True
    wanted = 0.7 - math.sqrt(2) * 0.04
    assert wanted - 0.04 <= bounds["diversity-floor"]["min_value"] <= wanted


def test_worse_corpora_fail(made, make_profile):
    _, suite = made
    worse = make_profile(
        "worse.profile",
        columns={"label": ["cat", "dgo"] * 20},
        issues={"blurry": range(15)},
    )
    failed = {v.rule for v in judge(worse, suite, DAY).decision.failures}
    assert failed == {"blurry-rate", "known-labels"}


def test_what_the_good_corpus_has_must_not_vanish(make_profile, tmp_path):
    columns = {
        "label": ["cat", "dog"] * 20,
        "split": ["train"] * 30 + ["test"] * 10,
        "caption": [f"picture {i}" for i in range(38)] + [None] * 2,
    }
    good = make_profile("good.profile", columns=columns, issues={"missing_caption": [38, 39]})
    file = tmp_path / "good.json"
    file.write_text(json.dumps(suite_from(good, "good")))
    suite = load_suite(file)
    assert judge(good, suite, DAY).decision.exit_code == 0
    assert {need for rule in suite.rules for need in rule.needs} == {"baseline"}
    for name, what in (("label", "labels"), ("split", "splits"), ("caption", "captions")):
        without = {key: value for key, value in columns.items() if key != name}
        worse = make_profile(f"{name}.profile", columns=without)
        decision = judge(worse, suite, DAY).decision
        assert decision.exit_code == 1
        assert {v.rule for v in decision.failures} == {f"{what}-present"}
        few = make_profile(
            f"few-{name}.profile", columns=without | {name: columns[name][:20] + [None] * 20}
        )
        failed = {v.rule for v in judge(few, suite, DAY).decision.failures}
        assert f"{what}-present" in failed


def test_bounds_that_let_everything_pass_are_no_rules(make_profile, tmp_path):
    low = {"value": 0.01, "low": 0.0, "high": 0.2, "n": 2, "method": "by hand"}
    profile = make_profile(n=2, issues={"blurry": [0]}, scores={"diversity": low})
    file = tmp_path / "tiny.json"
    file.write_text(json.dumps(suite_from(profile, "tiny")))
    ids = {rule.id for rule in load_suite(file).rules}
    assert not ids & {"blurry-rate", "diversity-floor"}
    decision = judge(profile, load_suite(file), DAY).decision
    assert not [note for note in decision.notes if "never fail" in note]


def test_corpora_drawn_alike_hardly_ever_fail():
    rng = np.random.default_rng(0)
    n, p, failed = 400, 0.02, 0
    from datakit.metrics.intervals import wilson

    for _ in range(2000):
        seen, new = rng.binomial(n, p, 2)
        bound = seen / n + math.sqrt(2) * (wilson(int(seen), n)[1] - seen / n)
        failed += new / n > bound
    assert failed / 2000 < 0.04


@pytest.mark.parametrize(
    ("value", "up", "wanted"),
    [(0.00512, True, 0.0052), (0.0, True, 0.0), (0.934, False, 0.934), (0.9345, False, 0.934)],
)
def test_rounding_gives_room(value, up, wanted):
    assert _round(value, up=up) == pytest.approx(wanted)


def test_names_and_empty_profiles_are_refused(make_profile):
    with pytest.raises(InputError, match="hyphens"):
        suite_from(make_profile(), "My.Suite")
    with pytest.raises(InputError, match="no samples"):
        suite_from(make_profile("empty.profile", n=0), "mine")
