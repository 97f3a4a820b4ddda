"""Formats of a decision, each read back by a parser that is not datakit's."""

import io
import json
import re
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_decisions import decision, mixed, verdict
from markdown_it import MarkdownIt
from sarif_schema import SCHEMA
from workflow_commands import read_line

from datakit.errors import InputError
from datakit.gates.formats import FORMATS, render
from datakit.gates.formats.markdown import to_markdown
from datakit.gates.formats.phrases import measured
from datakit.gates.formats.text import print_decision

NASTY = ["\x1b[31m", "\n", "\r\n", "]]>", "::error::x", "\n::stop-commands::t", "##[error]", "%0A"]
NASTY += ["|", "`", "<script>", "</code>", "&amp;", '"', "'", "\u202e", "\u2028", "\x00", "\udc80"]
NASTY += ["\ufffe", ",", ":", "../", "//", "\\", "*", "_", "#", "@x", "$1", "אב", "🇩🇪", " ", ""]

anything = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=()), max_size=8)),
    max_size=5,
).map("".join)


@st.composite
def strange_decisions(draw):
    rules = [
        verdict(
            f"{i}{draw(anything)}",
            draw(st.sampled_from(["failed", "error", "waived", "passed"])),
            draw(st.sampled_from(["critical", "warning", "info"])),
            observed=draw(st.one_of(st.none(), st.floats(), anything)),
            bound=draw(st.one_of(st.none(), st.floats(), anything)),
            samples=tuple(draw(st.lists(anything, max_size=3))),
            why=draw(anything),
            fix=draw(anything),
            reason=draw(anything),
        )
        for i in range(draw(st.integers(0, 3)))
    ]
    return decision(*rules, corpus=draw(anything), suite=draw(anything), notes=(draw(anything),))


def commands(text):
    lines = re.split("\r\n|\r|\n", text)
    return [command for line in lines if (command := read_line(line))]


# every format


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_deterministic_utf8_and_ends_its_line(name):
    text = render(mixed(), name)
    assert text == render(mixed(), name)
    assert text.encode().decode() == text
    assert text.endswith("\n")
    assert "\x1b" not in text


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"github"}))
def test_nothing_but_the_github_format_commands_a_runner(name):
    paths = ("::error::a", "##[error]b", "x\n::warning::c", "\u2028::error::d", " ::notice::e")
    bad = verdict(samples=paths, why="::error::w", fix="##[group]", reason="\n::error::r")
    whole = decision(
        bad, verdict("::error::x", "waived"), notes=("::error::n",), corpus="##[error]"
    )
    assert commands(render(whole, name)) == []


def test_a_format_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(InputError, match="no format 'xml': give one of text, json"):
        render(mixed(), "xml")


@settings(max_examples=50, deadline=None)
@given(strange_decisions())
def test_any_text_at_all_gives_valid_documents(whole):
    json.loads(render(whole, "json"), parse_constant=pytest.fail)
    ElementTree.fromstring(render(whole, "junit"))
    jsonschema.validate(json.loads(render(whole, "sarif")), SCHEMA)
    n_lines = render(whole, "github").count("\n")
    assert len(commands(render(whole, "github"))) == n_lines
    for name in set(FORMATS) - {"github"}:
        assert commands(render(whole, name)) == []
        assert render(whole, name).encode()
    assert render(whole, "text").replace("\n", "").isprintable() or "\u200d" in render(
        whole, "text"
    )


# words


def test_a_finding_says_how_far_off_it_is():
    assert measured(verdict()) == "6.12 %, at most 1 % allowed (61 of 1,000 samples)"
    score = {"type": "expect_score", "table": "corpus", "n_judged": 1, "n_unexpected": 0}
    low = verdict(**score | {"observed": 0.41, "bound": 0.5, "baseline": 0.6})
    assert measured(low) == "0.41, at least 0.5 needed, 0.6 in the baseline"
    assert measured(replace(low, outcome="passed", observed=1.0)) == (
        "1, at least 0.5 needed, 0.6 in the baseline"
    )
    words = verdict(observed="GIF", bound="JPEG, PNG", n_unexpected=0)
    assert measured(words) == "GIF, wanted: JPEG, PNG"
    assert measured(verdict(outcome="error", reason="no column x")) == "not judged: no column x"
    rows = verdict(**score | {"observed": 12_000, "bound": 1_000_000})
    assert measured(rows) == "12,000, at least 1,000,000 needed"


def test_numbers_that_differ_never_look_the_same():
    near = verdict(type="expect_score", table="corpus", observed=0.99996, bound=1.0, n_unexpected=0)
    assert measured(near) == "0.99996, at least 1 needed"


def test_rows_that_were_not_judged_are_said():
    some = verdict("some", "passed", n_judged=1204, n_unexpected=0, observed=0.0)
    every = verdict("every", "passed", n_judged=1500, n_unexpected=0, observed=0.0)
    score = verdict("score", "passed", table="corpus", n_judged=1, n_unexpected=0)
    failed = verdict("failed", n_judged=1204)
    lines = {
        line.split()[1]: line
        for line in render(decision(some, every, score, failed, n_samples=1500), "text").split("\n")
        if line.startswith(("passed ", "FAILED "))
    }
    assert lines["some"].endswith("0 %, at most 1 % allowed; 1,204 of 1,500 rows judged")
    assert lines["failed"].endswith("(61 of 1,204 samples); 1,204 of 1,500 rows judged")
    assert "judged" not in lines["every"] + lines["score"]


def test_a_number_of_a_column_is_no_share():
    about = {"table": "samples", "n_judged": 40, "n_unexpected": 0, "bound": 2.0}
    least = verdict(
        "least", "passed", type="expect_column_min_to_be_between", observed=0.0, **about
    )
    assert measured(least) == "0, at most 2 allowed"


# text


def test_the_text_names_rule_distance_and_files_and_ends_with_what_failed():
    text = render(mixed(), "text")
    lines = text.splitlines()
    assert lines[-2] == "failed: near-duplicates, min-side; not judged: diversity"
    assert lines[-1].endswith("exit code 1")
    at = next(i for i, line in enumerate(lines) if line.startswith("FAILED    near-duplicates"))
    assert "6.12 %, at most 1 % allowed, 0.4 % in the baseline (61 of 1,000" in lines[at]
    assert lines[at + 3].strip() == "- cat/000.jpg"
    assert "and 56 more" in lines[at + 8]
    order = [line.split()[0] for line in lines if line[:1].isalpha()]
    assert order == [
        *("gate", "passed", "note", "FAILED", "FAILED", "ERROR", "warning", "info", "unjudged"),
        *("waived", "failed:"),
    ]


def test_colours_are_for_terminals_only():
    from rich.console import Console

    for terminal in (True, False):
        stream = io.StringIO()
        colours = "standard" if terminal else "auto"
        console = Console(
            file=stream, force_terminal=terminal, color_system=colours, width=40, _environ={}
        )
        print_decision(mixed(), console)
        assert ("\x1b[" in stream.getvalue()) == terminal
        plain = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
        assert plain == render(mixed(), "text")  # never wrapped, whatever the width


# JSON


def test_the_json_object_is_the_documented_one():
    found = json.loads(render(mixed(), "json"))
    assert (found["schema"], found["decision"], found["exit_code"]) == (1, "failed", 1)
    assert found["suite"] == "images"
    wanted = {"id", "type", "dimension", "severity", "outcome", "observed", "bound", "baseline"}
    wanted |= {"n_unexpected", "samples", "why", "fix"}
    assert all(wanted <= set(rule) for rule in found["rules"])
    assert len(found["rules"][1]["samples"]) == 61
    assert found["rules"][4]["observed"] is None


def test_json_has_no_path_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    paths = {str(tmp_path / "a" / "s.json"): "a/s.json", "/opt/datakit/expectations/s.json": None}
    for path, wanted in paths.items():
        assert json.loads(render(decision(suite_path=path), "json"))["suite_path"] == wanted


def test_json_keeps_every_path_as_it_is():
    paths = ("a\nb", "##[error]x", "\u202e.jpg", "ü")
    found = json.loads(render(decision(verdict(samples=paths)), "json"))
    assert found["rules"][0]["samples"] == list(paths)


# JUnit: elements and attributes of Jenkins' junit-10.xsd, counts that add up

ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "time", "classname"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out"},
    "properties": {"property"},
    "testcase": {"skipped", "error", "failure", "system-out"},
}


def test_junit_keeps_to_the_schema():
    root = ElementTree.fromstring(render(mixed(), "junit"))
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    suite = root[0]
    for counted, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        n = len(list(suite.iter(tag)))
        assert suite.get(counted) == root.get(counted) == str(n)
    assert suite.get("skipped") == str(len(list(suite.iter("skipped"))))


def test_junit_fails_where_the_gate_does_and_only_there():
    cases = {c.get("name"): c for c in ElementTree.fromstring(render(mixed(), "junit"))[0][1:-1]}
    kinds = {name: [part.tag for part in case] for name, case in cases.items()}
    assert kinds == {
        "readable": ["system-out"],
        "near-duplicates": ["failure"],
        "blurry": ["system-out"],
        "min-side": ["failure"],
        "diversity": ["error"],
        "sharpness": ["skipped"],
        "contrast": ["system-out"],
        "split-leak": ["skipped"],
    }
    failure = cases["near-duplicates"][0]
    assert failure.get("message").startswith("6.12 %, at most 1 % allowed")
    assert failure.text.splitlines()[-1] == "- cat/060.jpg"
    assert "fix: drop them" in failure.text
    passed = ElementTree.fromstring(render(decision(verdict(severity="warning")), "junit"))
    assert passed.get("failures") == passed.get("errors") == "0"


def test_junit_has_no_character_that_xml_has_not():
    bad = verdict("a\x00b\ufffe\x1f", samples=("c\x07]]>d",), why="\x0b")
    case = ElementTree.fromstring(render(decision(bad, corpus="\udc80\x01"), "junit"))[0][1]
    assert case.get("name") == r"a\x00b\ufffe\x1f"
    assert "- c\\x07]]>d" in case[0].text


# GitHub


def test_annotations_point_at_the_line_of_the_suite(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    found = commands(render(mixed(), "github"))
    assert [c.name for c in found] == ["error"] * 3 + ["warning"] + ["notice"] * 2
    first = found[0]
    assert first.properties == {
        "file": "expectations/images.json",
        "line": "14",
        "title": "datakit: near-duplicates",
    }
    lines = first.data.splitlines()
    assert lines[0].startswith("6.12 %, at most 1 % allowed")
    assert lines[3] == "- cat/000.jpg"
    assert lines[-1] == "and 51 more"


def test_a_suite_outside_of_the_repository_has_no_place_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    for path in ("/opt/python/datakit/expectations/images.json", "../images.json"):
        found = commands(render(mixed(suite_path=path), "github"))
        assert set(found[0].properties) == {"title"}


def test_a_job_in_a_folder_of_the_repository_points_from_its_root(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path / "models")
    found = commands(render(mixed(), "github"))
    assert found[0].properties["file"] == "models/expectations/images.json"


def test_github_gets_no_more_than_it_shows_and_the_last_names_the_rest():
    many = [
        verdict(f"r{i}", severity=s) for i in range(25) for s in ("critical", "warning", "info")
    ]
    found = commands(render(decision(*many, verdict("e", "error")), "github"))
    kinds = [c.name for c in found]
    assert [kinds.count(k) for k in ("error", "warning", "notice")] == [10, 10, 10]
    last = found[9]
    assert last.data.startswith("17 more: r9, r10")
    assert last.data.endswith("e")


def test_an_annotation_stays_within_what_the_runner_sends_on():
    long = verdict(samples=("ä" * 5000,) * 100, why="w" * 9000, fix="f" * 9000)
    assert len(commands(render(decision(long), "github"))[0].data) <= 4096


def test_special_characters_come_through_a_command():
    title = "50 %, a:b, %0A"
    found = commands(render(decision(verdict(title, samples=("a%0Ab, c: d",))), "github"))
    assert found[0].properties["title"] == f"datakit: {title}"
    assert found[0].data.endswith("- a%0Ab, c: d")


# Markdown


def parsed(text):
    return MarkdownIt("commonmark").enable("table").parse(text)


def cells(text):
    tokens = parsed(text)
    inline = [tokens[i + 1] for i, t in enumerate(tokens) if t.type == "td_open"]
    return ["".join(c.content for c in token.children) for token in inline]


def test_the_markdown_table_has_one_row_for_each_rule_worst_first():
    found = cells(render(mixed(), "markdown"))
    assert len(found) == 8 * 5
    assert found[1::5] == [
        *("near-duplicates", "min-side", "diversity", "blurry", "contrast", "sharpness"),
        *("split-leak", "readable"),
    ]
    assert found[0] == "❌ failed"
    assert found[2].startswith("6.12 %, at most 1 % allowed")


@settings(max_examples=100, deadline=None)
@given(anything, anything)
def test_markdown_shows_any_text_and_obeys_none(rule, path):
    text = render(decision(verdict(rule, why=path, samples=(path,))), "markdown")
    tokens = parsed(text)
    assert [t.type for t in tokens].count("tr_open") == 2  # the head and the rule
    assert [t.type for t in tokens].count("html_block") == 1
    found = [t for t in tokens if t.type == "inline" and t.map]
    kinds = {child.type for token in found for child in token.children}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close", "softbreak"}
    block = next(t.content for t in tokens if t.type == "html_block")
    assert re.findall(r"<(\w+)", block) == ["details", "summary", "ul", "li", "code"]


def test_markdown_folds_what_passed_and_the_notes():
    text = render(mixed(), "markdown")
    titles = re.findall("<summary>(.*)</summary>", text)
    assert titles == [
        *("near-duplicates: 61 samples", "min-side: 12 samples", "blurry: 50 samples"),
        *("split-leak: 2 samples", "1 passed", "1 note"),
    ]
    assert text.count("<details>") == text.count("</details>") == 6
    assert text.index("1 passed") < text.index("| ✅ passed | readable |")


def test_markdown_stays_below_its_size_and_says_what_it_left_out():
    names = tuple(f"{'x' * 180}{i}" for i in range(100))
    many = decision(*(verdict(f"r{i}", samples=names) for i in range(200)))
    text = to_markdown(many, 500_000)
    assert 400_000 < len(text.encode()) < 500_000
    assert re.search(r"\d+ more parts have no room here", text)
    tiny = to_markdown(many, 3_000)
    assert len(tiny.encode()) < 3_000
    assert "more parts have no room here" in tiny
    assert len(to_markdown(decision(*(verdict(f"r{i}") for i in range(9000))))) < 1 << 20


# SARIF


def test_sarif_keeps_to_its_schema_and_has_one_result_for_each_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole = json.loads(render(mixed(), "sarif"))
    jsonschema.validate(whole, SCHEMA, format_checker=jsonschema.FormatChecker())
    run = whole["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    counts = {rule: sum(r["ruleId"] == rule for r in run["results"]) for rule in rules}
    assert counts == {
        "readable": 0,
        "near-duplicates": 61,
        "blurry": 50,
        "min-side": 12,
        "diversity": 1,
        "sharpness": 1,
        "contrast": 1,
        "split-leak": 2,
    }
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert ("suppressions" in result) == (result["ruleId"] == "split-leak")
    first = run["results"][0]
    place = first["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "photos/cat/000.jpg"}
    assert first["level"] == "error"
    suite = next(r for r in run["results"] if r["ruleId"] == "diversity")["locations"][0]
    assert suite["physicalLocation"]["artifactLocation"]["uri"] == "expectations/images.json"
    assert suite["physicalLocation"]["region"] == {"startLine": 40}


def test_sarif_fingerprints_are_of_rule_and_file_alone():
    def marks(whole):
        results = json.loads(render(whole, "sarif"))["runs"][0]["results"]
        return [r["partialFingerprints"]["datakitRule/v1"] for r in results]

    one = decision(verdict(samples=("a.jpg", "b.jpg")))
    other = verdict(samples=("b.jpg", "c.jpg"), observed=0.5, line=99, severity="warning")
    assert len(set(marks(one))) == 2
    assert marks(one)[1] == marks(decision(other, date="2027-01-01"))[0]
    assert marks(one)[0] != marks(decision(verdict("x", samples=("a.jpg",))))[0]


def test_sarif_has_at_most_what_github_shows_and_every_rule_in_it():
    names = tuple(f"{i}.jpg" for i in range(20_000))
    rules = [verdict(f"r{i}", samples=names) for i in range(3)]
    results = json.loads(render(decision(*rules), "sarif"))["runs"][0]["results"]
    assert len(results) <= 5000
    assert {r["ruleId"] for r in results} == {"r0", "r1", "r2"}
    assert results[0]["message"]["text"].endswith("1,666 of 20,000 files are listed")


@settings(max_examples=100, deadline=None)
@given(anything)
def test_a_file_of_any_name_has_a_relative_uri_that_leads_back(path):
    text = render(decision(verdict(samples=(path,)), corpus="/elsewhere"), "sarif")
    place = json.loads(text)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?!/)([A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri)
    back = unquote(uri)
    wanted = path.encode("utf-8", "backslashreplace").decode()
    assert back == (f".{wanted}" if wanted.startswith("/") else wanted)
