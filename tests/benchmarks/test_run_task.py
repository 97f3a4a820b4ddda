"""A run finds the same wherever it is done, and each arm trains on the samples it should."""

import json

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

import datakit as dk
from datakit.benchmarks.feature_space import FeatureSpace
from datakit.benchmarks.material import Design, load_content, save_content
from datakit.benchmarks.models.flow import Flow
from datakit.benchmarks.pictures import as_tensor
from datakit.benchmarks.run_task import RunTask, save_texts
from datakit.errors import InputError
from datakit.executors import executor
from datakit.metrics.frechet import frechet_distance


def found(folder, workers):
    """The run of one arm and seed, without its time, on copies of the same content."""
    (folder / "data").mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (500, 1, 28, 28), np.uint8)
    for name, rows in (("raw", pixels[:300]), ("curated", pixels[:200]), ("holdout", pixels[300:])):
        save_content(folder / "data", name, rows)
    task = RunTask(folder, "flow", "smoke", Design.of({"raw": 300, "curated": 200}), "pca", 50)
    (run,) = executor(workers).map(task, [(0, ("random", 3))])
    return {name: value for name, value in run.items() if name != "cpu_seconds"}


def test_this_process_and_a_worker_find_the_same(tmp_path):
    before = torch.get_num_threads()
    torch.set_num_threads(2)  # as outside of the tests, which have one; a worker has one too
    try:
        with threadpool_limits(2):
            here = found(tmp_path / "here", 0)
    finally:
        torch.set_num_threads(before)
    there = found(tmp_path / "there", 1)
    assert here["value"] > 0
    assert here == there
    weights = ["runs/random-003/weights.safetensors", "runs/random-003/samples.png"]
    for file in weights:
        assert (tmp_path / "here" / file).read_bytes() == (tmp_path / "there" / file).read_bytes()


def test_random_draws_anew_for_every_seed_and_the_others_stay():
    design = Design.of({"raw": 100, "curated": 60})
    assert design.arms == ("curated", "random", "raw")
    draws = [design.rows("random", seed) for seed in range(4)]
    assert all(source == "raw" and len(set(rows.tolist())) == 60 for source, rows in draws)
    assert len({tuple(rows.tolist()) for _, rows in draws}) == 4
    assert design.rows("random", 2)[1].tolist() == draws[2][1].tolist()
    for arm, n in (("curated", 60), ("raw", 100)):
        assert design.rows(arm, 1) == (arm, pytest.approx(np.arange(n)))


def test_each_seed_trains_on_halves_where_curated_is_as_large_as_raw():
    design = Design.of({"raw": 100, "curated": 96})
    assert design.arms == ("curated", "raw")
    for arm, n in (("curated", 96), ("raw", 100)):
        source, rows = design.rows(arm, 0)
        assert (source, len(set(rows.tolist()))) == (arm, design.n_samples(arm))
        assert rows.max() < n
        assert rows.tolist() != design.rows(arm, 1)[1].tolist()


def test_texts_and_images_come_back(tmp_path):
    texts = ["wörter".encode(), b"", "字".encode()]
    save_content(tmp_path, "texts", texts)
    assert load_content(tmp_path, "texts") == texts
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2)
    save_content(tmp_path, "images", pixels)
    assert np.array_equal(load_content(tmp_path, "images"), pixels)


@pytest.mark.parametrize("space", ["pca", "means"])
def test_copies_are_looked_for_among_all_training_images_in_any_space(tmp_path, monkeypatch, space):
    # The model gives back its last 200 of 400 images, and 30 are held out.
    (tmp_path / "data").mkdir()
    pixels = np.random.default_rng(1).integers(0, 256, (630, 1, 28, 28), np.uint8)
    content = {"raw": pixels[:400], "curated": pixels[:100], "holdout": pixels[400:430]}
    for name, rows in content.items():
        save_content(tmp_path / "data", name, rows)
    drawn = as_tensor(pixels[200:400])
    asked = []

    class Spaces(FeatureSpace):
        """As an encoder beside "pca", that counts the images it is given."""

        def __init__(self, name, reference):
            super().__init__("pca", reference)
            self.name = name

        def features(self, images):
            asked.append((self.name, len(images)))
            return super().features(images)

    monkeypatch.setattr("datakit.benchmarks.feature_space.FeatureSpace", Spaces)
    monkeypatch.setattr(Flow, "sample", lambda self, n, rng: drawn[:n])
    design = Design.of({"raw": 400, "curated": 100})
    task = RunTask(tmp_path, "flow", "smoke", design, space, 200)
    (run,) = executor(0).map(task, [(0, ("raw", 0))])
    assert run["fidelity"]["memorised_rate"] == 1
    assert run["fidelity"]["nearer_train_rate"] == 1
    held, new = content["holdout"], pixels[200:400]
    primary = FeatureSpace("pca", held)
    distance = frechet_distance(primary.features(new), primary.features(held))
    assert run["value"] == pytest.approx(distance, rel=1e-5)
    # No other space than the components is asked for the training images.
    assert {n for name, n in asked if name != "pca"} == (set() if space == "pca" else {30, 200})
    assert ("pca", 400) in asked


def test_texts_that_were_drawn_can_be_told_apart(tmp_path):
    texts = [
        b"two\n\nparagraphs", "\u2028 and \u0085, \r\n".encode(), b'"quoted" \\ \x00 \x1b[31m',
        "日本語".encode(), b"broken \xff\xe6\x97", b"x",
    ]  # fmt: skip
    save_texts(tmp_path / "samples.jsonl", texts)
    lines = (tmp_path / "samples.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    wanted = [text.decode("utf-8", "replace") for text in texts]
    assert [json.loads(line) for line in lines] == [{"text": text} for text in wanted]
    corpus = dk.open(tmp_path / "samples.jsonl")
    assert [corpus.read(sample).decode() for sample in corpus] == wanted


@pytest.mark.parametrize("method", ["__init__", "prepare", "step", "sample", "state"])
@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
    ],
)
def test_too_little_memory_in_any_part_of_a_run_is_told(tmp_path, monkeypatch, method, error):
    def full(*_):
        raise error

    monkeypatch.setattr(Flow, method, full)
    with pytest.raises(InputError, match=r"not enough memory to .* flow.*: give a smaller preset"):
        found(tmp_path, 0)
    assert not list(tmp_path.glob("runs/*/run.json"))
    monkeypatch.undo()
    monkeypatch.setattr("datakit.benchmarks.run_task.load_content", full)
    with pytest.raises(InputError, match="run random-003 of flow"):
        found(tmp_path / "other", 0)


def test_other_errors_of_a_run_stay_what_they_are(tmp_path, monkeypatch):
    def wrong(*_):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Flow, "step", wrong)
    with pytest.raises(RuntimeError, match="shapes differ"):
        found(tmp_path, 0)
