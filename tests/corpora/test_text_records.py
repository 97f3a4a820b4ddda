"""Lines of jsonl and records of csv: what is broken is one sample with a problem."""

import csv
import io
import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datakit.corpora import csv_rows as csv_module
from datakit.corpora import open_corpus
from datakit.corpora.jsonl import Problem, count_jsonl, jsonl_rows, lines
from datakit.corpora.text_columns import Columns
from datakit.errors import CorpusError

TEXT = st.text(st.characters(codec=None, categories=None), max_size=40)
LABEL = st.text(max_size=5)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def table(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    return open_corpus(tmp_path / name, text_column="text")


def of(corpus):
    """Text or problem of every sample."""
    return [s.problem or corpus.read(s) for s in corpus]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@QUICK
@given(st.lists(st.tuples(TEXT, LABEL), min_size=1, max_size=8), st.booleans())
def test_any_text_survives_json(folder, rows, ascii_only):
    data = "".join(
        json.dumps({"text": text, "label": label}, ensure_ascii=ascii_only) + "\n"
        for text, label in rows
    ).encode("utf-8", "surrogatepass")
    corpus = table(folder, "t.jsonl", data)
    samples = list(corpus)
    assert [corpus.read(s) for s in samples] == [
        t.encode("utf-8", "surrogatepass") for t, _ in rows
    ]
    assert len(corpus) == len(rows)
    assert not any(s.problem for s in samples)


@QUICK
@given(st.lists(st.tuples(TEXT, LABEL), min_size=1, max_size=8))
def test_any_text_survives_csv(folder, rows):
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([("label", "text"), *((label, text) for text, label in rows)])
    corpus = table(folder, "t.csv", file.getvalue().encode("utf-8", "surrogatepass"))
    assert of(corpus) == [t.encode("utf-8", "surrogatepass") for t, _ in rows]
    assert len(corpus) == len(rows)


@QUICK
@given(
    st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\r", b" ", b"\xe4", b"ccc" * 9]), max_size=60),
    st.integers(1, 9),
    st.integers(1, 30),
)
def test_lines_are_those_of_the_bytes_however_they_are_cut(pieces, size, limit):
    data = b"".join(pieces)

    class Trickle(io.BytesIO):
        def read1(self, n=-1):
            return super().read1(size)

    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    found = list(lines(Trickle(data), limit))
    assert found == [
        e if len(e) <= limit else f"line of {len(e)} bytes, limit {limit}" for e in expected
    ]
    assert [isinstance(f, Problem) for f in found] == [len(e) > limit for e in expected]


def test_a_long_line_is_read_through_without_being_held():
    n_blocks = 100

    class Long(io.BufferedIOBase):
        left = n_blocks

        def read1(self, n=-1):
            self.left -= 1
            return b"x" * 2**20 if self.left >= 0 else b"\nend" if self.left == -1 else b""

    import tracemalloc

    tracemalloc.start()
    found = list(lines(Long(), limit=4 * 2**20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [f"line of {n_blocks * 2**20} bytes, limit {4 * 2**20}", b"end"]
    assert peak < 10 * 2**20


JSON_LINES = [
    (b'{"text": "good"}', b"good"),
    (b'{"text": "cut', "line 2: not JSON (Unterminated string starting at at character 9)"),
    (b'["text"]', "line 3: a list, not an object"),
    (b"null", "line 4: null, not an object"),
    (b'{"txt": "x"}', "line 5: no field 'text'"),
    (b'{"text": null}', "line 6: field 'text' is null, not a string"),
    (b'{"text": 1.5}', "line 7: field 'text' is a number, not a string"),
    (b'{"text": ["a"]}', "line 8: field 'text' is a list, not a string"),
    (b"\xff\xfe garbage \x00", "line 9: not JSON (Expecting value at character 0)"),
    (b"  \r", None),
    (b"", None),
    (b'{"text": "caf\xe9 \\udc80"}', b"caf\xe9 \x80"),
    (b'{"text": "\\ud800 \\u0000 \\u202e"}', b"\xed\xa0\x80 \x00 \xe2\x80\xae"),
    (b'{"text": "two"} {"text": "objects"}', "line 14: not JSON (Extra data at character 16)"),
    (b"[" * 100_000, "line 15: not JSON that can be read"),
    (b'{"n": ' + b"1" * 5000 + b', "text": "x"}', "line 16: not JSON that can be read"),
    (b'{"text": "last"}', b"last"),
]


def test_a_bad_line_is_a_sample_with_a_problem(tmp_path):
    corpus = table(tmp_path, "t.jsonl", b"\n".join(line for line, _ in JSON_LINES))
    expected = [want for _, want in JSON_LINES if want is not None]
    found = of(corpus)
    assert len(corpus) == len(found) == len(expected)
    for got, want in zip(found, expected, strict=True):
        assert got == want or (isinstance(want, str) and got.startswith(want))
    assert corpus.notes == {"blank line, skipped": 2}
    assert [s.sample_id for s in corpus][-1] == f"t.jsonl#{len(expected) - 1:09d}"


@QUICK
@given(st.lists(st.sampled_from([line for line, _ in JSON_LINES[:14]]), max_size=12))
def test_counting_is_listing(folder, chosen):
    path = folder / "count.jsonl"
    path.write_bytes(b"\n".join(chosen))
    assert count_jsonl(path) == len(list(jsonl_rows(path, Columns("text"), Counter())))


def test_ragged_csv(tmp_path):
    data = b'text,label\n"a\nb",1\nc\nd,2,3\n\n"e ""q"" \x00",4\nf"g,5\n'
    corpus = table(tmp_path, "t.csv", data)
    assert of(corpus) == [
        b"a\nb",
        "line 4: 1 fields, the header names 2",
        "line 5: 3 fields, the header names 2",
        b'e "q" \x00',
        b'f"g',
    ]
    assert corpus.notes == {"blank line, skipped": 1}
    assert [s.label for s in corpus] == ["1", None, None, "4", "5"]


def test_a_header_that_cannot_be_read(tmp_path):
    with pytest.raises(CorpusError, match="has no header that can be read: a quote"):
        table(tmp_path, "t.csv", b'"text,label\nx,y\n')


def test_fields_longer_than_the_modules_own_limit(tmp_path):
    text = b"word " * 100_000
    assert of(table(tmp_path, "t.csv", b"text,label\n" + text + b",1\n")) == [text]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_csv_parted_by_other_marks(tmp_path, mark):
    data = f'"text, or so"{mark}"text"\n1{mark}a,b;c\n'.encode().replace(b"a,b;c", b"a,b c")
    corpus = table(tmp_path, "t.csv", data)
    assert of(corpus) == [b"a,b c"]
    assert corpus.notes == {f"t.csv is parted by {mark!r}, not by commas": 1}


def test_a_quote_that_is_never_closed_costs_one_record(tmp_path):
    rows = b"".join(b"%d,text %d\n" % (i, i) for i in range(50))
    corpus = table(tmp_path, "t.csv", b'id,text\n1,good\n2,"stray\n' + rows)
    found = of(corpus)
    assert found[:2] == [
        b"good",
        "line 3: a quote that is opened in this record is never closed",
    ]
    assert found[2:] == [b"text %d" % i for i in range(50)]
    assert len(corpus) == 52


def test_a_record_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_module, "RECORD_LIMIT", 1000)
    rows = b"".join(b"%d,text %d\n" % (i, i) for i in range(300))
    long = b"7," + b"x" * 5000 + b"\n"
    data = b'id,text\n0,"stray\n' + rows + long + b'8,"closed late"\n9,end\n'
    corpus = table(tmp_path, "t.csv", data)
    found = of(corpus)
    assert found[0] == (
        "line 2: a quote that is opened in this record is not closed within 1000 characters"
    )
    assert found[1:301] == [b"text %d" % i for i in range(300)]
    assert found[301:] == ["line 303: line of 5003 characters, limit 1000", b"closed late", b"end"]


def test_bounded_records_take_linear_time(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_module, "RECORD_LIMIT", 20_000)
    given_out = Counter()
    real = csv_module._Lines._returned

    def returned(self):
        for line in real(self):
            given_out["again"] += 1
            yield line

    monkeypatch.setattr(csv_module._Lines, "_returned", returned)
    n = 3000
    data = b"id,text\n" + b'1,"open\n2,""x""\n' * n
    found = of(table(tmp_path, "t.csv", data))
    assert given_out["again"] < 10 * 2 * n
    assert len(found) >= 2


BODY = st.text(st.sampled_from('a,"\n\r;\x00 '), max_size=80)


@QUICK
@given(BODY)
def test_csv_is_what_the_csv_module_reads_where_quotes_are_closed(folder, body):
    data = f"text,label\n{body}\nZ,z\n"
    _, *rows = csv.reader(io.StringIO(data, newline=""))
    corpus = table(folder, "p.csv", data.encode())
    found = of(corpus)
    assert len(corpus) == len(found)
    assert found[-1] == b"Z"  # whatever came before it
    if rows[-1] == ["Z", "z"]:
        expected = [row[0].encode() if len(row) == 2 else None for row in rows if row]
        assert [None if isinstance(f, str) else f for f in found] == expected


@QUICK
@given(BODY, st.integers(12, 30))
def test_no_record_hides_those_after_it(folder, body, limit):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_module, "RECORD_LIMIT", limit)
        corpus = table(folder, "b.csv", f"text,label\n{body}\nZ,z\n".encode())
        found = of(corpus)
        assert found[-1] == b"Z"
        assert len(corpus) == len(found)
        assert all(len(f) <= limit for f in found if isinstance(f, bytes))
