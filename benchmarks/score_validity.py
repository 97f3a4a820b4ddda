"""The validity study of the scores: planted defects in, docs/scores/validity.md out.

  python benchmarks/score_validity.py --images FOLDER --texts FOLDER --cache FOLDER

Restartable: what is in the cache is not done again. See `validity.sources` for what the folders
hold. ``--page-only`` writes the page anew from the JSON file beside it.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

STAGES = ("scores", "coverage", "tests")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, help="folder with cifar10/ and photos/")
    parser.add_argument("--texts", type=Path, help="folder with the text collections")
    parser.add_argument("--cache", type=Path, default=Path("build/validity"))
    parser.add_argument("--out", type=Path, default=Path("docs/scores/validity.md"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a small part, to see that it runs")
    parser.add_argument("--stages", nargs="*", choices=STAGES, default=list(STAGES))
    parser.add_argument(
        "--peers", type=Path, nargs="*", default=[], help="interpreters with other drift detectors"
    )
    parser.add_argument("--page-only", action="store_true")
    return parser.parse_args()


def run(args: argparse.Namespace) -> dict[str, Any]:
    from validity.cells import run_cells, score_cells
    from validity.coverage import coverage_cells
    from validity.pools import open_pool
    from validity.self_check import check
    from validity.shift_tests import peer_results, shift_cells, size_of
    from validity.study import Study, code_digests
    from validity.summary import coverage, matrix, p_values

    folders = (args.images, args.texts, args.cache)
    study = Study(*folders, args.seed, args.quick, args.workers, *code_digests())
    if not study.collections:
        raise SystemExit("nothing to study: give --images FOLDER and --texts FOLDER")
    seconds: dict[str, float] = {}
    pools = {}
    for collection in study.collections:
        pool = open_pool(study, collection.name)
        seconds[f"pool {collection.name}"] = pool.build()
        pools[collection.name] = {v: pool.n_of(v) for v in pool.versions}
    results: dict[str, Any] = {"check": check(study), "peers": {}}
    tasks = {
        "scores": (score_cells, matrix),
        "coverage": (coverage_cells, coverage),
        "tests": (shift_cells, p_values),
    }
    for stage, (plan, summary) in tasks.items():
        done = list(run_cells(study, plan(study) if stage in args.stages else []))
        results["matrix" if stage == "scores" else stage] = summary(done)
        busy = sum(found["seconds"] for _, found in done if found)
        seconds[f"{stage}, {len(done)} cells, CPU"] = busy
    if args.peers:
        results["peers"] = peer_results(study, args.peers)
    results["facts"] = _facts(args, pools, seconds) | {"pair_size": size_of(study)}
    return results


def _facts(args: argparse.Namespace, pools: Any, seconds: dict[str, float]) -> dict[str, Any]:
    shown: dict[str, Any] = {"seed": args.seed, "processes": args.workers}
    if args.quick:
        shown["quick"] = "a small part of the study, to see that it runs: no figure to quote"
    for name, versions in pools.items():
        shown[f"pool {name}"] = ", ".join(f"{v} {n}" for v, n in versions.items())
    for name, value in seconds.items():
        shown[f"time, {name}"] = f"{value:.0f} s"
    return {"shown": shown}


def main() -> None:
    from validity.page import write_page

    args = arguments()
    kept = args.out.with_suffix(".json")
    if not args.page_only:
        results = run(args)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(results, indent=1), "utf-8")
    write_page(json.loads(kept.read_text("utf-8")), args.out)
    print(args.out)


if __name__ == "__main__":
    main()
