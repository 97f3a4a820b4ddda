"""False verdicts of `datakit bench` where nothing differs, on real data.

  python benchmarks/effect_null.py MNIST_FOLDER CACHE [--pairs 20] [--kinds halves subset]

halves: raw and curated are two random halves of 5,000 clean digits.
subset: raw is 5,000 clean digits, curated a random half of them.

Every pair draws its own digits and hold-out (3,000). The preset is "quick". Restartable: verdicts
that are in CACHE are not made again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
from effect.sources import Pictures, mnist, write

import datakit as dk

N, N_HOLDOUT = 5_000, 3_000


def sets(digits: Pictures, kind: str, pair: int) -> tuple[Pictures, Pictures, Pictures]:
    """Raw, curated and hold-out of one pair."""
    order = np.random.default_rng([pair, kind == "subset"]).permutation(len(digits))
    whole, half, held = order[:N], order[: N // 2], order[N : N + N_HOLDOUT]
    raw = whole if kind == "subset" else whole[N // 2 :]
    return digits[np.sort(raw)], digits[np.sort(half)], digits[held]


def judged(digits: Pictures, kind: str, pair: int, place: Path) -> dict:
    shutil.rmtree(place, ignore_errors=True)
    names = ("raw", "curated", "holdout")
    parts = zip(names, sets(digits, kind, pair), strict=True)
    folders = {name: write(part, place / name, classes=False) for name, part in parts}
    began = time.monotonic()
    effect = dk.bench(
        folders["raw"], folders["curated"], place / "bench", holdout=folders["holdout"], seed=pair
    )
    found = effect.to_json() | {"kind": kind, "pair": pair, "seconds": time.monotonic() - began}
    shutil.rmtree(place)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mnist", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--kinds", nargs="*", default=["halves", "subset"])
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    digits = mnist(args.mnist)
    for pair in range(args.pairs):
        for kind in args.kinds:
            file = args.cache / f"null-{kind}-{pair:02d}.json"
            if not file.exists():
                found = judged(digits, kind, pair, args.cache / "corpora")
                file.write_text(json.dumps(found, indent=1))
            found = json.loads(file.read_text())
            deciding = found["versus_random"] or found["effect"]
            change = 100 * deciding["value"] / found["arms"]["curated"]["mean"]
            print(
                f"{kind} {pair:2}: {found['verdict']:16} {change:+5.1f} % "
                f"p = {deciding['p']:.3f}  {found['seconds']:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
