"""Encodings, single text files, and tar files of texts."""

import io
import json
import pickle
import tarfile

import pytest
from conftest import encoded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from datakit.corpora import open_corpus, streams, text_file
from datakit.corpora.encodings import find_encoding
from datakit.errors import CorpusError

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
# Articles of the Universal Declaration of Human Rights, which is in the public domain.
CHINESE = """\
人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。
人人有资格享有本宣言所载的一切权利和自由。
人人有权享有生命、自由和人身安全。"""
RUSSIAN = """\
Все люди рождаются свободными и равными в своем достоинстве и правах.
Каждый человек имеет право на жизнь, на свободу и на личную неприкосновенность.
Никто не должен содержаться в рабстве или в подневольном состоянии."""
SPANISH = """\
Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están
de razón y conciencia, deben comportarse fraternalmente los unos con los otros.
Toda persona tiene todos los derechos y libertades proclamados en esta Declaración, sin
distinción alguna de raza, color, sexo, idioma, religión, opinión política o de cualquier
otra índole, origen nacional o social, posición económica, nacimiento o cualquier otra condición.
Todo individuo tiene derecho a la vida, a la libertad y a la seguridad de su persona.
La maternidad y la infancia tienen derecho a cuidados y asistencia especiales. Todos los niños,
nacidos de matrimonio o fuera de matrimonio, tienen derecho a igual protección social."""
JAPANESE = """\
すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。
人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。
すべて人は、生命、自由及び身体の安全に対する権利を有する。"""
POLISH = """\
Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.
Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.
Każdy człowiek ma prawo do życia, wolności i bezpieczeństwa swej osoby."""


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gbk"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-8-sig"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (SPANISH, "cp1252"),
        (POLISH, "cp1250"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "utf-32"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl", "txt"])
def test_files_that_are_not_utf8(tmp_path, text, encoding, form, monkeypatch):
    monkeypatch.setattr(streams, "BLOCK", 1001)  # blocks end inside of characters
    rows = [f"{line} {i}" for i in range(2500) for line in text.split("\n")]
    if form == "csv":
        data = "label,text\r\n" + "".join(f'a,"{row}"\r\n' for row in rows)
    elif form == "jsonl":
        data = "".join(json.dumps({"text": row}, ensure_ascii=False) + "\n" for row in rows)
    else:
        data = "\n\n".join(rows)
    file = tmp_path / f"t.{form}"
    file.write_bytes(data.encode(encoding))
    corpus = open_corpus(file)
    texts = [corpus.read(s).decode() for s in corpus]
    if form == "txt":
        assert "\n\n".join(texts) == data
    else:
        assert texts == rows
    notes = [note for note in corpus.notes if "is not UTF-8" in note]
    assert len(notes) == (encoding != "utf-8-sig")
    assert len(corpus) == len(texts)


def test_a_few_bad_bytes_do_not_change_the_encoding(tmp_path):
    rows = [CHINESE.encode()] * 20 + [CHINESE.encode("gbk")] + [b"caf\xe9", b"\xff\x80"]
    (tmp_path / "t.csv").write_bytes(b"text\n" + b"\n".join(b'"%s"' % row for row in rows))
    corpus = open_corpus(tmp_path / "t.csv")
    assert [corpus.read(s) for s in corpus] == rows
    assert corpus.notes == {}


@QUICK
@given(st.text(max_size=2000))
def test_valid_utf8_is_utf8_wherever_the_head_ends(text):
    data = text.encode("utf-8", "replace")
    for end in range(max(0, len(data) - 5), len(data) + 1):
        assert find_encoding(data[:end]) in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
        if not text.startswith(("\ufeff", "\ufffe")):
            assert find_encoding(data[:end]) == "utf-8"


def test_a_file_of_two_encodings_is_in_that_of_most_of_it():
    rows = [SPANISH.encode()] * 20 + [SPANISH.encode("cp1252")] * 3
    assert find_encoding(b"\n".join(rows)) == "utf-8"


LINE = st.one_of(
    st.text("ab \u4e2d.", max_size=12),
    st.sampled_from(["", " ", "\t", "x" * 60, "y z " * 30, "\u3002".join("abc" * 30)]),
)


@QUICK
@given(st.lists(LINE, max_size=40), st.sampled_from(["\n", "\r\n"]), st.integers(5, 60))
def test_a_text_file_is_cut_and_nothing_is_lost(parts, newline, size):
    text = newline.join(parts)
    limit = 3 * size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file, "PIECE_SIZE", size)
        patch.setattr(text_file, "PARAGRAPH_LIMIT", limit)
        cut = list(text_file.cut(io.StringIO(text, newline="")))
    documents = [piece for piece, _ in cut]
    assert "".join("".join(documents).split()) == "".join(text.split())
    assert all(piece and piece in text for piece in documents)
    blank = [i for i, part in enumerate(parts) if not part.strip()]
    paragraphs = _paragraphs(parts, blank)
    assert all(len(piece) <= size + 2 * limit + 99 for piece in documents)
    if len(paragraphs) > 1:
        for paragraph in paragraphs:
            whole = newline.join(paragraph).rstrip()
            if len(newline.join([*paragraph, ""])) <= limit:
                assert any(whole in piece for piece in documents)
    for piece, whole in cut[:-1]:
        assert not whole or len(piece) >= size - 40 or not piece.strip()


def _paragraphs(parts, blank):
    found = [[]]
    for i, part in enumerate(parts):
        if i in blank:
            found.append([])
        else:
            found[-1].append(part)
    return [paragraph for paragraph in found if paragraph]


def test_a_play_is_cut_at_blank_lines(tmp_path):
    speeches = [f"Speaker {i}:\n" + "words of the play " * (i % 30 + 1) for i in range(200)]
    file = tmp_path / "play.txt"
    file.write_text("\n\n".join(speeches) + "\n")
    corpus = pickle.loads(pickle.dumps(open_corpus(file)))
    samples = list(corpus)
    texts = [corpus.read(s).decode() for s in samples]
    assert [s.sample_id for s in samples][:2] == ["play.txt#000000000", "play.txt#000000001"]
    assert all(2000 <= len(text) < 2700 for text in texts[:-1])
    assert all(text.startswith("Speaker") for text in texts)
    assert corpus.notes == {"document cut from a single text file at blank lines": len(texts)}
    assert len(corpus) == len(texts)
    assert all(s.mtime_ns is None and s.n_bytes == len(s.source) for s in samples)


def test_text_files_without_blank_lines(tmp_path):
    file = tmp_path / "lines.md"
    file.write_text("".join(f"line {i} of the file, which is a sentence\n" for i in range(300)))
    corpus = open_corpus(file)
    texts = [corpus.read(s).decode() for s in corpus]
    assert all(text.startswith("line ") and text.endswith("sentence") for text in texts)
    assert all(2000 <= len(text) < 2100 for text in texts[:-1])
    assert corpus.notes == {"document cut from a single text file at line ends": len(texts)}
    file.write_text("x" * 50_000)
    assert [s.n_bytes for s in open_corpus(file)] == [20_000, 20_000, 10_000]
    file.write_bytes(b"")
    assert [s.source for s in open_corpus(file)] == [b""]
    file.write_bytes(b"bad \xff bytes \x00")
    assert [s.source for s in open_corpus(file)] == [b"bad \xff bytes \x00"]


def pack(file, members):
    mode = "w:gz" if file.name.endswith("gz") else "w"
    with tarfile.open(file, mode) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data or b""))
    return file


MEMBERS = [
    ("b/2.txt", "zw\u00f6lf \xff".encode()),
    ("b/2.cls", b"pos"),
    ("b/2.json", b'{"lang": "de", "label": "ignored", "text": "ignored"}'),
    ("test/1.json", b'{"content": "from json \\ud800", "label": 3}'),
    ("lines.jsonl", b'{"text": "one", "split": "dev"}\n\n{"text": 1}\n{"text": "three"}'),
    ("empty.jsonl", b""),
    ("0.md", b""),
    ("bad.json", b'{"text"'),
    ("no.json", b'{"n": 1}'),
    ("evil.txt", None),
    ("other.bin", b"x"),
]


@pytest.mark.parametrize("name", ["s.tar", "s.tar.gz"])
def test_tar_files_of_texts(tmp_path, name):
    corpus = open_corpus(pack(tmp_path / name, MEMBERS))
    assert corpus.modality == "text"
    corpus = pickle.loads(pickle.dumps(corpus))
    samples = list(corpus)
    found = {s.sample_id.removeprefix(name + "/"): s for s in samples}
    assert [s.sample_id for s in samples] == sorted(s.sample_id for s in samples)
    assert len(corpus) == len(samples) == 9
    texts = {key: corpus.read(s) for key, s in found.items() if s.problem is None}
    assert texts == {
        "0.md": b"",
        "b/2.txt": "zw\u00f6lf \xff".encode(),
        "lines.jsonl#000000000": b"one",
        "lines.jsonl#000000002": b"three",
        "test/1.json": b"from json \xed\xa0\x80",
    }
    facts = [(found[k].label, found[k].split, found[k].language) for k in sorted(texts)]
    assert facts == [
        (None, None, None),
        ("pos", None, "de"),
        (None, "val", None),
        (None, None, None),
        ("3", "test", None),
    ]
    assert "not followed" in found["evil.txt"].problem
    assert found["lines.jsonl#000000001"].problem.startswith("line 3: field 'text' is a number")
    assert "JSON" in found["bad.json"].problem
    assert "'n'" in found["no.json"].problem
    assert corpus.notes["member that is not a text"] == 1


def test_a_tar_with_an_image_keeps_texts_as_captions(tmp_path):
    image = encoded(Image.new("RGB", (4, 4), "red"))
    file = pack(tmp_path / "s.tar", [("1.txt", b"a caption"), ("2.txt", b""), ("1.png", image)])
    assert [(s.path, s.caption) for s in open_corpus(file)] == [("s.tar/1.png", "a caption")]


def test_the_text_column_of_a_tar(tmp_path):
    file = pack(tmp_path / "s.tar", [("1.jsonl", b'{"text": "a", "summary": "b"}\n')])
    corpus = open_corpus(file, text_column="summary")
    assert [corpus.read(s) for s in corpus] == [b"b"]


def test_a_text_column_goes_with_tables(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    for source in (tmp_path, tmp_path / "a.txt"):
        with pytest.raises(CorpusError, match="leave --text-column out"):
            open_corpus(source, text_column="text")
