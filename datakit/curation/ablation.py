"""A recipe without one of its steps, for every step; and whether two plans do the same."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from datakit.curation.plan import Plan
from datakit.curation.recipe import Recipe, Step
from datakit.curation.selections import Selection
from datakit.transforms import Mixer

__all__ = ["ablated", "edits_of"]

_LONGEST = 60
"""Characters of a name: folders are called after it."""


def ablated(recipe: Recipe) -> dict[str, Recipe]:
    """The recipe without each of its selections and cleaning steps, by name.

    Parameters
    ----------
    recipe
        Any; what it augments with stays.

    Returns
    -------
    dict of str to Recipe
        Such as "without drop blurry", in the order of the steps. Names are fit for folders, and
        differ as such: of steps that would be called the same, "(1 of 2)" tells which it is.
    """
    steps: tuple[Selection | Step, ...] = (*recipe.select, *recipe.clean)
    names = [_without(step) for step in steps]
    folders = [name.casefold().replace(" ", "_") for name in names]
    n_select = len(recipe.select)
    found = {}
    for k, (name, folder) in enumerate(zip(names, folders, strict=True)):
        n = folders.count(folder)
        told = name if n == 1 else f"{name} ({folders[: k + 1].count(folder)} of {n})"
        select = tuple(step for i, step in enumerate(recipe.select) if i != k)
        clean = tuple(step for i, step in enumerate(recipe.clean, n_select) if i != k)
        found[told] = replace(recipe, select=select, clean=clean)
    return found


def edits_of(plan: Plan, recipe: Recipe, unread: Collection[str]) -> tuple[Any, ...]:
    """All that decides what a model sees of a curated corpus: edits and steps, not the reasons.

    Plans of one profile, whose recipes have the same seed and augmentation, for which this is
    equal give the same samples, beside those that nobody can read.

    Parameters
    ----------
    plan
        Of the recipe.
    recipe
        What the plan is made from.
    unread
        Ids of the samples that could not be read: what becomes of them does not matter, unless
        they may be drawn to be mixed into others.
    """
    augment = recipe.augment
    if augment is not None and any(isinstance(step, Mixer) for step in augment.steps):
        unread = ()
    table = plan.table[~plan.table["sample_id"].isin(list(unread))]
    steps = [list(told) for told in table["steps"]]
    used = {name for told in steps for name in told}
    cleaners = [step for step in recipe.clean if step.transform.name in used]
    return table["edit"].tolist(), steps, cleaners


def _without(step: Selection | Step) -> str:
    """What is left out, in characters that folders on any system may have."""
    words = ["without", step.transform.name if isinstance(step, Step) else step.name]
    words += getattr(step, "issues", ())
    where = getattr(step, "where", "")
    words += ["where", where.replace('"', "'").replace("/", "\N{DIVISION SIGN}")] if where else []
    safe = re.sub(r"[^\w .,<>=!()+*'\N{DIVISION SIGN}-]", "_", " ".join(words))
    return textwrap.shorten(safe, _LONGEST, placeholder=" ...")
