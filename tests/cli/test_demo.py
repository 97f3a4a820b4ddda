"""The demo: what it plants, that nothing of it is in the hold-out, and the whole way."""

import hashlib
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from sklearn.datasets import load_digits

from datakit.cli import demo as command
from datakit.cli import demo_corpus
from datakit.cli.demo import Pace, go
from datakit.cli.demo_corpus import DIRTY, HELD, build_demo
from datakit.cli.main import main
from datakit.errors import InputError


def digests(folder):
    """File -> digest of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "demo"
    return folder, build_demo(folder, 0)


def test_the_same_seed_plants_the_same_bytes_and_another_others(built, tmp_path):
    folder, demo = built
    again = build_demo(tmp_path / "again", 0)
    assert again == demo
    assert digests(tmp_path / "again") == digests(folder)
    assert build_demo(tmp_path / "other", 1).planted != demo.planted


def test_every_digit_is_held_out_or_dirty_and_never_both(built):
    folder, demo = built
    # scikit-learn numbers its digits; so do the files, whatever was done to them.
    held = {int(path.stem) for path in (folder / HELD).iterdir()}
    names = {path.relative_to(folder / DIRTY).as_posix() for path in (folder / DIRTY).rglob("*.*")}
    dirty = {int(re.match(r"\d/(\d{4})", name)[1]) for name in names - demo.foreign}
    assert len(held) == 400
    assert held | dirty == set(range(len(load_digits().images)))
    assert not held & dirty
    assert set().union(*demo.planted.values(), demo.foreign) <= names


def test_held_out_digits_are_those_of_scikit_learn(built):
    folder, _ = built
    originals = load_digits().images
    for path in sorted((folder / HELD).iterdir())[:50]:
        with Image.open(path) as image:
            small = image.resize((10, 10), Image.Resampling.BOX)
        ink = 245.0 - np.asarray(small, float)[1:-1, 1:-1]
        correlations = [np.corrcoef(ink.ravel(), one.ravel())[0, 1] for one in originals]
        assert int(np.argmax(correlations)) == int(path.stem)


def test_only_an_earlier_demo_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_corpus, "N_DIGITS", 1_000)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is no demo"):
        build_demo(tmp_path / "mine", 0)
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "-o", str(tmp_path / "mine")])
    assert stopped.value.code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    folder = tmp_path / "demo"
    build_demo(folder, 0)
    (folder / "notes.txt").write_text("mine")
    (folder / "curated").mkdir()
    (folder / DIRTY / "left.png").touch()
    build_demo(folder, 0)
    assert (folder / "notes.txt").exists()
    assert not (folder / "curated").exists()
    assert not (folder / DIRTY / "left.png").exists()


FEW = {issue: max(5, n // 3) for issue, n in demo_corpus.N_PLANTED.items()}


@pytest.fixture(scope="module")
def gone(tmp_path_factory):
    """The whole way, on a third of the data and with hardly trained models."""
    folder = tmp_path_factory.mktemp("gone") / "demo"
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_corpus, "N_DIGITS", 600)
        patch.setattr(demo_corpus, "N_HELD", 110)
        patch.setattr(demo_corpus, "N_PLANTED", FEW)
        for name in ("N_COPIED", "N_NEAR", "N_CONFLICTS", "N_PHOTOS"):
            patch.setattr(demo_corpus, name, getattr(demo_corpus, name) // 3)
        console = Console(highlight=False, file=out, width=100)
        found = go(folder, 0, Pace("none", "smoke", 1), console)
    return folder, found, out.getvalue()


def test_what_is_planted_is_found_and_the_recipe_repairs_the_gate(gone):
    _, found, _ = gone
    planted = found["planted"]
    assert len(planted) >= 13
    assert sum(one["planted"] for one in planted.values()) > 200
    for issue, counts in planted.items():
        assert counts["found"] >= 0.9 * counts["planted"], issue
        assert counts["others"] <= 0.05 * found["corpus"]["n_samples"], issue
    before, after = found["gate"][DIRTY], found["gate"]["curated"]
    assert (before["decision"], before["exit_code"]) == ("failed", 1)
    assert (after["decision"], after["exit_code"]) == ("passed", 0)
    assert {"blurry-rate", "exact-duplicate-rate", "unreadable-rate"} <= {
        rule["id"] for rule in before["rules"] if rule["outcome"] == "failed"
    }
    assert found["curate"]["n_in"] == found["corpus"]["n_samples"]


def test_the_photographs_among_the_digits_are_found_and_go(gone):
    folder, found, _ = gone
    assert found["foreign"] == {"planted": 13, "found": 13}
    assert len(list((folder / DIRTY).rglob("photo-*"))) == 13
    assert not list((folder / "curated").rglob("photo-*"))


def test_the_benchmark_compares_the_two_corpora_and_claims_nothing_from_one_seed(gone):
    _, found, _ = gone
    bench = found["bench"]
    assert {"raw", "random", "curated"} == set(bench["arms"])
    assert bench["arms"]["curated"]["n_samples"] == found["curate"]["n_out"]
    assert bench["arms"]["random"]["n_samples"] == found["curate"]["n_out"]
    assert bench["holdout"]["n_samples"] == 110
    assert bench["verdict"] == "too few runs"


class Links(HTMLParser):
    """Everything that a page refers to."""

    def __init__(self):
        super().__init__()
        self.places = []
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.places += [value for name, value in attrs if name in ("href", "src")]


def test_one_page_leads_to_every_report_and_needs_nothing_else(gone):
    folder, found, text = gone
    assert found["index"] == str(folder / "index.html")
    assert found["index"] in text.replace("\n", "")
    page = Links()
    page.feed((folder / "index.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    links = [place for place in page.places if not place.startswith("data:")]
    reports = {(folder / place).resolve() for place in links}
    runs = folder / "bench"
    assert reports == {
        (folder / f"{DIRTY}.profile" / "report.html").resolve(),
        (folder / "curated" / "report.html").resolve(),
        next(runs.glob("*/report.html")).resolve(),
    }
    assert all(report.is_file() for report in reports)


def test_every_step_is_told_with_the_command_that_does_it(gone):
    _, _, text = gone
    steps = re.findall(r"^(\d)  ", text, re.MULTILINE)
    assert steps == ["1", "2", "3", "4", "5", "6"]
    for verb in ("profile", "gate", "curate", "bench"):
        assert f"$ datakit {verb} " in text


def test_json_is_one_object_and_nothing_else(monkeypatch, capsys, tmp_path):
    def told(folder, seed, pace, console):
        console.print("not in the JSON")
        return {"schema": 1, "seed": seed, "folder": str(folder)}

    monkeypatch.setattr(command, "go", told)
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "--json", "--seed", "3", "-o", str(tmp_path / "d")])
    assert stopped.value.code == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 3
