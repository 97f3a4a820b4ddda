"""A run finds the same wherever it is done, and each arm trains on the samples it should."""

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from datakit.benchmarks.material import Design, load_content, save_content
from datakit.benchmarks.run_task import RunTask
from datakit.executors import executor


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
