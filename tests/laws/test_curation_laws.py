"""The laws of the design for curation: same bytes from every executor, any kill, any resume."""

import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import contents, encoded, textured

sys.path.insert(0, str(Path(__file__).parents[1] / "curation"))

from applied import curated_of, made_plan, stamps, tree, verify

import datakit as dk
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.transforms.image_augment import Flip, Rotate
from datakit.transforms.image_crop_borders import CropBorders
from datakit.transforms.image_mix import CutMix
from datakit.transforms.image_resize import Resize
from datakit.transforms.text_augment_words import RandomDelete, RandomSwap
from datakit.transforms.text_fix_encoding import FixEncoding
from datakit.transforms.text_whitespace import Whitespace

IMAGES = Recipe(
    "image",
    clean=(Step(CropBorders(), only=("letterboxed",)), Step(Resize(24))),
    augment=Augmentation(2, (Flip(), Rotate(), CutMix())),
)
TEXTS = Recipe(
    "text",
    clean=(Step(FixEncoding(), only=("mojibake", "not_utf8")), Step(Whitespace())),
    augment=Augmentation(1, (RandomSwap(), RandomDelete())),
)
WORDS = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "seven",
    "small",
    "birds",
    "sing",
    "in",
    "old",
    "trees",
]


@pytest.fixture
def texts(tmp_path):
    root = tmp_path / "texts"
    rng = random.Random(0)
    for i in range(70):
        file = root / ("train", "test")[i % 5 == 0] / ("a", "b")[i % 2] / f"{i:03}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        words = " ".join(rng.choice(WORDS) for _ in range(40 + i))
        file.write_text(f"{words.capitalize()} .  {'cafÃ© ' * (i % 3)}\n\n\n")
    (root / "train/a/latin.txt").write_bytes(
        "Où est la bibliothèque, s'il vous plaît ?".encode("cp1252")
    )
    (root / "train/a/nothing.txt").write_bytes(b"")
    return root


@pytest.mark.parametrize(("to", "numbers"), [("folder", (0, 1, 2)), ("webdataset", (0, 2))])
def test_images_are_the_same_bytes_from_any_number_of_workers(folder, tmp_path, to, numbers):
    for k in range(3):  # more than one shard
        shutil.copytree(folder / "train", folder / f"more-{k}")
    before = stamps(folder)
    plan = made_plan(dk.open(folder), IMAGES)
    trees = []
    for workers in numbers:
        out = tmp_path / f"out{workers}"
        curated = dk.curate(plan, out, to=to, workers=workers, measure=False)
        trees.append(tree(out))
    assert all(found == trees[0] for found in trees)
    assert stamps(folder) == before
    found = verify(curated, dk.open(folder))
    assert len(found) > 100
    assert max(map(len, found.values())) == 3
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("to", ["jsonl"])
def test_texts_are_the_same_bytes_from_any_number_of_workers(texts, tmp_path, to):
    before = stamps(texts)
    plan = made_plan(dk.open(texts), TEXTS)
    trees = []
    for workers in (0, 2):
        curated = dk.curate(plan, tmp_path / f"out{workers}", to=to, workers=workers, measure=False)
        trees.append(tree(curated.path))
    assert trees[0] == trees[1]
    assert stamps(texts) == before
    verify(curated, dk.open(texts))


def test_a_saved_plan_makes_the_same_bytes_as_the_plan_itself(folder, tmp_path):
    profile = dk.profile(folder, tmp_path / "p.profile", encoder="none", workers=0)
    plan = dk.plan(profile)
    plan.write(tmp_path / "plan.parquet")
    first = dk.curate(plan, tmp_path / "a", workers=0, measure=False)
    second = dk.curate(tmp_path / "plan.parquet", tmp_path / "b", workers=0, measure=False)
    assert tree(first.path) == tree(second.path)
    assert dk.plan(profile) == plan


def dies_at(moment, plan, out):
    """Apply a plan in a child process that is gone at its n-th touch of a file; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    touched = 0
    events = ("open", "os.mkdir", "os.rmdir", "os.link", "os.rename", "os.remove")

    def count(event, arguments):
        nonlocal touched
        if event in events and str(out.parent) in os.fsdecode(str(arguments[0])):
            touched += 1
            if touched == moment:
                os._exit(9)

    sys.addaudithook(count)
    try:
        dk.curate(plan, out, workers=0, measure=False)
        (out.parent / "touched").write_text(str(touched))
    finally:
        os._exit(0)


def test_gone_at_any_touch_of_a_file_then_resumed(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    for i in range(70):
        (root / f"{i:02}.png").write_bytes(encoded(textured(i, (20, 16))))
    plan = made_plan(dk.open(root), Recipe("image", clean=(Step(Resize(8)),)))
    expected = tree(dk.curate(plan, tmp_path / "whole" / "out", workers=0, measure=False).path)
    assert dies_at(-1, plan, tmp_path / "count" / "out") == 0
    n = int((tmp_path / "count" / "touched").read_text())
    assert n > 150
    moments = sorted({*range(1, 8, 2), *range(n // 2, n, 16), *range(n - 18, n + 1, 2)})
    for moment in moments:
        place = tmp_path / f"k{moment}"
        place.mkdir()
        out = place / "out"
        assert dies_at(moment, plan, out) == 9
        if out.exists():
            assert tree(out) == expected  # all of it or nothing
        dk.curate(plan, out, workers=0, measure=False)
        assert tree(out) == expected
        assert [entry.name for entry in place.iterdir()] == ["out"]


def test_killed_at_random_moments_then_resumed(folder, tmp_path):
    for k in range(3):
        shutil.copytree(folder / "train", folder / f"more-{k}")
    profile = dk.profile(folder, tmp_path / "in.profile", encoder="none", workers=1)
    (tmp_path / "r.yaml").write_text(
        "schema: 1\nmodality: image\nclean:\n  - resize: {size: 32}\n"
        "augment:\n  copies: 3\n  steps:\n    - rotate\n"
    )
    command = [sys.executable, "-m", "datakit.cli.main", "curate", str(profile.path), "-o", "out"]
    command += ["--recipe", str(tmp_path / "r.yaml"), "--workers", "1", "--json"]
    places = tmp_path / "whole", tmp_path / "killed"
    for place in places:
        place.mkdir()

    def start(place):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=place, **quiet)

    def kill_when(is_time):
        process = start(places[1])
        while not is_time() and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert start(places[0]).wait() == 0
    hidden, out = places[1] / ".out.partial", places[1] / "out"
    kill_when(lambda: len(list((hidden / "parts").glob("*.arrow"))) == 1)
    assert not out.exists()
    kill_when(lambda: len(list((hidden / "corpus").glob("*"))) > 1)
    kill_when(out.exists)  # and is not measured yet
    assert start(places[1]).wait() == 0
    whole, killed = map(tree, places)
    profiles = [{n: f.pop(n) for n in list(f) if b".profile" in n} for f in (whole, killed)]
    assert whole == killed
    assert b"out/report.html" in whole
    assert profiles[0].keys() == profiles[1].keys()
    assert contents(places[0] / "out.profile") == contents(places[1] / "out.profile")


def test_no_split_leak_and_no_label_conflict_is_made(folder, tmp_path):
    profile = dk.profile(folder, tmp_path / "a.profile", encoder="none", workers=0)
    assert "split_leak" not in set(profile.issues["issue"])
    plan = made_plan(dk.open(folder), Recipe("image", augment=Augmentation(2, (Flip(), Rotate()))))
    curated = dk.curate(plan, tmp_path / "out", workers=0, measure=False)
    again = dk.profile(curated, tmp_path / "b.profile", encoder="none", workers=0)
    made = set(again.issues["issue"]) - set(profile.issues["issue"])
    assert not made & {"split_leak", "label_conflict"}
    rows, before = (p.rows.set_index("sample_id")[["label", "split"]] for p in (again, profile))
    for row in curated.lineage.itertuples():
        assert rows.loc[row.sample_id].tolist() == before.loc[row.parents[0]].tolist()


def test_a_curated_corpus_whose_tables_were_read_is_small_to_send(folder, tmp_path):
    curated = curated_of(dk.open(folder), tmp_path / "out")
    assert len(curated.lineage) == len(curated)
    assert len(curated.plan) == 33
    assert len(pickle.dumps(curated)) < 2000
    assert [s.sample_id for s in pickle.loads(pickle.dumps(curated))] == [s.path for s in curated]
