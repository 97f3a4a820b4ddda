"""Laws of plans, and what becomes of a plan that people edit."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_profiles import MadeProfile, copies

from datakit.curation.outcome import Fate
from datakit.curation.plan import load_plan
from datakit.curation.pool import Pool
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.curation.recipe_file import parse_recipe
from datakit.curation.resolve import resolve
from datakit.curation.selections.balance import Balance
from datakit.curation.selections.deduplicate import Deduplicate
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.keep import Keep
from datakit.curation.selections.limit import Limit
from datakit.curation.selections.separate_splits import SeparateSplits
from datakit.errors import InputError
from datakit.transforms import AUGMENTERS, CLEANERS, transform_class

ORIENT = transform_class(CLEANERS["image"]["orient"])()
CROP = transform_class(CLEANERS["image"]["crop_borders"])()
FLIP = transform_class(AUGMENTERS["image"]["flip"])()
N = 9

COLUMNS = ["sample_id", "path", "edit", "reason", "evidence", "steps", "content_hash"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("made") / "made.profile"


def _groups(kind, numbers):
    members = [[i for i in range(N) if numbers[i] == g] for g in range(4)]
    return copies(kind, [m for m in members if len(m) > 1])


few = st.lists(st.integers(0, 3), min_size=N, max_size=N)
chance = st.lists(st.booleans(), min_size=N, max_size=N)
made = st.builds(
    lambda label, split, near, exact, blurry, boxed: (
        {
            "label": np.array([("cat", "dog", "cow", None)[i] for i in label], object),
            "split": np.array([("train", "val", "test", None)[i] for i in split], object),
            "width": np.arange(N) % 4 * 50.0,
        },
        _groups("near", near)
        + _groups("exact", exact)
        + [("blurry", i, 0.1, None) for i in range(N) if blurry[i]]
        + [("letterboxed", i, 0.1, None) for i in range(N) if boxed[i]],
    ),
    *[few] * 4,
    *[chance] * 2,
)
selections = st.lists(
    st.sampled_from(
        [
            Drop(issues=("blurry",)),
            Drop(where="width == 50"),
            Keep(where="width > 0"),
            Keep(best=0.7, by="width"),
            Keep(best=0.8, by="quality"),
            SeparateSplits(),
            Deduplicate(),
            Deduplicate(near=False),
            Balance(by="split", to={"train": 2, "test": 1, "val": 1}),
            Limit(4),
            Limit(6, fill=True),
        ]
    ),
    max_size=4,
)
recipes = st.builds(
    lambda select, clean, augment, seed: Recipe("image", tuple(select), clean, augment, seed),
    selections,
    st.sampled_from([(), (Step(ORIENT),), (Step(CROP, only=("letterboxed",)), Step(ORIENT))]),
    st.sampled_from([None, Augmentation(2, (FLIP,))]),
    st.integers(0, 3),
)


def resolved(profile, recipe):
    """The plan; None where there is nothing left that could be balanced."""
    try:
        return resolve(profile, recipe)
    except InputError as error:
        if "balance" not in str(error):
            raise
        return None


@settings(deadline=None, max_examples=80)
@given(made, recipes)
def test_every_sample_once_with_a_reason(place, contents, recipe):
    profile = MadeProfile(place, *contents)
    plan = resolved(profile, recipe)
    if plan is None:
        return
    table = plan.table
    assert table.columns.tolist() == COLUMNS
    assert table["sample_id"].tolist() == profile.rows["sample_id"].tolist()
    assert set(table["edit"]) <= {"keep", "drop", "change", "repeat"}
    assert all(isinstance(reason, str) and reason for reason in table["reason"])
    assert all(isinstance(told, str) for told in table["evidence"])
    assert plan == resolve(profile, recipe)
    names = {step.transform.name for step in recipe.clean}
    boxed = Pool(profile).flag("letterboxed")
    for i, (edit, steps) in enumerate(zip(table["edit"], table["steps"], strict=True)):
        cleaning = [step for step in steps if not step.startswith("copies:")]
        assert set(cleaning) <= names
        assert ("crop_borders" in cleaning) <= boxed[i]
        assert ("orient" in cleaning) == ("orient" in names and edit != "drop")
        assert (len(steps) > len(cleaning)) == (edit == "repeat")
        assert bool(steps) == (edit in ("change", "repeat"))


@settings(deadline=None, max_examples=50)
@given(made, recipes)
def test_what_was_dropped_stays_dropped(place, contents, recipe):
    profile = MadeProfile(place, *contents)
    gone: set[int] = set()
    for k in range(len(recipe.select) + 1):
        plan = resolved(profile, dataclasses.replace(recipe, select=recipe.select[:k]))
        if plan is None:
            return
        now = set(np.flatnonzero(plan.table["edit"] == "drop").tolist())
        assert gone <= now
        gone = now


@settings(deadline=None, max_examples=50)
@given(made, recipes)
def test_the_edits_are_what_the_selections_chose(place, contents, recipe):
    profile = MadeProfile(place, *contents)
    plan = resolved(profile, recipe)
    if plan is None:
        return
    alive, times = np.ones(N, bool), np.ones(N, int)
    pool = Pool(profile, recipe.seed)
    for selection in recipe.select:
        chosen = selection.select(pool)
        for choice in chosen:
            assert alive[choice.rows].all()
            assert len(choice.evidence) == len(choice.rows) == len(set(choice.rows.tolist())) > 0
            if choice.edit == "drop":
                alive[choice.rows] = False
            elif choice.edit == "repeat":
                times[choice.rows] = choice.copies
            pool.take(choice)
    assert ((plan.table["edit"] != "drop").to_numpy() == alive).all()
    extra = 0 if recipe.augment is None else recipe.augment.copies
    assert plan.n_out == int(times[alive].sum()) * (1 + extra)


@settings(deadline=None, max_examples=40)
@given(made, recipes)
def test_a_plan_is_read_as_it_was_written(place, contents, recipe):
    plan = resolved(MadeProfile(place, *contents), recipe)
    if plan is None:
        return
    file, again = place.with_name("a.parquet"), place.with_name("b.parquet")
    plan.write(file)
    loaded = load_plan(file)
    assert loaded == plan
    pd.testing.assert_frame_equal(loaded.table, plan.table)
    for field in ("recipe", "modality", "location", "profile", "profile_digest", "seed"):
        assert getattr(loaded, field) == getattr(plan, field)
    loaded.write(again)
    assert file.read_bytes() == again.read_bytes()
    assert parse_recipe(loaded.recipe) == recipe


@pytest.fixture
def written(tmp_path):
    issues = [("blurry", 0, 0.1, None), ("letterboxed", 1, 0.1, None)]
    rows = {"width": [1.0] * 4, "content_hash": np.array(["a", "b", "c", None], object)}
    recipe = Recipe(
        "image", (Drop(issues=("blurry",)),), (Step(CROP, only=("letterboxed",)),), seed=3
    )
    plan = resolve(MadeProfile(tmp_path / "made.profile", rows, issues), recipe)
    plan.write(tmp_path / "plan.parquet")
    return tmp_path / "plan.parquet"


def test_summary(written):
    plan = load_plan(written)
    assert plan.summary() == {
        "n_in": 4,
        "n_out": 3,
        "edits": {"keep": 2, "drop": 1, "change": 1, "repeat": 0},
        "reasons": {
            "change": {"to clean: letterboxed": 1},
            "drop": {"blurry": 1},
            "keep": {"meets the recipe": 2},
        },
    }


def edited(file, change):
    table = pd.read_parquet(file)
    table = change(table)
    table.to_parquet(file)
    return file


def put(name, row, value):
    def change(table):
        values = table[name].tolist()
        values[row] = value
        table[name] = values
        return table

    return change


def test_what_pandas_edits_is_still_a_plan(written):
    before = load_plan(written)

    def change(table):
        table.loc[0, ["edit", "reason"]] = ["keep", "I looked at it"]
        table.loc[2, ["edit", "reason"]] = ["drop", "not ours"]
        table["note"] = "seen"
        return table.sort_values("edit")

    plan = load_plan(edited(written, change))
    assert plan.table["edit"].tolist() == ["keep", "change", "drop", "keep"]
    assert plan.table["reason"].tolist()[0] == "I looked at it"
    assert plan.table["content_hash"].tolist() == ["a", "b", "c", None]
    assert (plan.recipe, plan.seed) == (before.recipe, 3)
    assert plan != before


def test_a_drop_leaves_its_steps_behind(written):
    plan = load_plan(edited(written, put("edit", 1, "drop")))
    assert plan.table["steps"].tolist() == [[], [], [], []]
    assert plan.n_out == 2


def test_a_repeat_says_how_often(written):
    edited(written, put("edit", 2, "repeat"))
    plan = load_plan(edited(written, put("steps", 2, ["crop_borders", "copies:3"])))
    assert plan.n_out == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.iloc[1:], "has 3 samples, not the 4"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "has 00000.png twice"),
        (put("sample_id", 0, "new.png"), "not the 4"),
        (put("sample_id", 0, None), "no sample_id"),
        (put("edit", 0, "kepe"), "00000.png: edit is 'kepe': did you mean 'keep'"),
        (put("edit", 0, None), "edit is None"),
        (put("edit", 0, "change"), "change goes with the cleaning steps"),
        (put("edit", 0, "repeat"), "write copies:3"),
        (put("reason", 0, " "), "drop without a reason"),
        (put("reason", 0, None), "drop without a reason"),
        (put("steps", 1, ["crop_bordres"]), "did you mean 'crop_borders'"),
        (put("steps", 1, ["copies:0"]), "write copies:3 once"),
        (put("steps", 1, ["copies:2", "copies:3"]), "write copies:3 once"),
        (put("steps", 1, ["copies:x"]), "write copies:3 once"),
        (lambda t: t.drop(columns="reason"), "no column reason"),
        (lambda t: pd.DataFrame(t.to_dict("list")), "edit plans with pandas, which keeps it"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(written, change, told):
    with pytest.raises(InputError, match=told):
        load_plan(edited(written, change))


def test_what_is_no_plan(tmp_path):
    with pytest.raises(InputError, match="there is no plan"):
        load_plan(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("not a table")
    with pytest.raises(InputError, match="not Parquet"):
        load_plan(tmp_path / "text.parquet")
    plan = resolve(MadeProfile(tmp_path / "p", {"width": [1.0]}), Recipe("image"))
    with pytest.raises(InputError, match="cannot be written"):
        plan.write(tmp_path / "missing" / "plan.parquet")
    assert not list(tmp_path.rglob("*.partial"))


def test_as_it_was_applied(written):
    edited(written, put("edit", 3, "repeat"))
    plan = load_plan(edited(written, put("steps", 3, ["copies:3"])))
    same, lost = Fate("00001.png", 1, changed=False), Fate("00002.png", 0, False, "no image", "cut")
    fewer = Fate("00003.png", 2, True, "mixing failed", "too small")
    found = plan.applied([same, lost, fewer])
    assert found.table["edit"].tolist() == ["drop", "keep", "drop", "repeat"]
    assert found.table["steps"].tolist() == [[], [], [], ["copies:2"]]
    assert found.table["reason"].tolist()[2] == "no image"
    assert found.table["evidence"].tolist()[2] == "cut"
    assert "1 copy dropped (mixing failed" in found.table["evidence"].tolist()[3]
    assert plan.table["edit"].tolist() == ["drop", "change", "keep", "repeat"]
    assert plan.applied([]).table["edit"].tolist() == ["drop"] * 4
    found.write(written)
    assert load_plan(written) == found


def test_another_modality_is_refused(tmp_path):
    with pytest.raises(InputError, match="the recipe is for texts"):
        resolve(MadeProfile(tmp_path / "p", {"width": [1.0]}), Recipe("text"))
