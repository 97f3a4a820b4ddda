"""Waivers excuse what they name, until they are over, and never in silence."""

import datetime
import json

import pytest

from datakit.gates.judge import Beside, judge
from datakit.gates.waivers import WaiverError, load_waivers

DAY = datetime.date(2026, 6, 30)


@pytest.fixture
def write(tmp_path):
    def write(text):
        file = tmp_path / "waivers.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def entry(rule="blurry-rate", samples="", expires="2026-12-31", reason="old scans"):
    return f"- rule: {rule}\n  reason: {reason}\n  expires: {expires}\n" + (
        f"  samples: [{samples}]\n" if samples else ""
    )


def judged(profile, suite, file, day=DAY):
    return judge(profile, suite, day, Beside(waivers=load_waivers(file))).decision


def test_a_rule_is_waived_as_a_whole(make_profile, suite_of, blurry, write):
    profile, suite = make_profile(issues={"blurry": [1, 2]}), suite_of(blurry(0))
    decision = judged(profile, suite, write(entry()))
    (verdict,) = decision.verdicts
    assert (verdict.outcome, decision.passed, decision.date) == ("waived", True, "2026-06-30")
    assert verdict.reason == "old scans (until 2026-12-31)"
    assert (verdict.observed, len(verdict.samples)) == (0.05, 2)
    assert decision.notes == ()


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026-12-30", 0), ("2026-12-31", 0), ("2027-01-01", 1), ("2030-01-01", 1)],
)
def test_a_waiver_holds_through_its_last_day(make_profile, suite_of, blurry, write, day, code):
    profile, suite = make_profile(issues={"blurry": [1]}), suite_of(blurry(0))
    file = write(entry())
    decision = judged(profile, suite, file, datetime.date.fromisoformat(day))
    assert decision.exit_code == code
    if code:
        assert decision.verdicts[0].reason == f"the waiver at {file}:1 expired 2026-12-31"
        assert "expired 2026-12-31 (old scans)" in decision.notes[0]


def test_named_samples_are_not_judged(make_profile, suite_of, blurry, write):
    profile = make_profile(issues={"blurry": [1, 2, 11]})
    suite = suite_of(blurry(0))
    every = judged(profile, suite, write(entry(samples='"train/00*.jpg", train/011.jpg')))
    assert every.verdicts[0].outcome == "waived"
    assert every.verdicts[0].reason.startswith("3 samples: old scans")
    some = judged(profile, suite, write(entry(samples='"train/00*.jpg"'))).verdicts[0]
    assert (some.outcome, some.samples, some.n_judged) == ("failed", ("train/011.jpg",), 38)
    assert some.observed == pytest.approx(1 / 38)
    assert some.reason == "beside 2 waived samples"


@pytest.mark.parametrize("path", ["a  b.jpg", "x[1].jpg", "new\nline*.jpg", " a"])
def test_a_sample_is_waived_by_its_own_name(make_profile, suite_of, blurry, write, path):
    paths = [path, *(f"{i}.jpg" for i in range(39))]
    profile = make_profile(columns={"path": paths}, issues={"blurry": [0]})
    decision = judged(profile, suite_of(blurry(0)), write(entry(samples=json.dumps(path))))
    assert decision.verdicts[0].outcome == "waived"


def test_what_was_not_judged_cannot_be_waived(make_profile, suite_of, rule, write):
    suite = suite_of(
        rule("column_values_to_be_between", column="noise", min_value=1, rule_id="noise")
    )
    decision = judged(make_profile(), suite, write(entry(rule="noise")))
    assert decision.exit_code == 3


@pytest.mark.parametrize(
    ("samples", "issues", "words"),
    [
        ("", {}, "was not needed: remove it"),
        ("test/x.jpg", {"blurry": [1]}, "matches no sample"),
    ],
)
def test_a_waiver_that_does_nothing_is_a_note(
    make_profile, suite_of, blurry, write, samples, issues, words
):
    file = write(entry(samples=samples))
    decision = judged(make_profile(issues=issues), suite_of(blurry(0)), file)
    (note,) = decision.notes
    assert words in note
    assert f"{file}:1" in note
    assert decision.exit_code == (1 if issues else 0)


def test_samples_of_a_number_of_the_corpus_are_refused(make_profile, suite_of, rule, write):
    suite = suite_of(
        rule(
            "score_to_be_at_least", table="corpus", score="diversity", min_value=0.9, rule_id="low"
        )
    )
    with pytest.raises(WaiverError, match=r"yaml:1: low judges .* leave samples out"):
        judged(make_profile(), suite, write(entry("low", samples="train/001.jpg")))
    assert judged(make_profile("b.profile"), suite, write(entry("low"))).passed


@pytest.mark.parametrize("glob", ["*", "**", "**/*", "*/*"])
def test_a_glob_of_everything_is_no_list_of_samples(write, glob):
    with pytest.raises(WaiverError, match=r"yaml:4: .* is every sample: leave samples out"):
        load_waivers(write(entry(samples=f'train/a.jpg, "{glob}"')))


@pytest.mark.parametrize("glob", ["?*", "[!/]*", "*.jpg", "train/*"])
def test_globs_that_come_to_name_every_sample_waive_nothing(
    make_profile, suite_of, blurry, write, glob
):
    profile = make_profile(issues={"blurry": [1, 2, 11]})
    decision = judged(profile, suite_of(blurry(0)), write(entry(samples=f'"{glob}"')))
    assert decision.exit_code == 1
    assert decision.verdicts[0].reason == "the waivers name every sample of the corpus"


def test_a_rule_that_is_not_there_is_refused(make_profile, suite_of, blurry, write):
    file = write(entry() + entry(rule="blury-rate"))
    with pytest.raises(WaiverError, match=r"yaml:4: .*did you mean blurry-rate"):
        judged(make_profile(), suite_of(blurry()), file)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("rule: a\n", 1, "a list of"),
        ("- rule: [\n", 2, "not valid YAML"),
        ("- just words\n", 1, "a waiver is"),
        ("- rule: a\n  reason: b\n", 1, "lacks expires"),
        ("- rule: a\n  expires: 2026-01-01\n", 1, "lacks reason"),
        ("\n- rule: a\n  reason: b\n  expires: soon\n", 4, "2027-01-31"),
        ("- rule: a\n  reason: b\n  expires: 2026-02-30\n", 3, "2027-01-31"),
        ("- rule: a\n  reason: ''\n  expires: 2026-01-01\n", 2, "reason is empty"),
        ("- rule: a\n  reason: ~\n  expires: 2026-01-01\n", 2, "reason is empty"),
        ("- rule: a\n  reasn: b\n  expires: 2026-01-01\n", 2, "did you mean reason"),
        ("- rule: a\n  rule: b\n", 2, "repeated"),
        ("- rule: a\n  reason: b\n  expires: 2026-01-01\n  samples: x\n", 4, "list of paths"),
        ("- rule: a\n  reason: b\n  expires: 2026-01-01\n  samples: []\n", 4, "list of paths"),
        ("[" * 5000, "", "not valid YAML"),
        ("- rule: !!python/object/apply:os.getcwd []\n", 1, ""),
    ],
)
def test_bad_files_name_the_line(write, text, line, words):
    file = write(text)
    with pytest.raises(WaiverError) as caught:
        load_waivers(file)
    assert str(caught.value).startswith(f"{file}:{line}")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_file_has_none_and_a_missing_one_is_refused(write, tmp_path):
    assert load_waivers(write("# nothing to bear\n")) == ()
    with pytest.raises(WaiverError, match="cannot be read"):
        load_waivers(tmp_path / "none.yaml")
