"""Recall and false positives per issue on planted defects in texts, English and Chinese.

  python benchmarks/planted_texts.py PROTOCOL.py FOLDER_OF_TEXTS [SEED ...]

PROTOCOL.py builds two corpora with a known number of each defect (`build`) and scores the profiles
of them (`score`); this script profiles them in between, seed by seed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import datakit as dk


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    protocol, texts, *seeds = sys.argv[1:]
    for seed in seeds or ["0", "1", "2"]:
        with tempfile.TemporaryDirectory() as folder:
            words = ["build", "--data", texts, "--out", folder, "--seed", seed]
            subprocess.run([sys.executable, protocol, *words], check=True)
            profiles = []
            for language in ("en", "zh"):
                out = Path(folder) / f"{language}.profile"
                dk.profile(Path(folder) / language, out, against=f"{folder}/against.jsonl")
                profiles.append(str(out))
            print(f"\nseed {seed}", flush=True)
            words = ["score", folder, *profiles, "--against"]
            subprocess.run([sys.executable, protocol, *words], check=False)


if __name__ == "__main__":
    main()
