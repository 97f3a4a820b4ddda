"""Folders, buckets and lists of texts; which modality a source has."""

import json
import os
import pickle
import socket

import pytest
from conftest import encoded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from datakit.corpora import open_corpus, shards
from datakit.errors import CorpusError
from datakit.sample import Sample

PNG = encoded(Image.new("RGB", (4, 4), "red"))


def write(root, files):
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def by_path(corpus):
    return {sample.path: sample for sample in corpus}


def test_a_folder_of_texts(tmp_path):
    files = {
        "train/pos/1.txt": b"good",
        "train/neg/2.TXT": "schlecht \u00e4".encode(),
        "test/a.b.md": b"# title",
        "3.markdown": b"",
        "4.rst": b"\xff\xfe\x00 not UTF-8",
        "5.text": b"nul \x00 and \xe2\x80\xae bidi",
        "6.pdf": b"%PDF",
        ".hidden.txt": b"no",
    }
    corpus = pickle.loads(pickle.dumps(open_corpus(write(tmp_path, files))))
    found = by_path(corpus)
    assert corpus.modality == "text"
    assert list(found) == sorted(set(files) - {"6.pdf", ".hidden.txt"})
    assert len(corpus) == 6
    for name, sample in found.items():
        assert corpus.read(sample) == files[name]
        assert sample.n_bytes == len(files[name])
        assert sample.mtime_ns == os.stat(tmp_path / name).st_mtime_ns
        assert sample.caption is None
    assert (found["train/pos/1.txt"].label, found["train/pos/1.txt"].split) == ("pos", "train")
    assert (found["test/a.b.md"].label, found["test/a.b.md"].split) == (None, "test")
    assert corpus.notes == {"file that is not a text": 1, "hidden file or folder, skipped": 1}


def test_what_only_looks_like_a_text_file(tmp_path):
    write(tmp_path, {"a.txt": b"a", "folder.txt/b.txt": b"b"})
    os.mkfifo(tmp_path / "fifo.txt")
    os.symlink("gone", tmp_path / "dangling.txt")
    os.symlink("loop.txt", tmp_path / "loop.txt")
    os.symlink("a.txt", tmp_path / "link.txt")
    os.symlink("folder.txt", tmp_path / "other.txt")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(tmp_path)  # the path of a socket may be 108 bytes long
    try:
        server.bind("socket.txt")
    finally:
        os.chdir(here)
        server.close()
    corpus = open_corpus(tmp_path)
    found = by_path(corpus)
    problems = {name: sample.problem for name, sample in found.items() if sample.problem}
    assert problems.keys() == {"fifo.txt", "dangling.txt", "loop.txt", "socket.txt"}
    assert "FIFO" in problems["fifo.txt"]
    assert problems["loop.txt"] == "symlink loop"
    assert corpus.read(found["folder.txt/b.txt"]) == b"b"
    assert corpus.read(found["link.txt"]) == b"a"
    assert corpus.notes == {"symlink to a folder, not followed": 1}
    with pytest.raises(OSError, match="not a regular file"):
        corpus.read(found["fifo.txt"])


def test_metadata_and_manifest_tell_of_texts(tmp_path):
    write(tmp_path / "c", {"en/1.txt": b"one", "en/2.txt": b"two"})
    told = {"file_name": "1.txt", "lang": "en", "date": "2020-01-02", "label": 3, "title": "x"}
    write(tmp_path / "c", {"en/metadata.jsonl": json.dumps(told).encode()})
    one = by_path(open_corpus(tmp_path / "c"))["en/1.txt"]
    assert (one.label, one.language, one.date, one.caption) == ("3", "en", "2020-01-02", None)
    lines = "file_name,label,split\nen/2.txt,cat,dev\nen/3.txt,dog,test\n"
    write(tmp_path, {"manifest.csv": lines.encode()})
    corpus = open_corpus(tmp_path / "c", manifest=str(tmp_path / "manifest.csv"))
    found = by_path(corpus)
    assert corpus.modality == "text"
    assert (found["en/2.txt"].label, found["en/2.txt"].split) == ("cat", "val")
    assert "not there" in found["en/3.txt"].problem
    assert found["en/1.txt"].problem is None


def test_one_image_makes_a_corpus_of_images(tmp_path):
    files = {"1.png": PNG, "1.txt": b"a caption", "2.txt": b"no image", "t.jsonl": b'{"text": "x"}'}
    corpus = open_corpus(write(tmp_path, files))
    assert corpus.modality == "image"
    assert [(s.path, s.caption) for s in corpus] == [("1.png", "a caption")]
    with pytest.raises(CorpusError, match="leave --text-column out"):
        open_corpus(tmp_path, text_column="text")


def test_a_manifest_does_not_make_texts_images(tmp_path):
    write(tmp_path / "c", {"1.txt": b"one"})
    write(tmp_path, {"m.csv": b"file_name,label\n1.txt,a\n"})
    corpus = open_corpus(tmp_path / "c", manifest=str(tmp_path / "m.csv"))
    assert (corpus.modality, [s.label for s in corpus]) == ("text", ["a"])
    write(tmp_path / "gone", {"x.bin": b"x"})
    for name, modality in (("1.txt", "text"), ("1.png", "image")):
        write(tmp_path, {"m.csv": f"file_name,label\n{name},a\n".encode()})
        corpus = open_corpus(tmp_path / "gone", manifest=str(tmp_path / "m.csv"))
        assert corpus.modality == modality
        assert ["not there" in s.problem for s in corpus] == [True]


def test_nothing_to_open(tmp_path):
    write(tmp_path, {"a.bin": b"x", "b.bin": b"y"})
    with pytest.raises(CorpusError, match="2 x file that is not an image"):
        open_corpus(tmp_path)
    with pytest.raises(CorpusError, match="go into a list"):
        open_corpus("some text " * 1000)
    os.mkfifo(tmp_path / "fifo.txt")
    with pytest.raises(CorpusError, match="no file and no folder"):
        open_corpus(tmp_path / "fifo.txt")


def test_fsspec_urls_of_texts():
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    for name in ("train/en/1.txt", "test/2.md", "truth.jsonl", ".git/3.txt"):
        fs.pipe_file(f"/texts/{name}", name.encode())
    corpus = pickle.loads(pickle.dumps(open_corpus("memory://texts")))
    found = by_path(corpus)
    assert (corpus.modality, list(found)) == ("text", ["test/2.md", "train/en/1.txt"])
    assert (found["train/en/1.txt"].label, found["train/en/1.txt"].split) == ("en", "train")
    assert all(corpus.read(sample) == name.encode() for name, sample in found.items())
    assert corpus.notes == {"file that is not a text": 1, "hidden file or folder, skipped": 1}
    fs.pipe_file("/sniffed/1.bin", PNG)
    fs.pipe_file("/sniffed/1.txt", b"a caption")
    (sample,) = (images := open_corpus("memory://sniffed"))
    assert (images.modality, sample.caption) == ("image", "a caption")
    with pytest.raises(CorpusError, match="manifest"):
        open_corpus("memory://texts", manifest="m.csv")
    fs.pipe_file("/tables/a.jsonl", b"{}")
    for url in ("memory://tables", "memory://tables/a.jsonl", "memory://texts/test/2.md"):
        with pytest.raises(CorpusError, match="copy tables to this machine"):
            open_corpus(url)


def test_texts_in_memory():
    corpus = open_corpus(["b", "a \ud800"])
    assert corpus.modality == "text"
    assert [corpus.read(s) for s in corpus] == [b"b", b"a \xed\xa0\x80"]
    assert [s.n_bytes for s in corpus] == [1, 5]
    pairs = open_corpus([("y", "why"), ("x", "")])
    assert [(s.sample_id, pairs.read(s)) for s in pairs] == [("x", b""), ("y", b"why")]
    sample = Sample("s", "s", "text", label="l", language="en")
    (kept,) = (texts := open_corpus(iter([sample])))
    assert (texts.modality, kept.label, kept.language, texts.read(kept)) == (
        "text",
        "l",
        "en",
        b"text",
    )
    problem = Sample("p", "p", problem="gone")
    assert open_corpus([problem, "text"]).modality == "text"
    assert open_corpus([problem, PNG]).modality == "image"
    with pytest.raises(CorpusError, match="item 0 is an image and item 1 is a text"):
        open_corpus([PNG, "text"])
    with pytest.raises(CorpusError, match="leave --text-column out"):
        open_corpus(["text"], text_column="text")


SIZES = st.lists(st.one_of(st.none(), st.integers(0, 50)), max_size=40)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(SIZES, st.integers(1, 6), st.integers(1, 60))
def test_shards_are_bounded_in_samples_and_bytes(sizes, size, n_bytes):
    samples = [Sample(f"{i:03d}", "", n_bytes=n) for i, n in enumerate(sizes)]
    cut = list(shards(samples, size, n_bytes))
    assert [s for shard in cut for s in shard] == samples
    for k, shard in enumerate(cut):
        weight = sum(s.n_bytes or 0 for s in shard)
        assert len(shard) == 1 or (len(shard) <= size and weight <= n_bytes)
        if k + 1 < len(cut):  # a shard ends only where it must
            more = weight + (cut[k + 1][0].n_bytes or 0)
            assert len(shard) == size or more > n_bytes


def test_a_folder_of_text_is_listed_lazily(tmp_path, monkeypatch):
    write(tmp_path, {f"{i}/a.txt": b"x" for i in range(5)})
    corpus = open_corpus(tmp_path)
    seen = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: seen.append(path) or real(path))
    next(iter(corpus))
    assert len(seen) == 2
