"""Noise in characters: what is put in place of what, and how often."""

import re
from collections import Counter

import pytest
from scipy.stats import binomtest

from datakit.transforms import Content, generator
from datakit.transforms.text_augment_chinese import Homophones, SimilarCharacters
from datakit.transforms.text_augment_noise import KeyboardNoise, OcrNoise


def augmented(augmenter, text, copy=0):
    out, note = augmenter.augment(Content(text, None, ".txt"), generator(0, "x", copy))
    return out.value, note


def outcomes(augmenter, text, n=80):
    return {augmented(augmenter, text, copy)[0] for copy in range(n)}


def number(note):
    return int(re.match(r"[\d,]+", note)[0].replace(",", ""))


@pytest.mark.parametrize(
    ("augmenter", "text"),
    [
        (KeyboardNoise(0.05), "kp" * 10_000),
        (OcrNoise(0.05), "8xk" * 20_000),
        (Homophones(0.05), "们在" * 10_000),
        (SimilarCharacters(0.05), "未人" * 10_000),
    ],
)
def test_rates(augmenter, text):
    out, note = augmented(augmenter, text)
    assert number(note) == sum(a != b for a, b in zip(text, out, strict=True))
    n = 20_000 if augmenter.name != "homophones" else text.count("在")
    assert n == 20_000 or "们" in out
    assert binomtest(number(note), n, 0.05).pvalue > 1e-6


@pytest.mark.parametrize(
    ("key", "near"),  # read off a keyboard
    [
        ("g", "rtyfhvbn"),
        ("q", "wa"),
        ("P", "OL"),
        ("a", "qwsz"),
        ("m", "njk"),
        ("5", "46"),
        ("0", "9"),
        ("L", "IOPKM"),
    ],
)
def test_neighbouring_keys(key, near):
    found = outcomes(KeyboardNoise(1), key)
    assert found
    assert found <= set(near)
    assert len(found) >= len(near) / 2


def test_only_latin_letters_and_digits_are_mistyped():
    text = "é ñ ß 我 и 😀 _ - . ٣"
    assert augmented(KeyboardNoise(1), text) == (text, "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rn", {"m"}),
        ("m", {"rn", "in"}),
        ("cl", {"d", "e1", "eI"}),
        ("d", {"cl"}),
        ("0", {"o", "O"}),
        ("I", {"1", "l"}),
        ("1", {"l", "I"}),
        ("S", {"5"}),
        ("r", {"r"}),
        ("zß我", {"zß我"}),
    ],
)
def test_letters_that_look_alike(text, found):
    assert outcomes(OcrNoise(1), text) == found


def test_ocr_noise_never_reads_what_it_wrote():
    """Two places that overlap are misread once."""
    assert outcomes(OcrNoise(1), "rnn", 200) == {"mri"}


@pytest.mark.parametrize(("a", "b"), ["在再", "他她", "做作", "已以", "像象", "记计", "园圆"])
def test_well_known_homophones(a, b):
    assert b in outcomes(Homophones(1), a, 300)
    assert a in outcomes(Homophones(1), b, 300)


@pytest.mark.parametrize("character", "行长得乐重㐀龘爨")
def test_characters_of_several_readings_and_rare_ones_stay(character):
    assert augmented(Homophones(1), character) == (character, "")


def common(character):
    """Whether it is of GB 2312 level 1: rows 16 to 55."""
    return 0xB0 <= character.encode("gb2312")[0] <= 0xD7


EVERY = "".join(chr(code) for code in range(0x4E00, 0xA000))


@pytest.mark.parametrize(("augmenter", "n"), [(Homophones(1), 3200), (SimilarCharacters(1), 1750)])
def test_common_characters_only_for_common_ones(augmenter, n):
    for copy in range(5):
        out, note = augmented(augmenter, EVERY, copy)
        changed = [(a, b) for a, b in zip(EVERY, out, strict=True) if a != b]
        assert len(changed) == number(note) >= n
        assert all(common(a) and common(b) for a, b in changed)


def test_homophones_against_pypinyin():
    pypinyin = pytest.importorskip("pypinyin", reason="the independent source of readings")

    def readings(character):
        style = pypinyin.Style.TONE3
        return set(pypinyin.pinyin(character, style=style, heteronym=True)[0])

    for copy in range(3):
        out, _ = augmented(Homophones(1), EVERY, copy)
        for a, b in zip(EVERY, out, strict=True):
            assert readings(a) & readings(b), (a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        "未末",
        "己已",
        "人入",
        "土士",
        "日曰",
        "大太",
        "干千",
        "午牛",
        "鸟乌",
        "请清",
        "拨拔",
        "戊戌",
    ],
)
def test_well_known_look_alikes(a, b):
    either = outcomes(SimilarCharacters(1), a, 120) | outcomes(SimilarCharacters(1), b, 120)
    assert {a, b} & either
    assert a not in outcomes(SimilarCharacters(1), a)


def test_every_substitute_is_drawn_equally_often():
    counts = Counter(augmented(Homophones(1), "在" * 10_000)[0])
    for found in counts.values():
        assert binomtest(found, 10_000, 1 / len(counts)).pvalue > 1e-6
