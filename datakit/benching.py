"""The verb `bench`: raw against curated data, by the models that they train."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.benchmarks.bench import Options, Side
    from datakit.benchmarks.effect import Effect
    from datakit.benchmarks.saved import Generator
    from datakit.corpora.corpus import Corpus
    from datakit.curation.recipe import Recipe

__all__ = ["bench", "generator"]

Place = str | os.PathLike[str]

DEFAULT_MODEL = {"image": "flow", "text": "lm"}

DEFAULT_SPACE = "efficientnet-lite0"
"""The encoder of profiles. Principal components of pixels see means and covariances alone: noise
with those of a training set is as good there as a trained model.
"""


def bench(
    raw: Any,
    curated: Any = None,
    out: Place = "bench",
    *,
    recipe: Recipe | Place | None = None,
    holdout: Any = None,
    model: str | None = None,
    preset: str = "quick",
    space: str | None = None,
    seeds: int | None = None,
    seed: int = 0,
    clean: Any = None,
    ablate: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Effect:
    """Say whether curated data make a better model, with an interval.

    Small generative models are trained on raw, on curated, and on random subsets of raw of the
    curated size; the same steps, initial weights and noise for each seed; and compared with a
    hold-out that none of them saw, nor a near copy of it. Finished runs are kept.

    Parameters
    ----------
    raw, curated
        Corpora, or anything that `open` takes.
    out
        A folder of benchmarks; this one has a folder of its own in it.
    recipe
        Makes the curated corpus where none is given; None is what the profile proposes.
    holdout
        A corpus that no arm may see; None splits one off raw.
    model, preset
        "flow" (None for images), "vae", "gan", "dcgan", or "lm" (None for texts); "smoke"
        (mechanics only, no verdict), "quick" or "full".
    space
        Of the Frechet distance: an image encoder (None: "efficientnet-lite0"), or "pca" (cheap).
    seeds, seed
        Runs per arm instead of the preset's ("full": 8, 16 or 24, until it tells); of the whole.
    clean
        A corpus known to be clean, as an upper bound, for studies.
    ablate
        Also one arm for each selecting and cleaning step, left out, if its data are others then.
    workers, progress
        Runs side by side; called with the number of finished runs, and of all.

    Raises
    ------
    InputError
        The corpora, model and recipe do not go together, or too few samples are left.
    """
    from datakit.ablating import curated_sides, side_of
    from datakit.benchmarks.bench import LOOKS, Options, run_bench, sizes_of
    from datakit.executors import Serial, executor

    n_seeds = _checked(preset, seeds, curated, recipe, ablate)
    corpora = _opened({"raw": raw, "curated": curated, "clean": clean, "holdout": holdout})
    name = _model(model, corpora["raw"].modality)
    wanted, place = _space(space, name), Path(out)
    chosen = _recipe(recipe, corpora["raw"])
    sides, same = {"raw": side_of(corpora.pop("raw"), place, "raw", workers)}, dict[str, str]()
    if curated is None:
        held_out = sides["raw"].split.family if holdout is None else None
        made, same = curated_sides(chosen, sides["raw"], place, ablate, workers, held_out)
        sides |= made
    sides |= {arm: side_of(corpus, place, arm, workers) for arm, corpus in corpora.items()}
    held = sides.pop("holdout", None)
    size, channels = (0, 0) if name == "lm" else sizes_of(name, preset, sides["raw"].profile)
    looks = LOOKS[preset] if seeds is None else ()
    options = Options(name, preset, wanted, n_seeds, seed, size, channels, looks)
    folder = place / _folder_name(sides, held, options)
    runner = Serial() if _has_gpu() else executor(workers)
    effect = run_bench(folder, sides, held, options, runner, progress or (lambda done, n: None))
    return _told(effect, same, folder)


def generator(run: Place) -> Generator:
    """The trained model of a saved run: ``dk.generator("bench/.../runs/curated-000").sample(64)``.

    Raises
    ------
    InputError
        The folder is no finished run.
    """
    from datakit.benchmarks.saved import Generator

    return Generator(Path(run))


def _checked(preset: str, seeds: int | None, curated: Any, recipe: Any, ablate: bool) -> int:
    """The number of seeds, once the options are known to go together."""
    from datakit.benchmarks.bench import SEEDS

    if preset not in SEEDS:
        raise InputError(f"--preset {preset}: give one of {', '.join(SEEDS)}")
    n_seeds = SEEDS[preset] if seeds is None else seeds
    if n_seeds < 1:
        raise InputError(f"--seeds {n_seeds}: give at least 1")
    asked = "--recipe" if recipe is not None else "--ablate" if ablate else None
    if curated is not None and asked:
        raise InputError(
            f"{asked} and a curated corpus are given, and {asked} is for one that is made from "
            f"raw: give raw alone with it, or leave {asked} out"
        )
    return n_seeds


def _opened(given: Mapping[str, Any]) -> dict[str, Corpus]:
    """The corpora that are given, all of one kind, before anything is measured."""
    from datakit import verbs
    from datakit.profiling import is_corpus, is_profile_folder

    found: dict[str, Corpus] = {}
    for arm, source in given.items():
        if source is None and arm != "raw":
            continue
        if is_profile_folder(source):
            source = verbs.load(source).location
        found[arm] = source if is_corpus(source) else verbs.open(source)
        if found[arm].modality != found["raw"].modality:
            raise InputError(
                f"{arm} {found[arm].location} holds {found[arm].modality}s, raw "
                f"{found['raw'].modality}s: give corpora of the same kind"
            )
    return found


def _recipe(recipe: Recipe | Place | None, raw: Corpus) -> Recipe | None:
    """The recipe, read and of the same kind as raw; None where the profile is to propose it."""
    from datakit.curation.recipe import Recipe
    from datakit.curation.recipe_file import load_recipe

    if recipe is None:
        return None
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    if chosen.modality != raw.modality:
        raise InputError(
            f"the recipe is for {chosen.modality}s, {raw.location} holds {raw.modality}s: give a "
            "recipe of the same kind"
        )
    return chosen


def _model(model: str | None, modality: str) -> str:
    from datakit.benchmarks.models import MODELS

    name = DEFAULT_MODEL[modality] if model is None else model
    if name not in MODELS:
        raise InputError(f"--model {name}: give one of {', '.join(MODELS)}")
    if (name == "lm") != (modality == "text"):
        fitting = "lm" if modality == "text" else "flow, vae, gan or dcgan"
        raise InputError(f"--model {name} is not for {modality}s: give {fitting}")
    return name


def _space(space: str | None, model: str) -> str:
    if model == "lm":
        if space is not None:
            raise InputError("--space is for images: texts are judged by bits per byte")
        return ""
    return DEFAULT_SPACE if space is None else space


def _has_gpu() -> bool:
    from datakit.benchmarks.training import best_device

    return best_device().type == "cuda"


def _told(effect: Effect, same: Mapping[str, str], folder: Path) -> Effect:
    """The effect with a line on the arms that have no runs, saved with its page."""
    from datakit.benchmarks.bench import RESULT
    from datakit.profiles.files import write_json
    from datakit.reports.bench_html import write_bench_html

    lines = []
    for twin in dict.fromkeys(same.values()):
        names = ", ".join(arm for arm, other in same.items() if other == twin)
        lines.append(f"{names}: the same data as {twin}, not trained again.")
    if lines:
        effect = replace(effect, reasons=(*effect.reasons, *lines))
        write_json(folder / RESULT, effect.to_json())
    write_bench_html(folder)
    return replace(effect, folder=str(folder))


def _folder_name(sides: dict[str, Side], held: Side | None, options: Options) -> str:
    from datakit.ablating import short_name
    from datakit.benchmarks.bench import key_of

    name = short_name(sides["raw"].profile.location)
    return f"{name}-{options.model}-{options.preset}-{key_of(sides, held, options)[:8]}"
