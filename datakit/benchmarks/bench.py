"""A benchmark from its sources to its verdict: arms, hold-out, runs, effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.effect import BITS_PER_BYTE, FRECHET, Arm, Effect, PrimaryMetric, judge
from datakit.benchmarks.holdout import hold_out
from datakit.benchmarks.material import Design, save_content
from datakit.benchmarks.pictures import Loaded, load_images, load_texts
from datakit.benchmarks.run_task import RunTask, read_run, run_folder
from datakit.benchmarks.verdict import TOO_FEW
from datakit.corpora.corpus import Corpus
from datakit.errors import InputError
from datakit.executors.executor import Executor
from datakit.profiles.files import write_json
from datakit.profiles.overlap import near_rows, near_to_rows
from datakit.profiles.profile import Profile

__all__ = [
    "CONFIG",
    "RESULT",
    "SEEDS",
    "Options",
    "Side",
    "effect_of",
    "key_of",
    "run_bench",
    "sizes_of",
]

CONFIG, RESULT = "bench.json", "effect.json"

SEEDS = {"smoke": 1, "quick": 8, "full": 24}
"""Seeds of each preset; `smoke` shows that everything works, and gives no verdict."""

_GENERATED = {"smoke": 200, "quick": 2_000, "full": 10_000}
_LEAST = {"image": (100, 100), "text": (20, 20)}
"""Samples that an arm and a hold-out need at least."""

_MOST = 50_000
"""Samples of an arm that are read; the ones with the smallest content hashes."""


@dataclass(frozen=True)
class Options:
    """How the benchmark is run.

    Parameters
    ----------
    model, preset
        Names.
    space
        Feature space of images; "" for texts.
    seeds
        Runs per arm.
    seed
        Of the whole.
    size, n_channels
        Of the images; 0 for texts.
    """

    model: str
    preset: str
    space: str
    seeds: int
    seed: int = 0
    size: int = 0
    n_channels: int = 0


@dataclass(frozen=True)
class Side:
    """A corpus with its profile."""

    corpus: Corpus
    profile: Profile


def sizes_of(model: str, preset: str, raw: Profile) -> tuple[int, int]:
    """Side in px and channels of the images that a model is trained on.

    28 px where the corpus is of such small ones, else 32; 64 where the preset is "full" and there
    is a GPU. Gray where hardly any image has colour.
    """
    from datakit.benchmarks.training import best_device

    rows = raw.rows[raw.rows["status"] == "ok"]
    if rows.empty:
        raise InputError(f"{raw.location} has no readable image: there is nothing to train on")
    short = float(rows[["width", "height"]].min(axis=1).median())
    gray = float((rows["chroma"] < 3).mean()) > 0.9
    channels = 1 if gray else 3
    if model == "gan" or short <= 28:
        return 28, channels
    large = preset == "full" and best_device().type == "cuda" and short >= 64
    return (64 if large else 32), channels


def run_bench(
    folder: Path,
    sides: Mapping[str, Side],
    holdout: Side | None,
    options: Options,
    executor: Executor,
    progress: Callable[[int, int], None],
) -> Effect:
    """Train every arm with every seed, and judge.

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
        Called with the number of finished runs, and of all, after every run.

    Raises
    ------
    InputError
        Too few samples are left of an arm or of the hold-out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    facts = _prepared(folder, sides, holdout, options)
    design = Design.of(facts["sizes"])
    n_generated = min(_GENERATED[options.preset], max(200, facts["n_holdout"]))
    task = RunTask(
        folder, options.model, options.preset, design, options.space, n_generated, options.seed
    )
    wanted = [(arm, seed) for seed in range(options.seeds) for arm in design.arms]
    progress(0, len(wanted))
    for number, _ in enumerate(executor.map(task, enumerate(wanted)), 1):
        progress(number, len(wanted))
    effect = effect_of(_arms(folder, design, options), design, options)
    effect = replace(effect, reasons=(*_collapsed(folder, design, options), *effect.reasons))
    write_json(folder / RESULT, effect.to_json())
    return effect


def effect_of(arms: Mapping[str, Arm], design: Design, options: Options) -> Effect:
    """The verdict on the values of the arms; none where the models have hardly begun to learn."""
    effect = judge(arms, metric_of(options), halves=design.halves)
    if options.preset != "smoke":
        return effect
    told = "The smoke preset shows that everything works; its figures mean nothing."
    return replace(effect, verdict=TOO_FEW, n_needed=None, reasons=(told, *effect.reasons))


def metric_of(options: Options) -> PrimaryMetric:
    """The one metric that the verdict stands on, named before the run."""
    if options.model == "lm":
        return BITS_PER_BYTE
    return replace(FRECHET, name=f"Frechet distance ({options.space})")


def _prepared(
    folder: Path, sides: Mapping[str, Side], holdout: Side | None, options: Options
) -> dict[str, Any]:
    """Read the content of every arm and of the hold-out, none of it in two of them."""
    key = key_of(sides, holdout, options)
    file = folder / CONFIG
    if file.exists():
        known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if known.get("key") == key and "sizes" in known:
            return known
    raw = sides["raw"]
    family: npt.NDArray[np.bool_] | None = None
    if holdout is None:
        held = hold_out(raw.profile)
        family = held.family
        reference = _read(raw, held.reference, options)
    else:
        reference = _read(holdout, (holdout.profile.rows["status"] == "ok").to_numpy(), options)
    least_arm, least_held = _LEAST[raw.profile.modality]
    if len(reference.content) < least_held:
        raise InputError(
            f"the hold-out has {len(reference.content)} samples, {least_held} are needed: give a "
            "larger --holdout, or a larger corpus"
        )
    sizes, dropped = {}, {}
    for name, side in sides.items():
        free = _free(side, raw, holdout, family)
        loaded = _read(side, free & (side.profile.rows["status"] == "ok").to_numpy(), options)
        if len(loaded.content) < least_arm:
            raise InputError(
                f"{len(loaded.content)} samples are left of {name} beside the hold-out, "
                f"{least_arm} are needed: give a larger corpus"
            )
        save_content(folder / "data", name, loaded.content)
        sizes[name] = len(loaded.content)
        dropped[name] = int((~free).sum())
    save_content(folder / "data", "holdout", reference.content)
    _save_labels(folder, reference)
    facts = {
        "schema": 1,
        "key": key,
        **asdict(options),
        "corpora": {name: side.profile.location for name, side in sides.items()},
        "holdout": None if holdout is None else holdout.profile.location,
        "n_holdout": len(reference.content),
        "near_holdout": dropped,
        "sizes": sizes,
        "metric": metric_of(options).name,
    }
    write_json(file, facts)
    return facts


def key_of(sides: Mapping[str, Side], holdout: Side | None, options: Options) -> str:
    """Changes with whatever the runs depend on."""
    told: list[Any] = [sorted(asdict(options).items())]
    for name, side in [*sorted(sides.items()), ("holdout", holdout)]:
        digest = None if side is None else _contents(side.profile)
        told.append([(name, digest)])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _contents(profile: Profile) -> str:
    """Changes with what the samples of a corpus are."""
    rows = profile.rows[["sample_id", "content_hash"]].astype(str)
    return hashlib.sha256("\n".join(rows.agg(" ".join, axis=1)).encode()).hexdigest()


def _free(
    side: Side, raw: Side, holdout: Side | None, family: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.bool_]:
    """Samples of an arm that are not in the hold-out, nor nearly."""
    if holdout is not None:
        return ~near_rows(side.profile, holdout.profile)
    assert family is not None
    return ~family if side is raw else ~near_to_rows(side.profile, raw.profile, family)


def _read(side: Side, wanted: npt.NDArray[np.bool_], options: Options) -> Loaded:
    """The content of some samples, at most `_MOST` of them, by content hash."""
    rows = side.profile.rows
    numbers = np.flatnonzero(wanted)
    if len(numbers) > _MOST:
        hashes = rows["content_hash"].to_numpy()[numbers].astype(str)
        numbers = np.sort(numbers[np.argsort(hashes, kind="stable")[:_MOST]])
    ids = set(rows["sample_id"].to_numpy()[numbers].tolist())
    samples = (sample for sample in side.corpus if sample.sample_id in ids)
    if options.model == "lm":
        return load_texts(side.corpus, samples)
    return load_images(side.corpus, samples, options.size, options.n_channels)


def _save_labels(folder: Path, reference: Loaded) -> None:
    """Labels of the hold-out, where there are enough of each to tell classes apart."""
    file = folder / "data" / "labels.json"
    file.unlink(missing_ok=True)
    if any(label is None for label in reference.labels):
        return
    _, counts = np.unique(np.array(reference.labels, str), return_counts=True)
    if len(counts) > 1 and counts.min() >= 10:
        write_json(file, reference.labels)


def _arms(folder: Path, design: Design, options: Options) -> dict[str, Arm]:
    """The primary metric of every run, by arm."""
    arms = {}
    for arm in design.arms:
        values = []
        for seed in range(options.seeds):
            found = read_run(run_folder(folder, arm, seed)) or {}
            value = found.get("value")
            values.append(float("nan") if value is None else float(value))
        arms[arm] = Arm(tuple(values), design.n_samples(arm))
    return arms


def _collapsed(folder: Path, design: Design, options: Options) -> list[str]:
    """Such as "raw: 2 of 8 runs collapsed: the same image again and again."."""
    lines = []
    for arm in design.arms:
        runs = [read_run(run_folder(folder, arm, seed)) or {} for seed in range(options.seeds)]
        n = sum(run.get("status") == "collapsed" for run in runs)
        if n:
            what = "text that loops" if options.model == "lm" else "the same images again and again"
            lines.append(f"{arm}: {n} of {len(runs)} runs collapsed ({what}); they count.")
    return lines
