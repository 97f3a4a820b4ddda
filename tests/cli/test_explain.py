import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from datakit.cli.main import main
from datakit.errors import InputError
from datakit.explanations import explain
from datakit.explanations.explain import DIMENSIONS, FOUND_IN, page, pages
from datakit.explanations.terminal import grouped, print_index, print_markdown
from datakit.explanations.thresholds import markdown, thresholds
from datakit.profiles.issues import SHARED_SETTINGS, check_thresholds, issue_kind
from datakit.profiles.rules import rule_names
from datakit.validators.completeness import completeness
from datakit.validators.consistency import consistency
from datakit.validators.usability import usability

# The names of the contract, and what building added to them.
IMAGES, CAPTIONS, TEXTS = (
    names.split()
    for names in (
        """unreadable truncated empty_file wrong_suffix exact_duplicate near_duplicate blurry
        too_dark too_bright low_information low_contrast noisy odd_size odd_aspect odd_mode
        grayscale letterboxed over_compressed upscaled rotated_by_exif animated outlier
        label_conflict split_leak label_suspect missing_caption""",
        "repeated_caption mojibake control_characters gibberish markup_residue pii secret",
        """unreadable empty not_utf8 mojibake control_characters too_short too_long
        exact_duplicate near_duplicate repetitive boilerplate gibberish wrong_language
        markup_residue truncated pii secret contaminated outlier label_conflict split_leak
        label_suspect""",
    )
)
SECTIONS = [
    "What it finds",
    "Why it matters",
    "How it is found",
    "Example",
    "What to do",
    "Known failure modes",
    "References",
]
ISSUES = [one for one in pages() if one.kind == "issue"]


def emitted():
    """Where the rules and settings say that issues are found."""
    found = {place: set() for place in FOUND_IN}
    for modality, place in (("image", "images"), ("text", "texts")):
        for rule in issue_kind(modality).rules:
            found["captions" if rule.column.startswith("caption_") else place].add(rule.issue)
    return found


def test_every_issue_has_a_page_and_every_page_an_issue():
    groups = grouped(pages())
    for place, names in (("images", IMAGES), ("captions", CAPTIONS), ("texts", TEXTS)):
        assert [one.name for one in groups[f"issues of {place}"]] == sorted(names)
        assert emitted()[place] <= set(names)
    assert {one.name for one in ISSUES} == {*IMAGES, *TEXTS, *CAPTIONS}
    assert {one.name for one in groups["scores"]} >= {"completeness", "consistency", "usability"}


def test_no_page_is_of_nothing():
    files = {file.stem for file in Path(explain.__file__).parent.rglob("*.md")}
    assert files == {one.name for one in pages()}


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_a_page_is_whole_and_short(one):
    lines = one.text.splitlines()
    assert lines[0] == f"# {one.name}"
    assert one.summary.endswith(".")
    assert len(one.summary) < 120
    assert max(map(len, lines)) <= 100
    assert one.text.endswith("\n")
    assert not one.text.endswith("\n\n")
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    bodies = re.split("^## .*$", one.text, flags=re.MULTILINE)[1:]
    assert all(body.strip() for body in bodies)
    if one.kind == "issue":
        assert sections == SECTIONS
        assert 25 <= len(lines) <= 50
        assert one.found_in


def components(modality):
    """Dimension -> the components of its score, told by the score of one clean sample."""
    rows = pd.DataFrame(
        {"status": ["ok"], "path": ["a"], "label": [None], "caption": ["a cat"], "mode": ["RGB"]}
        | {name: ["x"] for name in ("format", "language", "script", "encoding")}
        | {"width": [1], "height": [1]}
    )
    if modality == "text":
        rows = rows.drop(columns="caption")
    profile = SimpleNamespace(
        modality=modality, rows=rows, n_samples=1, rows_with={}, issues=pd.DataFrame()
    )
    scores = (completeness(profile), consistency(profile), usability(profile))
    return {score.dimension: {part.name for part in score.components} for score in scores}


def scored(modality):
    """Dimension -> the issues that its score counts."""
    known = {one.name for one in ISSUES}
    return {dimension: parts & known for dimension, parts in components(modality).items()}


@pytest.fixture(scope="module")
def counted():
    return {"images": scored("image"), "texts": scored("text")}


@pytest.mark.parametrize("one", ISSUES, ids=lambda one: one.name)
def test_a_page_says_in_which_scores_its_issue_counts(one, counted):
    said = dict(re.fullmatch(r"(\w+)(?: \((\w+)\))?", score).groups() for score in one.counts_in)
    assert set(said) <= set(DIMENSIONS)
    assert ("diversity" in said) == (one.name in ("exact_duplicate", "near_duplicate"))
    for place in {"texts" if found == "texts" else "images" for found in one.found_in}:
        for dimension, issues in counted[place].items():
            here = dimension in said and said[dimension] in (None, place)
            assert here == (one.name in issues), (place, dimension)


def test_every_threshold_is_shown_by_one_page_with_its_value_of_now():
    for modality in ("image", "text"):
        limits = check_thresholds(modality, {})
        places = {"image": ("images", "captions"), "text": ("texts",)}[modality]
        shown = [
            t for one in ISSUES for t in thresholds(one.name) if t.name and t.found_in in places
        ]
        assert {t.name: t.value for t in shown} == limits
        assert len(shown) == len(limits)
        rules = rule_names(issue_kind(modality).rules)
        for t in shown:
            if t.name in rules:
                assert t.sign == ("<" if rules[t.name].below else ">")
                assert t.quantity == f"`{rules[t.name].column}`"
                assert t.source == rules[t.name].source


# Written here by hand from the code that finds these issues, which no rule describes.
def test_settings_are_compared_as_the_code_compares_them():
    signs = {t.name: t.sign for one in ISSUES for t in thresholds(one.name)}
    least = "repeated_caption label_suspect wrong_language main_language boilerplate shared_lines"
    assert {name for name, sign in signs.items() if sign == ">=" and name} == set(least.split())
    assert signs["odd_mode"] == "<"
    assert signs["odd_size"] == signs["outlier"] == ">"
    assert set(SHARED_SETTINGS) <= set(signs)


def test_thresholds_as_markdown():
    text = markdown("blurry")
    value = check_thresholds("image", {})["blurry"]
    assert text.startswith("## Thresholds in this version\n")
    assert f"- `blurry`: `sharpness` < {value:g} (" in text
    assert f'thresholds={{"blurry": {value:g}}}' in text
    assert "no number to set" in markdown("exact_duplicate")
    assert "Fixed numbers cannot be set" in markdown("near_duplicate")
    many = markdown("repetitive")
    assert many.count("(Rae et al.") == 2
    assert many.count("    - `repetitive.") == 28


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "datakit.cli.main", "explain", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def output(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["explain", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_a_pipe_gets_the_page_as_it_is_and_the_thresholds():
    done = run("mojibake")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == page("mojibake").text + "\n" + markdown("mojibake")
    assert "caption_mojibake_rate" in done.stdout


def test_a_score_has_no_thresholds(capsys):
    assert output(capsys, "usability") == page("usability").text


def test_a_terminal_gets_it_rendered():
    console = Console(width=70, force_terminal=True, highlight=False, color_system=None)
    with console.capture() as capture:
        print_markdown(page("blurry").text, console)
    text = capture.get()
    assert "What it finds\n" in text.replace(" \n", "\n").replace("  ", "")
    assert "##" not in text
    assert "**" not in text
    assert max(len(line) for line in text.splitlines()) <= 70
    with console.capture() as capture:
        print_index(pages(), console)
    assert all(one.name in capture.get() for one in pages())


def test_without_a_name_all_names_are_listed(capsys):
    text = output(capsys)
    for group, members in grouped(pages()).items():
        assert f"{group}\n" in text
        for one in members:
            assert re.search(rf"^{one.name} +{re.escape(one.summary)}$", text, re.MULTILINE)
    listed = json.loads(output(capsys, "--json"))
    assert [one["name"] for one in listed["pages"]] == [one.name for one in pages()]
    assert listed["schema"] == 1


def test_json(capsys):
    got = json.loads(output(capsys, "gibberish", "--json"))
    assert got["schema"] == 1
    assert (got["name"], got["kind"]) == ("gibberish", "issue")
    assert got["summary"] == page("gibberish").summary
    assert got["page"] == page("gibberish").text
    assert got["found_in"] == ["texts", "captions"]
    assert {t["found_in"] for t in got["thresholds"]} == {"texts", "captions"}
    values = {t["name"]: t["value"] for t in got["thresholds"]}
    assert values["gibberish.letter_bits"] == check_thresholds("text", {})["gibberish.letter_bits"]
    assert got["seconds"] >= 0
    score = json.loads(output(capsys, "completeness", "--json"))
    assert (score["kind"], score["thresholds"]) == ("score", [])


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("blury", "blurry"),
        ("Near-Duplicat", "near_duplicate"),
        ("completness", "completeness"),
        ("uniqueness", "`datakit explain diversity`"),
        ("label balance", "`datakit explain diversity`"),
        ("Mixed-Mode", "`datakit explain consistency`"),
        ("missing_label", "`datakit explain completeness`"),
    ],
)
def test_an_unknown_name_is_one_line_with_the_nearest(capsys, name, nearest):
    with pytest.raises(SystemExit) as ended:
        main(["explain", name])
    got = capsys.readouterr()
    assert ended.value.code == 2
    assert got.out == ""
    assert got.err.count("\n") == 1
    assert nearest in got.err


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Diversity", "diversity"),
        ("exact-duplicate", "exact_duplicate"),
        ("Near Duplicate", "near_duplicate"),
        (" PII ", "pii"),
        ("not-UTF8", "not_utf8"),
    ],
)
def test_capitals_spaces_and_hyphens_are_taken(written, name):
    assert page(written).name == name


@pytest.mark.parametrize("modality", ["image", "text"])
def test_a_component_that_is_no_issue_leads_to_its_score(modality):
    for dimension, parts in components(modality).items():
        for name in parts - {one.name for one in pages()}:
            with pytest.raises(InputError, match=f"a component of {dimension}, see"):
                page(name)


@pytest.mark.parametrize("name", ["", "zzzz", "../scores/usability", "issues", "BLURRY!"])
def test_what_is_no_name_has_no_page(name):
    with pytest.raises(InputError, match="no page for"):
        page(name)


def test_help_and_the_list_need_nothing_heavy():
    code = (
        "import sys, contextlib, io\n"
        "from datakit.cli.main import main\n"
        "for words in (['explain', '--help'], ['explain']):\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "        main(words)\n"
        "print(sorted({'numpy', 'pandas', 'torch', 'cv2', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_what_is_said_about_setting_thresholds_can_be_done():
    for one in ISSUES:
        text = markdown(one.name)
        for example in re.findall(r"thresholds=(\{.+?\})\)`", text):
            given = json.loads(example)
            assert any(
                given.items() <= check_thresholds(modality, {}).items()
                for modality in ("image", "text")
            )
