import math
import random
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from literal_text_statistics import literal

from datakit.measures.text_block import TextBlock, blocks
from datakit.measures.text_marks import TERMINAL, code_marks
from datakit.measures.text_statistics import STATISTICS_COLUMNS, text_statistics

ENGLISH = Path(random.__file__).parent
CHINESE = (
    "这家酒店的位置非常好,离火车站很近,步行只要五分钟。房间不大,但是很干净,床也很舒服。"
    "早餐的种类不多,味道还可以。前台的服务员态度很好,帮我们叫了出租车。唯一的缺点是隔音不太好,"
    "晚上能听到隔壁房间的电视声。总的来说性价比很高,下次还会再来!"
)
COMMON = ["a", "b", "the", "to", " ", " ", " ", "\n", "\n\n", ".", ".", "...", "…", "#", "- ", "• "]
RARE = [
    "我",
    "好",
    "。",
    "！",
    "1",
    "3.14",
    '"',
    "”",
    "»",
    "{",
    "lorem ipsum",
    "JavaScript",
    "\t",
    "\f",
]
RARE += ["use cookies", "http://a.b/c?d=1", "www.x.org", "\0", "\x07", "\ufffd", "\u200b", "\u202e"]
RARE += [
    "Ж",
    "Я",
    "é",
    "É",
    "don't",
    "x_y",
    "_9",
    "a b c d e ",
    "我我我我",
    "\r\n",
    "\x85",
    "😀",
    "==",
]
RARE += ["= = ", "of ", "have ", ". "]
PIECES = st.sampled_from([*COMMON, *COMMON, *RARE])
DOCUMENTS = st.lists(PIECES, max_size=60).map("".join)


def measure(*texts):
    return text_statistics(TextBlock(list(texts)))


def one(text):
    return {name: values[0] for name, values in measure(text).items()}


def spans(text):
    starts, ends = TextBlock([text]).tokens
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def is_terminal(char):
    return bool(code_marks()[ord(char)] & TERMINAL)


def assert_same(text, row, skip=()):
    for name, value in literal(text, spans(text), is_terminal).items():
        if name in skip:
            continue
        assert row[name] == pytest.approx(value, rel=1e-12, nan_ok=True), (name, text[:200])


def english(n_files=25):
    """Prose and code that come with Python."""
    files = sorted(ENGLISH.glob("*.py"))[:: max(1, len(list(ENGLISH.glob("*.py"))) // n_files)]
    return [f.read_text("utf-8")[:6000] for f in files]


def test_every_column_is_there_with_its_type_and_in_its_range():
    texts = [*english(), CHINESE, "", " \n", "...", "a", "\ud800", "Привет, мир!", "مرحبا"]
    columns = measure(*texts)
    assert list(columns) == [c.name for c in STATISTICS_COLUMNS]
    kinds = {"int": "i", "float": "f", "bool": "b", "string": "O"}
    for column in STATISTICS_COLUMNS:
        values = columns[column.name]
        assert values.shape == (len(texts),)
        assert values.dtype.kind == kinds[column.type], column.name
        if column.type in ("int", "float"):
            filled = values[~np.isnan(values.astype(float))]
            assert column.low is None or (filled >= column.low).all(), column.name
            assert column.high is None or (filled <= column.high).all(), column.name
        if column.name.endswith("_rate"):
            assert (column.low, column.high) == (0, 1)


def test_formulas_on_real_documents():
    texts = [*english(), CHINESE, CHINESE * 3, "\n".join([CHINESE] * 4), *english(3) * 2]
    texts += [t[:1500] * 2 + t[100:140] * 9 for t in english(8)]
    columns = measure(*texts)
    for i, text in enumerate(texts):
        assert_same(text, {name: values[i] for name, values in columns.items()})


@given(st.lists(DOCUMENTS, min_size=1, max_size=4))
@settings(max_examples=400, deadline=None)
def test_formulas_on_random_documents(texts):
    columns = measure(*texts)
    for i, text in enumerate(texts):
        # The literal one joins the lines of a paragraph with "\n", whatever stood there.
        odd = any(c in text for c in "\r\x85")
        skip = ("duplicate_paragraph_char_rate", "duplicate_paragraph_rate") if odd else ()
        assert_same(text, {name: values[i] for name, values in columns.items()}, skip)


@given(st.lists(DOCUMENTS, min_size=1, max_size=6), DOCUMENTS, st.randoms())
@settings(max_examples=150, deadline=None)
def test_a_document_gives_the_same_bits_in_every_batch(texts, text, rng):
    place = rng.randrange(len(texts) + 1)
    together = measure(*texts[:place], text, *texts[place:])
    for name, values in measure(text).items():
        a, b = values[:1], together[name][place : place + 1]
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes() if a.dtype != object else a[0] == b[0], name


def test_blocks_of_any_size_give_the_same():
    texts = [*english(), CHINESE] * 2
    whole = measure(*texts)
    for size in (1, 5000, 60_000):
        parts = [text_statistics(block) for _, block in blocks(texts, size)]
        for name, values in whole.items():
            cut = np.concatenate([part[name] for part in parts])
            if values.dtype == object:
                assert cut.tolist() == values.tolist()
            else:
                np.testing.assert_array_equal(cut, values)


def test_lines_are_those_of_datatrove():
    gopher = pytest.importorskip("datatrove.pipeline.filters.gopher_repetition_filter")
    for text in english():
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        n, chars = gopher.find_duplicates(lines)
        row = one(text)
        assert row["duplicate_line_rate"] == pytest.approx(n / len(lines))
        assert row["duplicate_line_char_rate"] == pytest.approx(chars / sum(map(len, lines)))


def test_trailing_spaces_and_line_ends_change_no_line():
    text = "One line here.\nAnother line, longer than the first one.\n\nOne line here.\nend"
    names = ["n_lines", "terminal_line_rate", "short_line_rate", "newline_rate", "c4_line_rate"]
    names += ["duplicate_line_rate", "duplicate_line_char_rate", "duplicate_paragraph_rate"]
    plain = one(text)
    for other in (text.replace("\n", " \n"), text.replace("\n", "\r\n"), text + " \n" * 0 + " "):
        assert [one(other)[n] for n in names] == [plain[n] for n in names]
    assert plain["duplicate_line_rate"] == 0.25
    assert plain["terminal_line_rate"] == 0.75


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0),
        ("One. Two! Three?", 3),
        ('He said "stop." Then (he left.) And', 2),
        ("3.14 is a number. www.x.org is none", 1),
        ("Wait... what?! No.", 3),
        ("他来了。她走了！你呢？好", 3),
        ("他说：“来了。”她走了。", 2),
        ("...!!!", 0),
        ("यह है। वह है।", 2),
    ],
)
def test_sentences(text, n):
    assert one(text)["n_sentences"] == n


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It ends.", False),
        ('It "ends."', False),
        ("(It ends!)", False),
        ("它结束了。", False),
        ("他说:“结束了。”", False),
        ("It ends…", False),
        ("It ends 😀", False),
        ("It ends. \n \u200b", False),
        ("It does not", True),
        ("It does not (really)", True),
        ("它没有", True),
        ("It does not,", True),
        ("Привет", True),
        ("", False),
        ('"', False),
        ("สวัสดี", False),
    ],
)
def test_ends_mid_sentence(text, cut):
    assert one(text)["ends_mid_sentence"] == cut


@pytest.mark.parametrize(
    ("text", "script", "rate"),
    [
        ("Hello wörld", "latin", 1.0),
        ("你好世界", "han", 1.0),
        ("こんにちは世界", "kana", 5 / 7),
        ("안녕하세요", "hangul", 1.0),
        ("Привет abc", "cyrillic", 6 / 9),
        ("مرحبا", "arabic", 1.0),
        ("Ωμέγα", "other", 1.0),
    ],
)
def test_scripts(text, script, rate):
    row = one(text)
    assert row["script"] == script
    name = "other_script_rate" if script == "other" else f"{script}_rate"
    assert row[name] == pytest.approx(rate)
    shares = [row[f"{s}_rate"] for s in ("latin", "han", "kana", "hangul", "cyrillic", "arabic")]
    assert sum(shares) + row["other_script_rate"] == pytest.approx(1)


def test_no_letters_no_script():
    row = one("123 ...")
    assert row["script"] == ""
    assert math.isnan(row["latin_rate"])


def test_compression_ranks_documents_as_zlib_does():
    scipy_stats = pytest.importorskip("scipy.stats")
    texts = [t[: 400 + 97 * i % 3000] * (1 + i % 3) for i, t in enumerate(english(40))]
    theirs = [len(zlib.compress(t.encode(), 6)) / len(t.encode()) for t in texts]
    ours = measure(*texts)["compression_rate"]
    assert scipy_stats.spearmanr(ours, theirs).statistic > 0.9
    assert one("a" * 10_000)["compression_rate"] < 0.01
    # Of bytes, not of characters: what cannot be compressed keeps its size.
    assert one(CHINESE[:40])["compression_rate"] == pytest.approx(1, abs=0.1)
    assert one(CHINESE * 30)["compression_rate"] < 0.1
    assert one("我" + "a" * 300)["compression_rate"] > one("a" * 303)["compression_rate"]


HARD = {
    "one word of ten million letters": "a" * 10_000_000,
    "one line of Chinese characters": "我" * 2_000_000,
    "a word of different letters": "".join(chr(97 + i * i % 26) for i in range(3_000_000)),
    "a loop of one word": "spam " * 400_000,
    "marks on one letter": "e" + "\u0301" * 1_000_000,
    "punctuation": "!?.,'" * 400_000,
    "apostrophes and marks": "a'\u0301" * 300_000,
    "empty lines": "\n" * 2_000_000,
    "the same short line": "a\n" * 500_000,
    "addresses": "http://a.b/c " * 100_000,
    "addresses without a space": "http://" * 200_000,
    "dots": "www." * 300_000,
    "surrogates": "\ud800" * 1_000_000,
    "loops of many periods": " ".join("ab" * (1 + i % 97) for i in range(100_000)),
}


@pytest.mark.parametrize("name", HARD)
def test_nothing_takes_more_than_linear_time(name):
    text = HARD[name]
    begin = time.process_time()
    row = one(text)
    assert row["n_chars"] == len(text)
    assert (time.process_time() - begin) / len(text) < 4e-6


def test_empty_documents_have_counts_but_no_shares():
    row = one("")
    assert row["n_chars"] == row["n_words"] == row["n_lines"] == 0
    assert math.isnan(row["terminal_line_rate"])
    assert math.isnan(row["mean_word_length"])
    assert not row["ends_mid_sentence"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was late. He went hom", 11),
        ("It was late. He went home.", 0),
        ("One line\nand anoth", 9),
        ("房间很大。早餐也不", 4),
        ("It ended here (", 0),
        ("no mark at all", 14),
    ],
)
def test_unfinished_chars_count_from_the_last_end_of_a_sentence(text, expected):
    assert one(text)["unfinished_chars"] == expected
