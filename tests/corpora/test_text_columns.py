"""Which column of a table is the text, and whether a table is one of images."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import encoded
from PIL import Image

from datakit.corpora import open_corpus
from datakit.errors import CorpusError


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_columns_by_name(tmp_path):
    row = {"Review": "x", "category": 4.0, "subset": "dev", "language": "de", "published": 2020}
    (tmp_path / "t.jsonl").write_bytes(as_jsonl([row, {"Review": "y", "category": ["a", "b"]}]))
    one, two = open_corpus(tmp_path / "t.jsonl")
    assert (one.label, one.split, one.language, one.date) == ("4", "val", "de", "2020")
    assert (two.label, two.split, two.language, two.date) == ("a", None, None, None)


def test_the_only_column_of_long_texts(tmp_path):
    rows = [
        {"url": "https://example.org/" + "x" * 60, "essay": "some words of a text " * 5, "n": i}
        for i in range(3)
    ]
    (tmp_path / "t.jsonl").write_bytes(as_jsonl(rows))
    corpus = open_corpus(tmp_path / "t.jsonl")
    assert corpus.read(next(iter(corpus))) == rows[0]["essay"].encode()
    list(corpus)
    assert corpus.notes == {"text taken from column 'essay', the only one of long texts": 1}
    chinese = [{"key": str(i), "neirong": "\u8fd9\u662f\u4e00\u4e2a\u957f\u7684" * 9} for i in "ab"]
    (tmp_path / "z.jsonl").write_bytes(as_jsonl(chinese))
    assert len(open_corpus(tmp_path / "z.jsonl")) == 2
    for more in (rows[0] | {"answer": "other words of a text " * 5}, {"a": "short", "b": 1}):
        (tmp_path / "t.jsonl").write_bytes(as_jsonl([more]))
        with pytest.raises(CorpusError, match="--text-column NAME") as error:
            open_corpus(tmp_path / "t.jsonl")
        assert all(repr(name) in str(error.value) for name in more)
    corpus = open_corpus(tmp_path / "t.jsonl", text_column="a")
    assert [corpus.read(s) for s in corpus] == [b"short"]
    with pytest.raises(CorpusError, match="no column 'c': it has 'a', 'b'"):
        open_corpus(tmp_path / "t.jsonl", text_column="c")


def test_a_column_of_another_type_is_not_the_text(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(as_jsonl([{"text": 3, "comment": "hello"}]))
    corpus = open_corpus(tmp_path / "t.jsonl")
    assert [corpus.read(s) for s in corpus] == [b"hello"]


PNG = encoded(Image.new("RGB", (4, 4), "red"))


def test_images_win_where_there_are_any(tmp_path):
    (tmp_path / "a").write_bytes(PNG)
    tables = {
        "suffix": {"path": "gone.png", "text": "a caption"},
        "content": {"file": "a", "text": "a caption"},
        "unknown": {"file_name": "0001", "caption": "a caption"},
    }
    for name, row in tables.items():
        (tmp_path / f"{name}.jsonl").write_bytes(as_jsonl([row]))
        (sample,) = (corpus := open_corpus(tmp_path / f"{name}.jsonl"))
        assert (corpus.modality, sample.caption) == ("image", "a caption"), name
    table = pa.table({"image": [PNG], "text": ["a caption"]})
    pq.write_table(table, tmp_path / "t.parquet")
    (sample,) = (corpus := open_corpus(tmp_path / "t.parquet"))
    assert (corpus.modality, corpus.read(sample)) == ("image", PNG)
    (sample,) = (corpus := open_corpus(tmp_path / "t.parquet", text_column="text"))
    assert (corpus.modality, corpus.read(sample)) == ("text", b"a caption")
    (tmp_path / "truth.jsonl").write_bytes(as_jsonl([{"file": "en/1.txt", "lang": "en"}]))
    with pytest.raises(CorpusError, match="which column is the text"):
        open_corpus(tmp_path / "truth.jsonl")
    code = {"path": "src/main.py", "content": "import os"}
    (tmp_path / "code.jsonl").write_bytes(as_jsonl([code]))
    assert open_corpus(tmp_path / "code.jsonl").modality == "text"
    pq.write_table(pa.table({"data": [b"\x00\x01"], "text": ["x"]}), tmp_path / "d.parquet")
    assert open_corpus(tmp_path / "d.parquet").modality == "text"
