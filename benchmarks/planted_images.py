"""Precision and recall per issue on planted defects, pooled over seeds.

  python benchmarks/planted_images.py PROTOCOL.py FOLDER_OF_PHOTOS [SEED ...]

PROTOCOL.py builds a corpus with a known number of each defect (`build`), runs a tool on it (`run`)
and scores the answer (`score`); this script calls it for datakit and, where it is installed, for
CleanVision, seed by seed, and prints one table per tool.
"""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    protocol, photos, *seeds = sys.argv[1:]
    seeds = seeds or ["0", "1", "2"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    tools = ["datakit"] + (["cleanvision"] if find_spec("cleanvision") else [])

    def call(*words):
        subprocess.run([sys.executable, protocol, *words], check=True, env=environment)

    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            call("build", "--src", photos, "--out", f"{folder}/{seed}", "--seed", seed)
        for tool in tools:
            pairs = []
            for seed in seeds:
                answer = f"{folder}/{tool}-{seed}.json"
                call("run", "--tool", tool, "--corpus", f"{folder}/{seed}", "--pred", answer)
                pairs.append(f"{folder}/{seed}:{answer}")
            print(f"\n{tool}", flush=True)
            call("score", *pairs)


if __name__ == "__main__":
    main()
