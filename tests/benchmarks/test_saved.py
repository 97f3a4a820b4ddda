"""The model of a saved run draws again what the run drew."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import datakit as dk
from datakit.benchmarks.material import Design, save_content
from datakit.benchmarks.run_task import SAMPLES, RunTask, run_folder
from datakit.executors import Serial

SIZES = {"raw": 60, "curated": 40}


def run_of(folder, model, space, contents):
    (folder / "data").mkdir(parents=True)
    for name, content in contents.items():
        save_content(folder / "data", name, content)
    task = RunTask(folder, model, "smoke", Design.of(SIZES), space, 50)
    list(Serial().map(task, [(0, ("raw", 3))]))
    return run_folder(folder, "raw", 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_images(tmp_path, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (160, channels, 28, 28), np.uint8)
    parts = {"raw": pixels[:60], "curated": pixels[:40], "holdout": pixels[60:]}
    run = run_of(tmp_path, "flow", "pca", parts)
    drawn = dk.generator(run).sample(50, seed=3)
    assert (drawn.shape, drawn.dtype) == ((50, 28, 28, channels), np.uint8)
    sheet = np.asarray(Image.open(run / "samples.png")).reshape(7 * 28, 8 * 28, channels)
    for i, image in enumerate(drawn):
        y, x = divmod(i, 8)
        assert np.array_equal(image, sheet[28 * y : 28 * (y + 1), 28 * x : 28 * (x + 1)])


def test_texts(tmp_path):
    texts = [f"document {i} tells of {i * 7919 % 101} things".encode() * 3 for i in range(100)]
    parts = {"raw": texts[:60], "curated": texts[:40], "holdout": texts[60:]}
    run = run_of(tmp_path, "lm", "", parts)
    lines = (run / SAMPLES).read_text(encoding="utf-8").splitlines()
    drawn = dk.generator(run).sample(64, length=256, seed=3)
    told = [json.loads(line)["text"] for line in lines]
    assert [text.decode("utf-8", "replace") for text in drawn] == told


def test_a_run_of_other_code_is_refused(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (160, 1, 28, 28), np.uint8)
    parts = {"raw": pixels[:60], "curated": pixels[:40], "holdout": pixels[60:]}
    run = run_of(tmp_path, "flow", "pca", parts)
    found = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps(found | {"version": found["version"] - 1}))
    with pytest.raises(dk.DatakitError, match="another version of the code"):
        dk.generator(run)
