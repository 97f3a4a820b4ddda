"""Images a second on one core: datakit, CleanVision, and the bare scaled decode, in one run.

  python benchmarks/profile_images.py [FOLDER ...]      (CleanVision: a benchmark-only dependency)

Every tool works in a fresh process on the same files, held to one core; CPU seconds of the whole
process tree less those of the same tool on nothing are what counts, since wall time follows the
neighbours. Without folders, photographs are made: scikit-learn's two sample pictures, cut, resized.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DECODE = """
import io, sys
from pathlib import Path
from PIL import Image
for f in sorted(Path(sys.argv[1]).rglob("*")):
    if f.is_file():
        im = Image.open(io.BytesIO(f.read_bytes())); im.draft("RGB", (128, 128)); im.load()
"""
CLEANVISION = """
import sys, matplotlib; matplotlib.use("Agg")
from cleanvision import Imagelab
lab = Imagelab(data_path=sys.argv[1], verbose=False); lab.find_issues(n_jobs=1, verbose=False)
"""
ENCODER = """
import io, sys, numpy as np
from pathlib import Path
from PIL import Image
from datakit.encoders import encoder_of
e = encoder_of("image", "efficientnet-lite0"); batch = []
for f in sorted(Path(sys.argv[1]).rglob("*")):
    if f.is_file():
        batch.append(e.prepare(np.asarray(Image.open(io.BytesIO(f.read_bytes())).convert("RGB"))))
        if len(batch) == 32: e.encode(batch); batch = []
e.encode(batch)
"""
DATAKIT = """
import sys, datakit as dk
dk.profile(sys.argv[1], sys.argv[2], encoder=sys.argv[3], workers=0)
"""
TOOLS = {
    "bare scaled decode": (DECODE, []),
    "CleanVision": (CLEANVISION, []),
    "datakit, no encoder": (DATAKIT, ["OUT", "none"]),
    "bare decode + encoder": (ENCODER, []),
    "datakit, encoder": (DATAKIT, ["OUT", "efficientnet-lite0"]),
}


def cpu(code, folder, extra):
    """CPU seconds and peak MB of one process tree."""
    with tempfile.TemporaryDirectory() as out:
        words = [str(Path(out) / "p") if word == "OUT" else word for word in extra]
        wrapped = (
            "import resource,sys,json\n" + code + "\n"
            "u=[resource.getrusage(w) for w in (resource.RUSAGE_SELF,resource.RUSAGE_CHILDREN)]\n"
            "cpu=sum(x.ru_utime+x.ru_stime for x in u)\n"
            "print('@'+json.dumps([cpu,max(x.ru_maxrss for x in u)/1e3]))"
        )
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", wrapped, folder, *words],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    line = [x for x in done.stdout.splitlines() if x.startswith("@")]
    if not line:
        print(done.stderr[-500:], file=sys.stderr)
        return float("nan"), float("nan")
    return json.loads(line[0][1:])


def one_image(source):
    folder = tempfile.mkdtemp()
    for file in sorted(Path(source).rglob("*")):
        if file.is_file():
            for k in range(8):  # enough for every import that a run needs
                (Path(folder) / f"{k}{file.name}").write_bytes(file.read_bytes())
            return folder
    raise SystemExit(f"{source} is empty")


def made():
    from PIL import Image
    from sklearn.datasets import load_sample_images

    folder = Path(tempfile.mkdtemp())
    for k in range(300):
        picture = Image.fromarray(load_sample_images().images[k % 2])
        x, y = (k * 7) % 100, (k * 5) % 40
        picture.crop((x, y, x + 500, y + 375)).save(folder / f"{k:03d}.jpg", quality=92)
    return str(folder)


def main():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for folder in sys.argv[1:] or [made()]:
        n = sum(f.is_file() for f in Path(folder).rglob("*"))
        small = one_image(folder)
        print(f"{folder}: {n} images, one core, best of 2")
        rates = {}
        for name, (code, extra) in TOOLS.items():
            start = min(cpu(code, small, extra)[0] for _ in range(2))
            runs = [cpu(code, folder, extra) for _ in range(2)]
            seconds = min(run[0] for run in runs) - start
            rates[name] = n / seconds
            print(
                f"  {name:24s} {rates[name]:8.0f} images/s  {1e3 * seconds / n:6.2f} ms"
                f"  start {start:4.1f} s  peak {runs[0][1]:5.0f} MB",
                flush=True,
            )
        ours = rates["datakit, no encoder"]
        print(
            f"  ratio to CleanVision {ours / rates['CleanVision']:.1f}, to the bare decode "
            f"{ours / rates['bare scaled decode']:.2f}, with encoder to the bare encoder "
            f"{rates['datakit, encoder'] / rates['bare decode + encoder']:.2f}"
        )


if __name__ == "__main__":
    main()
