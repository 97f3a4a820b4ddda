"""The verbs of curation: `plan` and `curate`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.curation.curated import Curated
    from datakit.curation.plan import Plan
    from datakit.curation.recipe import Recipe
    from datakit.profiles.profile import Profile

__all__ = ["curate", "plan", "recipe_of", "scores_of"]

Place = str | os.PathLike[str]


def recipe_of(profile: Profile, recipe: Recipe | Place | None, copies: int | None = None) -> Recipe:
    """A recipe, read where it is a file or a name; proposed from the profile where there is none.

    Parameters
    ----------
    profile
        What it is for.
    recipe
        A recipe, a YAML file, the name of a recipe that ships with datakit, or None.
    copies
        Augmented copies of every sample, instead of what the recipe says; augmenters are the safe
        preset where the recipe has none.

    Raises
    ------
    InputError
        The recipe cannot be read, or is for another modality.
    """
    from datakit.curation.proposal import propose
    from datakit.curation.recipe import Recipe
    from datakit.curation.recipe_file import load_recipe

    if recipe is None:
        chosen = propose(profile)
    else:
        chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    if chosen.modality != profile.modality:
        raise InputError(
            f"the recipe is for {chosen.modality}s, {profile.location} holds {profile.modality}s: "
            "give a recipe of the same kind"
        )
    return chosen if copies is None else _with_copies(chosen, copies)


def _with_copies(recipe: Recipe, copies: int) -> Recipe:
    from dataclasses import replace

    from datakit.curation.recipe import Augmentation
    from datakit.transforms.defaults import default_augmenters

    if copies == 0:
        return replace(recipe, augment=None)
    steps = default_augmenters(recipe.modality) if recipe.augment is None else recipe.augment.steps
    return replace(recipe, augment=Augmentation(copies, steps))


def plan(
    profile: Profile | Place,
    recipe: Recipe | Place | None = None,
    *,
    reference: Any = None,
    workers: int | None = None,
) -> Plan:
    """Say what becomes of every sample; nothing is written yet.

    Parameters
    ----------
    profile
        A profile or its directory.
    recipe
        A recipe, a YAML file, the name of a recipe that ships with datakit; None for the one that
        the profile's issues propose.
    reference
        A profile, its directory, or a corpus that `balance: {to: reference}` follows.
    workers
        Worker processes that profile a reference that is a corpus; None for one per core.

    Returns
    -------
    Plan
        A table with one edit per sample; `write` it, review it, and give it to `curate`.

    Raises
    ------
    InputError
        The profile or the recipe cannot be used.
    """
    from datakit.curation.resolve import resolve
    from datakit.executors import executor
    from datakit.pairing import pair_of

    opened = _profile(profile)
    chosen = recipe_of(opened, recipe)
    if reference is None:
        return resolve(opened, chosen)
    with pair_of(opened, reference, "default", executor(workers), lambda n: None) as pair:
        return resolve(opened, chosen, pair[1])


def curate(
    plan: Plan | Place,
    out: Place,
    *,
    corpus: Any = None,
    to: str | None = None,
    measure: bool = True,
    reference: Any = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Curated:
    """Write the curated corpus of a plan, with its lineage, its card, and its profile beside it.

    A run that was interrupted goes on where it stopped when it is called again. The original
    corpus is only read.

    Parameters
    ----------
    plan
        A plan, or the file it was written to.
    out
        A folder that is not there yet, or is empty.
    corpus
        What was profiled, where it is not where it was any more, or was opened with options.
    to
        "folder", "jsonl", "csv", "parquet", "webdataset" or "hf" (parquet that
        `datasets.load_dataset` reads); None for the layout of the corpus.
    measure
        Whether to profile the result into ``OUT.profile`` and write report.html: what became
        better, and what did not.
    reference
        What representativeness of the result is measured by; None for the original corpus.
    workers
        Worker processes; None for one per core, 0 for this process.
    progress
        Called with the number of samples just finished.

    Returns
    -------
    Curated
        A corpus again.

    Raises
    ------
    InputError
        The plan, the corpus or the folder cannot be used; nothing is half-written.
    """
    from datakit.curation.apply import apply
    from datakit.curation.plan import Plan, load_plan
    from datakit.executors import executor

    chosen = plan if isinstance(plan, Plan) else load_plan(Path(plan))
    opened = _corpus(chosen, corpus)
    advance = progress or (lambda n: None)
    before = _before(chosen)
    thresholds = {} if before is None else _thresholds(before)
    runner = executor(workers)
    curated = apply(chosen, opened, Path(out), to, thresholds, runner, advance)
    if measure and not (reference is None and _is_measured(curated)):
        _measure(before, thresholds, curated, reference, workers)
    return curated


def scores_of(plan: Plan, curated: Curated | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The scores before and after, as `--json` prints them; empty where they were not measured."""
    from datakit import verbs
    from datakit.profiling import is_profile_folder
    from datakit.reports.shown_scores import shown_scores

    def scores(place: Place | None) -> dict[str, Any]:
        found = place is not None and is_profile_folder(place)
        return shown_scores(verbs.load(place).scores) if place is not None and found else {}

    return scores(plan.profile), scores(None if curated is None else curated.profile_path)


def _before(plan: Plan) -> Profile | None:
    """The profile that a plan was made from, where it is still there."""
    from datakit import verbs
    from datakit.profiling import is_profile_folder

    return verbs.load(plan.profile) if is_profile_folder(plan.profile) else None


def _thresholds(profile: Profile) -> dict[str, float]:
    """Thresholds that a profile was made with, where issues show that they are not the defaults."""
    from datakit.profiles.issues import issue_kind
    from datakit.profiles.rules import rule_names

    rules = rule_names(issue_kind(profile.modality).rules)
    found = {}
    for issue, part in profile.issues.groupby("issue"):
        used = part["threshold"].dropna().unique().tolist()
        name = str(issue)
        if name in rules and len(used) == 1 and used[0] != rules[name].threshold:
            found[name] = float(used[0])
    return found


def _is_measured(curated: Curated) -> bool:
    """Whether the profile beside a curated corpus is whole and of the very samples in it."""
    from datakit.errors import ProfileError
    from datakit.profiles.profile import Profile

    if not (curated.path / "report.html").exists():
        return False
    try:
        rows = Profile(curated.profile_path).rows[["sample_id", "content_hash"]]
    except ProfileError:
        return False
    lineage = curated.lineage[["sample_id", "hash_after"]]
    return (
        bool((rows.to_numpy() == lineage.to_numpy()).all()) if len(rows) == len(lineage) else False
    )


def _measure(
    before: Profile | None,
    thresholds: dict[str, float],
    curated: Curated,
    reference: Any,
    workers: int | None,
) -> None:
    """Profile the result as the original was, and put the two beside each other."""
    from datakit import verbs

    encoder = "default"
    if before is not None:
        encoder = "none" if before.encoder is None else str(before.encoder["name"])
    after = verbs.profile(
        curated,
        curated.profile_path,
        reference=before if reference is None else reference,
        encoder=encoder,
        workers=workers,
        thresholds=thresholds,
    )
    if before is not None:
        from datakit.reports.curation_html import write_curation_html

        write_curation_html(before, after, curated, curated.path / "report.html")


def _corpus(plan: Plan, corpus: Any) -> Corpus:
    from datakit import verbs
    from datakit.profiling import is_corpus

    if is_corpus(corpus):
        return corpus
    if corpus is not None:
        return verbs.open(corpus)
    try:
        return verbs.open(plan.location)
    except InputError as error:
        raise InputError(
            f"the corpus of the plan cannot be opened ({error}): give it as corpus"
        ) from error


def _profile(value: Profile | Place) -> Profile:
    from datakit.profiles.profile import Profile

    return Profile(Path(value)) if isinstance(value, (str, os.PathLike)) else value
