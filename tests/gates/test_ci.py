"""What GitHub Actions gets without being asked."""

import io

import pytest
from made_decisions import decision, mixed, verdict
from workflow_commands import read_line

from datakit.gates.ci import announce


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
