"""``datakit gate`` and ``datakit suite`` as programs: exit codes, streams, files."""

import datetime
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from types import SimpleNamespace
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest
from sarif_schema import SCHEMA
from workflow_commands import read_line

import datakit as dk
from datakit.cli.main import main
from datakit.errors import InputError

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
    (root / "texts.jsonl").write_text('{"text": "A text that is long enough to be one."}\n')
    suite_file(root / "bears.json", unreadable(0.1))
    suite_file(root / "strict.json", unreadable(0.05))
    suite_file(root / "warns.json", unreadable(0.05, "warning"))
    null = {"type": "expect_column_mean_to_be_between"}
    suite_file(
        root / "null.json",
        null
        | {"kwargs": {"column": "jpeg_quality", "min_value": 0}, "meta": {"id": "null"}}
        | {"kwargs": {"column": "caption_n_words", "min_value": 1}},
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
        (
            ["gate", "images.profile", "--data-docs", "images.profile/docs"],
            "--data-docs images.pro",
        ),
        (["gate", "images", "--data-docs", "images/docs"], "--data-docs images/docs lies inside"),
        (["gate", "images", "--data-docs", "new/docs", "-o", "new"], "lies inside new"),
        (["gate", "images.profile", "--data-docs", "bears.json"], "--data-docs bears.json is a"),
        (["gate", "images.profile", "--format", "json=images/x.json"], "images/x.json lies inside"),
        (["gate", "images", "--format", "json=images/0.jpg"], "lies inside images,"),
        (["gate", "images", "--format", "json=images.profile/x"], "lies inside images.profile"),
        (["gate", "images.profile", "--format", "text=images.profile/scores.json"], "inside"),
        (["gate", "images", "--suite", "bears.json", "--format", "json=bears.json"], "replace"),
        (["gate", "images", "--waivers", "bears.json", "--format", "json=bears.json"], "replace"),
        (["gate", "images", "--manifest", "bears.json", "--format", "json=bears.json"], "replace"),
        (["gate", "images", "--target", "bears.json", "--format", "json=bears.json"], "replace"),
        (["gate", "texts.jsonl", "--format", "sarif=texts.jsonl"], "would replace texts.jsonl"),
        (["gate", "images", "--against", "texts.jsonl", "--format", "json=texts.jsonl"], "replace"),
        (["gate", "images.profile", "--workers", "2"], "--workers only matters"),
        (["gate", "images.profile", "--encoder", "pixels"], "--encoder only matters"),
        (["gate", "images.profile", "-o", "new"], "--out only matters"),
        (["gate", "images.profile", "--manifest", "x.csv"], "--manifest only matters"),
        (["gate", "images.profile", "--text-column", "x"], "run `datakit profile`"),
        (["gate", "images.profile", "--suite", "bears.json", "--against", "images"], "--against"),
        (["gate", "images", "--suite", "bears.json", "--against", "images"], "--against"),
        (["compare", "images.profile", "images.profile", "--workers", "2"], "--workers only"),
        (["compare", "images.profile", "images.profile", "--encoder", "none"], "--encoder only"),
        (["gate", ""], "neither a corpus nor a profile"),
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


REPORTS = ("json", "junit", "sarif", "markdown", "text", "github")


def failing(run, place, folder, source="nowhere", **environment):
    """A gate that comes to no decision, with a report in every format."""
    options = [o for name in REPORTS for o in ("--format", f"{name}={folder / name}")]
    done = run("gate", source, "--suite", "bears.json", *options, cwd=place, **environment)
    return done, {name: (folder / name).read_text(encoding="utf-8") for name in REPORTS}


def check_told(texts, code, words):
    """Every report says that there is no decision, as those who read it expect it."""
    found = json.loads(texts["json"])
    assert (found["decision"], found["exit_code"], found["rules"]) == ("error", code, [])
    assert words in found["error"]
    (suite,) = ElementTree.fromstring(texts["junit"])
    assert (suite.get("tests"), suite.get("errors"), suite.get("failures")) == ("1", "1", "0")
    (error,) = suite.iter("error")
    assert words in error.get("message")
    (invocation,) = json.loads(texts["sarif"])["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, code)
    assert texts["markdown"].startswith("## datakit gate: error\n")
    command = read_line(texts["github"])
    assert (command.name, command.properties["title"]) == ("error", "datakit gate")
    assert all(words in texts[name] for name in REPORTS)


def test_what_cannot_be_carried_out_is_told_by_every_report(run, place, tmp_path):
    (tmp_path / "json").write_text('{"decision": "passed"}')  # of the run before
    done, texts = failing(run, place, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    check_told(texts, 2, "nowhere does not exist")
    jsonschema.validate(json.loads(texts["sarif"]), SCHEMA)


def test_an_internal_error_is_told_by_every_report(run, place, tmp_path, monkeypatch):
    from datakit.gates import judge

    def broken(*_):
        raise RuntimeError("no\n::such luck")

    monkeypatch.setattr(judge, "_findings", broken)
    done, texts = failing(run, place, tmp_path, "images.profile", GITHUB_ACTIONS="true")
    assert done.returncode == 3
    check_told(texts, 3, "RuntimeError: no")
    assert not [text for text in texts.values() if "\n::such" in text]
    assert [c.name for c in map(read_line, done.stderr.splitlines()) if c][-1] == "error"


def test_github_is_told_what_cannot_be_carried_out(run, place, tmp_path):
    summary = tmp_path / "summary.md"
    told = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = run("gate", "no\nwhere%", "--suite", "bears.json", cwd=place, **told)
    assert done.returncode == 2
    plain, annotation = done.stderr.splitlines()
    assert plain.startswith("datakit: no\\nwhere% does not exist")
    command = read_line(annotation)
    assert (command.name, command.properties) == ("error", {"title": "datakit gate"})
    assert command.data == plain.removeprefix("datakit: ")
    assert summary.read_text().startswith("## datakit gate: error\n")
    assert "does not exist" in summary.read_text()
    done = run("gate", "images.profile", "--sweet", "bears.json", cwd=place, **told)
    assert done.returncode == 2
    assert "--sweet" in next(filter(None, map(read_line, done.stderr.splitlines()))).data


def test_a_program_is_told_what_cannot_be_carried_out(run, place):
    done = run("gate", "nowhere", "--json", cwd=place)
    found = json.loads(done.stdout)
    assert (done.returncode, found["decision"], found["exit_code"]) == (2, "error", 2)
    assert found["error"] in done.stderr
    assert found["seconds"] >= 0
    done = run("gate", "nowhere", "--format", "junit", cwd=place)
    assert [e.get("type") for e in ElementTree.fromstring(done.stdout).iter("error")] == [
        "exit code 2"
    ]


def test_no_report_is_put_over_what_is_read_to_tell_an_error(run, place, tmp_path):
    before = (place / "bears.json").read_bytes()
    options = ["--suite", "bears.json", "--format", "json=bears.json"]
    for more in ([], ["--format", f"junit={tmp_path / 'x'}"]):
        assert run("gate", "nowhere", *options, *more, cwd=place).returncode == 2
    assert (place / "bears.json").read_bytes() == before
    assert not (tmp_path / "x").exists()


def test_a_relative_corpus_is_only_protected_where_it_is(run, place, tmp_path):
    (tmp_path / "a").mkdir()
    for i in range(3):
        (tmp_path / "a" / f"{i}.txt").write_text(f"A text of its own, the number {i} of three.")
    options = ["-o", "../a.profile", "--encoder", "none", "--workers", "0"]
    assert run("profile", ".", *options, cwd=tmp_path / "a").returncode == 0
    for folder, code in ((tmp_path / "a", 2), (tmp_path, 0)):
        options = ["--suite", tmp_path / "none.json", "--format", "json=gate.json"]
        rule = unreadable(0.5)
        suite_file(tmp_path / "none.json", rule)
        done = run("gate", tmp_path / "a.profile", *options, cwd=folder)
        assert done.returncode == code, done.stderr
        assert (folder / "gate.json").exists() is (code == 0)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize(
    "command",
    [
        ["gate", "ж.profile", "--suite", "any.json"],
        ["gate", "ж.profile", "--suite", "any.json", "--format", "markdown"],
        ["gate", "ж.profile", "--suite", "any.json", "--json"],
        ["compare", "ж.profile", "ж.profile"],
        ["profile", "ж", "--encoder", "none", "--workers", "0", "-o", "ж.profile"],
        ["report", "ж.profile", "-o", "ж.html"],
        ["explain", "mojibake"],
    ],
)
def test_any_text_is_printed_in_any_encoding(odd, encoding, command, monkeypatch):
    monkeypatch.chdir(odd)
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    with pytest.raises(SystemExit) as ended:
        main(command)
    out.flush()
    text = out.buffer.getvalue().decode(encoding)
    assert ended.value.code == (1 if command[0] == "gate" else 0)
    assert "explain" in command or "\\u0436" in text


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A corpus and its profile whose names ASCII and Latin-1 do not have."""
    root = tmp_path_factory.mktemp("odd")
    (root / "ж").mkdir()
    (root / "ж" / "ж.txt").write_bytes(b"")
    (root / "ж" / "ю.txt").write_text("Текст, который достаточно длинный, чтобы им быть.")
    dk.profile(root / "ж", root / "ж.profile", encoder=None, workers=0)
    kwargs = {"column": "is_empty", "max_rate": 0.1}
    suite_file(
        root / "any.json", unreadable(1, "info") | {"kwargs": kwargs, "severity": "critical"}
    )
    return root


def test_a_suite_of_an_editor_that_marks_its_files_is_read(run, place, tmp_path):
    content = (place / "strict.json").read_bytes()
    (tmp_path / "strict.json").write_bytes(b"\xef\xbb\xbf" + content)
    done = run("gate", "images.profile", "--suite", tmp_path / "strict.json", cwd=place)
    assert done.returncode == 1
    assert "unreadable-rate" in done.stdout
    (tmp_path / "wide.json").write_bytes(content.decode().encode("utf-16"))
    done = run("suite", "check", tmp_path / "wide.json", cwd=place)
    assert done.returncode == 2
    assert "cannot be read as UTF-8" in done.stderr


@pytest.mark.parametrize("source", [None, 5, ""])
def test_what_is_no_source_is_said(source):
    with pytest.raises(InputError, match="neither a corpus nor a profile: give a folder"):
        dk.gate(source)


def changed(place, tmp_path, **facts):
    copy = tmp_path / "copy.profile"
    shutil.copytree(place / "images.profile", copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    for name, value in facts.items():
        if value is None:
            del manifest[name]
        else:
            manifest[name] = value
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


def test_an_issue_that_was_never_looked_for_is_no_pass(run, place, tmp_path):
    every = json.loads((place / "images.profile" / "manifest.json").read_text())["looked_for"]
    assert "unreadable" in every
    fewer = [name for name in every if name != "unreadable"]
    copy = changed(place, tmp_path, looked_for=fewer)
    copy_issues = pd.read_parquet(copy / "issues.parquet")
    kept = copy_issues[copy_issues["issue"] != "unreadable"]
    kept.to_parquet(copy / "issues.parquet", index=False)
    digests = {"issues.parquet": sha256((copy / "issues.parquet").read_bytes()).hexdigest()}
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["digests"] |= digests
    (copy / "manifest.json").write_text(json.dumps(manifest))
    done = run("gate", copy, "--suite", "bears.json", "--json", cwd=place)
    assert done.returncode == 3
    (rule,) = json.loads(done.stdout)["rules"]
    assert "not looked for when the corpus was profiled" in rule["reason"]


def test_a_rule_about_another_evaluation_set_than_was_given_is_noted(run, odd, tmp_path):
    def rule(kind, needs, **kwargs):
        return {"type": f"expect_{kind}", "kwargs": kwargs, "meta": {"id": needs, "needs": [needs]}}

    measured = rule(
        "issue_rate_to_be_at_most", "contamination", column="is_contaminated", max_rate=0.5
    )
    copies = rule(
        "no_new_near_duplicates",
        "evaluation",
        column_A="is_near_evaluation",
        column_B="in_baseline",
    )
    suite_file(tmp_path / "both.json", measured, copies)
    (tmp_path / "eval.jsonl").write_text('{"text": "Something else that is never in a corpus."}\n')
    options = ["--against", "eval.jsonl", "--workers", "0"]
    source = ["-o", "seen.profile", "--encoder", "none", *options]
    assert run("profile", odd / "ж", *source, cwd=tmp_path).returncode == 0
    for source, n in (("seen.profile", 1), (odd / "ж.profile", 0)):
        done = run("gate", source, "--suite", "both.json", *options, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        notes = json.loads(done.stdout)["notes"]
        assert sum("contamination is about the evaluation set that" in note for note in notes) == n
        assert len(notes) == 1


def test_a_baseline_that_is_what_is_judged_is_refused(run, place):
    # The cache of a CI job is where the new profile goes: compared with itself, nothing ever fell.
    for source, words in (("images", "copy it before"), ("images.profile", "what is judged")):
        options = ["--suite", "bears.json", "--baseline", "./images.profile"]
        done = run("gate", source, *options, cwd=place)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


def test_a_changed_profile_is_not_judged_and_an_old_one_says_so(run, place, tmp_path):
    copy = changed(place, tmp_path)
    options = ["--suite", "bears.json", "--json"]
    assert json.loads(run("gate", copy, *options, cwd=place).stdout)["notes"] == []
    issues = pd.read_parquet(copy / "issues.parquet")
    issues.iloc[:0].to_parquet(copy / "issues.parquet", index=False)
    done = run("gate", copy, "--suite", "strict.json", cwd=place)  # which it would pass
    assert (done.returncode, done.stdout) == (2, "")
    assert "issues.parquet was changed" in done.stderr
    assert "run `datakit profile`" in done.stderr
    shutil.rmtree(copy)
    old = changed(place, tmp_path, digests=None, looked_for=None)
    for arguments in ([old], ["images.profile", "--baseline", old]):
        done = run("gate", *arguments, *options, cwd=place)
        (note,) = json.loads(done.stdout)["notes"]
        assert f"{old} is of an older datakit" in note
    shutil.rmtree(old)
    other = changed(place, tmp_path, measures="0" * 16)
    done = run("gate", "images.profile", "--baseline", other, *options, cwd=place)
    (note,) = json.loads(done.stdout)["notes"]
    assert f"{other} was measured by another version" in note


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
