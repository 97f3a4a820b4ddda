"""What comes from raw: told by lineage, by names that tell, and by content; and what does not."""

import numpy as np
import pytest
from bench_sides import SIZE, image, side, text
from conftest import encoded, textured
from PIL import Image

import datakit as dk
from datakit.benchmarks import descent
from datakit.benchmarks.descent import made_of, pairs_with, share_from
from datakit.benchmarks.options import Side
from datakit.curation.recipe import Recipe, Step
from datakit.curation.selections.drop import Drop
from datakit.transforms.image_resize import Resize


def cut(told):
    """The first two thirds."""
    return told[: 2 * len(told) // 3]


def cropped(base):
    """A third of a picture, enlarged."""
    w, h = SIZE
    part = textured(base, SIZE).crop((w // 3, h // 3, 9 * w // 10, 9 * h // 10))
    return encoded(part.resize(SIZE, Image.LANCZOS))


def pairs(side_, raw):
    """Of ids."""
    ours, theirs = (one.profile.rows["sample_id"].to_numpy() for one in (side_, raw))
    return {(ours[i], theirs[j]) for i, j in zip(*pairs_with(side_, raw), strict=True)}


@pytest.fixture
def raw(tmp_path):
    return side(((f"{i:03}", text(i)) for i in range(80)), tmp_path / "raw.profile")


@pytest.fixture
def pictures(tmp_path):
    return side(((f"{i:03}.png", image(i)) for i in range(60)), tmp_path / "pictures.profile")


def test_edited_samples_are_told_by_their_names(raw, pictures, tmp_path):
    few = side(((f"{i:03}", cut(text(i))) for i in range(10, 60)), tmp_path / "a")
    assert pairs(few, raw) == {(f"{i:03}",) * 2 for i in range(10, 60)}
    assert share_from(few, raw) == 1
    shown = side(((f"{i:03}.png", cropped(i)) for i in range(50)), tmp_path / "b")
    assert pairs(shown, pictures) == {(f"{i:03}.png",) * 2 for i in range(50)}
    wanted = np.arange(60) < 7
    assert made_of(shown, pictures, wanted).tolist() == [i < 7 for i in range(50)]


def test_names_that_are_mere_numbers_tell_nothing(raw, pictures, tmp_path):
    other = side(((f"{i:03}", text(i + 500)) for i in range(80)), tmp_path / "a")
    assert (pairs(other, raw), share_from(other, raw)) == (set(), 0)
    shown = side(((f"{i:03}.png", image(i + 500)) for i in range(60)), tmp_path / "b")
    assert (pairs(shown, pictures), share_from(shown, pictures)) == (set(), 0)
    # Some were left out, and the rest numbered anew: all come from raw, under other names.
    anew = side(((f"{i:03}", text(i + 9)) for i in range(60)), tmp_path / "c")
    assert (pairs(anew, raw), share_from(anew, raw)) == (set(), 1)


def test_two_collections_that_are_sorted_alike_are_still_two(tmp_path):
    def sorted_by_size(first, place):
        sized = ((f"{i:03}", " ".join([text(first + i)] * (1 + i // 20))) for i in range(80))
        return side(sized, tmp_path / place)

    one, other = sorted_by_size(0, "a"), sorted_by_size(300, "b")
    assert pairs(other, one) == set()
    assert share_from(other, one) < 0.05


def test_near_copies_and_parts_of_two_collections(raw, tmp_path):
    mixed = [(f"n{i}", text(i, changed=1)) for i in range(20)]
    mixed += [(f"o{i}", text(i + 400)) for i in range(30)]
    found = side(mixed, tmp_path / "a")
    assert share_from(found, raw) == pytest.approx(0.4)
    broken = side([*mixed[:20], *((f"e{i}", " ") for i in range(5))], tmp_path / "b")
    assert share_from(broken, raw) == 1  # what nobody can read counts for nothing


def curated_of(raw, place, opened):
    """Every picture but twelve, larger; its name says nothing, its lineage all."""
    recipe = Recipe("image", (Drop(where='sample_id < "012.png"'),), (Step(Resize(64)),))
    made = dk.curate(dk.plan(raw.profile, recipe), place, corpus=raw.corpus, measure=False)
    corpus = dk.open(place) if opened else made
    return Side(corpus, dk.profile(corpus, f"{place}.own.profile", encoder="none", workers=0))


@pytest.mark.parametrize("opened", [False, True])
def test_a_curated_corpus_says_what_it_was_made_of(pictures, tmp_path, monkeypatch, opened):
    monkeypatch.setattr(descent, "_names_tell", lambda *_: False)
    monkeypatch.setattr(descent, "near_rows", lambda *_: np.zeros(48, bool))
    curated = curated_of(pictures, tmp_path / "curated", opened)
    assert {parent for _, parent in pairs(curated, pictures)} == {
        f"{i:03}.png" for i in range(12, 60)
    }
    assert share_from(curated, pictures) == 1
    # The same bytes under other names are the same raw; others under these names are not.
    renamed = side(((f"x{i}.png", image(i)) for i in range(60)), tmp_path / "x")
    assert {parent for _, parent in pairs(curated, renamed)} == {f"x{i}.png" for i in range(12, 60)}
    other = side(((f"{i:03}.png", image(i + 300)) for i in range(60)), tmp_path / "o")
    assert (pairs(curated, other), share_from(curated, other)) == (set(), 0)


def test_all_that_a_sample_was_mixed_of_is_told(pictures, tmp_path, monkeypatch):
    import pandas as pd

    monkeypatch.setattr(descent, "_names_tell", lambda *_: False)
    curated = curated_of(pictures, tmp_path / "curated", True)
    file = tmp_path / "curated" / "lineage.parquet"
    told = pd.read_parquet(file)
    told["parents"] = [[*one, "003.png"] for one in told["parents"]]
    told.to_parquet(file)
    assert made_of(curated, pictures, np.arange(60) == 3).all()
    first = made_of(curated, pictures, np.arange(60) == 20)
    assert curated.profile.rows["sample_id"][first].str.contains("020").tolist() == [True]
