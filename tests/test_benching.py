import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

import datakit as dk
from datakit import ablating
from datakit.benchmarks.holdout import hold_out
from datakit.benchmarks.material import load_content
from datakit.cli.main import main
from datakit.curating import recipe_of
from datakit.curation.ablation import ablated
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.keep import Keep
from datakit.errors import InputError
from datakit.transforms.image_mix import MixUp
from datakit.transforms.image_resize import Resize
from datakit.transforms.image_strip_metadata import StripMetadata

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


def text(number, n_words):
    """Words that no other number has."""
    rng = np.random.default_rng(number)
    words = ["".join(rng.choice(LETTERS, rng.integers(3, 9))) for _ in range(n_words)]
    return " ".join(words) + ".\n"


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """60 texts of 60 words, 12 of 20 words, 4 of 5 words; and a hold-out of 25."""
    place = tmp_path_factory.mktemp("texts")
    for folder, first, lengths in (("raw", 0, [60] * 60 + [20] * 12 + [5] * 4),
                                   ("held", 500, [60] * 25)):  # fmt: skip
        (place / folder).mkdir()
        for k, n in enumerate(lengths, first):
            (place / folder / f"{k:03d}.txt").write_text(text(k, n))
    return place


@pytest.fixture
def pictures(tmp_path):
    """Twelve pictures of noise, two of them narrow, all with a comment; and one that is none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k in range(12):
        rng = np.random.default_rng(k)
        pixels = rng.integers(0, 255, (32, 20 if k < 2 else 32, 3), np.uint8)
        comment = PngInfo()
        comment.add_text("camera", f"number {k}")
        Image.fromarray(pixels).save(folder / f"{k:02d}.png", pnginfo=comment)
    (folder / "page.png").write_bytes(b"<html>not found</html>")
    return folder


def sides_of(source, place, recipe):
    raw = ablating.side_of(dk.open(source), place, "raw", 0)
    return ablating.curated_sides(recipe, raw, place, True, 0)


def pixels(corpus):
    """Of every picture that can be read."""
    found = []
    for sample in corpus:
        with contextlib.suppress(UnidentifiedImageError):
            found.append(np.asarray(Image.open(io.BytesIO(corpus.read(sample)))).tolist())
    return found


def test_names_of_arms_are_readable_unique_and_fit_for_folders():
    long = ("blurry", "noisy", "over_compressed", "too_dark", "too_bright", "low_contrast")
    select = (
        Drop(("blurry", "noisy")),
        Drop(where="width < 64"),
        Drop(where="noise > 0.2"),
        Drop(where='label == "cat" and width / height > 2'),
        Drop(where="noise > 0.2"),
        Drop(where='label == "a b"'),
        Drop(where='label == "a_b"'),
        Drop(long),
        Keep(best=0.5, by="noise"),
    )
    clean = (Step(Resize(32)), Step(Resize(64), only=("blurry",)), Step(StripMetadata()))
    recipe = Recipe("image", select, clean, seed=3)
    found = ablated(recipe)
    assert list(found) == [
        "without drop blurry noisy",
        "without drop where width < 64",
        "without drop where noise > 0.2 (1 of 2)",
        "without drop where label == 'cat' and width ÷ height > 2",
        "without drop where noise > 0.2 (2 of 2)",
        "without drop where label == 'a b' (1 of 2)",
        "without drop where label == 'a_b' (2 of 2)",
        "without drop blurry noisy over_compressed too_dark ...",
        "without keep",
        "without resize (1 of 2)",
        "without resize (2 of 2)",
        "without strip_metadata",
    ]
    steps = [*select, *clean]
    for k, one in enumerate(found.values()):
        assert [*one.select, *one.clean] == steps[:k] + steps[k + 1 :]
        assert (one.modality, one.seed) == ("image", 3)
    assert not any(set("/\\\0\n") & set(name) for name in found)
    assert len({name.replace(" ", "_") for name in found}) == len(steps)


def test_one_step_and_none():
    assert ablated(Recipe("text", (Drop(("empty",)),))) == {"without drop empty": Recipe("text")}
    assert ablated(Recipe("text")) == {}


def test_steps_that_change_no_data_have_no_arm(pictures, tmp_path):
    recipe = Recipe(
        "image",
        (
            Drop(where="width < 25"),
            Drop(where="width < 22"),
            Drop(where="height > 1000"),  # touches nothing
            Drop(where='path == "05.png"'),
            Drop(("unreadable",)),  # no model could see it
        ),
        (Step(StripMetadata()),),  # other bytes, the same pixels
    )
    sides, same = sides_of(pictures, tmp_path / "bench", recipe)
    kept = {arm: {sample.path for sample in side.corpus} for arm, side in sides.items()}
    nine = {f"{k:02d}.png" for k in (2, 3, 4, 6, 7, 8, 9, 10, 11)}
    # Both narrow pictures are 20 px wide: of the first two steps each covers the other.
    assert kept == {"curated": nine, "without drop where path == '05.png'": nine | {"05.png"}}
    assert same == dict.fromkeys(
        (
            "without drop where width < 25",
            "without drop where width < 22",
            "without drop where height > 1000",
            "without drop unreadable",
            "without strip_metadata",
        ),
        "curated",
    )
    made = list((tmp_path / "bench" / "curated").glob("pictures-*/curation.json"))
    assert len(made) == 3  # the two arms, and the one that is told by its pixels only
    assert len(list((tmp_path / "bench" / "profiles").iterdir())) == 4


def test_an_arm_is_as_if_it_were_made_alone(pictures, tmp_path):
    recipe = Recipe(
        "image",
        (Drop(where="width < 25"), Drop(where='path == "05.png"'), Drop(where="width < 9")),
        (Step(Resize(12), only=("too_dark",)), Step(Resize(16)), Step(StripMetadata())),
    )
    sides, same = sides_of(pictures, tmp_path / "bench", recipe)
    profile = dk.profile(pictures, tmp_path / "raw.profile", encoder="none", workers=1)
    recipes = {"curated": recipe} | ablated(recipe)
    assert set(sides) | set(same) == set(recipes)
    for k, (arm, one) in enumerate(recipes.items()):
        out, hands = tmp_path / f"alone{k}", 1 if arm == "curated" else 0
        alone = dk.curate(dk.plan(profile, one), out, measure=False, workers=hands)
        assert pixels(sides[same.get(arm, arm)].corpus) == pixels(alone)
        if arm in sides:
            fresh = dk.profile(alone, tmp_path / f"{k}.profile", encoder="none", workers=hands)
            assert sides[arm].profile.rows.equals(fresh.rows)
            assert sides[arm].profile.issues.equals(fresh.issues)


def test_what_is_mixed_into_others_is_told_apart_though_it_cannot_be_read(pictures, tmp_path):
    mixed = Augmentation(1, (MixUp(),))
    recipe = Recipe("image", (Drop(("unreadable",)),), augment=mixed)
    sides, _ = sides_of(pictures, tmp_path / "bench", recipe)
    assert set(sides) == {"curated", "without drop unreadable"}


def test_one_process_makes_small_corpora_where_all_that_stays_can_be_read(
    pictures, tmp_path, monkeypatch
):
    raw = ablating.side_of(dk.open(pictures), tmp_path / "bench", "raw", 0)
    sound = dk.plan(raw.profile, Recipe("image", (Drop(("unreadable",)),)))
    assert ablating._is_light(sound, raw)
    assert not ablating._is_light(dk.plan(raw.profile, Recipe("image")), raw)
    monkeypatch.setattr(ablating, "_FEW", 11)
    assert not ablating._is_light(sound, raw)


def step_file(tmp_path, *expressions):
    steps = "".join(f"  - drop: {{where: '{told}'}}\n" for told in expressions)
    file = tmp_path / "recipe.yaml"
    file.write_text(f"schema: 1\nmodality: text\nselect:\n{steps}")
    return file


def test_a_benchmark_with_ablations_from_end_to_end(texts, tmp_path):
    recipe = step_file(tmp_path, "n_words < 10", "n_words < 30", "n_words < 40")
    seen = []
    effect = dk.bench(texts / "raw", out=tmp_path / "bench", recipe=recipe,
                      holdout=texts / "held", preset="smoke", ablate=True, workers=0,
                      progress=lambda done, n: seen.append((done, n)))  # fmt: skip
    assert {arm: one.n_samples for arm, one in effect.arms.items()} == {
        "curated": 60, "random": 60, "raw": 76
    }  # fmt: skip
    told = (
        "without drop where n_words < 10, without drop where n_words < 30, "
        "without drop where n_words < 40: the same data as curated, not trained again."
    )
    assert effect.reasons[-1] == told
    folder = Path(effect.folder)
    assert json.loads((folder / "effect.json").read_text())["reasons"][-1] == told
    assert "without drop where n_words" in (folder / "report.html").read_text()
    assert seen[-1] == (3, 3)
    again = dk.bench(texts / "raw", out=tmp_path / "bench", recipe=recipe,
                     holdout=texts / "held", preset="smoke", ablate=True, workers=0)  # fmt: skip
    assert again == effect


def test_curation_does_not_see_a_holdout_that_is_split_off(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    footer = "Winterbourne gazette, printed on a Thursday\n"
    for k in range(200):
        (folder / f"{k:03d}.txt").write_text(text(k, 60) + footer * (k % 5 < 2))
        if k % 4 == 0:  # a near copy, one word longer
            (folder / f"{k:03d}b.txt").write_text(text(k, 60)[:-2] + " more.\n")
    effect = dk.bench(folder, out=tmp_path / "bench", preset="smoke", workers=0)
    facts = json.loads((Path(effect.folder) / "bench.json").read_text())
    raw = dk.load(tmp_path / "bench" / "profiles" / "raw-raw.profile")
    held = hold_out(raw).family
    assert 20 <= facts["n_holdout"] <= held.sum() == facts["near_holdout"]["raw"]
    (made,) = (tmp_path / "bench" / "curated").iterdir()
    plan, ids = dk.Curated(made).plan.table, raw.rows["sample_id"]
    # The recipe is the one that `curate` proposes, with the lines that it takes out.
    assert dk.Curated(made).plan.recipe == dk.plan(raw).recipe
    assert "Winterbourne gazette" in dk.plan(raw).recipe
    assert not any("Winterbourne" in one.read_text() for one in made.rglob("*.txt"))
    assert plan["sample_id"].tolist() == ids.tolist()
    assert ((plan["reason"] == "held out") == held).all()
    assert (plan.loc[held, "edit"] == "drop").all()
    # The rest is curated as if it were all that there is.
    alone = dk.profile(
        [(name, (folder / name).read_text()) for name in ids[~held]],
        tmp_path / "alone",
        encoder="none",
        workers=0,
    )
    expected = dk.plan(alone, recipe_of(raw, None)).table
    columns = ["sample_id", "edit", "reason"]
    left = plan[~held].reset_index(drop=True)
    assert left[columns].equals(expected[columns])
    assert (left["reason"] == "near copy").sum() > 10
    assert facts["near_holdout"]["curated"] == 0
    assert effect.arms["curated"].n_samples == (left["edit"] != "drop").sum()
    again = dk.bench(folder, out=tmp_path / "bench", preset="smoke", workers=0)
    assert again == effect


def test_nothing_beside_a_holdout_is_one_line(tmp_path):
    for k in range(60):
        (tmp_path / "raw" / "test").mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / "test" / f"{k}.txt").write_text(text(k, 60))
    with pytest.raises(dk.DatakitError, match=r"nothing is left of .* beside the hold-out"):
        dk.bench(tmp_path / "raw", out=tmp_path / "bench", preset="smoke", workers=0)


def test_a_recipe_of_one_step_left_out_is_raw_and_halves_work(texts, tmp_path):
    recipe = step_file(tmp_path, "n_words < 10")
    effect = dk.bench(texts / "raw", out=tmp_path / "bench", recipe=recipe,
                      holdout=texts / "held", preset="smoke", ablate=True, workers=0)  # fmt: skip
    assert effect.halves  # 72 of 76 stay
    arm = "without drop where n_words < 10"
    assert {name: one.n_samples for name, one in effect.arms.items()} == {
        "curated": 36, "raw": 36, arm: 36
    }  # fmt: skip
    data = Path(effect.folder) / "data"
    raw = [text.decode() for text in load_content(data, "raw")]
    assert raw == [file.read_text() for file in sorted((texts / "raw").iterdir())]
    assert load_content(data, arm) == load_content(data, "raw")
    # The same data and the same seed: the same run, so that the ablation shows no effect.
    assert effect.arms[arm].values == effect.arms["raw"].values
    assert effect.deciding is effect.versus_raw
    assert not any("same data" in reason for reason in effect.reasons)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{raw}", "{held}", "--ablate"], ["--ablate and a curated corpus", "raw alone"]),
        (["{raw}", "{held}", "--recipe", "text-lm"], ["--recipe and a curated corpus"]),
        (["{raw}", "--recipe", "text-ml"], ["text-ml", "did you mean"]),
        (["{raw}", "--recipe", "{tmp}/none.yaml"], ["none.yaml"]),
        (["{raw}", "--recipe", "minimal"], ["recipe is for images", "holds texts"]),
        (["{raw}", "--holdout", "{images}"], ["holdout", "holds images, raw texts"]),
        (["{raw}", "--model", "flow"], ["--model flow is not for texts"]),
        (["{raw}", "--space", "pca"], ["--space is for images"]),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_measured(
    texts, pictures, tmp_path, capsys, arguments, words
):
    places = {"raw": texts / "raw", "held": texts / "held", "images": pictures, "tmp": tmp_path}
    given = [argument.format(**places) for argument in arguments]
    with pytest.raises(SystemExit) as left:
        main(["bench", *given, "-o", str(tmp_path / "bench")])
    out, err = capsys.readouterr()
    assert (left.value.code, out, err.count("\n")) == (2, "", 1)
    assert all(word in err for word in words)
    assert not (tmp_path / "bench").exists()


@pytest.mark.parametrize(
    ("expressions", "ablate", "told"),
    [
        (["n_words > 0"], False, "the recipe drops every sample of"),
        (["n_words < 1", "n_words < 100"], True, "the recipe drops every sample of"),
    ],
)
def test_a_recipe_that_leaves_nothing_is_one_line(
    texts, tmp_path, capsys, expressions, ablate, told
):
    recipe = step_file(tmp_path, *expressions)
    with pytest.raises(SystemExit) as left:
        main(["bench", str(texts / "raw"), "--recipe", str(recipe), "-o", str(tmp_path / "bench"),
              "--workers", "0", *(["--ablate"] if ablate else [])])  # fmt: skip
    out, err = capsys.readouterr()
    assert (left.value.code, out, err.count("\n")) == (2, "", 1)
    assert told in err
    assert not list((tmp_path / "bench").glob("*/bench.json"))


def test_an_ablation_that_leaves_nothing_is_called_by_its_name(texts, tmp_path):
    steps = (
        Drop(where="n_words > 50"),
        Keep(best=0.1, by="n_words"),  # without the first step, longer ones
        Drop(where="n_words > 40"),
    )
    raw = ablating.side_of(dk.open(texts / "raw"), tmp_path / "bench", "raw", 0)
    told = "the recipe without drop where n_words > 50 drops every sample"
    with pytest.raises(InputError, match=told):
        ablating.curated_sides(Recipe("text", steps), raw, tmp_path / "bench", True, 0)


def test_a_started_profile_that_was_left_behind_is_no_harm(pictures, tmp_path):
    place = tmp_path / "bench"
    raw = ablating.side_of(dk.open(pictures), place, "raw", 0)
    rest = place / "profiles" / ".curated-pictures.profile.known"
    rest.mkdir()
    (rest / "half").write_bytes(b"x")
    side = ablating.side_of(dk.open(pictures), place, "curated", 0, raw.profile.path)
    assert side.profile.rows.equals(raw.profile.rows)
    assert sorted(one.name for one in (place / "profiles").iterdir()) == [
        "curated-pictures.profile",
        "raw-pictures.profile",
    ]
