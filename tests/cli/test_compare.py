import json
import subprocess
import sys

import pytest
from conftest import encoded, textured


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "datakit.cli.main", "compare", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


@pytest.fixture
def darker(tmp_path):
    root = tmp_path / "darker"
    for i in range(40):
        file = root / ("cat", "dog")[i % 2] / f"{i:03d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        picture = textured(500 + i, (96, 64)).point(lambda v: v // 3)
        file.write_bytes(encoded(picture))
    return root


def test_json_has_the_shape_of_the_contract(folder, darker, tmp_path):
    done = run(
        darker, folder, "--json", "--encoder", "pixels", "--workers", "0", "-o", "out", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    got = json.loads(done.stdout)
    assert got["schema"] == 1
    assert set(got["scores"]["completeness"]) == {"a", "b", "difference", "low", "high"}
    assert got["scores"]["completeness"]["a"] == 1
    assert got["scores"]["representativeness"]["b"] is None
    assert got["scores"]["representativeness"]["reason"]
    assert {"name", "effect", "p", "p_adjusted"} <= set(got["columns"][0])
    assert "luma_mean" in [c["name"] for c in got["columns"] if c["p_adjusted"] < 0.05]
    assert {"mmd2", "p", "c2st_auc", "fd"} <= set(got["embedding"])
    assert got["embedding"]["p"] < 0.05
    assert {"name", "a_rate", "b_rate", "examples"} <= set(got["slices"][0])
    assert got["shifted"] is True
    assert got["seconds"] > 0
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"comparison.html", "comparison.json"}
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert written == {k: v for k, v in got.items() if k != "seconds"}
    assert {p.name for p in tmp_path.iterdir()} == {"images", "darker", "out"}


def test_a_person_reads_the_verdict_and_nothing_is_written(folder, tmp_path):
    from datakit import profile

    saved = profile(folder, tmp_path / "p.profile", encoder="pixels", workers=0)
    done = run(folder, saved.path, "--workers", "0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "No shift found: both hold the same contents." in done.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"images", "p.profile"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["{folder}", "nowhere"], "nowhere"),
        (["{folder}", "{text}"], "of one kind"),
        (["{folder}", "{folder}", "-o", "{folder}/out"], "inside"),
        (["{folder}", "{folder}", "-o", "{text}"], "is a file"),
        (["{folder}", "{folder}", "--encoder", "wrong"], "no image encoder"),
        (["{folder}", "{folder}", "--workers", "-1"], "workers is -1"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(folder, tmp_path, arguments, word):
    text = tmp_path / "a.txt"
    text.write_text("Some words.")
    done = run(*[a.format(folder=folder, text=text) for a in arguments], cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert {p.name for p in tmp_path.iterdir()} == {"images", "a.txt"}


def test_another_encoder_is_one_clear_line(folder, tmp_path):
    from datakit import profile

    saved = profile(folder, tmp_path / "p.profile", encoder="pixels", workers=0)
    done = run(folder, saved.path, "--encoder", "none", "--workers", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert "same --encoder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_nothing_is_written_into_the_corpus_of_a_profile(folder, tmp_path):
    from datakit import profile

    saved = profile(folder, tmp_path / "p.profile", encoder="pixels", workers=0).path
    for out in (folder / "out", saved / "out"):
        done = run(saved, saved, "-o", out, cwd=tmp_path)
        assert done.returncode == 2
        assert "inside" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not out.exists()
    folder.rename(tmp_path / "elsewhere")  # where the corpus was is a place like any other
    assert run(saved, saved, "-o", folder / "out", cwd=tmp_path).returncode == 0


def test_an_interrupted_comparison_says_that_nothing_is_kept(folder, tmp_path, monkeypatch, capsys):
    from datakit import verbs
    from datakit.cli.main import main

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(verbs, "compare", interrupted)
    monkeypatch.setattr(verbs, "profile", interrupted)
    for command, word in ((["compare", folder], "nothing is kept"), (["profile"], "goes on")):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, command), str(folder)])
        assert ended.value.code == 130
        assert word in capsys.readouterr().err


def test_saved_profiles_have_no_progress(folder, tmp_path, monkeypatch):
    from datakit import profile
    from datakit.cli.main import main
    from datakit.reports.progress import Progress

    saved = profile(folder, tmp_path / "p.profile", encoder="pixels", workers=0).path
    shown = []
    monkeypatch.setattr(Progress, "__enter__", lambda self: shown.append(self._total) or self)
    for other in (saved, folder):
        with pytest.raises(SystemExit) as ended:
            main(
                ["compare", str(saved), str(other), *([] if other is saved else ["--workers", "0"])]
            )
        assert ended.value.code == 0
    assert shown == [33]


def test_help_says_which_side_is_which():
    shown = run("--help").stdout
    assert "B is what A" in shown
