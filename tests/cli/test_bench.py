import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from datakit.cli.main import main
from datakit.reports.bench_html import write_bench_html

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))


@pytest.fixture
def made(tmp_path):
    """A finished benchmark of eight seeds that helps, and one that is not finished."""
    from bench_fixtures import bench_folder

    random = 10 + np.array([0.03, -0.05, 0.01, 0.04, -0.02, 0.0, -0.04, 0.03])
    values = {"curated": 0.7 * random[::-1], "random": random, "raw": random + 0.1}
    folder = bench_folder(tmp_path / "bench", values)
    half = bench_folder(tmp_path / "bench", values, name="stopped")
    (half / "effect.json").unlink()
    for file in list((half / "runs").glob("*/run.json"))[:-3]:
        file.unlink()
    return folder


def called(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["bench", *map(str, arguments)])
    return left.value.code, *capsys.readouterr()


def test_json_has_the_shape_of_the_contract(made, monkeypatch, capsys):
    asked = {}

    def bench(raw, curated, out, **options):
        asked.update(options, raw=raw, curated=curated, out=out)
        options["progress"](24, 24)
        write_bench_html(made)
        return SimpleNamespace(folder=str(made))

    monkeypatch.setattr("datakit.benching.bench", bench)
    code, out, err = called(
        capsys, "a", "b", "-o", made.parent, "--seeds", "8", "--preset", "full", "--json"
    )
    assert (code, err) == (0, "")
    got = json.loads(out)
    assert {"schema", "model", "metric", "preset", "arms", "effect", "versus_random", "verdict",
            "runs", "seconds"} <= set(got)  # fmt: skip
    assert (got["schema"], got["verdict"], got["model"]) == (1, "helps", "flow")
    assert got["runs"] == str(made)
    assert set(got["arms"]) == {"curated", "random", "raw"}
    assert {"n_samples", "values", "mean", "sd"} <= set(got["arms"]["raw"])
    assert len(got["arms"]["raw"]["values"]) == 8
    for key in ("effect", "versus_random"):
        assert {"value", "low", "high", "relative", "p", "n_seeds"} <= set(got[key])
    assert got["versus_random"]["relative"] == pytest.approx(-0.3, abs=0.01)
    assert Path(got["report"]).read_text().startswith("<!doctype html>")
    assert (asked["raw"], asked["curated"], asked["out"]) == ("a", "b", str(made.parent))
    assert (asked["seeds"], asked["preset"], asked["ablate"]) == (8, "full", False)
    code, out, _ = called(capsys, "a", "b", "-o", made.parent)
    assert code == 0
    assert out.strip().startswith("Curation helps.")


def test_earlier_benchmarks_are_listed(made, capsys):
    code, out, _ = called(capsys, "--list", "-o", made.parent, "--json")
    assert code == 0
    one, other = json.loads(out)["benchmarks"]
    assert (one["verdict"], one["n_done"], one["n_runs"]) == ("helps", 24, 24)
    assert (other["verdict"], other["n_done"], other["n_runs"]) == (None, 3, 24)
    assert "not finished" in other["reason"]
    code, out, _ = called(capsys, "--list", "-o", made.parent)
    assert code == 0
    assert "helps" in out
    assert "3 of 24" in out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "nothing to benchmark"),
        (["--list", "-o", "{tmp}/nowhere"], "no folder of benchmarks"),
        (["{tmp}/nowhere", "-o", "{tmp}/b"], "does not exist"),
        (["{tmp}", "-o", "{tmp}/b", "--preset", "huge"], "--preset huge"),
        (["{tmp}", "-o", "{tmp}/b", "--seeds", "0"], "--seeds 0"),
        (["{tmp}", "{tmp}", "-o", "{tmp}/b", "--recipe", "minimal"], "--recipe"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(tmp_path, capsys, arguments, word):
    code, out, err = called(capsys, *(a.format(tmp=tmp_path) for a in arguments))
    assert code == 2
    assert word in err
    assert err.count("\n") == 1
    assert out == ""


def test_an_interruption_says_what_is_kept(made, monkeypatch, capsys):
    def bench(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("datakit.benching.bench", bench)
    code, out, err = called(capsys, "a", "-o", made.parent)
    assert (code, out) == (130, "")
    assert "the same command goes on" in err


def test_help_and_list_load_no_torch(made):
    for arguments in (["--help"], ["--list", "-o", str(made.parent)]):
        code = (
            "import sys\nfrom datakit.cli.main import main\n"
            f"try: main(['bench', *{arguments!r}])\nexcept SystemExit as e: assert not e.code\n"
            "assert not {'torch', 'sklearn'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
