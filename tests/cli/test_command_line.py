import json
import subprocess
import sys

import pytest

import datakit as dk


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "datakit.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
    )


def test_json_has_the_shape_of_the_contract(folder, tmp_path):
    done = run("profile", folder, "--json", "--encoder", "pixels", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""
    got = json.loads(done.stdout)
    assert got["schema"] == 1
    assert got["corpus"]["n_samples"] == 33
    assert got["corpus"]["modality"] == "image"
    assert got["encoder"] == {"name": "pixels", "dim": 192}
    assert got["profile"] == "images.profile"
    assert got["issues"]["truncated"] == {"n": 1, "rate": 1 / 33}
    assert set(got["scores"]["completeness"]) == {"value", "low", "high", "n", "method"}
    assert got["scores"]["representativeness"]["value"] is None
    assert (tmp_path / "images.profile" / "report.html").exists()
    compared = run(
        "profile",
        folder,
        "--json",
        "--encoder",
        "pixels",
        "--workers",
        "0",
        "--reference",
        "images.profile",
        "-o",
        "again.profile",
        cwd=tmp_path,
    )
    scores = json.loads(compared.stdout)["scores"]
    assert scores["representativeness"]["value"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nowhere"], "does not exist"),
        (["{empty}"], "no images"),
        (["{folder}", "-o", "{folder}/p"], "inside the corpus"),
        (["{folder}", "-o", "{other}"], "not a profile"),
        (["{folder}", "--encoder", "wrong"], "no image encoder"),
        (["{folder}", "--embed-limit", "0"], "embed_limit is 0"),
        (["{folder}", "--workers", "-1"], "workers is -1"),
        (["{folder}", "--manifest", "nowhere.csv"], "nowhere.csv"),
        (["{folder}", "--reference", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(folder, tmp_path, arguments, word):
    places = {"folder": folder, "empty": tmp_path / "empty", "other": tmp_path / "other"}
    places["empty"].mkdir()
    places["other"].mkdir()
    (places["other"] / "precious").write_text("keep me")
    done = run("profile", *[a.format(**places) for a in arguments], cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert (places["other"] / "precious").read_text() == "keep me"
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"images", "empty", "other"}


def test_nothing_heavy_is_imported():
    code = (
        "import sys, datakit, datakit.cli.main; datakit.cli.main.parser().format_help();"
        "heavy = {'torch', 'pandas', 'numpy', 'pyarrow', 'sklearn', 'cv2', 'rich', 'PIL'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_help_and_version():
    assert "profile" in run("--help").stdout
    assert "CORPUS" in run("profile", "--help").stdout
    assert run("--version").stdout.startswith("datakit ")
    assert run().returncode == 2


@pytest.mark.parametrize("manifest", ["[]", '{"schema": 1}', "no json"])
def test_a_damaged_profile_is_one_clear_line(tmp_path, manifest):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "manifest.json").write_text(manifest)
    with pytest.raises(dk.DatakitError, match="is not a profile"):
        dk.load(tmp_path / "p")


def test_a_report_that_cannot_be_written_is_one_clear_line(tmp_path):
    profile = dk.profile(["A text.", "Another."], tmp_path / "p", encoder="none", workers=0)
    for out in (tmp_path / "no" / "x.html", tmp_path):
        with pytest.raises(dk.DatakitError, match="cannot be written"):
            dk.report(profile, out)
