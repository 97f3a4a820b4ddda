"""The examples that train on curated corpora run, in this process and in a folder of their own."""

import contextlib
import io
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import encoded, textured

import datakit as dk
from datakit import executors

ROOT = Path(__file__).parents[2]


def ran(name, folder, *arguments):
    """What an example prints."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.chdir(folder)
        patch.setattr(sys, "argv", [name, *arguments])
        patch.setattr(executors, "executor", lambda workers=None: executors.Serial())
        runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    return out.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Output of the first example, and the corpus that it curated: thirty pictures in two splits,
    of which four were copied and one cut short."""
    root = tmp_path_factory.mktemp("project")
    for i in range(30):
        file = root / "images" / ("val" if i % 3 == 0 else "train") / f"{i:02d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encoded(textured(i, (80, 72))))
        if i % 9 == 1:
            (file.parent / f"{i:02d}-copy.png").write_bytes(file.read_bytes())
    (file.parent / "cut.png").write_bytes(file.read_bytes()[:2000])
    return ran("curate_then_train.py", root, "images", "curated", "--epochs", "2"), root / "curated"


def test_a_corpus_is_curated_and_trained_on(trained):
    out, curated = trained
    dropped = sum(int(n) for n in re.findall(r"^dropped  (\d+)", out, re.MULTILINE))
    dataset = dk.torch_dataset(curated)
    assert len(dataset) == 2 * (35 - dropped)  # images-gan adds a mirrored copy of each
    assert dropped >= 5
    assert {tuple(item["image"].shape) for item in dataset} == {(3, 64, 64)}
    losses = [float(x) for x in re.findall(r"loss ([\d.]+)", out)]
    assert len(losses) == 2
    assert losses[1] < losses[0]


def test_a_datamodule_feeds_a_training(trained):
    _, curated = trained
    out = ran("lightning_datamodule.py", curated.parent, "curated", "--epochs", "2")
    loss = float(re.search(r"fitted with(?:out)? Lightning: val loss ([\d.]+)", out)[1])
    images = [item["image"].numpy() for item in dk.torch_dataset(curated, split="val")]
    assert loss < np.square(images).mean()  # better than black
