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


def without_digests(folder):
    """As an older datakit wrote it."""
    file = folder / "manifest.json"
    facts = json.loads(file.read_text())
    for name in ("digests", "looked_for"):
        facts.pop(name, None)
    file.write_text(json.dumps(facts))


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_damage_is_one_clear_line(tmp_path, whole, name, damage, old, capsys):
    damaged = tmp_path / "damaged"
    shutil.copytree(whole, damaged)
    if old:
        without_digests(damaged)
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


def other_rows(file):
    rows = pd.read_parquet(file)
    rows["label"] = "cat"
    rows.to_parquet(file, index=False)


def one_issue_more(file):
    columns = {"sample_id": "00.png", "path": "00.png", "issue": "blurry", "group": None}
    pd.DataFrame([columns | {"value": 0.1, "threshold": 1.0}]).to_parquet(file, index=False)


def better(file):
    scores = json.loads(file.read_text())
    scores["completeness"]["value"] = 1.0
    file.write_text(json.dumps(scores))


REWRITTEN = {
    ROWS: (other_rows, "rows"),
    "issues.parquet": (one_issue_more, "issues"),
    "scores.json": (better, "scores"),
    VECTORS: (lambda f: np.save(f, np.load(f)[::-1]), "embeddings"),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_file_that_was_written_anew_is_not_the_profile_s(tmp_path, whole, name):
    changed = tmp_path / "changed"
    shutil.copytree(whole, changed)
    change, part = REWRITTEN[name]
    change(changed / name)
    with pytest.raises(ProfileError, match=r"was changed after .* run `datakit profile`"):
        getattr(dk.load(changed), part)
    getattr(dk.load(whole), part)


def with_score(**values):
    def change(scores):
        scores["completeness"] |= values

    return change


def with_part(value):
    def change(scores):
        scores["diversity"]["components"][0]["value"] = value

    return change


NONSENSE = [
    ("issues", lambda f: f.assign(issue="shiny"), "shiny was not looked for"),
    ("issues", lambda f: f.assign(issue="mojibake", sample_id="no.png"), "without a row"),
    ("issues", lambda f: f.assign(sample_id=None), "without a row"),
    ("scores", with_score(value=1.5), "value of completeness is 1.5"),
    ("scores", with_score(value=-0.1), "not in"),
    ("scores", with_score(value=float("nan")), "nan"),
    ("scores", with_score(low=float("-inf")), "low of completeness"),
    ("scores", with_score(high="much"), "'much'"),
    ("scores", with_score(value=True), "True"),
    ("scores", with_part(2.0), "uniqueness of diversity is 2.0"),
]


@pytest.mark.parametrize(("part", "change", "words"), NONSENSE)
def test_what_cannot_be_right_is_damage_in_an_old_profile_too(tmp_path, whole, part, change, words):
    shutil.copytree(whole, tmp_path / "old")
    without_digests(tmp_path / "old")
    found = dk.load(tmp_path / "old")
    assert not found.has_digests
    if part == "issues":
        one_issue_more(found.path / "issues.parquet")
        frame = pd.read_parquet(found.path / "issues.parquet")
        assert len(dk.load(found.path).issues) == 1
        change(frame).to_parquet(found.path / "issues.parquet")
    else:
        scores = found.scores
        change(scores)
        (found.path / "scores.json").write_text(json.dumps(scores))
    with pytest.raises(ProfileError, match="is damaged") as told:
        getattr(dk.load(found.path), part)
    assert words in str(told.value)


def test_the_manifest_says_which_issues_were_looked_for(whole, tmp_path):
    from datakit.explanations.explain import pages

    known = {
        p.name for p in pages() if p.kind == "issue" and {"images", "captions"} & {*p.found_in}
    }
    merged = dk.merge([whole], tmp_path / "merged")
    for profile in (dk.load(whole), merged):
        assert profile.manifest["looked_for"]
        assert profile.looked_for == known
        assert profile.has_digests
        assert len(profile.rows) == 24
        assert set(profile.manifest["digests"]) == {
            "issues.parquet",
            "scores.json",
            "embeddings/index.parquet",
            VECTORS,
        }


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
