import base64
import math
import random
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_gibberish import (
    ASSET,
    GIBBERISH_COLUMNS,
    STEPS_PER_BIT,
    gibberish,
    locate_gibberish,
)

EN = (
    "The house stood at the end of a narrow lane, and nobody had lived there for many years. When "
    "the wind blew from the sea, the shutters banged and the children ran past the gate as fast "
    "as they could. In spring the old apple trees still bloomed behind the wall, and someone must "
    "have cut the grass, though no one ever saw who it was."
)
DE = (
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und "
    "Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen."
)
PL = (
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni "
    "obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa."
)
SW = (
    "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, "
    "hivyo yapasa watendeane kindugu."
)
ZH = (
    "今天早上天气很好，我们一起去公园散步。公园里有很多人，有的在跑步，有的在打太极拳，还有一些孩子在草地上"
    "放风筝。中午我们在附近的饭店吃了午饭，味道不错，价格也比较便宜。"
)
ZH_HANT = (
    "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。人人有資格享有本宣言"
    "所載的一切權利和自由，不分種族、膚色、性別、語言。"
)
JA = "すべての人間は、生まれながらにして自由であり、尊厳と権利とについて平等である。" * 3
RU = "Все люди рождаются свободными и равными в своем достоинстве и правах."


def value(text, name):
    return gibberish(TextBlock([text]))[name][0]


def bits(text):
    """Literal: trigrams of each word by the asset, the best model."""
    import unicodedata

    costs = np.load(ASSET)["letters"].astype(int).reshape(-1, 27, 27, 27)
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    best = []
    for table in costs:
        total = n = 0
        for word in re.findall("[a-z]+", plain.lower().replace("ß", "s").replace("ł", "l")):
            a = b = 0
            for c in [ord(letter) - 96 for letter in word] + [0]:
                total, n = total + table[a, b, c], n + 1
                a, b = b, c
        best.append(total / n / STEPS_PER_BIT)
    return min(best)


@pytest.mark.parametrize("text", [EN, DE, PL, SW, EN.upper(), EN.replace(" ", "\n"), "x" * 30])
def test_letter_bits_by_hand(text):
    assert value(text, "letter_bits") == pytest.approx(bits(text))


def test_every_model_is_a_distribution():
    costs = np.load(ASSET)["letters"].reshape(-1, 27, 27, 27) / STEPS_PER_BIT
    # Costs are rounded and end at 16 bits.
    assert np.allclose((2.0**-costs).sum(axis=-1), 1, atol=0.05)


@pytest.mark.parametrize("text", [EN, DE, PL, SW])
def test_languages_are_no_gibberish(text):
    assert value(text, "letter_bits") < 3.9
    assert value(text, "broken_word_rate") < 0.005


def scrambled(text, rng):
    return re.sub(r"[A-Za-z]{3,}", lambda m: "".join(rng.sample(m[0], len(m[0]))), text)


@pytest.mark.parametrize("seed", range(5))
def test_gibberish_in_letters(seed):
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    noise = re.sub("[A-Za-z]", lambda _: rng.choice(letters), EN)
    mash = " ".join(
        rng.choice(["asdf", "qwer", "jkl;", "zxcv"]) * rng.randint(1, 3) for _ in range(60)
    )
    digits = " ".join(f"{rng.randrange(16**8):08x} {rng.random():.6f}" for _ in range(60))
    for text in (noise, mash, digits, base64.b64encode(rng.randbytes(300)).decode()):
        assert value(text, "letter_bits") > 4.5
    assert value(scrambled(EN * 2, rng), "letter_bits") > 4.3
    assert value(digits, "non_letter_rate") > 0.7
    ocr = "".join(rng.choice("|!;:#*~^") if c.isalpha() and rng.random() < 0.15 else c for c in EN)
    assert value(ocr, "broken_word_rate") > 0.03


def test_chinese():
    for text in (ZH, ZH_HANT):
        assert value(text, "common_bigram_rate") > 0.3
        assert math.isnan(value(text, "letter_bits"))
        shuffled = "".join(random.Random(0).sample(text, len(text)))
        assert value(shuffled, "common_bigram_rate") < 0.2
    noise = "".join(chr(random.Random(i).randrange(0x4E00, 0x9FA5)) for i in range(100))
    assert value(noise, "common_bigram_rate") < 0.02


def test_common_pairs_by_hand():
    data = np.load(ASSET)
    characters = [chr(code) for code in data["characters"]]
    common = {characters[a] + characters[b] for a, b in data["pairs"]}
    assert {"我们", "中国", "可以"} <= common
    pairs = [a + b for a, b in pairwise(ZH) if max(a, b) <= "\u9fff" and min(a, b) >= "\u4e00"]
    assert value(ZH, "common_bigram_rate") == pytest.approx(np.mean([p in common for p in pairs]))


@pytest.mark.parametrize("text", [JA, RU, "", "  ", "abc", "12 34", "\ud800" * 50, "\0" * 50])
def test_what_has_no_model_has_no_value(text):
    found = gibberish(TextBlock([text]))
    assert math.isnan(found["letter_bits"][0])
    assert math.isnan(found["common_bigram_rate"][0])
    assert math.isnan(found["broken_word_rate"][0])


def test_broken_words_by_hand():
    text = "ab#cd efghij klm1nop, qrs-tuv o'neil and/or e.g. x:y (end) ¡bien! 3rd"
    letters = sum(c.isalpha() for c in text)
    assert value(text, "broken_word_rate") == pytest.approx(3 / letters)
    visible = sum(not c.isspace() for c in text)
    assert value(text, "non_letter_rate") == pytest.approx(1 - letters / visible)


TEXTS = st.sampled_from(
    [EN, DE, ZH, JA, EN * 5, ZH * 12, "", "\0", "e\u0301" * 700, "\u0301a" * 30, "a" * 601, RU * 20]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS | st.text(), min_size=1, max_size=7))
def test_a_document_does_not_depend_on_the_others(texts):
    together = gibberish(TextBlock(texts))
    assert set(together) == {column.name for column in GIBBERISH_COLUMNS}
    for i, text in enumerate(texts):
        alone = gibberish(TextBlock([text]))
        for column in GIBBERISH_COLUMNS:
            got = together[column.name][i]
            assert np.array_equal(got, alone[column.name][0], equal_nan=True)
            assert math.isnan(got) or column.low <= got <= column.high


def test_pieces_come_from_all_over_a_long_document():
    noise = "".join(random.Random(0).choice("bcdfghjklmnpqrstvwxz  ") for _ in range(4000))
    for text in (noise + EN * 20, EN * 20 + noise):
        assert value(EN * 20, "letter_bits") + 0.5 < value(text, "letter_bits")


def test_the_worst_pieces_are_located():
    noise = scrambled(EN[:200], random.Random(1))
    text = EN[:200] + noise + EN[:200]
    assert (200, 400) in locate_gibberish(text)
    assert (0, 200) not in locate_gibberish(text)
    assert locate_gibberish("") == []


def test_the_asset_is_small():
    assert ASSET.stat().st_size <= 300_000


def test_a_huge_line_takes_no_time():
    block = TextBlock(["ab中" * 3_000_000])
    begin = time.process_time()
    gibberish(block)
    assert time.process_time() - begin < 2
