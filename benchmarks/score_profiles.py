"""Time and memory of the whole scorecard of 20,000 samples with embeddings of 512 numbers.

  python benchmarks/score_profiles.py [N]

Makes two corpora of N small pictures of ten classes, profiles them with an encoder of 512 random
projections, and scores one against the other in a process of its own on one core. Next to it
stands the bare limit: one distance matrix of 2,000 + 2,000 embeddings and reading the files.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

import datakit as dk

DIM = 512
_SCORE = """
import json, resource, sys, time
import datakit as dk
began, cpu = time.perf_counter(), time.process_time()
card = dk.validate(sys.argv[1], sys.argv[2])
took, cpu = time.perf_counter() - began, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
values = {name: score.value for name, score in card.items()}
print(json.dumps({"seconds": took, "cpu": cpu, "peak_mb": peak, "scores": values}))
"""


class Projections:
    """512 random projections of 16 x 16 pixels, as an encoder."""

    name, digest, dim = "projections", "projections-1", DIM

    def __init__(self):
        rng = np.random.default_rng(0)
        self._matrix = rng.normal(size=(768, DIM)).astype(np.float32) / 28
        sample = rng.normal(size=(4_000, 768)).astype(np.float32) * 0.2 + 0.5
        self._book = (sample[:64] @ self._matrix).astype(np.float32)

    def prepare(self, pixels):
        small = cv2.resize(pixels, (16, 16), interpolation=cv2.INTER_AREA)
        return small.astype(np.float32).ravel() / 255

    def encode(self, batch):
        return np.stack(batch) @ self._matrix

    def codebook(self):
        return self._book, 40.0


def pictures(n, seed):
    """n pictures of ten classes, each a smooth pattern of its class and one of its own."""
    rng = np.random.default_rng(seed)
    patterns = np.random.default_rng(0).normal(size=(10, 4, 4, 3)).astype(np.float32)
    for i in range(n):
        own = patterns[i % 10] + rng.normal(0, 0.7, (4, 4, 3)).astype(np.float32)
        large = cv2.resize(own, (32, 32), interpolation=cv2.INTER_CUBIC)
        pixels = (128 + 40 * large + rng.normal(0, 6, (32, 32, 3))).clip(0, 255).astype(np.uint8)
        yield f"class {i % 10}/{i:06d}.png", cv2.imencode(".png", pixels)[1].tobytes()


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in (1, 2):
            root = Path(folder) / f"corpus {seed}"
            for name, data in pictures(n, seed):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data)
            made = dk.profile(root, f"{root}.profile", encoder=Projections(), workers=0)
            paths.append(str(made.path))
        one = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        done = subprocess.run(
            [sys.executable, "-c", _SCORE, *paths], env=one, check=True, capture_output=True
        )
        print(json.dumps(json.loads(done.stdout), indent=1))
        began = time.perf_counter()
        vectors = [dk.load(path).embeddings.vectors[:2_000].astype(float) for path in paths]
        pooled = np.concatenate(vectors)
        np.sqrt(np.maximum(((pooled**2).sum(1)[:, None] - 2 * pooled @ pooled.T), 0))
        print(f"one distance matrix of 4,000 x {DIM}: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
