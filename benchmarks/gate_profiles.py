"""Time and memory of `datakit gate` on saved profiles of 100,000 and 1,000,000 samples.

  python benchmarks/gate_profiles.py [N ...]

Makes a synthetic profile of N images by the writers of the package (rows in parquet parts,
manifest, issues of 0.5 % of the samples each, scores), and judges it by the suite `images`
in a process of its own. Next to it stand the bare import of Great Expectations, and a run of the
same process that ends before Great Expectations is needed (a misspelt suite).

Goals: 100,000 samples in 5 s, and 1 s beyond the import; 1,000,000 in 15 s and 2 GB.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from datakit.gates.issue_names import CAPTION_ISSUES, ISSUE_NAMES
from datakit.profiles.files import atomic, write_json
from datakit.profiles.row_schema import row_schema
from datakit.profiles.store import Facts, write_profile
from datakit.validators.score import Component, Score

RATE = 0.005
BLOCK = 1 << 16
IMPORT = "import great_expectations"
ABSENT = (*CAPTION_ISSUES, "label_conflict", "label_suspect", "split_leak", "outlier", "unreadable")
ABSENT += ("truncated", "empty_file", "animated", "rotated_by_exif")


def rows(n):
    """Blocks of rows of the image schema: what the suite reads is filled, all else is null."""
    rng = np.random.default_rng(0)
    schema = row_schema("image")
    for begin in range(0, n, BLOCK):
        k = min(BLOCK, n - begin)
        names = [f"train/{i:08d}.jpg" for i in range(begin, begin + k)]
        known = {
            "sample_id": names,
            "path": names,
            "status": ["ok"] * k,
            "bytes": rng.integers(10_000, 90_000, k),
            "content_hash": [f"{i:064x}" for i in range(begin, begin + k)],
            "suffix": [".jpg"] * k,
            "format": ["JPEG"] * k,
            "mode": ["RGB"] * k,
            "width": np.full(k, 256),
            "height": np.full(k, 256),
        }
        for field in schema:
            if pa.types.is_floating(field.type):
                known[field.name] = rng.random(k)
        arrays = [
            pa.array(known[f.name], f.type) if f.name in known else pa.nulls(k, f.type)
            for f in schema
        ]
        table = pa.Table.from_arrays(arrays, schema=schema)
        yield table.append_column("mtime_ns", pa.nulls(k, pa.int64())).append_column(
            "embedding", pa.nulls(k, pa.binary())
        )


def issues(n):
    """Every issue that such a corpus can have, each of 0.5 % of the samples."""
    rng = np.random.default_rng(1)
    found = []
    for issue in ISSUE_NAMES["image"]:
        if issue not in ABSENT:
            rate = RATE if issue != "exact_duplicate" else RATE / 2
            chosen = np.sort(rng.choice(n, int(n * rate), replace=False))
            names = [f"train/{i:08d}.jpg" for i in chosen]
            values = rng.random(len(names))
            found.append(
                pd.DataFrame({"sample_id": names, "path": names, "issue": issue, "value": values})
            )
    return pd.concat(found).assign(threshold=0.5, group=None)


def scores():
    made = {
        name: Score(name, value, value - 0.01, min(1.0, value + 0.01), 1, "synthetic")
        for name, value in (("completeness", 1.0), ("consistency", 0.99), ("usability", 0.93))
    }
    part = Component("uniqueness", 0.99, 1)
    made["diversity"] = Score("diversity", 0.8, 0.79, 0.81, 1, "synthetic", (part,))
    made["accuracy"] = Score("accuracy", None, reason="no sample has a label")
    return {name: score.to_json() for name, score in made.items()}


def make(folder, n):
    folder.mkdir()
    facts = Facts("synthetic", "image", "synthetic", None, 20_000, {})
    write_profile(folder, rows(n), [], facts)
    with atomic(folder / "issues.parquet") as temporary:
        issues(n).to_parquet(temporary, index=False)
    write_json(folder / "scores.json", scores())


def timed(arguments):
    """Seconds, CPU seconds, peak MB and standard output of a process of its own."""
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    wrapped = [
        sys.executable,
        "-c",
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "sys.stdout.buffer.write(done.stdout)\n"
        "print('\\n', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode)",
    ]
    done = subprocess.run(
        [*wrapped, *arguments], stdout=subprocess.PIPE, env=environment, check=True
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    *output, last = done.stdout.decode().strip().splitlines()
    peak, code = map(int, last.split())
    return seconds, cpu, peak / 1024, code, "\n".join(output)


def main():
    sizes = [int(n) for n in sys.argv[1:]] or [100_000, 1_000_000]
    datakit = [sys.executable, "-m", "datakit.cli.main", "gate"]
    timed([sys.executable, "-c", IMPORT])  # into the cache
    bare = min((timed([sys.executable, "-c", IMPORT]) for _ in range(3)), key=lambda t: t[1])
    print(f"{'':28}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}")
    print(f"{'import Great Expectations':28}{bare[0]:8.2f}{bare[1]:8.2f}{bare[2]:9.0f}")
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            place = Path(folder) / f"{n}.profile"
            make(place, n)
            wrong = timed([*datakit, str(place), "--suite", "no-such-suite"])
            runs = [timed([*datakit, str(place), "--suite", "images", "--json"]) for _ in range(3)]
            best = min(runs, key=lambda t: t[1])
            found = json.loads(best[4])
            judged = sum(rule["outcome"] != "error" for rule in found["rules"])
            print(f"{f'{n:,} samples':28}{best[0]:8.2f}{best[1]:8.2f}{best[2]:9.0f}", end="")
            print(
                f"   beyond the import {best[1] - bare[1]:.2f} CPU s; {judged} rules judged, "
                f"{found['decision']}, exit code {best[3]}"
            )
            print(f"{'  suite refused':28}{wrong[0]:8.2f}{wrong[1]:8.2f}{wrong[2]:9.0f}")


if __name__ == "__main__":
    main()
