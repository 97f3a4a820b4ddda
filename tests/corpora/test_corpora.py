import gzip
import io
import json
import os
import pickle
import struct
import tarfile

import numpy as np
import pandas as pd
import pytest
from conftest import encoded, textured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from datakit.corpora import open_corpus, shards
from datakit.errors import CorpusError

PNG = encoded(Image.new("RGB", (4, 4), "red"))


def by_path(corpus):
    return {sample.path: sample for sample in corpus}


NAME = st.text(
    st.characters(codec="ascii", categories=("L", "N", "P"), exclude_characters="/\\"),
    min_size=1,
    max_size=6,
).filter(lambda name: not name.startswith("."))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(NAME, min_size=1, max_size=3), min_size=1, max_size=12), st.integers(1, 5))
def test_order_is_canonical_and_shards_are_the_listing(tmp_path_factory, paths, size):
    root = tmp_path_factory.mktemp("c")
    made = set()
    for parts in paths:
        file = root.joinpath(*parts[:-1], parts[-1] + ".png")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(PNG)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue
        made.add(str(file.relative_to(root)))
    corpus = open_corpus(root)
    ids = [sample.sample_id for sample in corpus]
    assert ids == sorted(made)
    assert len(corpus) == len(ids)
    cut = list(shards(corpus, size))
    assert [s.sample_id for shard in cut for s in shard] == ids
    assert all(len(shard) == size for shard in cut[:-1])


def test_labels_splits_and_captions(tmp_path):
    for name in ("train/cat/1.png", "val/dog/2.png", "images/3.png", "4.png", "valid/5.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / "4.txt").write_text(" a red square\n")
    (tmp_path / "images" / "metadata.jsonl").write_text(
        json.dumps({"file_name": "3.png", "text": "from metadata", "label": 7}) + "\n"
    )
    found = by_path(open_corpus(tmp_path))
    assert (found["train/cat/1.png"].label, found["train/cat/1.png"].split) == ("cat", "train")
    assert (found["val/dog/2.png"].label, found["val/dog/2.png"].split) == ("dog", "val")
    assert (found["images/3.png"].label, found["images/3.png"].caption) == ("7", "from metadata")
    assert found["4.png"].caption == "a red square"
    assert (found["valid/5.png"].label, found["valid/5.png"].split) == (None, "val")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_manifest_wins_and_what_it_misses_is_a_sample(tmp_path, form):
    (tmp_path / "c" / "cat").mkdir(parents=True)
    (tmp_path / "c" / "cat" / "1.png").write_bytes(PNG)
    frame = pd.DataFrame(
        {
            "file_name": ["cat/1.png", "cat/2.png"],
            "caption": ["one", "two"],
            "label": ["lion", "tiger"],
            "split": ["validation", "test"],
        }
    )
    file = tmp_path / f"manifest.{form}"
    if form == "csv":
        frame.to_csv(file, index=False)
    elif form == "jsonl":
        frame.to_json(file, orient="records", lines=True)
    else:
        frame.to_parquet(file)
    found = by_path(open_corpus(tmp_path / "c", manifest=str(file)))
    here, gone = found["cat/1.png"], found["cat/2.png"]
    assert (here.label, here.split, here.caption) == ("lion", "val", "one")
    assert "not there" in gone.problem


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_table_of_paths(tmp_path, form):
    (tmp_path / "a.png").write_bytes(PNG)
    frame = pd.DataFrame({"path": ["a.png", "gone.png", None], "label": ["x", "y", "z"]})
    file = tmp_path / f"t.{form}"
    if form == "csv":
        frame.to_csv(file, index=False)
    elif form == "jsonl":
        frame.to_json(file, orient="records", lines=True)
    else:
        frame.to_parquet(file)
    corpus = pickle.loads(pickle.dumps(open_corpus(file)))
    samples = list(corpus)
    assert [s.sample_id for s in samples] == [f"t.{form}#{i:09d}" for i in range(3)]
    assert corpus.read(samples[0]) == PNG
    assert samples[0].label == "x"
    assert "not there" in samples[1].problem
    assert "no path" in samples[2].problem


def test_a_table_of_bytes_in_row_groups(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    images = [encoded(textured(i, (8, 8))) for i in range(5)]
    structs = [{"bytes": data, "path": f"{i}.png"} for i, data in enumerate(images)]
    table = pa.table({"image": structs, "label": list("abcde")})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=2)
    corpus = open_corpus(tmp_path / "t.parquet")
    assert [corpus.read(sample) for sample in corpus] == images
    assert [sample.label for sample in corpus] == list("abcde")
    assert len(open_corpus(tmp_path)) == 5


@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_webdataset_shards(tmp_path, suffix):
    file = tmp_path / f"s-000000.{suffix}"
    with tarfile.open(file, "w:gz" if suffix.endswith("gz") else "w") as tar:
        for name, data in (
            ("k1.jpg", PNG),
            ("k1.txt", b"a caption"),
            ("k1.cls", b"3"),
            ("d/k2.png", PNG),
            ("d/k2.json", b'{"caption": "two"}'),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("evil.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    corpus = open_corpus(file)
    found = by_path(corpus)
    name = file.name
    assert (found[f"{name}/k1.jpg"].caption, found[f"{name}/k1.jpg"].label) == ("a caption", "3")
    assert found[f"{name}/d/k2.png"].caption == "two"
    assert "not followed" in found[f"{name}/evil.png"].problem
    assert corpus.read(found[f"{name}/k1.jpg"]) == PNG
    if suffix == "tar":
        broken = tmp_path / "broken" / "b.tar"
        broken.parent.mkdir()
        broken.write_bytes(file.read_bytes()[:1200])
        listing = open_corpus(broken)
        assert len(list(listing)) == 1


def test_idx_files(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (5, 7, 6), np.uint8)
    head = b"\0\0\x08\x03" + struct.pack(">III", 5, 7, 6)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
    labels = b"\0\0\x08\x01" + struct.pack(">I", 5) + bytes([3, 1, 4, 1, 5])
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    corpus = pickle.loads(pickle.dumps(open_corpus(tmp_path)))
    samples = list(corpus)
    assert [s.label for s in samples] == ["3", "1", "4", "1", "5"]
    assert samples[0].split == "test"
    pixels = np.asarray(Image.open(io.BytesIO(corpus.read(samples[2]))))
    np.testing.assert_array_equal(pixels, images[2])
    (tmp_path / "bad-idx3-ubyte").write_bytes(head + b"short")
    with pytest.raises(CorpusError, match="cut short"):
        len(open_corpus(tmp_path / "bad-idx3-ubyte"))


def test_fsspec_urls():
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/bucket/train/cat/1.png", PNG)
    fs.pipe_file("/bucket/train/cat/1.txt", b"hello")
    fs.pipe_file("/bucket/readme.md", b"no")
    corpus = open_corpus("memory://bucket")
    (sample,) = corpus
    assert (sample.path, sample.label, sample.split) == ("train/cat/1.png", "cat", "train")
    assert sample.caption == "hello"
    assert corpus.read(sample) == PNG
    with pytest.raises(CorpusError, match="does not exist"):
        open_corpus("memory://nowhere")


def test_samples_in_memory():
    corpus = open_corpus([("b", PNG), ("a", PNG)])
    assert [s.sample_id for s in corpus] == ["a", "b"]
    with pytest.raises(CorpusError, match="unique"):
        open_corpus([("a", PNG), ("a", PNG)])
    with pytest.raises(CorpusError, match="float"):
        open_corpus([1.5])


def test_a_folder_that_cannot_be_read_is_a_note(tmp_path, monkeypatch):
    (tmp_path / "ok").mkdir()
    (tmp_path / "ok" / "1.png").write_bytes(PNG)
    (tmp_path / "secret").mkdir()
    real = os.scandir

    def scandir(path):
        if os.fsencode(path).rstrip(b"/").endswith(b"secret"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    corpus = open_corpus(tmp_path)
    assert len(corpus) == 1
    assert corpus.notes == {"folder that cannot be read (Permission denied)": 1}


def test_names_that_are_no_utf8_do_not_collide(tmp_path):
    base = os.fsencode(tmp_path)
    for name in (b"a\xe9.png", rb"a\xe9.png"):
        with open(os.path.join(base, name), "wb") as file:
            file.write(PNG)
    corpus = open_corpus(tmp_path)
    assert len({s.sample_id for s in corpus}) == 2
    assert all(corpus.read(s) == PNG for s in corpus)


@pytest.mark.parametrize(("name", "word"), [("gone", "does not exist"), ("a.docx", "docx")])
def test_what_is_no_corpus(tmp_path, name, word):
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(CorpusError, match=word):
        open_corpus(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "metadata.jsonl",
            '{"file_name": "0.png", "text": "one"}\n{broken\n'
            '{"file_name": "1.png", "text": 5}\n{"file_name": "2.png", "text": "\\ud800"}\n',
        ),
        ("metadata.csv", "file_name,text\n0.png,one\n1.png,5,more\n2.png,NA\n"),
    ],
)
def test_an_odd_line_of_metadata_costs_only_itself(tmp_path, name, text):
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(encoded(textured(i)))
    (tmp_path / name).write_text(text, encoding="utf-8")
    captions = [sample.caption for sample in open_corpus(str(tmp_path))]
    assert captions[:2] == ["one", "5"]
    assert captions[2] in ("NA", "?")
