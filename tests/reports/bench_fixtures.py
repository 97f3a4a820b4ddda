"""A finished benchmark without any training: its files, written by hand."""

import json
import math

import numpy as np
from PIL import Image

from datakit.benchmarks.effect import BITS_PER_BYTE, FRECHET, Arm, judge
from datakit.benchmarks.material import save_content

COLOURS = {"curated": (250, 0, 0), "random": (0, 250, 0), "raw": (0, 0, 250)}
HELD = (200, 100, 0)
STEPS = [1, 2, 3, 4]


def bench_folder(root, values, name="made", halves=False, collapsed=(), model="flow", **config):
    """A folder with the runs of some arms; values: arm -> primary metric by seed, NaN for failed.

    Of run (arm, seed) the samples are one colour, precision is seed / 100, and the losses are
    seed + step.
    """
    folder = root / name
    (folder / "data").mkdir(parents=True)
    n_seeds = len(values["curated"])
    sizes = {arm: 300 for arm in values if arm != "random"} | {"raw": 300 if halves else 500}
    facts = {
        "schema": 1, "key": "k", "model": model, "preset": "quick", "space": "pca",
        "seeds": n_seeds, "seed": 0, "size": 8, "n_channels": 3,
        "corpora": {arm: f"/data/{arm}" for arm in sizes}, "holdout": "/data/held",
        "n_holdout": 80, "near_holdout": {"raw": 10, "curated": 9}, "sizes": sizes, "metric": "m",
    } | config  # fmt: skip
    (folder / "bench.json").write_text(json.dumps(facts))
    metric = BITS_PER_BYTE if model == "lm" else FRECHET
    n = {arm: 150 if halves else 500 if arm == "raw" else 300 for arm in values}
    arms = {arm: Arm(tuple(v), n[arm]) for arm, v in values.items()}
    effect = judge(arms, metric, halves=halves)
    (folder / "effect.json").write_text(json.dumps(effect.to_json(), allow_nan=False))
    for arm, own in values.items():
        for seed, value in enumerate(own):
            _run(folder, arm, seed, value, model, (arm, seed) in collapsed)
    if model == "lm":
        save_content(folder / "data", "holdout", [b"held out text"] * 3)
    else:
        # From black to white, so that the first and the last one can be told.
        shades = np.linspace(0, 255, 80).astype(np.uint8)
        held = np.broadcast_to(shades[:, None, None, None], (80, 3, 8, 8))
        save_content(folder / "data", "holdout", np.ascontiguousarray(held))
    return folder


def _run(folder, arm, seed, value, model, collapsed):
    place = folder / "runs" / f"{arm.replace(' ', '_')}-{seed:03d}"
    place.mkdir(parents=True)
    failed = math.isnan(value)
    status = "diverged" if failed else "collapsed" if collapsed else "ok"
    found = {"arm": arm, "seed": seed, "status": status, "value": None if failed else value}
    if not failed:
        found["fidelity"] = {"precision": seed / 100, "distinct_4": 0.5, "kl_reference": None}
        losses = {"loss": [seed + step for step in STEPS]}
        (place / "curves.json").write_text(json.dumps({"steps": STEPS, "losses": losses}))
        if model == "lm":
            text = f"{arm} {seed} writes to jane.doe@example-mail.org </script><script>"
            (place / "samples.jsonl").write_text(json.dumps({"text": text}) + "\n")
        else:
            colour = COLOURS.get(arm, (9, 9, 9))
            Image.new("RGB", (64, 64), colour).save(place / "samples.png")
    (place / "run.json").write_text(json.dumps(found))
