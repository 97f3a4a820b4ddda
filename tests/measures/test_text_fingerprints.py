import random
import re
import unicodedata

import numpy as np
import pytest
import xxhash
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_fingerprints import (
    FINGERPRINT_COLUMNS,
    N_BANDS,
    SKETCH_SIZE,
    fingerprints,
)
from datakit.measures.text_folding import text_hashes
from datakit.measures.text_shingles import shingles, words

WORDS = [f"w{i}" for i in range(5000)]


def of(text):
    return {name: values[0] for name, values in fingerprints(TextBlock([text])).items()}


def sketch(text):
    return np.frombuffer(of(text)["shingles"] or b"", "<u4")


def literal_fold(text):
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())

    def kept(char):
        if char < "\x80":
            return char.isalnum()
        category = unicodedata.category(char)
        selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
        return not (category in ("Cc", "Cf") or category[0] in "PZ" or selector)

    return "".join(filter(kept, text))


def literal_hash(text):
    left = literal_fold(text).encode("utf-32-le", "surrogatepass")
    return xxhash.xxh3_128_hexdigest(left) if left else None


anything = st.text(st.characters(exclude_categories=()), max_size=60)
joining = st.text(
    st.sampled_from("eE\u0301\u0308\u0323ßıİςΣﬁ½㎡ｶﾞ가각\u1100\u1161\u11a8क़\u093cあ゙Ａ１ … ’-_𝐀🏽️"),
    max_size=30,
)
prose = st.lists(
    st.sampled_from(["one", "Two", "three-four", "don't", "3.14", "酒店", "，", "ไทย", "\n", "!"]),
    max_size=40,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(anything | joining | prose, min_size=1, max_size=6))
def test_text_hash_is_that_of_the_literally_folded_text(texts):
    assert text_hashes(TextBlock(texts)) == [literal_hash(text) for text in texts]


def test_every_character_is_folded_as_the_whole_text_would_be():
    chars = [chr(code) for code in range(0x33480) if unicodedata.category(chr(code)) != "Cn"]
    runs = ["a".join(chars[i : i + 50]) for i in range(0, len(chars), 50)]
    assert text_hashes(TextBlock(chars)) == [literal_hash(char) for char in chars]
    assert text_hashes(TextBlock(runs)) == [literal_hash(run) for run in runs]


@pytest.mark.parametrize(
    "other",
    [
        "the café is open , said anna\r\nit costs 3 €  \n",
        "THE CAFE\u0301 IS OPEN SAID ANNA IT COSTS 3 €",
        "Ｔｈｅ\u3000café is open; said Anna. It costs 3 €!",
        "The\u00ad café\u200b is “open”, said Anna… It costs: 3 €",
    ],
)
def test_equal_texts_after_folding_have_one_hash(other):
    text = "The café is open, said Anna. It costs 3 €."
    assert of(text)["text_hash"] == of(other)["text_hash"]


def test_other_letters_digits_accents_and_emoji_are_another_text():
    texts = ["résumé 1", "resume 1", "resumé 1", "résumé 2", "résumé 1 🙂", "résumé 1 🙁"]
    assert len({of(text)["text_hash"] for text in texts}) == len(texts)
    assert of(" .,;\n\t“”")["text_hash"] is None


@settings(max_examples=150, deadline=None)
@given(st.lists(anything | prose, min_size=1, max_size=8), st.data())
@example(["\ud800", "", "\0", "酒店" * 9], None)
def test_a_document_has_the_same_fingerprints_in_every_block(texts, data):
    together = fingerprints(TextBlock(texts))
    for i, text in enumerate(texts):
        alone = fingerprints(TextBlock([text]))
        for column in FINGERPRINT_COLUMNS:
            assert together[column.name][i] == alone[column.name][0], column.name
    if data is not None:
        order = data.draw(st.permutations(range(len(texts))))
        mixed = fingerprints(TextBlock([texts[k] for k in order]))
        for name, values in together.items():
            assert mixed[name] == [values[k] for k in order]


def literal_shingles(text):
    """Distinct shingles of a text of plain words and Han characters."""
    found = re.findall(r"[一-鿿]|[ก-ฮ]|[^\W一-鿿ก-ฮ]+", text.lower())
    out = set()
    for i, word in enumerate(found):
        size = 3 if "一" <= word <= "鿿" else 9 if "ก" <= word <= "ฮ" else 5
        if len(found) >= 5 and i + size <= len(found):
            out.add(tuple(found[i : i + size]))
    return out


plain = st.lists(
    st.sampled_from(["one", "TWO", "Three", "4", "酒", "店", "很", "好", "ก", "ข", "!"]),
    max_size=60,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(plain, plain)
def test_shingles_are_the_distinct_runs_of_words(first, second):
    a, b = literal_shingles(first), literal_shingles(second)
    x, y = set(sketch(first).tolist()), set(sketch(second).tolist())
    assert (len(x), len(y), len(x & y)) == (len(a), len(b), len(a & b))
    assert (of(first)["shingles"] is None) == (of(first)["minhash"] is None) == (not a)


def test_case_punctuation_and_white_space_do_not_change_shingles():
    text = "It was the best of times, it was the worst of times."
    other = "it WAS the\r\nbest of times it was — the worst of “times”"
    assert of(text)["shingles"] == of(other)["shingles"]
    assert of(text)["minhash"] == of(other)["minhash"]
    assert len(sketch(text)) == 8
    assert of("only four words here")["shingles"] is None
    assert of("酒店很好")["minhash"] is None
    assert len(sketch("酒店很好呀")) == 3


def test_a_sketch_holds_all_shingles_or_the_smallest():
    rng = random.Random(1)
    for n in (900, SKETCH_SIZE + 4, SKETCH_SIZE + 5, 4000):
        text = " ".join(rng.sample(WORDS, n))
        hashes, _ = shingles(words(TextBlock([text])))
        expected = np.unique(hashes >> np.uint64(32))[:SKETCH_SIZE]
        assert sketch(text).tolist() == expected.tolist()
        assert len(expected) == min(n - 4, SKETCH_SIZE)


def pair_with(jaccard, n, rng):
    """Two documents whose sets of shingles have nearly the given similarity."""
    size = round(n * 2 * jaccard / (1 + jaccard))
    picked = rng.sample(WORDS, 2 * n - size)
    return " ".join(picked[:n]), " ".join(picked[n - size :])


@pytest.mark.parametrize("n", [80, 400])
@pytest.mark.parametrize("jaccard", [0.3, 0.5, 0.7, 0.8, 0.9])
def test_documents_share_a_band_key_as_the_s_curve_says(n, jaccard):
    rng = random.Random(f"{n} {jaccard}")
    texts = [text for _ in range(600) for text in pair_with(jaccard, n, rng)]
    found = fingerprints(TextBlock(texts))
    keys = np.array([np.frombuffer(value, "<u8") for value in found["minhash"]])
    sets = [set(np.frombuffer(value, "<u4").tolist()) for value in found["shingles"]]
    shared = (keys[0::2] == keys[1::2]).any(axis=1)
    pairs = zip(sets[0::2], sets[1::2], strict=True)
    shares = np.array([len(a & b) / len(a | b) for a, b in pairs])
    expected = (1 - (1 - shares**8) ** N_BANDS).mean()
    # Three standard errors, and what looking at halves of the shingles makes better.
    tolerance = 3 * np.sqrt(expected * (1 - expected) / 600) + 0.003
    assert expected - tolerance <= shared.mean() <= expected + tolerance + 0.06


def test_rows_of_the_signature_agree_with_a_literal_minhash():
    from datakit.measures.text_fingerprints import _factors, _minima

    values = np.unique(np.random.default_rng(0).integers(0, 2**32, 500, dtype=np.uint32))
    starts = np.array([0, 200, 201])
    got = _minima(values, starts)
    runs = [values[:200], values[200:201], values[201:]]
    for k, factor in enumerate(_factors().tolist()):
        assert factor % 2 == 1
        for i, run in enumerate(runs):
            assert got[k, i] == min(value * factor % 2**32 for value in run.tolist())
    assert len(set(_factors().tolist())) == N_BANDS * 8 // 2


@pytest.mark.parametrize(
    "text",
    ["a" * 3_000_000, "a b" * 1_000_000, "酒" * 1_000_000, "\0" * 1_000_000, "e\u0301" * 500_000,
     "\n" * 1_000_000, ". " * 1_000_000, "\ud800\u202e" * 300_000],
    ids=["word", "words", "han", "nul", "marks", "lines", "marks and spaces", "surrogates"],
)  # fmt: skip
def test_extreme_documents_are_measured(text):
    row = of(text)
    assert set(row) == {column.name for column in FINGERPRINT_COLUMNS}
    assert all(len(row[name] or b"") <= 4096 for name in ("minhash", "shingles", "lines"))


def test_every_value_has_its_declared_type():
    types = {"string": str, "binary": bytes}
    for text in ("", "Some words of a line that is wide enough to count.", "酒店很好,酒店很好!"):
        row = of(text)
        for column in FINGERPRINT_COLUMNS:
            assert row[column.name] is None or type(row[column.name]) is types[column.type]
