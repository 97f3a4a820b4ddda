"""A profile that was copied in part, cut short or mixed up is one clear line, exit code 2."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from conftest import encoded, textured

import datakit as dk
from datakit.cli.main import main
from datakit.errors import ProfileError
from datakit.profiles.profile import Profile

ROWS = "rows/part-00000.parquet"
VECTORS = "embeddings/vectors.npy"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("whole")
    pictures = [(f"{i:02d}.png", encoded(textured(i, (48, 48)))) for i in range(24)]
    return dk.profile(pictures, root / "p", encoder="pixels", workers=0).path


def cut(file):
    file.write_bytes(file.read_bytes()[:500])


def says(**facts):
    def change(file):
        file.write_text(json.dumps(json.loads(file.read_text()) | facts))

    return change


def one_row_less(file):
    pd.read_parquet(file).iloc[1:].to_parquet(file)


def one_vector_less(file):
    np.save(file, np.load(file)[1:])


DAMAGES = [
    (ROWS, cut),
    (ROWS, lambda f: f.unlink()),
    (ROWS, one_row_less),
    (VECTORS, cut),
    (VECTORS, lambda f: f.unlink()),
    (VECTORS, one_vector_less),
    (VECTORS, lambda f: np.save(f, np.load(f)[:, 1:])),
    (VECTORS, lambda f: np.save(f, np.load(f)[0])),
    ("embeddings/index.parquet", lambda f: f.unlink()),
    ("embeddings/index.parquet", one_row_less),
    ("issues.parquet", lambda f: f.unlink()),
    ("issues.parquet", cut),
    ("issues.parquet", lambda f: pd.read_parquet(f).drop(columns="group").to_parquet(f)),
    ("thumbnails.parquet", cut),
    ("manifest.json", says(n_samples=5)),
    ("manifest.json", says(parts=[{"name": "other"}])),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_damage_is_one_clear_line(tmp_path, whole, name, damage, capsys):
    damaged = tmp_path / "damaged"
    shutil.copytree(whole, damaged)
    damage(damaged / name)
    commands = (["report", damaged, "-o", tmp_path / "x.html"], ["compare", damaged, whole])
    for command in commands[: 1 if name == "thumbnails.parquet" else 2]:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in command])
        told = capsys.readouterr().err
        assert ended.value.code == 2, told
        assert told.count("\n") == 1
        assert f"{damaged} is damaged (" in told
        assert "profile the corpus again" in told


@pytest.mark.parametrize("fact", ["embed_limit", "n_bytes", "corpus", "measures", "datakit"])
def test_a_manifest_says_everything(tmp_path, whole, fact):
    facts = json.loads((whole / "manifest.json").read_text())
    del facts[fact]
    (tmp_path / "manifest.json").write_text(json.dumps(facts))
    with pytest.raises(ProfileError, match="is not a profile"):
        Profile(tmp_path)


def test_what_is_not_asked_for_is_not_read(tmp_path, whole):
    (tmp_path / "manifest.json").write_bytes((whole / "manifest.json").read_bytes())
    alone = dk.load(tmp_path)
    assert len(alone) == 24
    assert alone.thumbnails == {}
    for part in ("rows", "issues", "scores", "embeddings", "table"):
        with pytest.raises(ProfileError, match="missing"):
            getattr(alone, part)
