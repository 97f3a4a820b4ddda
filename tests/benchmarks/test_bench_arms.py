"""What the arms of a benchmark hold: no copy of the hold-out, nor nearly, and all the rest."""

import json

import pytest
from bench_sides import Planted, bases_of, image, side, text

from datakit.benchmarks.bench import Options, run_bench
from datakit.benchmarks.material import load_content
from datakit.errors import InputError

IMAGES = Options("flow", "smoke", "pca", 1, size=32, n_channels=3)
TEXTS = Options("lm", "smoke", "", 1)
FORMS = ("png", "jpg", "small", "bright")


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    least = {"image": (20, 10), "text": (20, 10)}
    monkeypatch.setattr("datakit.benchmarks.prepared._LEAST", least)


def prepared(folder, sides, holdout, options):
    """Facts and contents of a benchmark that trains nothing."""
    run_bench(folder, sides, holdout, options, Planted(), lambda done, n: None)
    facts = json.loads((folder / "bench.json").read_text())
    names = [*facts["sizes"], "holdout"]
    return facts, {name: load_content(folder / "data", name) for name in names}


def test_nothing_of_a_given_holdout_is_in_an_arm(tmp_path):
    copies = [(f"copy{i}{form}", image(i, form)) for i, form in enumerate(FORMS * 3)]
    raw = side([*((f"{i}", image(i)) for i in range(20, 70)), *copies], tmp_path / "raw")
    few = [(f"{i}", image(i, "jpg")) for i in range(20, 50)]
    curated = side([*few, *copies[:5]], tmp_path / "curated")
    clean = side([(f"{i}", image(i)) for i in range(40, 80)], tmp_path / "clean")
    held = side([(f"{i}", image(i)) for i in range(20)], tmp_path / "held")
    sides = {"raw": raw, "curated": curated, "clean": clean}
    facts, contents = prepared(tmp_path / "b", sides, held, IMAGES)
    bases = {name: bases_of(pixels, 80) for name, pixels in contents.items()}
    assert sorted(bases["holdout"]) == list(range(20))
    # All copies are out, and nothing else is.
    assert sorted(bases["raw"]) == list(range(20, 70))
    assert sorted(bases["curated"]) == list(range(20, 50))
    assert sorted(bases["clean"]) == list(range(40, 80))
    assert facts["near_holdout"] == {"raw": 12, "curated": 5, "clean": 0}
    assert facts["sizes"] == {"raw": 50, "curated": 30, "clean": 40}
    assert facts["n_holdout"] == 20


def test_nothing_of_a_holdout_that_is_split_off_is_in_an_arm(tmp_path):
    own = [(f"{i}", image(i)) for i in range(80)]
    copies = [(f"copy{i}", image(i, FORMS[i % 4])) for i in range(0, 80, 2)]
    raw = side([*own, *copies], tmp_path / "raw")
    # Curation has written every picture anew: no content is one of raw's.
    curated = side([(f"{i}", image(i, "small")) for i in range(60)], tmp_path / "curated")
    clean = side([(f"c{i}", image(i, "jpg")) for i in range(100)], tmp_path / "clean")
    sides = {"raw": raw, "curated": curated, "clean": clean}
    facts, contents = prepared(tmp_path / "b", sides, None, IMAGES)
    bases = {name: bases_of(pixels, 100) for name, pixels in contents.items()}
    held = set(bases["holdout"])
    assert 10 <= len(held) == facts["n_holdout"] == len(bases["holdout"])
    assert sorted(bases["raw"]) == sorted(
        i for i in (*range(80), *range(0, 80, 2)) if i not in held
    )
    assert set(bases["curated"]) == set(range(60)) - held
    assert set(bases["clean"]) == set(range(100)) - held
    assert facts["near_holdout"]["raw"] == 120 - len(bases["raw"])
    assert facts["near_holdout"]["curated"] == len(held & set(range(60)))


def numbers_of(texts):
    return sorted(int(one.decode().split("number ")[1].split()[0]) for one in texts)


@pytest.mark.parametrize("given", [True, False])
def test_no_text_of_the_holdout_is_in_an_arm(tmp_path, given):
    held = {f"h{i}": text(i) for i in range(15)}
    own = {f"{i}": text(i) for i in range(15, 90)}
    near = {f"n{i}": text(i, changed=2) for i in range(0, 90, 3)}
    exact = {f"e{i}": text(i) for i in range(0, 90, 5)}
    all_raw = own | near | exact | ({} if given else held)
    raw = side(all_raw.items(), tmp_path / "raw")
    curated = side((all_raw | {"x": text(3, 1)}).items(), tmp_path / "cur") if given else raw
    clean = side(((f"c{i}", text(i, changed=1)) for i in range(90)), tmp_path / "clean")
    sides = {"raw": raw, "curated": curated, "clean": clean}
    reference = side(held.items(), tmp_path / "held") if given else None
    facts, contents = prepared(tmp_path / "b", sides, reference, TEXTS)
    numbers = {name: numbers_of(texts) for name, texts in contents.items()}
    of_held = set(numbers["holdout"])
    assert of_held == set(range(15)) if given else len(of_held) >= 10
    for name in ("raw", "curated", "clean"):
        assert not of_held & set(numbers[name]), name
    expected = sorted(
        n for n in numbers_of(t.encode() for t in all_raw.values()) if n not in of_held
    )
    assert numbers["raw"] == numbers["curated"] == expected
    assert numbers["clean"] == sorted(set(range(90)) - of_held)
    assert facts["near_holdout"]["clean"] == len(of_held)


def test_arms_of_the_same_texts_lose_the_same_to_a_holdout_that_is_split_off(tmp_path):
    """Also where near copies make chains, and under other names."""
    words = text(0).split() + [word for base in range(1, 90) for word in text(base).split()]
    chains = [" ".join(words[12 * i : 12 * i + 150]) + "." for i in range(700)]
    raw = side([(f"{i:03}", one) for i, one in enumerate(chains)], tmp_path / "raw")
    same = side([(f"x{i:03}", one) for i, one in enumerate(chains)], tmp_path / "same")
    sides = {"raw": raw, "curated": same}
    facts, contents = prepared(tmp_path / "b", sides, None, TEXTS)
    assert sorted(contents["raw"]) == sorted(contents["curated"])
    assert facts["near_holdout"]["raw"] == facts["near_holdout"]["curated"] > facts["n_holdout"]
    assert 50 < facts["sizes"]["raw"] < 600


def test_what_is_prepared_is_told_and_not_read_again(tmp_path, monkeypatch):
    raw = side(((f"{i}", text(i)) for i in range(60)), tmp_path / "raw")
    curated = side(((f"{i}", text(i)) for i in range(40)), tmp_path / "curated")
    held = side(((f"{i}", text(i)) for i in range(60, 80)), tmp_path / "held")
    sides = {"raw": raw, "curated": curated}
    facts, _ = prepared(tmp_path / "b", sides, held, TEXTS)
    from datakit.benchmarks.models.lm import Lm

    preset = Lm.presets["smoke"]
    told = {"steps": preset.steps, "batch": preset.batch, "width": preset.width}
    assert told.items() <= facts["training"].items()
    assert facts["n_unread"] == {"holdout": 0, "raw": 0, "curated": 0}

    def unwanted(*_):
        raise AssertionError("read again")

    monkeypatch.setattr("datakit.benchmarks.prepared.load_texts", unwanted)
    again, _ = prepared(tmp_path / "b", sides, held, TEXTS)
    assert again == facts
    (tmp_path / "b" / "bench.json").write_text('{"key": ')  # as a full disk leaves it
    with pytest.raises(AssertionError, match="read again"):
        prepared(tmp_path / "b", sides, held, TEXTS)


def test_too_few_samples_are_told_and_nothing_is_written(tmp_path):
    raw = side(((f"{i}", text(i)) for i in range(60)), tmp_path / "raw")
    few = side(((f"{i}", text(i)) for i in range(19)), tmp_path / "few")
    held = side(((f"{i}", text(i)) for i in range(60, 80)), tmp_path / "held")
    tiny = side(((f"{i}", text(i)) for i in range(60, 69)), tmp_path / "tiny")
    for curated, holdout, words in (
        (few, held, "19 samples are left of curated beside the hold-out, 20 are needed"),
        (raw, tiny, "the hold-out has 9 samples, 10 are needed"),
        (raw, raw, "0 samples are left of raw beside the hold-out"),
        (raw, None, None),
    ):
        sides = {"raw": raw, "curated": curated}
        if words is None:  # a fifth of 60 is enough
            prepared(tmp_path / "good", sides, holdout, TEXTS)
            continue
        with pytest.raises(InputError, match=words):
            prepared(tmp_path / "b", sides, holdout, TEXTS)
        assert not (tmp_path / "b").exists()
