"""Do the scores of a corpus predict what a model makes of it? On corpora with planted defects.

  python benchmarks/effect_scores.py DATA_FOLDER CACHE [--seeds 4] [--workers 2]
      [--sets mnist cifar] [--only clean-0.00-0 junk-1.00-0 ...]

DATA_FOLDER holds mnist/ and cifar10/. For each of 26 corpora of a data set: the scorecard, without
and with a clean reference, and the Frechet distance (efficientnet-lite0, to a clean hold-out) of
`flow`, preset "quick", trained on all of the corpus, mean over seeds. CACHE/summary.json holds
every corpus, and Spearman's rho of every score and of their mean with the distance: negative where
a higher score means a better model. Restartable: scorecards and runs that are in CACHE are not made
again, so empty it when the scores or the model change.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from effect.correlation import spearman
from effect.scored import CASES, SETS, Case, Collection, cards, collection
from effect.trained import MODEL, PRESET, SPACE, train

from datakit.profiles.files import write_json

DIMENSIONS = (
    "completeness",
    "consistency",
    "diversity",
    "representativeness",
    "usability",
    "accuracy",
)
WAYS = ("without", "with")
SHOWN = ("precision", "recall", "coverage")
MEAN = "mean"
"""Of the scores that have a value; the product shows no score of its own for the whole."""

N_DRAWS = 2_000
LEAST = 4
"""Corpora that a correlation takes."""


def points(name: str, cases: list[Case], args: argparse.Namespace) -> list[dict[str, Any]]:
    """Every corpus of a data set: its scores and its distance; one JSON file each as well."""
    source, place = collection(args.data, name), args.cache / name
    for case in cases:
        file = place / "scores" / f"{case.name}.json"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            write_json(file, cards(source, case, place / "profiles", args.workers))
            found = json.loads(file.read_text())
            print(name, case.name, shown(found["with"]), found["cpu_seconds"], flush=True)
    corpora = {case.name: partial(pictures, source, case) for case in cases}
    bench = place / "bench"
    runs = train(source.held, corpora, range(args.seeds), bench, args.workers, partial(told, name))
    found = [point(name, case, place, runs[case.name]) for case in cases]
    clean = {p["draw"]: p["frechet"] for p in found if p["defect"] == "clean"}
    for p in found:
        own = clean.get(p["draw"])
        p["relative"] = None if None in (own, p["frechet"]) else p["frechet"] / own
        write_json(place / f"{p['corpus']}.json", p)
    return found


def point(name: str, case: Case, place: Path, runs: list[dict[str, Any]]) -> dict[str, Any]:
    card = json.loads((place / "scores" / f"{case.name}.json").read_text())
    values = [run["value"] for run in runs if run.get("value") is not None]
    scores = {way: {d: card[way][d] for d in DIMENSIONS} for way in WAYS}
    for own in scores.values():
        own[MEAN] = {"value": float(np.mean([s["value"] for s in own.values() if given(s)]))}
    fidelity = [run["fidelity"] for run in runs if "fidelity" in run]
    return {
        "set": name,
        "corpus": case.name,
        "defect": case.defect,
        "severity": case.severity,
        "draw": case.draw,
        "n": card["n"],
        "scores": scores,
        "values": values,
        "frechet": float(np.mean(values)) if values else None,
        "sd": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "statuses": [run["status"] for run in runs],
        **{k: float(np.mean([f[k] for f in fidelity])) if fidelity else None for k in SHOWN},
        "cpu_seconds": card["cpu_seconds"]
        | {"run": float(np.mean([r["cpu_seconds"] for r in runs]))},
    }


def given(score: dict[str, Any]) -> bool:
    return score["value"] is not None


def correlations(found: list[dict[str, Any]], name: str, metric: str) -> list[dict[str, Any]]:
    """Of every score, without and with reference, with a metric, over the corpora given."""
    rows = []
    for way in WAYS:
        for score in (*DIMENSIONS, MEAN):
            used = [
                (p["scores"][way][score]["value"], p[metric], f"{p['set']} {p['defect']}")
                for p in found
                if given(p["scores"][way][score]) and p[metric] is not None
            ]
            rows.append({"set": name, "reference": way, "score": score} | correlation(used))
    return rows


def correlation(used: list[tuple[float, float, str]]) -> dict[str, Any]:
    """Spearman's rho of (score, metric, group), and two bootstrap 95 % intervals.

    One draws corpora; the other whole groups, since the severities of one defect are no
    independent corpora. Draws in which a side does not vary have no rho and are left out.
    """
    empty = dict.fromkeys(("rho", "low", "high", "low_by_defect", "high_by_defect"))
    if len(used) < LEAST:
        return {"n": len(used), **empty}
    x, y = (np.array([one[i] for one in used], float) for i in (0, 1))
    rho = spearman(x, y)
    if rho is None:
        return {"n": len(used), **empty}
    groups = np.array([group for *_, group in used])
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(x), len(x)) for _ in range(N_DRAWS)]
    blocks = rng.integers(0, len(members), (N_DRAWS, len(members)))
    wholes = [np.concatenate([members[i] for i in block]) for block in blocks]
    ends = [interval([spearman(x[r], y[r]) for r in rows]) for rows in (draws, wholes)]
    return {"n": len(x), **dict(zip(empty, (rho, *ends[0], *ends[1]), strict=True))}


def interval(rhos: list[float | None]) -> tuple[float, float]:
    low, high = np.percentile([rho for rho in rhos if rho is not None], [2.5, 97.5])
    return float(low), float(high)


def shown(card: dict[str, Any]) -> str:
    return " ".join(f"{d[:5]} {card[d]['value']:.3f}" for d in DIMENSIONS if given(card[d]))


def pictures(source: Collection, case: Case) -> np.ndarray:
    return source.corpus(case).images


def told(data_set: str, name: str, seed: int, found: dict[str, Any]) -> None:
    value = "no value" if found["value"] is None else f"{found['value']:.3f}"
    cost = f"{found['cpu_seconds']} s"
    print(f"{data_set} {name} seed {seed}: {value} ({found['status']})  {cost}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sets", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--only", nargs="*", choices=[case.name for case in CASES])
    args = parser.parse_args()
    for folder in (args.data / "mnist", args.data / "cifar10"):
        if not folder.is_dir():
            parser.error(f"{folder} is missing: give a DATA_FOLDER that holds mnist/ and cifar10/")
    if args.seeds < 1:
        parser.error(f"--seeds {args.seeds}: give at least 1")
    cases = [case for case in CASES if args.only is None or case.name in args.only]
    found = {name: points(name, cases, args) for name in args.sets}
    pooled = [p for own in found.values() for p in own]
    rhos = [row for name, own in found.items() for row in correlations(own, name, "frechet")]
    rhos += correlations(pooled, "pooled", "relative")
    facts = {"model": MODEL, "preset": PRESET, "space": SPACE, "seeds": args.seeds}
    summary = facts | {"dimensions": list(DIMENSIONS), "points": pooled, "rhos": rhos}
    write_json(args.cache / "summary.json", summary)
    for row in rhos:
        if row["rho"] is not None:
            print(
                f"{row['set']:6} {row['reference']:7} reference  {row['score']:18} n {row['n']:2}  "
                f"rho {row['rho']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]  by defect "
                f"[{row['low_by_defect']:+.2f}, {row['high_by_defect']:+.2f}]"
            )


if __name__ == "__main__":
    main()
