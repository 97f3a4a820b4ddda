"""``datakit gate`` and ``datakit suite`` as programs: exit codes, streams, files."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

import datakit as dk
from datakit.cli.main import main

DATAKIT = [sys.executable, "-m", "datakit.cli.main"]


@pytest.fixture
def run(monkeypatch, capsys):
    """The command in this process, where Great Expectations is imported once."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def run(*arguments, cwd, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(cwd)
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return SimpleNamespace(returncode=stop.value.code, stdout=shown.out, stderr=shown.err)

    return run


def suite_file(path, *rules):
    path.write_text(json.dumps({"name": path.stem, "expectations": list(rules)}), encoding="utf-8")
    return path


def unreadable(most, severity="critical"):
    return {
        "type": "expect_issue_rate_to_be_at_most",
        "kwargs": {"column": "is_unreadable", "max_rate": most},
        "severity": severity,
        "meta": {"id": "unreadable-rate", "dimension": "completeness"},
    }


def two_formats(first, second):
    return ["--format", f"json={first}", "--format", f"junit={second}"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a small corpus of which one file is broken, its profile, and suites."""
    import numpy as np
    from PIL import Image

    root = tmp_path_factory.mktemp("gate")
    (root / "images").mkdir()
    rng = np.random.default_rng(0)
    for i in range(9):
        pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((64, 64), Image.Resampling.BICUBIC)
        image.save(root / "images" / f"{i}.jpg", quality=92)
    (root / "images" / "broken.jpg").write_bytes(b"<html>404</html>")
    dk.profile(root / "images", root / "images.profile", encoder=None, workers=0)
    suite_file(root / "bears.json", unreadable(0.1))
    suite_file(root / "strict.json", unreadable(0.05))
    suite_file(root / "warns.json", unreadable(0.05, "warning"))
    null = {"type": "expect_column_mean_to_be_between"}
    suite_file(
        root / "null.json",
        null
        | {"kwargs": {"column": "jpeg_quality", "min_value": 0}, "meta": {"id": "null"}}
        | {"kwargs": {"column": "caption_n_words", "min_value": 0}},
    )
    return root


@pytest.mark.parametrize(
    ("suite", "code", "decision"),
    [
        ("bears.json", 0, "passed"),
        ("warns.json", 0, "passed"),
        ("strict.json", 1, "failed"),
        ("null.json", 3, "error"),
    ],
)
def test_exit_codes_and_json(run, place, suite, code, decision):
    done = run("gate", "images.profile", "--suite", suite, "--json", cwd=place)
    assert (done.returncode, done.stderr) == (code, "")
    found = json.loads(done.stdout)
    assert (found["decision"], found["exit_code"], found["schema"]) == (decision, code, 1)
    assert found["suite"] == suite.removesuffix(".json")
    assert found["seconds"] > 0
    (rule,) = found["rules"]
    keys = "id type dimension severity outcome observed bound baseline n_unexpected samples why fix"
    assert set(keys.split()) <= set(rule)
    if code == 1:
        assert (rule["observed"], rule["bound"]) == (0.1, 0.05)
        assert (rule["outcome"], rule["samples"]) == ("failed", ["broken.jpg"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gate", "nothing"], "nothing"),
        (["gate", "images.profile", "--suite", "none"], "there are images"),
        (["gate", "images.profile", "--suite", "none.json"], "no such suite file"),
        (["gate", "images.profile", "--suite", "text"], "for text profiles"),
        (["gate", "images.profile", "--baseline", "images"], "--baseline"),
        (["gate", "images.profile", "--waivers", "none.yaml"], "waivers cannot be read"),
        (["gate", "images.profile", "--date", "tomorrow"], "2027-01-31"),
        (["gate", "images.profile", "--format", "pdf"], "one of text"),
        (["gate", "images.profile", "--format", "json=no/such/x"], "folder that is there"),
        (["gate", "images.profile", "--format", f"json={os.devnull}"], "folder that is there"),
        (["gate", "images.profile", *two_formats("gate.out", "./gate.out")], "json goes to"),
        (["gate", "images.profile", "--json", "--format", "junit"], "standard output"),
        (["gate", "images.profile", "--data-docs", "images.profile/docs"], "inside"),
        (["gate", "images.profile", "--reference", "images"], "--reference"),
        (["suite", "check", "none.json"], "no such suite file"),
        (["suite", "init", "images.profile", "-o", "strict.json"], "exists"),
        (["suite", "init", "images.profile", "-o", "Bad Name.json"], "hyphens"),
    ],
)
def test_what_cannot_be_carried_out_is_one_line_and_2(run, place, arguments, words):
    before = sorted(place.rglob("*"))
    done = run(*arguments, cwd=place)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(place.rglob("*")) == before


def test_a_report_is_written_through_a_link(run, place, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gate.json")
    done = run("gate", "images.profile", "--format", f"json={tmp_path / 'link'}", cwd=place)
    assert done.returncode in (0, 1)
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "gate.json").read_text())["suite"] == "images"


@pytest.mark.parametrize("key", ["type", "column"])
def test_no_text_of_a_suite_begins_a_line_of_the_log(run, place, tmp_path, key):
    rule = unreadable(0)
    (rule if key == "type" else rule["kwargs"])[key] = "x\n::stop-commands::y\x1b[2J"
    done = run("suite", "check", suite_file(tmp_path / "evil.json", rule), cwd=place)
    if key == "column":  # which is looked up when there is a profile
        options = ["--suite", tmp_path / "evil.json"]
        done = run("gate", "images.profile", *options, cwd=place)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_a_bad_rule_names_its_line(run, place):
    bad = {"type": "expect_colum_mean_to_be_between", "kwargs": {}}
    (place / "bad.json").write_text(json.dumps({"expectations": [bad]}, indent=1))
    done = run("gate", "images.profile", "--suite", "bad.json", cwd=place)
    assert done.returncode == 2
    assert done.stderr.startswith("datakit: bad.json:4:12: unknown expectation")


def test_formats_go_to_files_and_the_run_repeats_itself(run, place, tmp_path):
    files = [f"{name}={tmp_path / name}" for name in ("json", "junit", "sarif", "markdown")]
    shown = []
    for _ in range(2):
        options = [option for file in files for option in ("--format", file)]
        done = run("gate", "images.profile", "--suite", "strict.json", *options, cwd=place)
        assert done.returncode == 1
        contents = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        shown.append((done.stdout, contents))
    assert shown[0] == shown[1]
    assert set(contents) == {"json", "junit", "sarif", "markdown"}
    assert ElementTree.fromstring(contents["junit"]).iter("failure")
    assert "unreadable-rate" in done.stdout


def test_a_corpus_is_profiled_and_then_reused(run, place, tmp_path):
    options = ["--suite", place / "strict.json", "--encoder", "none", "--workers", "0", "--json"]
    for _ in range(2):
        done = run("gate", place / "images", "-o", tmp_path / "p", *options, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, "")
        assert json.loads(done.stdout)["profile"] == str(tmp_path / "p")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p"]


def test_nothing_is_written_beside_what_was_asked_for(place, tmp_path):
    before = sorted(place.rglob("*"))
    home = tmp_path / "home"
    home.mkdir()
    suite = place / "strict.json"
    arguments = [place / "images.profile", "--suite", suite, "--data-docs", tmp_path / "docs"]
    done = subprocess.run(
        [*DATAKIT, "gate", *map(str, arguments)],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(home), "TMPDIR": str(home)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert sorted(place.rglob("*")) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["docs", "home"]
    assert list(home.iterdir()) == []
    pages = "".join(page.read_text() for page in (tmp_path / "docs").rglob("*.html"))
    assert "broken.jpg" in pages


def test_waivers_through_the_command_line(run, place, tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text("- {rule: unreadable-rate, reason: known, expires: 2026-06-30}\n")
    options = ["--suite", "strict.json", "--waivers", file]
    for day, code in (("2026-06-30", 0), ("2026-07-01", 1)):
        done = run("gate", "images.profile", *options, "--date", day, cwd=place)
        assert done.returncode == code
        assert day in done.stdout


def test_a_time_is_taken_for_its_day(place):
    day = datetime.datetime(2026, 6, 30, 23, 59, tzinfo=datetime.UTC)
    waivers = place.parent / "times.yaml"
    waivers.write_text("- {rule: unreadable-rate, reason: known, expires: 2026-06-30}\n")
    decision = dk.gate(place / "images.profile", place / "strict.json", waivers=waivers, date=day)
    assert (decision.date, decision.verdicts[0].outcome) == ("2026-06-30", "waived")


def test_github_gets_annotations_and_a_summary_by_itself(run, place, tmp_path):
    summary = tmp_path / "summary.md"
    done = run(
        "gate",
        "images.profile",
        "--suite",
        "strict.json",
        cwd=place,
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert done.returncode == 1
    assert "::error " in done.stdout
    assert "unreadable-rate" in summary.read_text()


def test_a_reader_that_goes_away_changes_no_decision(place):
    command = [*DATAKIT, "gate", "images.profile", "--suite", "strict.json", "--json"]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait() == 1


def test_an_interrupted_gate_is_no_verdict(place):
    code = """
import signal, sys, threading, os
signal.signal(signal.SIGINT, signal.default_int_handler)
from datakit.cli.main import main
from datakit.gates import judge
def wait(*_):
    print("ready", flush=True)
    threading.Event().wait()
judge._findings = wait
main(["gate", "images.profile", "--suite", "bears.json"])
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_suites_are_listed_checked_and_made(run, place, tmp_path):
    listed = json.loads(run("suite", "list", "--json", cwd=place).stdout)["suites"]
    names = ["images", "images-captioned", "images-gan", "text", "text-lm", "text-zh"]
    assert sorted(suite["name"] for suite in listed) == names
    assert run("suite", "check", *names, "bears.json", cwd=place).returncode == 0
    made = run("suite", "init", "images.profile", "-o", tmp_path / "mine.json", cwd=place)
    assert made.returncode == 0, made.stderr
    done = run("gate", "images.profile", "--suite", tmp_path / "mine.json", cwd=place)
    assert done.returncode == 0, done.stdout


def test_python_has_the_same_verb(place):
    decision = dk.gate(place / "images.profile", str(place / "strict.json"))
    assert not decision.passed
    with pytest.raises(dk.GateFailed, match=r"broken\.jpg") as caught:
        decision.raise_for_failure()
    assert caught.value.exit_code == 1
    assert dk.gate(dk.load(place / "images.profile"), str(place / "bears.json")).passed
