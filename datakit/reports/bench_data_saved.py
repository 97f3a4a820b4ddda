"""A saved benchmark, read again for whoever shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from datakit.benchmarks.bench import CONFIG, RESULT, Options, effect_of
from datakit.benchmarks.cautions import FROM_RAW
from datakit.benchmarks.effect import Arm, Effect
from datakit.benchmarks.effect_difference import (
    ALPHA,
    Difference,
    luck_of_halves,
    paired_difference,
)
from datakit.benchmarks.effect_words import covered, told
from datakit.benchmarks.material import ABLATION, Design
from datakit.benchmarks.run_task import read_run, run_folder
from datakit.benchmarks.verdict import HELPS, HURTS, NO_EFFECT, TOO_FEW
from datakit.errors import InputError

__all__ = ["HEADLINES", "SavedBench", "is_ablation", "read_bench", "summary", "why_halves"]

HEADLINES = {
    HELPS: "Curation helps.",
    HURTS: "Curation hurts.",
    NO_EFFECT: "No effect found.",
    TOO_FEW: "Too few runs to tell.",
}


@dataclass(frozen=True)
class SavedBench:
    """A finished benchmark.

    Parameters
    ----------
    folder
        Where it is.
    config
        What was asked for: corpora, model, preset, hold-out.
    effect
        Judged from the saved runs' values.
    runs
        What the runs of each arm found, by seed; empty for one that is gone.
    """

    folder: Path
    config: Mapping[str, Any]
    effect: Effect
    runs: Mapping[str, list[dict[str, Any]]]

    @property
    def metric_name(self) -> str:
        """The primary metric's name for people."""
        return self.effect.metric.name.replace("_", " ")

    @property
    def figures(self) -> str:
        """The sentence of the verdict without its headline."""
        text = told(self.effect)
        for begin in (HEADLINES[self.effect.verdict], "Too few runs:", "Too few runs."):
            text = text.removeprefix(begin)
        text = text.strip().replace(self.effect.metric.name, self.metric_name)
        return text[:1].upper() + text[1:]

    @property
    def covered(self) -> str:
        """How much the intervals cover, in %: all are those of the look that decided."""
        deciding = self.effect.deciding
        return covered(ALPHA if deciding is None else deciding.level)

    @property
    def versus(self) -> dict[str, Difference]:
        """Curated minus every other arm, the deciding one first."""
        effect = self.effect
        known = {"random": effect.versus_random, "raw": effect.versus_raw}
        found = {arm: difference for arm, difference in known.items() if difference is not None}
        curated = effect.arms["curated"]
        for name, arm in effect.arms.items():
            if name not in ("curated", "random", "raw"):
                difference = _difference(curated, arm, effect)
                if difference is not None:
                    found[name] = difference
        return found

    def metric(self, arm: str, name: str) -> float | None:
        """Median of a secondary metric over the runs of an arm that have it."""
        values = [run.get("fidelity", {}).get(name) for run in self.runs[arm]]
        known = [float(v) for v in values if v is not None and np.isfinite(v)]
        return float(np.median(known)) if known else None

    def n_collapsed(self, arm: str) -> int:
        """Runs of an arm that make the same again and again; their values count."""
        return sum(run.get("status") == "collapsed" for run in self.runs[arm])


def is_ablation(arm: str) -> bool:
    """Whether an arm is curated by the recipe without one of its steps."""
    return arm.startswith(ABLATION)


def read_bench(folder: Path) -> SavedBench:
    """Read a finished benchmark.

    Parameters
    ----------
    folder
        Of one benchmark, such as ``bench/raw-flow-quick-99ecb641``.

    Raises
    ------
    InputError
        There is none, or it is not finished.
    """
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        saved = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        options = _options(config)
        design = Design.saved(config)
        arms = {
            name: Arm(
                tuple(float("nan") if v is None else float(v) for v in arm["values"]),
                int(arm["n_samples"]),
            )
            for name, arm in saved["arms"].items()
        }
        reasons = tuple(str(reason) for reason in saved["reasons"])
        verdict, n_needed = saved["verdict"], saved["n_needed"]
        if verdict not in HEADLINES:
            raise ValueError(verdict)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{folder} is no finished benchmark: give a folder that `datakit bench` made, or run "
            "the same command again"
        ) from error
    effect = effect_of(arms, design, options)
    # What the verdict is may hang on the runs themselves, not on their values alone.
    effect = replace(
        effect, verdict=verdict, n_needed=n_needed, reasons=reasons, folder=str(folder)
    )
    runs = {
        name: [read_run(run_folder(folder, name, seed)) or {} for seed in range(len(arm.values))]
        for name, arm in arms.items()
    }
    return SavedBench(folder, config, effect, runs)


def summary(bench: SavedBench) -> dict[str, Any]:
    """The JSON object of a benchmark, without ``seconds``."""
    found = bench.effect.to_json()
    reasons = list(found["reasons"])
    if bench.effect.halves:
        found["versus_random"] = None
        found["reason"] = (
            f"{why_halves(bench.config)}: every seed trained on as many samples of both, a random "
            "half of the smaller"
        )
    elif bench.effect.deciding is None or bench.effect.deciding.n_seeds < 2:
        found["reason"] = "an interval needs two seeds that gave a value in both arms"
    return {
        "schema": 1,
        "model": bench.config["model"],
        "preset": bench.config["preset"],
        **found,
        "reasons": reasons,
        "sentence": f"{HEADLINES[bench.effect.verdict]} {bench.figures}",
        "holdout": {
            "corpus": bench.config["holdout"],
            "n_samples": bench.config["n_holdout"],
            "n_removed": bench.config["near_holdout"],
        },
        "runs": str(bench.folder),
    }


def why_halves(config: Mapping[str, Any]) -> str:
    """Why there is no random subset of raw to compare curated with."""
    if config.get("from_raw", 1.0) < FROM_RAW:
        return "curated does not come from raw"
    return "curated is about as large as raw"


def _options(config: dict[str, Any]) -> Options:
    """The options of a benchmark, which had no looks at first."""
    known = {field.name: config[field.name] for field in fields(Options) if field.name != "looks"}
    return Options(**known, looks=tuple(int(k) for k in config.get("looks", ())))


def _difference(curated: Arm, other: Arm, effect: Effect) -> Difference | None:
    """Curated minus an arm that the verdict does not look at, with the luck of the one it does."""
    both = np.array([curated.values, other.values], np.float64)
    a, b = both[:, np.isfinite(both).all(axis=0)]
    if not len(a):
        return None
    deciding = effect.deciding
    luck, level = (float("nan"), ALPHA) if deciding is None else (deciding.luck, deciding.level)
    if len(a) > 1 and not np.isfinite(luck):
        luck = float(luck_of_halves(a, b))
    return paired_difference(a, b, luck, level)
