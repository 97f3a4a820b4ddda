"""What the page of a benchmark shows, as plain values; drawn by bench_page.js."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from datakit.benchmarks.effect_difference import Difference
from datakit.benchmarks.verdict import HELPS, HURTS
from datakit.reports.bench_data_metrics import METRICS
from datakit.reports.bench_data_saved import HEADLINES, SavedBench, is_ablation, why_halves
from datakit.reports.bench_data_shown import curves, grids, texts, typical_seed
from datakit.reports.visible import short_path

__all__ = ["bench_data", "holdout_lines"]

_LEVELS = {HELPS: "good", HURTS: "bad"}
_FILES = (
    ("bench.json", "what was compared, and how"),
    ("effect.json", "the values of every run, the effect and the verdict"),
    ("runs/ARM-SEED/", "weights, losses, samples and metrics of a run"),
)


def bench_data(bench: SavedBench) -> dict[str, Any]:
    """Everything that the page shows of a benchmark.

    Parameters
    ----------
    bench
        A finished benchmark.
    """
    effect, config = bench.effect, bench.config
    seed = typical_seed(bench)
    is_text = config["model"] == "lm"
    curated, control = effect.arms["curated"], "raw" if effect.halves else "random"
    versus = [_versus(arm, d, effect.metric.better) for arm, d in bench.versus.items()]
    return {
        "name": short_path(bench.folder.name),
        "level": _LEVELS.get(effect.verdict, "none"),
        "headline": HEADLINES[effect.verdict],
        "figures": bench.figures,
        "notes": _notes(bench),
        "metric": bench.metric_name,
        "better": effect.metric.better,
        "model": config["model"],
        "preset": config["preset"],
        "n_seeds": len(curated.values),
        "covered": bench.covered,
        "corpora": {arm: short_path(place) for arm, place in config["corpora"].items()},
        "control": control,
        "versus": [one for one in versus if not is_ablation(one["arm"])],
        "steps": [one for one in versus if is_ablation(one["arm"])],
        "arms": [_arm(bench, name) for name in effect.arms],
        "metrics": _metrics(bench),
        "seed": seed,
        "grids": [] if is_text else grids(bench, seed),
        "texts": texts(bench, seed) if is_text else [],
        "curves": curves(bench),
        "design": _design(bench),
        "places": [[arm, short_path(place)] for arm, place in config["corpora"].items()]
        + [["hold-out", short_path(config["holdout"] or "split off raw")]],
        "files": [list(file) for file in _FILES],
    }


def holdout_lines(bench: SavedBench) -> list[str]:
    """What the hold-out was, and what was taken out of the arms because of it."""
    config = bench.config
    n, removed = config["n_holdout"], config["near_holdout"]
    things = "documents" if config["model"] == "lm" else "images"
    known = {arm: k for arm, k in removed.items() if not is_ablation(arm)}
    counts = ", ".join(f"{k:,} of {arm}" for arm, k in known.items())
    if config["holdout"]:
        return [
            f"{n:,} {things} of {config['holdout']}, which was given",
            f"taken out of the arms, as copies, near copies or edited copies of one: {counts}",
        ]
    return [
        f"{n:,} {things} split off raw before anything else, without issues, by content hash",
        f"taken out of the arms, with all copies, near copies and edited copies: {counts}",
    ]


def _notes(bench: SavedBench) -> list[str]:
    return list(bench.effect.reasons)


def _versus(arm: str, d: Difference, better: str) -> dict[str, Any]:
    plain = d.to_json()
    level = "none"
    if plain["low"] is not None and (d.low > 0 or d.high < 0):
        level = "good" if (d.high < 0) == (better == "lower") else "bad"
    return plain | {"arm": arm, "level": level}


def _arm(bench: SavedBench, name: str) -> dict[str, Any]:
    arm = bench.effect.arms[name]
    return {"name": name, "n_collapsed": bench.n_collapsed(name)} | arm.to_json()


def _metrics(bench: SavedBench) -> list[dict[str, Any]]:
    """Secondary metrics that any arm has: medians by arm."""
    found = []
    for key, metric in METRICS.items():
        values = {arm: bench.metric(arm, key) for arm in bench.effect.arms}
        if any(v is not None for v in values.values()):
            found.append({**metric._asdict(), "values": values})
    return found


def _design(bench: SavedBench) -> list[list[str]]:
    """The design in words: title and text."""
    effect, config = bench.effect, bench.config
    k, metric = len(effect.arms["curated"].values), effect.metric
    control = "raw" if effect.halves else "random"
    n = {name: arm.n_samples for name, arm in effect.arms.items()}
    if effect.halves:
        arms = (
            f"There is no random subset of raw to compare curated with: {why_halves(config)}. So "
            f"every seed trained on as many samples of both, a random half of the smaller "
            f"({n['curated']:,} samples), drawn anew for every seed, and the verdict stands on "
            "curated against raw."
        )
    else:
        arms = (
            f"raw has {n['raw']:,} samples, curated {n['curated']:,}. The verdict stands on curated"
            f" against random: {n['random']:,} samples of raw, drawn anew for every seed, so that "
            "neither size nor the luck of one draw is taken for the effect of curation."
        )
    steps = _steps(bench)
    runs = f"{k} seed{'' if k == 1 else 's'}, each with every arm: " + (
        f"{steps:,} gradient steps, " if steps else "as many gradient steps, "
    )
    side = "below" if metric.better == "lower" else "above"
    if config["model"] == "lm":
        named = "how well the model predicts held-out text"
    else:
        named = "the distance between generated and held-out images"
        if config["space"] == "pca":
            named += (
                ", in the 64 first principal components of the hold-out's pixels: it sees means "
                "and covariances of pixels alone"
            )
        else:
            named += f", by what {config['space']} sees in them"
    false = (
        "at most 5.1 % of pairs that do not differ were told apart"
        if effect.halves
        else "at most 4.1 % of pairs that do not differ were told apart where luck is as large as "
        "it was on MNIST, and 7.2 % at the worst"
    )
    return [
        ["Arms", arms],
        [
            "Runs",
            runs + "the same batch size, first weights and noise. Differences are taken by seed.",
        ],
        ["Hold-out", "; ".join(holdout_lines(bench)) + "."],
        [
            "Metric",
            f"{bench.metric_name}, {metric.better} is better; named before the run: {named}.",
        ],
        [
            "Verdict",
            f"Helps where the whole interval of curated minus {control} is {side} 0, "
            "hurts where it is on the other side. Around 0 it is no effect found, if it reaches no "
            f"farther than {100 * metric.smallest:g} % either way, and else too few runs. The "
            "interval is mean ± t √(s² / k + luck): the luck of which samples a set holds does not "
            f"shrink with more seeds. In simulations {false} (3 to 24 seeds; docs/bench.md)."
            + _looks(config),
        ],
    ]


def _looks(config: Mapping[str, Any]) -> str:
    """How the runs were looked at before all seeds were done, where they were."""
    if not config.get("looks"):
        return ""
    looks = ", ".join(str(k) for k in config["looks"])
    return (
        f" It was looked for after {looks} and {config['seeds']} seeds, each time with a wider "
        "interval, so that all looks together are wrong no more often than one; the runs stop "
        "where an effect is found."
    )


def _steps(bench: SavedBench) -> int | None:
    found = [line["steps"][-1] for loss in curves(bench)[:1] for line in loss["lines"]]
    return int(np.max(found)) if found else None
