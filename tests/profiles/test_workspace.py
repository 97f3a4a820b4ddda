"""Nothing but a profile is ever replaced, and nothing is written into a corpus."""

import fcntl
import json
import os

import pytest

import datakit as dk
from datakit.errors import ProfileError
from datakit.profiles.workspace import workspace

TEXTS = [("a.txt", "A text that is long enough to be one."), ("b.txt", "Another one, as long.")]


def profile(out, corpus=None):
    return dk.profile(corpus or TEXTS, out, encoder="none", workers=0)


@pytest.mark.parametrize("more", [{}, {"schema": 1, "datakit": "0", "modality": "x", "parts": []}])
def test_a_folder_with_another_manifest_or_other_files_is_kept(tmp_path, more):
    out = tmp_path / "webapp"
    out.mkdir()
    (out / "manifest.json").write_text(json.dumps({"name": "my app"} | more))
    (out / "precious.txt").write_text("precious")
    with pytest.raises(ProfileError, match="not a profile"):
        profile(out)
    assert (out / "precious.txt").read_text() == "precious"


def test_a_profile_is_replaced(tmp_path):
    profile(tmp_path / "p")
    assert len(profile(tmp_path / "p", TEXTS[:1])) == 1


def test_links_do_not_lead_into_the_corpus(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(TEXTS[0][1])
    (tmp_path / "link").symlink_to(corpus)
    with pytest.raises(ProfileError, match="inside the corpus"):
        profile(tmp_path / "link" / "p", corpus)
    with pytest.raises(ProfileError, match="inside the corpus"):
        profile(corpus / "p", tmp_path / "link")
    with pytest.raises(ProfileError, match="lies inside --out"):
        profile(tmp_path, corpus)
    assert os.listdir(corpus) == ["a.txt"]


def test_a_refused_run_leaves_the_lock_of_the_other(tmp_path):
    out = tmp_path / "p"
    lock = tmp_path / ".p.partial.lock"
    with workspace(out, {}, None):
        for _ in range(2):
            with pytest.raises(ProfileError, match="another run"), workspace(out, {}, None):
                pass
        assert lock.exists()
        with lock.open() as file, pytest.raises(OSError):  # noqa: PT011 (any of its kinds)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not lock.exists()
