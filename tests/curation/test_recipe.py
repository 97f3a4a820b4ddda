"""Recipes in Python: what they refuse, and what makes two of them equal."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.keep import Keep
from datakit.errors import InputError
from datakit.profiles.issue_names import ISSUE_NAMES


@dataclass(frozen=True)
class Cleans:
    name: ClassVar[str] = "cleans"
    modality: ClassVar[str] = "image"

    def clean(self, content):
        return content, ""


@dataclass(frozen=True)
class CleansTexts(Cleans):
    modality: ClassVar[str] = "text"


@dataclass(frozen=True)
class Augments:
    name: ClassVar[str] = "augments"
    modality: ClassVar[str] = "image"

    def augment(self, content, rng):
        return content, ""


@dataclass(frozen=True)
class Mixes:
    name: ClassVar[str] = "mixes"
    modality: ClassVar[str] = "image"

    def mix(self, content, other, rng):
        return content, "", 1.0


WRONG = {
    "modality": (lambda: Recipe("images"), "modality is 'images': give image or text"),
    "seed": (lambda: Recipe("image", seed=-1), "seed is -1"),
    "seed that is true": (lambda: Recipe("image", seed=True), "seed is True"),
    "seed with a fraction": (lambda: Recipe("image", seed=1.5), "seed is 1.5"),
    "selections not in a tuple": (lambda: Recipe("image", Drop(("blurry",))), "select is Drop"),
    "what is no selection": (lambda: Recipe("image", (Cleans(),)), "select holds Cleans()"),
    "a class for an object": (lambda: Recipe("image", (Drop,)), "select holds <class"),
    "an unknown issue": (
        lambda: Recipe("image", (Drop(issues=("blury",)),)),
        "unknown issue 'blury': did you mean 'blurry'?",
    ),
    "an issue of texts": (
        lambda: Recipe("image", (Drop(issues=("boilerplate",)),)),
        "'boilerplate' is an issue of texts, and the recipe is for images",
    ),
    "an unknown column": (
        lambda: Recipe("image", (Keep(where="shapness > 1"),)),
        "no column 'shapness': did you mean 'sharpness'?",
    ),
    "a column of texts": (lambda: Recipe("image", (Drop(where="n_words < 5"),)), "'n_words'"),
    "a cleaner without a step": (lambda: Recipe("image", clean=(Cleans(),)), "wrap a cleaner"),
    "an augmenter that should clean": (
        lambda: Recipe("image", clean=(Step(Augments()),)),
        "augments is an augmenter, not a cleaner: put it under augment",
    ),
    "a mixer that should clean": (
        lambda: Recipe("image", clean=(Step(Mixes()),)),
        "mixes is a mixer, not a cleaner: put it under augment",
    ),
    "a cleaner of texts": (
        lambda: Recipe("image", clean=(Step(CleansTexts()),)),
        "cleans is for texts, and the recipe is for images",
    ),
    "what is no cleaner": (lambda: Recipe("image", clean=(Step(5),)), "5 is not a cleaner"),
    "only of an unknown issue": (
        lambda: Recipe("image", clean=(Step(Cleans(), ("letterbox",)),)),
        "did you mean 'letterboxed'?",
    ),
    "only of a text": (lambda: Step(Cleans(), "blurry"), "only is 'blurry': give a tuple"),
    "otherwise": (lambda: Step(Cleans(), otherwise="stop"), "give one of drop, keep"),
    "copies": (lambda: Augmentation(-1, (Augments(),)), "copies is -1: give a whole number"),
    "copies that are true": (lambda: Augmentation(True, (Augments(),)), "copies is True"),
    "no steps": (lambda: Augmentation(1, ()), "augment has no steps"),
    "a cleaner that should augment": (
        lambda: Recipe("image", augment=Augmentation(1, (Cleans(),))),
        "cleans is a cleaner, not an augmenter: put it under clean",
    ),
    "what is no augmentation": (lambda: Recipe("image", augment=(Augments(),)), "augment is (Aug"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_recipe_can_be_is_refused_in_one_line(name):
    make, told = WRONG[name]
    with pytest.raises(InputError) as caught:
        make()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recipe_takes_lists_and_every_issue_of_its_modality():
    for modality, issues in ISSUE_NAMES.items():
        recipe = Recipe(modality, [Drop(issues=tuple(issues))])
        assert isinstance(recipe.select, tuple)
    every = Augmentation(2, [Augments(), Mixes()])
    assert Recipe("image", clean=[Step(Cleans(), ["blurry"])], augment=every).augment == every


def test_reasons_of_steps_and_notes_are_no_part_of_what_a_recipe_is():
    assert Step(Cleans(), why="a") == Step(Cleans(), why="b")
    assert Recipe("image", notes=("a",)) == Recipe("image")
    assert Step(Cleans(), otherwise="keep") != Step(Cleans())
    assert Recipe("image", seed=1) != Recipe("image")


def test_an_expression_may_ask_for_issues_clusters_and_quality():
    Recipe("image", (Drop(where="is_blurry and cluster == 3 or quality < 0.1"),))
