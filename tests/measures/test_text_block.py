import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures import text_block
from datakit.measures.text_block import (
    DIGIT,
    LETTER,
    PUNCTUATION,
    SPACE,
    UPPER,
    WORD,
    TextBlock,
    blocks,
    code_flags,
    mix,
)
from datakit.measures.text_marks import TERMINAL, code_marks
from datakit.measures.text_scripts import SCRIPTS, code_scripts

REAL = {
    "english": (
        "It's 3.14 o'clock; the U.S.A. isn't \"here\" -- e.g. 1,000,000.5 items_of a.b at "
        "10:30, don't-you-know? Rock'n'roll's 5's. co\u00adoperate x\u00b2 \u2168th \u24d0bc"
    ),
    "accented": "Ça va bien, l'été à 3,14 €; e\u0301te\u0301 n\u2019est-ce pas? Ünïcödé Straße",
    "chinese": "我们很喜欢这家酒店。房间abc很大,3中4个!“不错”(真的)……",
    "thai": "สวัสดีครับ ผมชื่อสมชาย ๑๒๓ น้ำ",
    "hindi": "नमस्ते दुनिया। यह परीक्षण है\u200d १२३",
    "cyrillic": "Русский язык — это «здорово», не так ли? 1\u202f000",
    "arabic": "العربية جيدة، ١٢٣٫٥ می\u200cخواهم",
    "emoji": "👍🏽 great 😀! 1️⃣ ok ❤️",
    "greek": "Ελληνικά·α β’γ",
    "odd": "\0 a\0b \x1b[0m \u200ba \ufeffb c\u2060d \u202eabc _ __a_ a_'b .5 5. 'a' a'' \u0301a",
}
# Letters that UAX #29 keeps together and we count one by one: Hangul, Katakana, Bopomofo, Tibetan.
# Flags and joined emoji are parted as well, and white space is no token.
LETTERS = st.sampled_from(
    "abZé1٣9.,':;_-\"!?。\u0301\u00ad\u200b\u2060 \n\r\t我是กข\u0e31Яж²Ⅷ😀🏽·’\0"
)
TEXTS = st.text(LETTERS, max_size=40)
ANY = st.text(st.one_of(LETTERS, st.characters(codec=None)), max_size=40)


def tokens(text):
    starts, ends = TextBlock([text]).tokens
    return [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def spaces(text):
    return all(code_flags()[ord(c)] & SPACE for c in text)


def uniseg_tokens(text):
    wordbreak = pytest.importorskip("uniseg.wordbreak")
    # White space is no token; a mark on white space is one of its own.
    return [w.lstrip(" \t") for w in wordbreak.words(text) if not spaces(w)]


@pytest.mark.parametrize("name", REAL)
def test_words_are_those_of_unicode(name):
    text = REAL[name].replace("\u202f", "").replace("️⃣", "")
    assert tokens(text) == uniseg_tokens(text)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_words_of_random_text_are_those_of_unicode(text):
    assert tokens(text) == uniseg_tokens(text)


@given(st.text(st.sampled_from("ab1.,'-_ é我"), max_size=30))
@settings(max_examples=200, deadline=None)
def test_words_are_those_of_regex(text):
    regex = pytest.importorskip("regex")
    pieces = regex.split(r"\b", text, flags=regex.WORD | regex.V1)
    assert tokens(text) == [p for p in pieces if p and not spaces(p)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("한국어 문장", list("한국어문장")),
        ("カタカナ", list("カタカナ")),
        ("བོད་ཡིག", ["བོ", "ད", "་", "ཡི", "ག"]),
        ("👨\u200d👩", ["👨\u200d", "👩"]),
        ("🇫🇷", ["🇫", "🇷"]),
        ('צה"ל', ["צה", '"', "ל"]),
        ("1\u202f000", ["1", "000"]),
    ],
)
def test_deliberate_differences(text, expected):
    assert tokens(text) == expected
    assert tokens(text) != uniseg_tokens(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\u3000", []),
        ("don't", ["don't"]),
        ("3.14, 1,000", ["3.14", ",", "1,000"]),
        ("a.b c. d", ["a.b", "c", ".", "d"]),
        ("...", [".", ".", "."]),
        ("中文abc中", ["中", "文", "abc", "中"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("a\ud800b", ["a", "\ud800", "b"]),
        ("a\0b", ["a", "\0", "b"]),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected


def test_flags_are_those_of_unicodedata():
    flags = code_flags()
    for code in [*range(0x3000), *range(0x4E00, 0x4E20), *range(0xFF00, 0xFFF0)]:
        char, category = chr(code), unicodedata.category(chr(code))
        assert bool(flags[code] & SPACE) == (char.isspace()), hex(code)
        assert bool(flags[code] & DIGIT) == (category == "Nd")
        if category[0] == "L" and not 0xFF9E <= code <= 0xFF9F:
            assert flags[code] & LETTER
            assert flags[code] & WORD
        assert bool(flags[code] & UPPER) == (category in ("Lu", "Lt"))
        if category[0] == "P":
            assert flags[code] & PUNCTUATION or flags[code] & LETTER


def test_scripts_and_terminal_marks_are_those_of_unicode():
    regex = pytest.importorskip("regex")
    scripts, marks = code_scripts(), code_marks()
    names = {"Latin": "latin", "Han": "han", "Hiragana": "kana", "Katakana": "kana"}
    names |= {"Hangul": "hangul", "Cyrillic": "cyrillic", "Arabic": "arabic"}
    by_script = {n: regex.compile(rf"\p{{Script={n}}}") for n in names}
    terminal = regex.compile(r"\p{Sentence_Terminal}")
    new_in_unicode_16 = 0
    for code in range(0x33480):
        char = chr(code)
        if bool(marks[code] & TERMINAL) != bool(terminal.match(char)):
            new_in_unicode_16 += 1
        if scripts[code] < len(SCRIPTS) and code > 0xFF:
            expected = [names[n] for n, pattern in by_script.items() if pattern.match(char)]
            common = unicodedata.category(char) in ("Lm", "Sk", "So") or code in (0x3006, 0x303C)
            assert common or [SCRIPTS[scripts[code]]] == (expected or ["other"]), hex(code)
    assert new_in_unicode_16 < 12


@given(st.lists(ANY, min_size=1, max_size=5), ANY)
@settings(max_examples=200, deadline=None)
def test_a_document_does_not_see_its_neighbours(texts, text):
    alone = TextBlock([text])
    block = TextBlock([*texts, text])
    first = int(block.starts[-1])
    bounds = block.token_bounds
    mine = slice(int(bounds[-2]), int(bounds[-1]))
    for one, many in zip(alone.tokens, block.tokens, strict=True):
        np.testing.assert_array_equal(one, many[mine] - first)
    for name in ("token_hashes", "token_flags", "is_word", "token_kinds"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(block, name)[mine])
    np.testing.assert_array_equal(
        alone.span_hashes(*alone.tokens, lower=True),
        block.span_hashes(*(x[mine] for x in block.tokens), lower=True),
    )
    for name in ("codes", "flags", "kinds", "lower"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(block, name)[first:])


@given(st.lists(ANY, min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_what_a_block_is_made_of(texts):
    block = TextBlock(texts)
    flags = code_flags()
    for text, a, b in zip(texts, block.starts.tolist(), block.ends.tolist(), strict=True):
        assert block.codes[a:b].tolist() == [ord(c) for c in text]
        assert block.flags[a:b].tolist() == [int(flags[ord(c)]) for c in text]
        lower = [ord(c.lower()) if len(c.lower()) == 1 else ord(c) for c in text]
        assert block.lower[a:b].tolist() == lower
        assert block.codes[b] == 0
        assert block.flags[b] & SPACE
    assert (block.kinds == block.flags.astype(np.uint8)).all()
    assert (block.units == block.codes).all()
    starts, ends = block.tokens
    assert (starts < ends).all()
    assert (starts[1:] >= ends[:-1]).all()
    for k, (a, b) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        expected = int(np.bitwise_or.reduce(block.flags[a:b]))
        assert int(block.token_flags[k]) == expected & ~SPACE
    visible = int(((block.flags & SPACE) == 0).sum())
    assert int((ends - starts).sum()) == visible
    assert block.lengths.tolist() == [len(t) for t in texts]
    assert len(block) == len(texts)
    assert block.count(np.arange(len(block.codes))).tolist() == [len(t) + 1 for t in texts]
    owners = np.repeat(np.arange(len(texts)), block.lengths + 1)
    np.testing.assert_array_equal(block.document_of(np.arange(len(block.codes))), owners)


@given(st.lists(st.text(st.sampled_from("abAé\0Āж我"), max_size=40), min_size=2, max_size=20))
@settings(max_examples=300, deadline=None)
def test_equal_spans_and_only_those_have_equal_hashes(texts):
    block = TextBlock(texts)
    for lower in (False, True):
        hashes = block.span_hashes(block.starts, block.ends, lower=lower).tolist()
        keys = [t.lower() if lower else t for t in texts]
        assert len(set(hashes)) == len(set(keys))
        assert len(set(zip(hashes, keys, strict=True))) == len(set(keys))


def test_long_spans_are_hashed_whole():
    long = "".join(chr(97 + i * i % 26) for i in range(5000))
    texts = [long, long[:-1], long[:2500] + "!" + long[2501:], long + "我", long[:300], long]
    block = TextBlock(texts)
    hashes = block.span_hashes(block.starts, block.ends).tolist()
    assert len(set(hashes)) == 5
    assert hashes[0] == hashes[-1] == TextBlock([long]).span_hashes(*spans(long))[0]


def spans(text):
    return np.array([0]), np.array([len(text)])


def test_lower_case_hashes_of_letters_that_become_narrow():
    kelvin = TextBlock(["\u212a \u212a\u212a elvin\u212a"])
    plain = TextBlock(["k kk elvink"])
    np.testing.assert_array_equal(
        kelvin.span_hashes(*kelvin.tokens, lower=True),
        plain.span_hashes(*plain.tokens, lower=True),
    )


def test_hashes_do_not_change_between_versions():
    block = TextBlock(["the 我 Ж" + "x" * 20])
    assert [f"{h:016x}" for h in block.token_hashes.tolist()] == EXPECTED_HASHES


EXPECTED_HASHES = ["51d4717e4866cb95", "83ad69864ad3c885", "c446b20af96a3997"]


def test_mix_is_a_permutation():
    values = np.arange(1 << 16, dtype=np.uint64)
    assert len(np.unique(mix(values))) == len(values)
    assert abs(float((mix(values) & np.uint64(1)).mean()) - 0.5) < 0.01


@given(st.lists(st.text(max_size=30), max_size=30), st.integers(1, 60))
def test_blocks_hold_every_document_once_in_order(texts, size):
    cut = list(blocks(texts, size))
    assert [t for _, block in cut for t in block.texts] == texts
    assert [begin for begin, _ in cut] == [
        sum(len(block) for _, block in cut[:i]) for i in range(len(cut))
    ]
    for _, block in cut:
        assert len(block) == 1 or sum(len(t) + 1 for t in block.texts[:-1]) <= size + 1


def test_everything_public_is_there():
    for name in text_block.__all__:
        assert getattr(text_block, name) is not None
