"""A benchmark that is killed goes on where it was, and ends as if nothing had happened."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datakit.cli.main import main

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

# Whoever starts the tests in the background has children ignore an interruption.
CODE = (
    "import signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from datakit.benchmarks import prepared\n"
    "prepared._LEAST = {'image': (20, 10)}\n"
    "from datakit.cli.main import main\n"
    "main(sys.argv[1:])\n"
)
SEEDS = 3


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    from bench_sides import image

    root = tmp_path_factory.mktemp("corpora")
    for name, chosen in (("raw", range(110)), ("curated", range(35))):
        (root / name).mkdir()
        for i in chosen:
            (root / name / f"{i}.png").write_bytes(image(i))
    return root


def command(corpora, out, workers=1):
    given = ["bench", corpora / "raw", corpora / "curated", "-o", out]
    given += ["--preset", "smoke", "--seeds", SEEDS, "--workers", workers]
    return [str(one) for one in given]


def runs_of(out):
    """Run -> bytes and time of its results."""
    files = list(out.glob("*/runs/*/run.json"))
    return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def stopped(corpora, out, least, sign):
    """Start, and send a signal once so many runs are there; exit code and standard error."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *command(corpora, out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 120
        while len(runs_of(out)) < least:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(sign)
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, error


def finished(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert (left.value.code, capsys.readouterr().err) == (0, "")


def test_what_was_killed_goes_on_and_ends_the_same(tmp_path, corpora, monkeypatch, capsys):
    out, whole = tmp_path / "parts", tmp_path / "whole"
    code, error = stopped(corpora, out, 1, signal.SIGINT)
    assert code == 130
    assert error.strip() == "interrupted: what is finished is kept, the same command goes on"
    first = runs_of(out)
    assert 1 <= len(first) < 3 * SEEDS - 2
    code, _ = stopped(corpora, out, len(first) + 2, signal.SIGKILL)
    assert code == -signal.SIGKILL
    second = runs_of(out)
    assert len(first) + 2 <= len(second) < 3 * SEEDS
    assert not list(out.glob("*/effect.json"))
    monkeypatch.setattr("datakit.benchmarks.prepared._LEAST", {"image": (20, 10)})
    finished(capsys, command(corpora, out))
    last = runs_of(out)
    assert len(last) == 3 * SEEDS
    for file, found in second.items():
        assert first.get(file, found) == found == last[file]
    finished(capsys, command(corpora, whole, workers=0))
    (ours,), (theirs,) = (list(place.glob("*/effect.json")) for place in (out, whole))
    assert ours.parent.name == theirs.parent.name
    assert ours.read_bytes() == theirs.read_bytes()
