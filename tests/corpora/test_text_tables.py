"""Tables of texts: every format gives the same documents, and finds its columns alike."""

import csv
import gzip
import io
import json
import os
import pickle
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datakit.corpora import open_corpus, parquet_rows, shards, streams
from datakit.errors import CorpusError

ROWS = [
    {"id": "0", "text": "A first text,\nwith two lines.", "label": "pos", "lang": "en"},
    {"id": "1", "text": "", "label": "neg", "lang": "en"},
    {
        "id": "2",
        "text": 'quo"ted, \u4e2d\u6587 \U0001f600 \u202e \x00 nul\r\n',
        "label": "pos",
    },
    {"id": "3", "text": "tab\tand \x1e separators \u2028 and \x85", "label": "", "lang": "fr"},
]
NAMES = ["id", "text", "label", "lang"]


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_csv(rows, mark=","):
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, NAMES, restval="", delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def as_parquet(rows):
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=3)
    return file.getvalue()


def zst(data):
    # Two frames, as a tool that appends makes them.
    codec = pa.Codec("zstd")
    return b"".join(codec.compress(part, asbytes=True) for part in (data[:40], data[40:]))


def gz(data):
    return gzip.compress(data[:40]) + gzip.compress(data[40:])


FORMS = {
    "t.jsonl": as_jsonl(ROWS),
    "t.ndjson": as_jsonl(ROWS).replace(b"\n", b"\r\n"),
    "t.json": as_jsonl(ROWS).rstrip(b"\n"),
    "t.jsonl.gz": gz(as_jsonl(ROWS)),
    "t.jsonl.zst": zst(as_jsonl(ROWS)),
    "t.csv": as_csv(ROWS),
    "t.CSV": as_csv(ROWS),
    "t.csv.gz": gz(as_csv(ROWS)),
    "t.csv.zst": zst(as_csv(ROWS)),
    "t.tsv": as_csv(ROWS, "\t"),
    "t.tsv.gz": gz(as_csv(ROWS, "\t")),
    "t.parquet": as_parquet(ROWS),
}


def documents(corpus):
    return [
        (corpus.read(s).decode(), s.label, s.split, s.language, s.n_bytes, s.mtime_ns)
        for s in corpus
    ]


@pytest.mark.parametrize("name", FORMS)
def test_every_format_gives_the_same_documents(tmp_path, name):
    (tmp_path / name).write_bytes(FORMS[name])
    for source in (tmp_path / name, tmp_path):
        corpus = open_corpus(source)
        assert len(pickle.dumps(corpus)) < 1500
        assert corpus.modality == "text"
        corpus = pickle.loads(pickle.dumps(corpus))
        assert len(corpus) == 4
        assert documents(corpus) == [
            (r["text"], r["label"] or None, None, r.get("lang"), len(r["text"].encode()), None)
            for r in ROWS
        ]
        ids = [s.sample_id for s in corpus]
        assert ids == [f"{name}#{i:09d}" for i in range(4)] == [s.path for s in corpus]
        assert not any(s.problem or s.caption for s in corpus)
        assert corpus.notes == {}


def test_shards_of_tables_in_name_order(tmp_path):
    for name in ("train-1.jsonl", "train-0.jsonl", "validation.csv"):
        row = {"text": name}
        (tmp_path / name).write_bytes(as_csv([row]) if ".csv" in name else as_jsonl([row]))
    corpus = open_corpus(tmp_path)
    assert [(corpus.read(s).decode(), s.split) for s in corpus] == [
        ("train-0.jsonl", "train"),
        ("train-1.jsonl", "train"),
        ("validation.csv", "val"),
    ]
    assert len(corpus) == 3


def test_tables_below_a_readme_as_hubs_have_them(tmp_path):
    (tmp_path / "data" / "test").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# a data set")
    (tmp_path / "data" / "train-00000-of-00001.parquet").write_bytes(as_parquet(ROWS[:1]))
    (tmp_path / "data" / "test" / "0.parquet").write_bytes(as_parquet(ROWS[:1]))
    os.mkfifo(tmp_path / "data" / "x.jsonl")
    found = {s.sample_id: s for s in open_corpus(tmp_path)}
    assert found["data/test/0.parquet#000000000"].split == "test"
    assert found["data/train-00000-of-00001.parquet#000000000"].split == "train"
    assert "not a regular file" in found["data/x.jsonl#000000000"].problem
    (tmp_path / "1.txt").write_text("a document")
    assert [s.path for s in open_corpus(tmp_path)] == ["1.txt", "README.md"]


def test_dates_of_parquet(tmp_path):
    stamps = pa.array([1, 86_400_000_000_000, None], pa.timestamp("ns"))
    table = pa.table({"text": ["a", "b", "c"], "date": stamps})
    pq.write_table(table, tmp_path / "t.parquet")
    dates = [s.date for s in open_corpus(tmp_path / "t.parquet")]
    assert dates == ["1970-01-01 00:00:00.000000001", "1970-01-02", None]


KINDS = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.large_binary(),
    pa.dictionary(pa.int32(), pa.string()),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_types_of_text_in_parquet(tmp_path, kind):
    values = ["one", None, "zw\u00f6lf", ""]
    plain = pa.string_view() if kind == pa.string_view() else kind
    raw = [v if v is None else v.encode() for v in values]
    array = pa.array(raw if "binary" in str(kind) else values, plain)
    pq.write_table(pa.table({"text": array}), tmp_path / "t.parquet")
    corpus = open_corpus(tmp_path / "t.parquet")
    samples = list(corpus)
    assert [s.source for s in samples] == raw
    assert samples[1].problem == "row 1: the text is null"
    with pytest.raises(OSError, match="null"):
        corpus.read(samples[1])


def test_parquet_is_read_in_batches_of_bounded_size(tmp_path, monkeypatch):
    rows = [{"text": f"{i} " * 500, "label": str(i % 7)} for i in range(1000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet", row_group_size=600)
    sizes = []
    real = pq.ParquetFile.iter_batches

    def iter_batches(self, *args, **options):
        for batch in real(self, *args, **options):
            sizes.append(batch.num_rows)
            yield batch

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    monkeypatch.setattr(parquet_rows, "_BATCH_BYTES", 50_000)
    corpus = open_corpus(tmp_path / "t.parquet")
    assert len(next(shards(corpus, 10))) == 10
    assert sum(sizes) < 200  # the head, and one batch
    assert [(corpus.read(s).decode(), s.label) for s in corpus] == [
        (row["text"], row["label"]) for row in rows
    ]
    assert max(sizes) < 100


def test_a_damaged_row_group_costs_its_rows_only(tmp_path):
    texts = [f"{i} " * 3000 for i in range(40)]
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": texts}), file, row_group_size=10, use_dictionary=False)
    start = pq.ParquetFile(file).metadata.row_group(2).column(0).data_page_offset
    data = bytearray(file.read_bytes())
    data[start : start + 60] = b"\xff" * 60
    file.write_bytes(data)
    corpus = open_corpus(file)
    samples = list(corpus)
    assert len(samples) == len(corpus) == 40
    assert {i for i, s in enumerate(samples) if s.problem} == set(range(20, 30))
    assert "row group cannot be read" in samples[20].problem
    assert corpus.read(samples[30]) == texts[30].encode()


def test_parquet_that_is_not_utf8(tmp_path):
    bad = pa.array([b"caf\xe9", b"ok"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": bad, "label": bad}), tmp_path / "t.parquet")
    samples = list(open_corpus(tmp_path / "t.parquet"))
    assert [(s.source, s.label) for s in samples] == [(b"caf\xe9", "caf\ufffd"), (b"ok", "ok")]


@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.jsonl.gz", "t.csv.zst"])
def test_a_file_is_read_as_far_as_samples_are_wanted(tmp_path, name, monkeypatch):
    rows = [{"text": f"{i} " * 100, "label": "x"} for i in range(40_000)]
    data = (as_csv if "csv" in name else as_jsonl)(rows)
    packed = {"gz": lambda d: gzip.compress(d, 1), "zst": zst}.get(name.rpartition(".")[2])
    (tmp_path / name).write_bytes(data if packed is None else packed(data))
    corpus = open_corpus(tmp_path / name)
    read = []
    real = streams.Utf8Stream._raw
    monkeypatch.setattr(
        streams.Utf8Stream, "_raw", lambda self: read.append(block := real(self)) or block
    )
    cut = shards(corpus, 100)
    assert [s.sample_id for s in next(cut)] == [f"{name}#{i:09d}" for i in range(100)]
    assert sum(map(len, read)) < len(data) / 4
    assert max(map(len, read)) <= streams.BLOCK
    assert sum(map(len, cut)) == len(rows) - 100
    assert corpus.notes == {}


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(as_jsonl(ROWS))
    (tmp_path / "b.parquet").write_bytes(b"PAR1 not at all")
    (tmp_path / "c.jsonl").write_bytes(b"")
    (tmp_path / "d.csv").write_bytes(b"x,y\n1,2\n")
    corpus = open_corpus(tmp_path)
    samples = list(corpus)
    assert [s.sample_id for s in samples if s.problem] == ["b.parquet#000000000", "d.csv#000000000"]
    assert "cannot be read" in samples[4].problem
    assert "it has 'x', 'y'" in samples[5].problem
    assert len(corpus) == len(samples) == 6
    assert corpus.notes == {"table without records": 1}
    for name, word in (("b.parquet", "cannot be read"), ("c.jsonl", "holds no records")):
        with pytest.raises(CorpusError, match=word):
            open_corpus(tmp_path / name)
    (tmp_path / "e.json").write_text('[{"text": "x"},\n{"text": "y"}]')
    with pytest.raises(CorpusError, match="jq -c"):
        open_corpus(tmp_path / "e.json")
    (tmp_path / "f.jsonl").write_text("plain text\nand more\n")
    with pytest.raises(CorpusError, match="none of the first 2 lines is a JSON object"):
        open_corpus(tmp_path / "f.jsonl")


@pytest.mark.parametrize("name", ["t.jsonl.gz", "t.csv.gz", "t.jsonl.zst", "t.txt.gz"])
def test_a_packed_file_that_is_cut_short(tmp_path, name):
    texts = [os.urandom(300).hex() for _ in range(2000)]
    rows = {"t.txt.gz": "\n\n".join(texts).encode()}
    data = rows.get(name) or (as_csv if "csv" in name else as_jsonl)([{"text": t} for t in texts])
    packed = gzip.compress(data) if name.endswith("gz") else pa.compress(data, "zstd", asbytes=True)
    (tmp_path / name).write_bytes(packed[: len(packed) * 2 // 3])
    corpus = open_corpus(tmp_path / name)
    *whole, last = corpus
    assert len(corpus) == len(whole) + 1
    assert "damaged, what comes after is not seen" in last.problem
    assert 1000 < sum(s.n_bytes for s in whole) // 600 < 1400
    problems = Counter(s.problem for s in whole)
    assert problems[None] >= len(whole) - 1  # at most the record in which the damage is
