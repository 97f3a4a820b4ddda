"""What GitHub Actions gets without being asked."""

import io

import pytest
from made_decisions import decision, mixed, verdict
from markdown_it import MarkdownIt
from workflow_commands import read_line

from datakit.errors import InputError
from datakit.gates.ci import announce, announce_error, announce_undecided
from datakit.gates.formats.undecided import undecided


def actions(tmp_path, **other):
    return {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), **other}


def announced(whole, environment):
    stream = io.StringIO()
    announce(whole, stream, environment)
    return stream.getvalue()


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_nothing_is_written(tmp_path, environment):
    summary = tmp_path / "summary.md"
    assert announced(mixed(), environment | {"GITHUB_STEP_SUMMARY": str(summary)}) == ""
    assert not summary.exists()


def test_in_actions_there_are_annotations_and_a_summary(tmp_path):
    lines = announced(mixed(), actions(tmp_path)).splitlines()
    found = [read_line(line) for line in lines]
    assert [c.name for c in found] == ["error"] * 3 + ["warning"] + ["notice"] * 2
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("## datakit gate: failed\n")
    assert "near-duplicates" in text


def test_the_summary_is_added_to_what_is_there(tmp_path):
    (tmp_path / "summary.md").write_text("# before\n")
    announced(mixed(), actions(tmp_path))
    announced(decision(), actions(tmp_path))
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("# before\n\n## datakit gate: failed")
    assert "## datakit gate: passed" in text


@pytest.mark.parametrize("before", [0, 500_000, 999_000, 999_999, 1_040_000])
def test_a_summary_never_passes_the_limit_of_a_step(tmp_path, before):
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * before)
    names = tuple(f"{'ü' * 150}{i}" for i in range(100))
    announced(decision(*(verdict(f"r{i}", samples=names) for i in range(100))), actions(tmp_path))
    assert summary.stat().st_size <= max(before, 1_000_000)
    assert summary.read_bytes()[:before] == b"x" * before


def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path):
    environment = actions(tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "no" / "summary.md"))
    last = read_line(announced(mixed(), environment).splitlines()[-1])
    assert last.name == "warning"
    assert last.data == "the job summary cannot be written: No such file or directory"


def test_without_a_summary_file_there_are_still_annotations():
    assert announced(mixed(), {"GITHUB_ACTIONS": "true"}).startswith("::error ")


def test_a_gate_that_passed_says_so_in_the_summary_only(tmp_path):
    assert announced(decision(verdict(outcome="passed")), actions(tmp_path)) == ""
    assert "gate: passed" in (tmp_path / "summary.md").read_text(encoding="utf-8")


HOSTILE = "a\nb%,: \x1b[0m ##[error]c"


def test_an_error_is_one_annotation_that_shows_what_it_was_given(tmp_path):
    stream = io.StringIO()
    announce_error(f"datakit {HOSTILE}", HOSTILE * 500, stream, actions(tmp_path))
    (line,) = stream.getvalue().splitlines()
    found = read_line(line)
    assert found.name == "error"
    assert found.data.startswith("a\\nb%,: \\x1b[0m ##\\x5b")
    assert len(line) < 4096
    assert not (tmp_path / "summary.md").exists()


def test_why_there_is_no_decision_is_in_the_summary(tmp_path):
    (tmp_path / "summary.md").write_text("# before\n")
    one = undecided("photos", None, InputError(f"<img src=x> {HOSTILE}"))
    stream = io.StringIO()
    announce_undecided(one, stream, actions(tmp_path))
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("# before\n\n## datakit gate: error\n")
    assert "exit code 2" in text
    assert "<img" not in MarkdownIt().render(text)
    assert stream.getvalue() == ""


def test_elsewhere_no_error_is_announced(tmp_path):
    stream = io.StringIO()
    environment = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    announce_error("datakit gate", "wrong", stream, environment)
    announce_undecided(undecided("x", None, InputError("wrong")), stream, environment)
    assert stream.getvalue() == ""
    assert not (tmp_path / "summary.md").exists()
