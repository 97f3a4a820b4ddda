"""The verb `bench`: raw against curated data, by the models that they train."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.benchmarks.bench import Options, Side
    from datakit.benchmarks.effect import Effect
    from datakit.benchmarks.saved import Generator
    from datakit.curation.recipe import Recipe

__all__ = ["bench", "generator"]

Place = str | os.PathLike[str]

DEFAULT_MODEL = {"image": "flow", "text": "lm"}


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
        Of the Frechet distance: "pca" (of the hold-out's pixels), an image encoder's name.
    seeds, seed
        Runs per arm, instead of the preset's; of the whole.
    clean
        A corpus known to be clean, as an upper bound, for studies.
    ablate
        Also one arm for each step of the recipe, left out.
    workers, progress
        Runs side by side; called with the number of finished runs, and of all.

    Raises
    ------
    InputError
        The corpora cannot be compared, the model is not for them, or too few samples are left.
    """
    from datakit.benchmarks.bench import Options, run_bench, sizes_of
    from datakit.executors import Serial, executor
    from datakit.reports.bench_html import write_bench_html

    n_seeds = _checked(preset, seeds, curated, recipe, ablate)
    place = Path(out)
    sides = {"raw": _side(raw, place, "raw", workers)}
    name = _model(model, sides["raw"].profile.modality)
    if curated is None:
        sides |= _curated_by(recipe, sides["raw"], place, ablate, workers)
    others = {"curated": curated, "clean": clean, "holdout": holdout}
    sides |= {k: _side(v, place, k, workers) for k, v in others.items() if v is not None}
    _check_kinds(sides)
    held = sides.pop("holdout", None)
    size, channels = (0, 0) if name == "lm" else sizes_of(name, preset, sides["raw"].profile)
    options = Options(name, preset, _space(space, name), n_seeds, seed, size, channels)
    folder = place / _folder_name(sides, held, options)
    runner = Serial() if _has_gpu() else executor(workers)
    effect = run_bench(folder, sides, held, options, runner, progress or (lambda done, n: None))
    write_bench_html(folder)
    return replace(effect, folder=str(folder))


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
    if curated is not None and (recipe is not None or ablate):
        raise InputError(
            "a curated corpus and a recipe are given: give the curated corpus alone, or --recipe "
            "(with --ablate) to make it from raw"
        )
    return n_seeds


def _check_kinds(sides: dict[str, Side]) -> None:
    modality = sides["raw"].profile.modality
    for arm, side in sides.items():
        if side.profile.modality != modality:
            raise InputError(
                f"{arm} {side.profile.location} holds {side.profile.modality}s, raw {modality}s: "
                "give corpora of the same kind"
            )


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
    return "pca" if space is None else space


def _has_gpu() -> bool:
    from datakit.benchmarks.training import best_device

    return best_device().type == "cuda"


def _side(source: Any, place: Path, arm: str, workers: int | None) -> Side:
    """A corpus with a profile of its own beside the benchmark: without embeddings, so quick."""
    from datakit import verbs
    from datakit.benchmarks.bench import Side
    from datakit.profiling import is_corpus, is_profile_folder

    if is_profile_folder(source):
        source = verbs.load(source).location
    corpus = source if is_corpus(source) else verbs.open(source)
    out = place / "profiles" / f"{arm}-{_short(corpus.location)}.profile"
    out.parent.mkdir(parents=True, exist_ok=True)
    return Side(corpus, verbs.profile(corpus, out, encoder="none", workers=workers))


def _curated_by(
    recipe: Recipe | Place | None, raw: Side, place: Path, ablate: bool, workers: int | None
) -> dict[str, Side]:
    """The curated arm, and one for each step left out."""
    from datakit.curating import curate, plan, recipe_of

    whole = recipe_of(raw.profile, recipe)
    recipes = {"curated": whole}
    if ablate:
        for i, step in enumerate(whole.select):
            left = (*whole.select[:i], *whole.select[i + 1 :])
            recipes[_without(step.name, getattr(step, "issues", ()))] = replace(whole, select=left)
        for i, cleaner in enumerate(whole.clean):
            rest = (*whole.clean[:i], *whole.clean[i + 1 :])
            recipes[_without(cleaner.transform.name, ())] = replace(whole, clean=rest)
    sides = {}
    for arm, one in recipes.items():
        chosen = plan(raw.profile, one)
        target = place / "curated" / f"{_short(raw.profile.location)}-{chosen.digest[:8]}"
        target.parent.mkdir(parents=True, exist_ok=True)
        corpus = curate(chosen, target, corpus=raw.corpus, measure=False, workers=workers)
        sides[arm] = _side(corpus, place, f"{arm}-{chosen.digest[:8]}", workers)
    return sides


def _without(step: str, issues: tuple[str, ...]) -> str:
    return " ".join(["without", step, *issues])


def _folder_name(sides: dict[str, Side], held: Side | None, options: Options) -> str:
    from datakit.benchmarks.bench import key_of

    name = _short(sides["raw"].profile.location)
    return f"{name}-{options.model}-{options.preset}-{key_of(sides, held, options)[:8]}"


def _short(location: str) -> str:
    from datakit.profiling import corpus_name

    return corpus_name(location).strip("._") or "corpus"
