"""Images a second: datakit's curate (resize, encode as PNG) and a bare Pillow loop, in one run.

  python benchmarks/curate_images.py [FOLDER ...] [--size 64] [--processes 2]

Both decode, resize with the same filter and write PNG files of the same level with the same number
of processes. CPU seconds of the whole process tree, less those of the same tool on a few files, are
what counts, since wall time follows the neighbours. Without folders, 15,000 pictures of 32 x 32 px
are made. The profile that curate needs is not counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from datakit.transforms.image_content import COMPRESS_LEVEL

BARE = """
import io, sys
from multiprocessing import Pool
from pathlib import Path
from PIL import Image
root, out = Path(sys.argv[1]), Path(sys.argv[2])
size, n, level = map(int, sys.argv[3:])
def one(file):
    image = Image.open(io.BytesIO(file.read_bytes())).convert("RGB")
    w, h = image.size
    side = min(w, h)
    box = ((w - side) / 2, (h - side) / 2, (w + side) / 2, (h + side) / 2)
    buffer = io.BytesIO()
    image.resize((size, size), Image.LANCZOS, box).save(buffer, "PNG", compress_level=level)
    (out / file.relative_to(root)).with_suffix(".png").write_bytes(buffer.getvalue())
if __name__ == "__main__":
    files = [f for f in sorted(root.rglob("*")) if f.is_file()]
    for f in files: (out / f.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
    with Pool(n) as pool: pool.map(one, files, chunksize=64)
"""
DATAKIT = """
import sys, datakit as dk
dk.curate(sys.argv[3], sys.argv[2], workers=int(sys.argv[4]), measure=False)
"""
PLAN = """
import sys, datakit as dk
from datakit.curation.recipe import Recipe, Step
from datakit.transforms.image_resize import Resize
from datakit.transforms.image_unify_mode import UnifyMode
profile = dk.profile(sys.argv[1], sys.argv[2] + ".profile", encoder="none")
steps = (Step(UnifyMode("RGB")), Step(Resize(int(sys.argv[3]), "fill")))
dk.plan(profile, Recipe("image", clean=steps)).write(sys.argv[2])
"""
CPU = """
import resource, json
used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print("@" + json.dumps(sum(u.ru_utime + u.ru_stime for u in used)))
"""


def run(code, *words):
    """CPU seconds of one process tree."""
    guarded = "\n".join("    " + line for line in CPU.strip().splitlines())
    script = Path(tempfile.mkdtemp()) / "tool.py"
    script.write_text(code + "\nif __name__ == '__main__':\n" + guarded + "\n")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    line = [x for x in done.stdout.splitlines() if x.startswith("@")]
    if not line:
        raise SystemExit(done.stderr[-800:])
    return json.loads(line[0][1:])


def made(n=15_000):
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_sample_images

    folder = Path(tempfile.mkdtemp())
    photos = [
        np.asarray(Image.fromarray(x).resize((320, 213))) for x in load_sample_images().images
    ]
    for k in range(n):
        x, y = (k * 7) % 288, (k * 5) % 181
        Image.fromarray(photos[k % 2][y : y + 32, x : x + 32]).save(folder / f"{k:05d}.png")
    return folder


def few(source, n):
    folder = Path(tempfile.mkdtemp())
    files = [file for file in sorted(Path(source).rglob("*")) if file.is_file()]
    for k in range(n):
        file = files[k % len(files)]
        (folder / f"{k}{file.suffix}").write_bytes(file.read_bytes())
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for folder in options.folders or [made()]:
        n = sum(f.is_file() for f in Path(folder).rglob("*"))
        small = few(folder, 4 * options.processes)
        seconds = {}
        for name, code in (("bare Pillow", BARE), ("datakit", DATAKIT)):
            used = {}
            for source in (small, folder):
                with tempfile.TemporaryDirectory() as place:
                    third = options.size
                    if code is DATAKIT:
                        third = Path(place) / "plan.parquet"
                        run(PLAN, source, third, options.size)
                    words = (third, options.processes, COMPRESS_LEVEL)
                    used[source] = min(
                        run(code, source, Path(place) / f"out{k}", *words) for k in range(3)
                    )
            seconds[name] = used[folder] - used[small]
            print(
                f"  {name:12s} {n / seconds[name]:8.0f} images per CPU second"
                f"  {1e3 * seconds[name] / n:6.3f} ms  start {used[small]:4.1f} s",
                flush=True,
            )
        ratio = seconds["bare Pillow"] / seconds["datakit"]
        print(f"{folder}: {n} images to {options.size} px, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
