"""Recipes as YAML: the round trip, errors with their lines, and the recipes that ship."""

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import UnionType

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datakit.curation.parameters import built, parameters
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.curation.recipe_file import load_recipe, parse_recipe, recipe_yaml, shipped_recipes
from datakit.curation.selections.balance import Balance
from datakit.curation.selections.deduplicate import Deduplicate
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.keep import Keep
from datakit.curation.selections.limit import Limit
from datakit.curation.selections.separate_splits import SeparateSplits
from datakit.curation.yaml_places import parse_yaml
from datakit.errors import InputError
from datakit.profiles.issue_names import ISSUE_NAMES
from datakit.transforms import AUGMENTERS, CLEANERS, transform_class

WHERE = (
    "width < 64 or (label == 'cat' and sharpness < 0.3)",
    "path.startswith('a: # \\t\"b\"') and bytes > 1e-05",
    "label == 'Ä\U0001f600\u2028' or is_blurry",
)
WHYS = st.sampled_from(["", "60 blurred images (4.0 %): a generator learns the blur", "a # b: é"])
FINITE = st.floats(allow_nan=False, allow_infinity=False)
LABELS = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["no", "007", "null", "1e3", "~", "a b"]
)


def of_hint(hint):
    """Any value of a type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    simple = {
        int: st.integers(-(10**20), 10**20) | st.integers(1, 100),
        float: FINITE | st.floats(0, 1),
        bool: st.booleans(),
        str: st.text(max_size=20) | st.sampled_from(["yes", "1", "1e3", "-", "a: b", "# c"]),
        type(None): st.none(),
        typing.Any: st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=5),
    }
    if hint in simple:
        return simple[hint]
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin in (typing.Union, UnionType):
        kinds = [one for one in inner if typing.get_origin(one) is not Callable]
        return st.one_of(*map(of_hint, kinds))
    if origin is tuple and inner[-1] is not Ellipsis:
        return st.tuples(*map(of_hint, inner))
    if origin in (tuple, list, Sequence):
        return st.lists(of_hint(inner[0]), max_size=4).map(tuple)
    if origin in (dict, Mapping):
        return st.dictionaries(LABELS, of_hint(inner[1]), max_size=3)
    raise AssertionError(f"no values of {hint}: parameters of recipes are plain values")


@st.composite
def transforms(draw, places):
    """A registered transform whose parameters are random where it takes them."""
    kind = transform_class(places[draw(st.sampled_from(sorted(places)))])
    hints = parameters(kind)
    values = EXAMPLES.get(kind.name, {})
    for name in draw(st.sets(st.sampled_from(sorted(hints)))) if hints else ():
        wanted = {**values, name: draw(of_hint(hints[name]))}
        try:
            kind(**wanted)
        except InputError:
            continue
        values = wanted
    return kind(**values)


EXAMPLES = {"resize": {"size": (64, 48)}, "synonyms": {"lexicon": {"big": ("large", "huge")}}}
"""What transforms with required parameters are made of, where random values would not do."""

NEEDY = ("albumentations", "back_translation")
"""Augmenters whose parameters are no random values: a pipeline, and models."""


@st.composite
def selections(draw, modality):
    issues = st.lists(st.sampled_from(ISSUE_NAMES[modality]), min_size=1, max_size=3, unique=True)
    kind = draw(st.integers(0, 6))
    why = draw(WHYS)
    if kind == 0:
        return Drop(issues=tuple(draw(issues)), why=why)
    if kind == 1:
        where = draw(st.sampled_from(WHERE)) if modality == "image" else "n_words < 5"
        return Drop(where=where, why=why)
    if kind == 2:
        return Keep(best=draw(st.floats(1e-9, 1)), by="quality", why=why)
    if kind == 3:
        return SeparateSplits(why=why)
    if kind == 4:
        return Deduplicate(near=draw(st.booleans()), why=why)
    if kind == 5:
        weights = st.dictionaries(LABELS, st.floats(1e-6, 1), min_size=1, max_size=3)
        return Balance(by="label", to=draw(st.just("uniform") | weights), why=why)
    return Limit(n=draw(st.integers(1, 10**6)), by=draw(st.sampled_from(["random", "coverage"])))


@st.composite
def recipes(draw):
    modality = draw(st.sampled_from(["image", "text"]))
    clean, augment = [], None
    for _ in range(draw(st.integers(0, 3)) if CLEANERS[modality] else 0):
        only = draw(st.lists(st.sampled_from(ISSUE_NAMES[modality]), max_size=2, unique=True))
        otherwise = draw(st.sampled_from(["drop", "keep"]))
        transform = draw(transforms(CLEANERS[modality]))
        clean.append(Step(transform, tuple(only), otherwise, draw(WHYS)))
    if AUGMENTERS[modality] and draw(st.booleans()):
        places = {k: v for k, v in AUGMENTERS[modality].items() if k not in NEEDY}
        steps = draw(st.lists(transforms(places), min_size=1, max_size=2))
        augment = Augmentation(draw(st.integers(0, 9)), tuple(steps))
    select = tuple(draw(st.lists(selections(modality), max_size=4)))
    notes = tuple(draw(st.lists(st.text(max_size=9), max_size=2)))
    return Recipe(modality, select, tuple(clean), augment, draw(st.integers(0, 2**70)), notes)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipes())
def test_a_written_recipe_reads_back_equal_and_is_what_any_reader_of_yaml_sees(recipe):
    text = recipe_yaml(recipe)
    again = parse_recipe(text)
    assert again == recipe
    assert recipe_yaml(replace(again, notes=recipe.notes)) == text
    seen = yaml.safe_load(text)
    assert seen["seed"] == recipe.seed
    assert len(seen.get("select", ())) == len(recipe.select)


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=9), _PLAIN, max_size=4))
@example({"a": "no", "b": "On", "c": 1e-05, "d": 1e22, "e": "null"})
@example({"yes": "2020-01-01", "1": "1:30", "<<": "=", "~": "x"})
def test_values_are_read_back_by_us_and_by_others(value):
    from datakit.curation.recipe_text import _entry

    ours = "\n".join(_entry("top:", value, "  "))
    assert parse_yaml(ours)[0] == {"top": value}
    assert yaml.safe_load(ours) == {"top": value}


@pytest.mark.parametrize(
    "value", [{"a": [1, -2.5, True, None, "x y", {"b": "no # :"}]}, [], ["a\nb", "007"], "tab\t"]
)
def test_yaml_of_pyyaml_is_read_as_pyyaml_reads_it(value):
    for style in (None, True, False):
        text = yaml.safe_dump({"top": value}, default_flow_style=style, allow_unicode=True)
        assert parse_yaml(text)[0] == {"top": value}


def test_reasons_and_notes_are_comments_that_are_read_back():
    recipe = Recipe(
        "image",
        (Drop(issues=("blurry",), why="60 blurred\nimages (4.0 %)"), SeparateSplits()),
        notes=("Proposed for x.", "Left alone: y"),
    )
    text = recipe_yaml(recipe)
    assert "  # 60 blurred images (4.0 %)\n  - drop: {issues: [blurry]}\n" in text
    assert text.startswith("# Proposed for x.\n# Left alone: y\n\nschema: 1\n")
    again = parse_recipe(text)
    assert [one.why for one in again.select] == ["60 blurred images (4.0 %)", ""]
    assert again.notes == recipe.notes


def test_a_step_that_is_commented_out_is_no_reason():
    text = "modality: image\nselect:\n  # all of them\n  # - deduplicate\n  - separate_splits\n"
    assert parse_recipe(text).select[0].why == "all of them"


def test_files_with_marks_and_line_ends_of_windows_are_read(tmp_path):
    file = tmp_path / "windows.yml"
    file.write_bytes("\ufeffmodality: text\r\nselect:\r\n  # why\r\n  - deduplicate\r\n".encode())
    assert load_recipe(str(file)) == Recipe("text", (Deduplicate(why="why"),))


def test_a_missing_file_and_an_unknown_name_say_what_there_is(tmp_path):
    with pytest.raises(InputError, match=r"no recipe file .*minimal"):
        load_recipe(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="did you mean 'images-gan'"):
        load_recipe("image-gan")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        load_recipe(tmp_path / "folder.yaml")


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_shipped_recipes_are_read_and_every_step_has_its_reason(name):
    recipe = load_recipe(name)
    assert recipe.notes
    assert recipe.select
    assert parse_recipe(recipe_yaml(recipe)) == recipe
    assert all(selection.why for selection in recipe.select)


def test_all_of_the_five_recipes_ship():
    assert set(shipped_recipes()) == {
        "images-diffusion",
        "images-gan",
        "minimal",
        "text-lm",
        "text-zh",
    }


def test_a_pipeline_of_albumentations_is_written_and_read_back():
    from datakit.transforms.albumentations_pipeline import Albumentations

    flip = {"__class_fullname__": "HorizontalFlip", "p": 0.25}
    jitter = {"__class_fullname__": "ColorJitter", "brightness": (0.9, 1.1), "p": 1.0}
    inner = {"__class_fullname__": "Compose", "p": 1.0, "transforms": [flip, jitter]}
    recipe = Recipe("image", augment=Augmentation(1, (Albumentations({"transform": inner}),)))
    text = recipe_yaml(recipe)
    assert max(map(len, text.splitlines())) <= 100
    assert parse_recipe(text) == recipe


def _all_transforms():
    for registry in (CLEANERS, AUGMENTERS):
        for modality, places in registry.items():
            for name, place in places.items():
                yield pytest.param(modality, name, place, id=f"{modality}-{name}")


@pytest.mark.parametrize(("modality", "name", "place"), list(_all_transforms()))
def test_every_transform_can_be_written_down(modality, name, place):
    kind = transform_class(place)
    assert (kind.name, kind.modality) == (name, modality)
    assert not {"only", "otherwise", "why"} & set(parameters(kind))


def test_what_a_file_cannot_hold_is_said():
    class Own:
        name, modality, why = "own", "image", ""

        def select(self, pool):
            return []

    with pytest.raises(InputError, match="Own is not one of datakit's own"):
        recipe_yaml(Recipe("image", (Own(),)))
    broken = replace(Balance(), to={"a": 1.0})
    object.__setattr__(broken, "to", {"a": float("inf")})
    with pytest.raises(InputError, match="finite numbers"):
        recipe_yaml(Recipe("image", (broken,)))


def test_numbers_are_read_by_the_type_that_is_asked_for():
    assert type(built(Keep, {"best": 1, "by": "quality"}).best) is float
    assert built(Balance, {"to": {"a": 1}}).to == {"a": 1.0}
