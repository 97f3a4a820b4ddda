"""What cannot be benchmarked is one clear line and exit code 2, and leaves nothing half done."""

import sys
from pathlib import Path

import numpy as np
import pytest

from datakit.cli.main import main

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Folders: images raw, curated, held, tiny; texts; and one that is empty."""
    from bench_sides import image, text

    root = tmp_path_factory.mktemp("corpora")
    numbers = {"raw": range(60), "curated": range(30), "held": range(60, 75), "tiny": range(60, 63)}
    for name, chosen in numbers.items():
        (root / name).mkdir()
        for i in chosen:
            (root / name / f"{i}.png").write_bytes(image(i))
    for name, n in (("texts", 40), ("other_texts", 30)):
        (root / name).mkdir()
        for i in range(n):
            (root / name / f"{i}.txt").write_text(text(i + 100 * n))
    (root / "empty").mkdir()
    (root / "broken").mkdir()
    (root / "broken" / "a.png").write_bytes(b"no image")
    return root


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    least = {"image": (20, 10), "text": (20, 10)}
    monkeypatch.setattr("datakit.benchmarks.prepared._LEAST", least)
    monkeypatch.chdir("/")


def refused(capsys, corpora, out, *arguments, workers=0):
    """The one line that a benchmark is refused with."""
    given = [a.format(at=corpora) for a in arguments]
    with pytest.raises(SystemExit) as left:
        main(["bench", *given, "-o", str(out), "--preset", "smoke", "--workers", str(workers)])
    printed, error = capsys.readouterr()
    assert (left.value.code, printed) == (2, ""), error
    assert error.startswith("datakit: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not list(out.rglob("effect.json"))
    return error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["raw", "curated", "--holdout", "nowhere"], ["nowhere", "does not exist"]),
        (["raw", "curated", "--holdout", "empty"], ["empty"]),
        (
            ["raw", "curated", "--holdout", "broken"],
            ["the hold-out has 0 samples", "10 are needed"],
        ),
        (["raw", "curated", "--holdout", "texts"], ["texts holds texts, raw images", "same kind"]),
        (["texts", "other_texts", "--holdout", "held"], ["held holds images, raw texts"]),
        (["raw", "curated", "--holdout", "tiny"], ["the hold-out has 3 samples", "--holdout"]),
        (["raw", "curated", "--holdout", "raw"], ["0 samples are left of raw", "20 are needed"]),
        (["raw", "tiny", "--holdout", "held"], ["0 samples are left of curated", "20 are needed"]),
        (["raw", "nowhere"], ["nowhere", "does not exist"]),
        (["raw", "texts"], ["texts holds texts, raw", "same kind"]),
        (["held", "tiny"], ["the hold-out has 3 samples, 10 are needed", "larger corpus"]),
        (["broken", "raw"], ["no readable image"]),
        (["empty", "raw"], ["empty"]),
        (["raw", "curated", "--model", "lm"], ["--model lm is not for images", "flow"]),
        (["texts", "other_texts", "--model", "flow"], ["--model flow is not for texts", "lm"]),
        (["texts", "other_texts", "--model", "gan"], ["--model gan is not for texts", "lm"]),
        (["texts", "other_texts", "--space", "pca"], ["--space is for images"]),
        (["raw", "curated", "--model", "big"], ["--model big", "flow"]),
        (["raw", "curated", "--space", "nothing"], ["nothing", "efficientnet-lite0"]),
        (["raw", "curated", "--space", "none"], ["--space none", "pca"]),
        (["raw", "curated", "--clean", "empty"], ["empty"]),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, capsys, corpora, arguments, words):
    names = {p.name for p in corpora.iterdir()} | {"nowhere"}
    models = {"flow", "gan", "lm", "big", "pca", "nothing", "none"}
    given = [f"{{at}}/{a}" if a in names and a not in models else a for a in arguments]
    error = refused(capsys, corpora, tmp_path / "out", *given)
    for word in words:
        assert word in error
    assert not list((tmp_path / "out").rglob("bench.json"))
    assert not list((tmp_path / "out").rglob("data"))


@pytest.mark.parametrize(
    ("task", "workers"), [("NoMemory", 0), ("NoMemoryAtAll", 0), ("NoMemory", 1)]
)
def test_too_little_memory_to_train(tmp_path, capsys, corpora, monkeypatch, task, workers):
    import bench_tasks

    monkeypatch.setattr("datakit.benchmarks.bench.RunTask", getattr(bench_tasks, task))
    given = ("{at}/raw", "{at}/curated", "--holdout", "{at}/held")
    error = refused(capsys, corpora, tmp_path / "out", *given, workers=workers)
    assert "not enough memory to train flow with batches of 64: give a smaller preset" in error
    assert not list(tmp_path.rglob("run.json"))


def test_workers_that_the_system_kills(tmp_path, capsys, corpora, monkeypatch):
    import bench_tasks

    monkeypatch.setattr("datakit.benchmarks.bench.RunTask", bench_tasks.Killed)
    given = ("{at}/raw", "{at}/curated", "--holdout", "{at}/held")
    error = refused(capsys, corpora, tmp_path / "out", *given, workers="2")
    assert "not enough memory to train flow (the system killed a worker twice): give" in error
    assert not list(tmp_path.rglob("run.json"))


def test_too_little_memory_to_read_the_samples(tmp_path, capsys, corpora, monkeypatch):
    def stack(*_):
        raise np._core._exceptions._ArrayMemoryError((50_000, 3, 64, 64), np.dtype(np.uint8))

    monkeypatch.setattr("datakit.benchmarks.prepared.load_images", stack)
    given = ("{at}/raw", "{at}/curated", "--holdout", "{at}/held")
    error = refused(capsys, corpora, tmp_path / "out", *given)
    assert "not enough memory to read the samples: give smaller corpora" in error
    assert not list((tmp_path / "out").rglob("bench.json"))
