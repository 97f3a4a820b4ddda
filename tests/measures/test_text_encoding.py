import codecs
import itertools
import random
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_encoding import NotTextError, decode
from datakit.measures.text_mojibake import MOJIBAKE_COLUMNS, locate_mojibake, mojibake

ZH = (
    "酒店的位置不错，离地铁站很近，房间也很干净。早餐的种类比较多，服务员的态度很好，下次来北京还会住在这里。"
    "就是价格有点贵，晚上能听到外面的声音，希望可以改进。"
)
ZH_HANT = (
    "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。人人有資格享有本宣言"
    "所載的一切權利和自由，不分種族、膚色、性別、語言、宗教、政治或其他見解。"
)
JA = (
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを"
    "授けられており、互いに同胞の精神をもって行動しなければならない。"
)
KO = (
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 "
    "이성과 양심을 부여받았으며 서로 형제애의 정신으로 "
    "행동하여야 한다. 모든 사람은 생명을 가질 권리를 가진다."
)
RU = (
    "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и "
    "совестью и должны поступать в отношении друг друга в духе братства. Никто не должен "
    "содержаться в рабстве."
)
EN = (
    "“I don’t know,” she said — and that was all. The café on the corner was closed; we went home "
    "and read the paper. It’s a long story, and nobody has told it from the beginning to the end."
)
FR = (
    "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de "
    "raison et de conscience et doivent agir les uns envers les autres dans un esprit de "
    "fraternité. L’été à Paris, ça va très bien."
)
DE = (
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und "
    "Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen. Das weiß jeder."
)
PL = (
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni "
    "obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Każdy "
    "człowiek ma prawo do życia."
)
ES = "Nadie estará sometido a esclavitud; están prohibidas. ¿Qué pasó mañana, señor?"
CLEAN = [ZH, ZH_HANT, JA, KO, RU, EN, FR, DE, PL, ES]
CLEAN += ["plain", "", "20 °C ± 2, £5 or 5 €, naïve Ångström"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ZH, "gbk"),
        (ZH, "gb18030"),
        (ZH_HANT, "big5"),
        (JA, "shift_jis"),
        (JA, "euc_jp"),
        (JA, "iso2022_jp"),
        (KO, "euc_kr"),
        (RU, "koi8_r"),
        (RU, "cp1251"),
        (EN, "cp1252"),
        (FR, "cp1252"),
        (DE, "latin_1"),
        (ES, "cp1252"),
        (PL, "cp1250"),
        (PL, "iso8859_2"),
        (FR, "utf_16"),
        (ZH, "utf_16_le"),
        (EN, "utf_16_be"),
        (JA, "utf_32"),
        (ZH, "utf_32_be"),
    ],
)
def test_encodings_are_told(text, encoding):
    data = text.encode(encoding)
    assert decode(data).text == text.removeprefix("\ufeff")
    if not encoding.startswith("utf"):
        assert decode((text + "\n").encode(encoding) * 40).text == (text + "\n") * 40


@given(st.text())
def test_utf8_is_utf8(text):
    data = text.encode()
    wide = not text.isascii() or text.startswith("\ufeff") or "\0" in text
    controls = sum(c < " " for c in text)
    if not wide and controls * 10 < len(text):
        assert decode(data) == decode(data).__class__(text, "utf-8", "")


def test_marks_are_removed_and_said():
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ):
        found = decode(mark + EN.encode(encoding))
        assert (found.text, found.encoding) == (EN, encoding)
        assert "byte order mark" in found.warning


def test_nothing_is_utf8():
    assert decode(b"") == decode(b" ").__class__("", "utf-8", "")


def test_nul_bytes_stay():
    text = "\0".join(EN[i : i + 30] for i in range(0, len(EN), 30))
    assert decode(text.encode()).text == text


def test_few_bad_bytes_are_replaced_and_said():
    data = ZH.encode()
    found = decode(data[:30] + b"\xff" + data[30:])
    assert found.encoding == "utf-8"
    assert found.text == ZH[:10] + "\ufffd" + ZH[10:]
    assert "1 byte sequence " in found.warning
    assert decode(data[:-1]).text == ZH[:-1] + "\ufffd"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + random.Random(0).randbytes(5000),
        random.Random(1).randbytes(300),
        bytes(1000),
        b"MZ\x90" + bytes(700) + b"This program cannot be run in DOS mode",
        b"\x7fELF\x02\x01\x01" + bytes(300) + random.Random(2).randbytes(600),
    ],
)
def test_what_is_no_text_is_an_error_with_its_cause(data):
    with pytest.raises(NotTextError, match="bytes"):
        decode(data)
    assert issubclass(NotTextError, ValueError)


def test_large_files_take_the_time_of_their_decoding():
    data = (ZH + "\n").encode("gb18030") * 40_000
    begin = time.process_time()
    found = decode(data)
    assert time.process_time() - begin < 5
    assert (found.encoding, found.text[-20:]) == ("gb18030", (ZH + "\n")[-20:])
    assert decode(ZH.encode("gb18030") * 4000).text == ZH * 4000  # one line


def rates(text):
    return {name: values[0] for name, values in mojibake(TextBlock([text])).items()}


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_has_no_mojibake(text):
    found = rates(text * 3)
    assert found["mojibake_rate"] == 0
    assert found["replacement_rate"] == 0
    assert found["misread_rate"] < 0.15
    assert locate_mojibake(text * 3) == []


def cp1252(data):
    """Windows-1252 as browsers read it: the five codes it leaves open are C1 controls."""
    windows = {i: bytes([i]).decode("cp1252", "replace") for i in range(128, 160)}
    return data.decode("latin-1").translate({i: c for i, c in windows.items() if c != "\ufffd"})


@pytest.mark.parametrize("text", [EN, FR, DE, ES, PL])
def test_utf8_read_as_western_is_mojibake(text):
    for bad in (cp1252(text.encode()), text.encode().decode("latin-1")):
        assert rates(bad)["mojibake_rate"] > 0.005
    assert rates(cp1252(cp1252(text.encode()).encode()))["mojibake_rate"] > 0.005


@pytest.mark.parametrize("text", [ZH, ZH_HANT, JA, KO])
@pytest.mark.parametrize(
    ("encoding", "how"),
    [
        ("gb18030", "replace"),
        ("gb18030", "ignore"),
        ("gbk", "replace"),
        ("gbk", "ignore"),
        ("cp932", "replace"),
        ("cp949", "replace"),
        ("big5hkscs", "replace"),
    ],
)
def test_utf8_read_as_east_asian_is_misread(text, encoding, how):
    bad = text.encode().decode(encoding, how)
    found = rates(bad)
    assert found["misread_rate"] > 0.3 or found["replacement_rate"] > 0.02
    spans = locate_mojibake(bad)
    assert sum(b - a for a, b in spans) > 0.2 * len(bad)


def test_gbk_read_as_utf8_is_replacement_characters():
    bad = ZH.encode("gbk").decode("utf-8", "replace")
    assert rates(bad)["replacement_rate"] == bad.count("\ufffd") / len(bad)
    assert rates(bad)["replacement_rate"] > 0.3


def alphabet():
    """Every character that ftfy's expression names, and plain ones."""
    from ftfy.badness import MOJIBAKE_CATEGORIES

    named = re.compile("[" + "".join(MOJIBAKE_CATEGORIES.values()) + "]")
    return (
        "".join(named.findall("".join(map(chr, range(0x80, 0xD800))))) + "\ufffd\uf8ffaZ 1.,\n" * 8
    )


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(alphabet()), max_size=60), st.text(max_size=30))
def test_the_rate_is_ftfys_badness(text, other):
    from ftfy.badness import badness

    text = text + "  " + other + " plain words in between " + text[::-1]
    assert rates(text)["mojibake_rate"] * len(text) == pytest.approx(badness(text))


def test_plain_characters_are_never_unlikely():
    from ftfy.badness import is_bad

    plain = "\u00a0·–—‘’“”…aZé1 .中"
    without = plain.replace("é", "")
    assert not any(is_bad("".join(p)) for p in itertools.product(without, repeat=4))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([*CLEAN, ZH.encode().decode("gbk", "replace"), "Ã©\0", "\ud800中"])
        | st.text(),
        min_size=1,
        max_size=6,
    )
)
def test_a_document_does_not_depend_on_the_others(texts):
    together = mojibake(TextBlock(texts))
    assert set(together) == {column.name for column in MOJIBAKE_COLUMNS}
    for i, text in enumerate(texts):
        assert {name: values[i] for name, values in together.items()} == rates(text)
    for values in together.values():
        assert ((values >= 0) & (values <= 1)).all()


def test_spans_are_located():
    text = "It was fine. " + cp1252("“Yes”".encode()) + " And then."
    spans = locate_mojibake(text)
    assert text[spans[0][0]] == "â"
    assert np.all(np.diff(np.ravel(spans)) > 0)


@pytest.mark.parametrize(
    "text", ["é" * 1_000_000, "â€" * 500_000, "中" * 1_000_000, "a…" * 500_000]
)
def test_long_lines_take_linear_time(text):
    begin = time.process_time()
    mojibake(TextBlock([text]))
    assert time.process_time() - begin < 10
