"""What `augment` may be in a dataset: a name, a recipe, augmenters -> the steps to apply."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datakit.curation.parameters import near
from datakit.curation.recipe import Augmentation, Recipe, check_augmenter
from datakit.curation.recipe_file import load_recipe, shipped_recipes
from datakit.errors import InputError
from datakit.transforms import Augmenter, Mixer

__all__ = ["Steps", "augment_steps"]

Steps = tuple[Augmenter | Mixer, ...]


def augment_steps(augment: Any, modality: str) -> Steps:
    """The augmenters to apply to every sample, in order.

    Parameters
    ----------
    augment
        None; the name of a preset ("safe"), or of a recipe that ships with datakit; a recipe file;
        a `Recipe` or its `Augmentation`, whose copies do not matter here; an augmenter or a mixer;
        an Albumentations pipeline; or a sequence of these.
    modality
        Of the corpus.

    Raises
    ------
    InputError
        It is something else, is for another modality, or has more than one mixer.
    """
    steps = _steps(augment, modality)
    mixers = [step.name for step in steps if isinstance(step, Mixer)]
    if len(mixers) > 1:
        raise InputError(
            f"augment has {len(mixers)} mixers ({', '.join(mixers)}): give one at most, an item "
            "has one other label"
        )
    return steps


def _steps(augment: Any, modality: str) -> Steps:
    if augment is None:
        return ()
    if isinstance(augment, (str, os.PathLike)):
        return _named(augment, modality)
    if isinstance(augment, Recipe):
        return _of_recipe(augment, modality)
    if isinstance(augment, Augmentation):
        return _steps(augment.steps, modality)
    if _is_albumentations(augment):
        from datakit.transforms.albumentations_pipeline import from_albumentations

        return _steps(from_albumentations(augment), modality)
    if isinstance(augment, Sequence):
        return tuple(step for one in augment for step in _steps(one, modality))
    if isinstance(augment, (Augmenter, Mixer)) and augment.modality != modality:
        raise InputError(
            f"augment has {augment.name}, which is for {augment.modality}s, and the corpus holds "
            f"{modality}s: leave it out"
        )
    check_augmenter(augment, modality)
    return (augment,)


def _named(name: str | os.PathLike[str], modality: str) -> Steps:
    """A preset by its name; else a recipe."""
    if modality == "image":
        from datakit.transforms.image_augment_presets import PRESETS, Preset

        if name in PRESETS:
            return (Preset(str(name)),)
        presets = list(PRESETS)
    else:
        from datakit.transforms.defaults import default_augmenters

        if name == "safe":
            return default_augmenters(modality)
        presets = ["safe"]
    known = [*presets, *shipped_recipes()]
    is_file = not isinstance(name, str) or "/" in name or Path(name).suffix in (".yaml", ".yml")
    if not is_file and name not in known:
        raise InputError(
            f"no preset and no recipe is named {name!r}: {near(str(name), known)} "
            f"({', '.join(known)}; or give a recipe file that ends in .yaml)"
        )
    return _of_recipe(load_recipe(name), modality, f"the recipe {os.fspath(name)}")


def _of_recipe(recipe: Recipe, modality: str, name: str = "the recipe") -> Steps:
    if recipe.modality != modality:
        raise InputError(
            f"{name} is for {recipe.modality}s, the corpus holds {modality}s: give another recipe"
        )
    if recipe.augment is None:
        raise InputError(f"{name} has no augment: give one that has, or leave augment out")
    return recipe.augment.steps


def _is_albumentations(value: Any) -> bool:
    return any(kind.__module__.startswith("albumentations.") for kind in type(value).__mro__)
