"""No arm is favoured by what it is: a collection of its own, edited, large; and this is told."""

import io
import json

import pytest
import torch
from bench_sides import Planted, image, side, text
from conftest import encoded
from PIL import Image

import datakit as dk
from datakit.benchmarks import descent
from datakit.benchmarks.bench import Options, Side, run_bench
from datakit.benchmarks.cautions import caution_lines
from datakit.benchmarks.material import load_content
from datakit.benchmarks.prepared import key_of
from datakit.curation.recipe import Recipe
from datakit.errors import InputError
from datakit.reports.bench_data import bench_data
from datakit.reports.bench_data_saved import read_bench, summary
from datakit.reports.bench_html import write_bench_html

IMAGES = Options("flow", "smoke", "pca", 1, size=32, n_channels=3)
TEXTS = Options("lm", "smoke", "", 1)


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    least = {"image": (20, 10), "text": (20, 10)}
    monkeypatch.setattr("datakit.benchmarks.prepared._LEAST", least)


def benched(folder, sides, holdout, options=TEXTS):
    """Facts, effect and numbers of the texts of a benchmark that trains nothing."""
    effect = run_bench(folder, sides, holdout, options, Planted(), lambda done, n: None)
    return json.loads((folder / "bench.json").read_text()), effect


def numbers_of(folder, name):
    return {int(one.split(b"number ")[1].split()[0]) for one in load_content(folder / "data", name)}


def texts(numbers, place, name="{:03}"):
    return side(((name.format(i), text(i)) for i in numbers), place)


# Two collections


def test_two_collections_are_compared_on_halves_and_want_a_holdout(tmp_path):
    raw = texts(range(90), tmp_path / "raw")
    own = [(f"{i:03}", text(i + 500)) for i in range(37)]
    curated = side([*own, *((f"n{i}", text(i, 1)) for i in range(3))], tmp_path / "curated")
    sides = {"raw": raw, "curated": curated}
    facts, effect = benched(tmp_path / "a", sides, None)
    assert (facts["from_raw"], facts["halves"]) == (0.075, True)
    assert effect.reasons[0].startswith("Only 7.5 % of curated comes from raw")
    assert effect.reasons[1].startswith("The hold-out was split off raw: where the two are of diff")
    held = texts(range(900, 920), tmp_path / "held")
    facts, effect = benched(tmp_path / "b", sides, held)
    assert (facts["from_raw"], facts["halves"]) == (0.075, True)
    assert {name: arm.n_samples for name, arm in effect.arms.items()} == {"curated": 20, "raw": 20}
    told = (
        "Only 7.5 % of curated comes from raw: two collections are compared, each seed on as many "
        "samples of each, a random half of the smaller."
    )
    assert told == effect.reasons[0]
    assert effect.halves
    # It is read again as what it was, not by its sizes.
    write_bench_html(tmp_path / "b")
    saved = read_bench(tmp_path / "b")
    assert saved.effect.to_json() == effect.to_json()
    assert saved.effect.halves
    assert summary(saved)["reason"].startswith("curated does not come from raw")
    assert "curated does not come from raw" in dict(bench_data(saved)["design"])["Arms"]


@pytest.mark.parametrize(("n_own", "independent"), [(10, False), (11, True)])
def test_four_fifths_of_curated_must_come_from_raw(tmp_path, n_own, independent):
    raw = texts(range(90), tmp_path / "raw")
    found = [
        *((f"n{i}", text(i)) for i in range(40)),
        *((f"o{i}", text(i + 500)) for i in range(n_own)),
    ]
    sides = {"raw": raw, "curated": side(found, tmp_path / "curated")}
    facts, _ = benched(tmp_path / "b", sides, texts(range(900, 920), tmp_path / "held"))
    assert facts["halves"] == independent
    assert facts["from_raw"] == pytest.approx(40 / (40 + n_own))


# Edited samples of the hold-out


def cut(told):
    return told[: 2 * len(told) // 3]


def curated_and_cut(raw, place):
    """Curated by no step at all, and then each text cut: only the lineage knows."""
    dk.curate(dk.plan(raw.profile, Recipe("text")), place, corpus=raw.corpus, measure=False)
    for file in place.rglob("*.txt"):
        file.write_text(cut(file.read_text()))
    corpus = dk.open(place)
    return Side(corpus, dk.profile(corpus, f"{place}.p", encoder="none", workers=0))


@pytest.mark.parametrize("known_by", ["lineage", "names"])
@pytest.mark.parametrize("given", [False, True])
def test_cut_texts_of_the_holdout_are_in_no_arm(tmp_path, monkeypatch, known_by, given):
    raw = texts(range(100), tmp_path / "raw", "{:03}.txt")
    if known_by == "names":
        cuts = ((f"{i:03}.txt", cut(text(i))) for i in range(100))
        curated = side(cuts, tmp_path / "curated")
    else:
        monkeypatch.setattr(descent, "_names_tell", lambda *_: False)
        curated = curated_and_cut(raw, tmp_path / "curated")
    holdout = texts(range(30, 45), tmp_path / "held", "h{}") if given else None
    sides = {"raw": raw, "curated": curated, "without drop empty": curated}
    facts, effect = benched(tmp_path / "b", sides, holdout)
    held = numbers_of(tmp_path / "b", "holdout")
    assert held == set(range(30, 45)) if given else 15 <= len(held) <= 20
    for arm in sides:
        assert numbers_of(tmp_path / "b", arm) == set(range(100)) - held, arm
    assert facts["near_holdout"] == dict.fromkeys(sides, len(held))
    assert facts["from_raw"] == 1
    assert not any("comes from raw" in reason for reason in effect.reasons)


# More than is read


@pytest.mark.parametrize(("n_curated", "halves"), [(60, False), (95, True)])
def test_of_every_arm_the_same_share_is_read(tmp_path, monkeypatch, n_curated, halves):
    monkeypatch.setattr("datakit.benchmarks.prepared._MOST", 50)
    raw = texts(range(100), tmp_path / "raw")
    curated = texts(range(n_curated), tmp_path / "curated")
    sides = {"raw": raw, "curated": curated, "clean": texts(range(40), tmp_path / "clean")}
    held = texts(range(900, 920), tmp_path / "held")
    facts, effect = benched(tmp_path / "b", sides, held)
    n = round(n_curated / 2)
    assert facts["sizes"] == {"raw": 50, "curated": n, "clean": 20}
    assert (facts["share_read"], facts["halves"], facts["n_holdout"]) == (0.5, halves, 20)
    assert effect.reasons[0] == "Read: 50 % of each corpus, by content hash."
    assert len(numbers_of(tmp_path / "b", "curated")) == n
    monkeypatch.setattr("datakit.benchmarks.prepared._MOST", 100)
    facts, effect = benched(tmp_path / "whole", sides, held)
    assert (facts["share_read"], facts["sizes"]["raw"]) == (1, 100)
    assert not any("Read" in reason for reason in effect.reasons)
    monkeypatch.setattr("datakit.benchmarks.prepared._MOST", 40)
    with pytest.raises(
        InputError, match=r"16 samples are left of clean .*, of which 40 % are read"
    ):
        benched(tmp_path / "few", sides, held)


# Another model


def test_runs_on_another_kind_of_device_are_others(monkeypatch):
    keys = set()
    for kind in ("cpu", "cuda", "cpu"):
        monkeypatch.setattr(
            "datakit.benchmarks.training.best_device", lambda kind=kind: torch.device(kind)
        )
        keys.add(key_of({}, None, IMAGES))
    assert len(keys) == 2


# What the hold-out cannot show


def dark(base):
    return encoded(Image.open(io.BytesIO(image(base))).point(lambda v: v // 24))


def test_what_a_split_holdout_leaves_out_is_told(tmp_path):
    pictures = [(f"{i:03}.png", image(i)) for i in range(60)]
    pictures += [(f"dark{i:03}.png", dark(i + 60)) for i in range(15)]
    raw = side(pictures, tmp_path / "raw")
    curated = side(pictures[:60], tmp_path / "curated")
    facts, effect = benched(tmp_path / "b", {"raw": raw, "curated": curated}, None, IMAGES)
    assert (facts["n_unsound"], facts["n_split_from"]) == (15, 75)
    assert effect.reasons[0] == (
        "The hold-out was split off raw without the 15 samples (20.0 %) that the proposed recipe "
        "would act on: it cannot show what their loss costs; give --holdout to see that."
    )
    held = side(((f"h{i}", image(i + 200)) for i in range(20)), tmp_path / "held")
    facts, effect = benched(tmp_path / "c", {"raw": raw, "curated": curated}, held, IMAGES)
    assert facts["n_unsound"] == 0
    assert not any("was split" in reason for reason in effect.reasons)
    assert effect.reasons[0].startswith("The hold-out has 20 images: ")


FACTS = {"model": "flow", "n_holdout": 1_000}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, []),
        ({"n_holdout": 999}, ["The hold-out has 999 images"]),
        ({"n_holdout": 20, "model": "lm"}, []),
        ({"n_unsound": 328, "n_split_from": 1_500}, ["the 328 samples (21.9 %)"]),
        ({"n_unsound": 1, "n_split_from": 1_500}, ["the 1 sample (0.1 %)"]),
        ({"share_read": 0.5}, ["Read: 50 % of each"]),
        ({"from_raw": 0.7999}, ["Only 79.9 % of", "favours raw"]),
        ({"from_raw": 0.7999, "holdout": "clean"}, ["Only 79.9 % of"]),
        ({"from_raw": 0.8}, []),
        ({"from_raw": 0.03, "share_read": 1 / 3}, ["33.3 %", "Only 3 %", "favours raw"]),
    ],
)
def test_only_what_is_unusual_is_told(facts, told):
    lines = caution_lines(FACTS | facts)
    assert len(lines) == len(told)
    for line, words in zip(lines, told, strict=True):
        assert words in line
        assert line.endswith(".")
        assert "\n" not in line
