"""``datakit bench RAW [CURATED]``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from datakit.cli.profiling_options import add_workers
from datakit.errors import InputError

__all__ = ["register", "run"]

_DESCRIPTION = """\
Say whether curated data make a better model. Small generative models are trained on raw, on
curated, and on random subsets of raw of the curated size, with the same steps, first weights and
noise for each seed; what they make is compared with held-out data that none of them saw. The
verdict is helps, no effect found, hurts, or too few runs, with an interval and a p-value.

Without CURATED it is made from RAW by --recipe, or by the recipe that the profile proposes;
--recipe and --ablate do not go with a CURATED that is given.
Finished runs are kept: an interrupted benchmark goes on where it stopped.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "bench",
        help="say whether curation helps a model, with an interval",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("raw", metavar="RAW", nargs="?", help="the corpus as it was")
    parser.add_argument("curated", metavar="CURATED", nargs="?", help="the corpus after curation")
    parser.add_argument(
        "-o", "--out", metavar="DIR", default="bench", help="the folder of benchmarks (bench)"
    )
    parser.add_argument(
        "--recipe", metavar="NAME_OR_FILE", help="makes CURATED (proposed from RAW's issues)"
    )
    parser.add_argument(
        "--holdout", metavar="CORPUS", help="data no arm may see (split off RAW by content)"
    )
    parser.add_argument(
        "--model", metavar="NAME", help="flow (images), vae, gan, dcgan, or lm (texts)"
    )
    parser.add_argument(
        "--preset",
        default="quick",
        metavar="NAME",
        help="smoke (shows that it works, no verdict), quick (8 seeds), full (8 to 24 seeds)",
    )
    parser.add_argument(
        "--space",
        metavar="NAME",
        help="feature space of images: efficientnet-lite0 (default), hub:MODEL, or pca, cheap",
    )
    parser.add_argument("--seeds", type=int, metavar="N", help="runs per arm (by the preset)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the whole (0)")
    parser.add_argument(
        "--clean", metavar="CORPUS", help="a corpus known to be clean, as an upper bound"
    )
    parser.add_argument(
        "--ablate",
        action="store_true",
        help="also one arm for each selection and cleaning step of the recipe, left out; one "
        "with the same data as another arm is named and not trained",
    )
    add_workers(parser)
    parser.add_argument("--list", action="store_true", help="show the benchmarks of DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, judge, write the report, print; or list what was done before."""
    began = time.monotonic()
    if options.list:
        _list(options, began)
        return 0
    if options.raw is None:
        raise InputError("nothing to benchmark: give RAW, and CURATED or --recipe, or --list")
    from datakit.benching import bench
    from datakit.reports.bench_data_saved import read_bench, summary
    from datakit.reports.bench_progress import BenchProgress

    with BenchProgress(Path(options.out)) as progress:
        effect = bench(
            options.raw,
            options.curated,
            options.out,
            recipe=options.recipe,
            holdout=options.holdout,
            model=options.model,
            preset=options.preset,
            space=options.space,
            seeds=options.seeds,
            seed=options.seed,
            clean=options.clean,
            ablate=options.ablate,
            workers=options.workers,
            progress=progress.advance,
        )
    saved = read_bench(Path(effect.folder))
    report = saved.folder / "report.html"
    seconds = time.monotonic() - began
    if options.json:
        _print_json(summary(saved) | {"report": str(report), "seconds": round(seconds, 3)})
        return 0
    from datakit.reports.terminal_bench import print_bench

    print_bench(saved, report, seconds)
    return 0


def _list(options: argparse.Namespace, began: float) -> None:
    place = Path(options.raw or options.out)
    if not place.is_dir():
        raise InputError(f"{place} is no folder of benchmarks: give the one that -o named")
    found = [_entry(one) for one in _benchmarks(place)]
    if options.json:
        seconds = round(time.monotonic() - began, 3)
        _print_json({"schema": 1, "benchmarks": found, "seconds": seconds})
    elif not found:
        print(f"no benchmark in {place}")
    else:
        from datakit.reports.terminal_bench import print_benchmarks

        print_benchmarks(found)


def _benchmarks(place: Path) -> list[dict[str, Any]]:
    from datakit.benchmarks.saved import saved_benchmarks

    return saved_benchmarks(place)


def _entry(one: dict[str, Any]) -> dict[str, Any]:
    """One benchmark of a list."""
    from datakit.benchmarks.material import Design

    effect = one["effect"] or {}
    folder = Path(one["folder"])
    n_arms = len(Design.saved(one).arms)
    # One that stopped at a look has no more runs to come.
    n_seeds = len(effect["arms"]["curated"]["values"]) if effect else one["seeds"]
    keys = ("model", "preset", "space", "seeds", "seed", "corpora", "holdout", "metric")
    entry = {key: one[key] for key in keys}
    entry |= {key: effect.get(key) for key in ("verdict", "effect", "versus_random")}
    entry |= {
        "n_runs": n_arms * n_seeds,
        "n_done": sum(1 for _ in folder.glob("runs/*/run.json")),
        "runs": str(folder),
    }
    return entry if effect else entry | {"reason": "not finished: the same command goes on"}


def _print_json(found: dict[str, Any]) -> None:
    json.dump(found, sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
