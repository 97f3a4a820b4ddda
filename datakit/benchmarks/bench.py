"""A benchmark from its sources to its verdict: arms, hold-out, runs, effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from datakit.benchmarks.cautions import caution_lines
from datakit.benchmarks.copying import copying_line
from datakit.benchmarks.effect import Arm, Effect, judge
from datakit.benchmarks.effect_difference import ALPHA
from datakit.benchmarks.effect_looks import look_levels
from datakit.benchmarks.effect_words import stopped_line
from datakit.benchmarks.feature_space import PRINCIPAL, FeatureSpace
from datakit.benchmarks.material import Design
from datakit.benchmarks.memory_errors import memory_errors
from datakit.benchmarks.options import LOOKS, SEEDS, Options, Side, metric_of, sizes_of
from datakit.benchmarks.prepared import CONFIG, key_of, prepared
from datakit.benchmarks.run_task import RunTask, read_run, run_folder
from datakit.benchmarks.untrained import untrained_line
from datakit.benchmarks.verdict import HELPS, TOO_FEW
from datakit.executors.executor import Executor
from datakit.profiles.files import write_json

__all__ = [
    "CONFIG",
    "LOOKS",
    "RESULT",
    "SEEDS",
    "Options",
    "Side",
    "effect_of",
    "key_of",
    "run_bench",
    "sizes_of",
]

RESULT = "effect.json"

_GENERATED = {"smoke": 200, "quick": 2_000, "full": 10_000}


def run_bench(
    folder: Path,
    sides: Mapping[str, Side],
    holdout: Side | None,
    options: Options,
    executor: Executor,
    progress: Callable[[int, int], None],
) -> Effect:
    """Train every arm with every seed, and judge; stop at a look that finds an effect.

    Parameters
    ----------
    folder
        Where data, runs and results are saved; finished runs in it are not done again.
    sides
        Arm -> corpus and profile: "raw", "curated", and others such as "clean".
    holdout
        What models are compared with; None splits it off raw.
    options
        Model, preset, seeds.
    executor
        Who trains.
    progress
        Called with the number of finished runs, and of all, after every run. All are those of
        every look, until the runs stop before the last: then all are done.

    Raises
    ------
    InputError
        Too few samples are left of an arm or of the hold-out, there is no such feature space, or
        not enough memory.
    """
    if options.space not in ("", PRINCIPAL):
        FeatureSpace(options.space, np.empty(0, np.uint8))  # an unknown one, before all is read
    with memory_errors("read the samples", "give smaller corpora"):
        facts = prepared(folder, sides, holdout, options)
    design = Design.saved(facts)
    task = RunTask(
        folder,
        options.model,
        options.preset,
        design,
        options.space,
        n_generated=min(_GENERATED[options.preset], max(200, facts["n_holdout"])),
        seed=options.seed,
        key=facts["key"],
    )
    n_done, n_all, before = 0, options.seeds * len(design.arms), 0
    progress(0, n_all)
    for look in _looks(options):
        wanted = [(arm, seed) for seed in range(before, look) for arm in design.arms]
        with memory_errors(f"train {options.model}", "give a smaller preset or fewer workers"):
            for _ in executor.map(task, enumerate(wanted)):
                n_done += 1
                progress(n_done, n_all)
        before = look
        effect = effect_of(_arms(folder, design, look), design, options)
        effect = _unless_collapsed(effect, folder, options, look)
        if effect.decided:
            break
    reasons = [
        *caution_lines(facts),
        *_untrained(folder, design, options),
        *_collapsed(folder, design, options, before),
        *_copying(folder, effect, before),
        *effect.reasons,
    ]
    if before < options.seeds:
        progress(n_done, n_done)
        reasons.append(stopped_line(before, options.seeds))
    effect = replace(effect, reasons=tuple(reasons))
    write_json(folder / RESULT, effect.to_json())
    return effect


def effect_of(arms: Mapping[str, Arm], design: Design, options: Options) -> Effect:
    """The verdict on the values of the arms; none where the models have hardly begun to learn.

    Judged at the level of the look that these seeds are.
    """
    n_seeds = len(arms["curated"].values)
    level = look_levels(_looks(options)).get(n_seeds, ALPHA)
    effect = judge(arms, metric_of(options), level, halves=design.halves)
    if options.preset != "smoke":
        return effect
    told = "The smoke preset shows that everything works; its figures mean nothing."
    return replace(effect, verdict=TOO_FEW, n_needed=None, reasons=(told, *effect.reasons))


def _unless_collapsed(effect: Effect, folder: Path, options: Options, n_seeds: int) -> Effect:
    """The effect; without a verdict where most runs of both arms that decide it collapsed.

    One arm that collapses tells of its data. Where both do, the model is not one for such images:
    a `vae` that draws the same blur whatever it is given was nearer to photographs where a part of
    them was noise. A language model is not judged by what it draws.
    """
    control = "raw" if effect.halves else "random"
    if options.model == "lm" or options.preset == "smoke":
        return effect
    for arm in ("curated", control):
        if 2 * _n_collapsed(folder, arm, n_seeds) <= n_seeds:
            return effect
    line = (
        f"Most runs of curated and {control} collapsed, so that no verdict is given: "
        f"{options.model} is no model for these images. Give another --model."
    )
    return replace(effect, verdict=TOO_FEW, n_needed=None, reasons=(line, *effect.reasons))


def _looks(options: Options) -> tuple[int, ...]:
    """Numbers of seeds at which the runs are judged, the last one included."""
    return (*options.looks, options.seeds)


def _arms(folder: Path, design: Design, n_seeds: int) -> dict[str, Arm]:
    """The primary metric of every run of the first seeds, by arm."""
    arms = {}
    for arm in design.arms:
        found = (run.get("value") for run in _runs(folder, arm, n_seeds))
        values = tuple(float("nan") if value is None else float(value) for value in found)
        arms[arm] = Arm(values, design.n_samples(arm))
    return arms


def _runs(folder: Path, arm: str, n_seeds: int) -> list[dict[str, Any]]:
    """What the runs of the first seeds found; nothing of one that is not there."""
    return [read_run(run_folder(folder, arm, seed)) or {} for seed in range(n_seeds)]


def _n_collapsed(folder: Path, arm: str, n_seeds: int) -> int:
    return sum(run.get("status") == "collapsed" for run in _runs(folder, arm, n_seeds))


def _untrained(folder: Path, design: Design, options: Options) -> list[str]:
    """That training made no better images, where it is so; smoke says that it hardly can."""
    if options.preset == "smoke":
        return []
    first = {arm: _runs(folder, arm, 1)[0] for arm in design.arms}
    line = untrained_line(first)
    return [] if line is None else [line]


def _collapsed(folder: Path, design: Design, options: Options, n_seeds: int) -> list[str]:
    """Such as "raw: 2 of 8 runs collapsed: the same image again and again."."""
    lines = []
    for arm in design.arms:
        n = _n_collapsed(folder, arm, n_seeds)
        if n:
            what = "text that loops" if options.model == "lm" else "the same images again and again"
            lines.append(f"{arm}: {n} of {n_seeds} runs collapsed ({what}); they count.")
    return lines


def _copying(folder: Path, effect: Effect, n_seeds: int) -> list[str]:
    """That the better arm repeats its training images, where a difference was found."""
    if not effect.decided:
        return []
    control = "raw" if effect.halves else "random"
    arms = ("curated", control) if effect.verdict == HELPS else (control, "curated")
    line = copying_line({arm: _runs(folder, arm, n_seeds) for arm in arms}, *arms)
    return [] if line is None else [line]
