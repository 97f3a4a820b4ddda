"""Words swapped, deleted, inserted, replaced by synonyms: how many, and where."""

import json
import re
from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest

from datakit.errors import InputError
from datakit.transforms import Content, generator
from datakit.transforms.text_augment_synonyms import Synonyms
from datakit.transforms.text_augment_words import RandomDelete, RandomInsert, RandomSwap


def augmented(augmenter, text, copy=0):
    out, note = augmenter.augment(Content(text, None, ".txt"), generator(0, "x", copy))
    return out.value, note


def number(note):
    return int(re.match(r"[\d,]+", note)[0].replace(",", ""))


def likely(n_found, n, rate):
    return binomtest(n_found, n, rate).pvalue > 1e-6


DISTINCT = " ".join(f"word{i}" for i in range(20_000))
HAN = "".join(chr(0x4E00 + i) for i in range(20_000))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize(("text", "noun"), [(DISTINCT, "words"), (HAN, "characters")])
def test_rate_of_deletion(text, noun, rate):
    out, note = augmented(RandomDelete(rate), text)
    units = out.split() if noun == "words" else list(out)
    assert f" {noun} deleted" in note
    assert number(note) == 20_000 - len(units)
    assert likely(number(note), 20_000, rate)
    kept = iter(text.split() if noun == "words" else text)
    assert all(unit in kept for unit in units)  # a subsequence


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize(("text", "noun"), [(DISTINCT, "words"), (HAN, "characters")])
def test_rate_of_insertion(text, noun, rate):
    out, note = augmented(RandomInsert(rate), text)
    before, after = (x.split() if noun == "words" else list(x) for x in (text, out))
    assert f" {noun} inserted" in note
    assert number(note) == len(after) - len(before)
    assert likely(number(note), 20_000, rate)
    rest = iter(after)
    assert all(unit in rest for unit in before)  # everything is still there, in order
    assert set(after) == set(before)  # and nothing but words of the text


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize(("text", "noun"), [(DISTINCT, "words"), (HAN, "characters")])
def test_rate_of_swaps(text, noun, rate):
    out, note = augmented(RandomSwap(rate), text)
    before, after = (x.split() if noun == "words" else list(x) for x in (text, out))
    n_moved = sum(a != b for a, b in zip(before, after, strict=True))
    assert f"{n_moved:,} {noun} swapped" == note
    assert Counter(before) == Counter(after)
    # A word stays if it is not drawn, and is the partner of none of the others that are.
    assert abs(n_moved / 20_000 - (1 - (1 - rate) * np.exp(-rate))) < 0.02


def test_a_word_is_never_swapped_with_itself():
    """Of two words, exactly one is drawn half of the time, and then they change places."""
    out, _ = augmented(RandomSwap(0.5), "one two\n" * 4000)
    assert likely(out.count("two one"), 4000, 0.5)


def test_swaps_stay_in_their_sentence():
    sentences = [[f"s{i}w{j}" for j in range(8)] for i in range(400)]
    marks = [". ", "! ", '." ', "?\n", ".\n\n", "\n", ".\t"]
    text = "".join(" ".join(s) + marks[i % len(marks)] for i, s in enumerate(sentences))
    out, note = augmented(RandomSwap(0.5), text)
    assert number(note) > 1000
    found = re.findall(r"s\d+w\d+", out)
    for i, sentence in enumerate(sentences):
        assert Counter(found[8 * i : 8 * i + 8]) == Counter(sentence)
    # All but the words is as it was.
    assert re.sub(r"s\d+w\d+", "x", out) == re.sub(r"s\d+w\d+", "x", text)


def test_swaps_never_make_words_grow_together():
    text = "我们用Python写很多有意思的big data程序" * 50
    for copy in range(10):
        out, _ = augmented(RandomSwap(0.5), text, copy)
        assert Counter(re.findall("[A-Za-z]+", out)) == Counter(re.findall("[A-Za-z]+", text))


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("one two", {"one", "two"}),
        ("one, two", {"one,", ", two"}),
        ("  one two\n", {"  one\n", "  two\n"}),
        ("one\ntwo", {"one\n", "\ntwo"}),
        ("(one two)", {"(one)", "(two)"}),
        ('"one two"', {'"one"', '"two"'}),
        ("one\t two", {"one\t", "\t two", "one\t "}),
        ("我们", {"我", "们"}),
        ("我 one", {"我", "one"}),
    ],
)
def test_deletion_takes_one_space_along_and_leaves_one_word(text, outcomes):
    found = {augmented(RandomDelete(1), text, copy)[0] for copy in range(20)}
    assert len(found) == 2
    assert found <= outcomes


def test_deletion_never_doubles_or_leads_with_spaces():
    line = 'one two (three four) "five six" seven, eight - nine'
    for copy in range(200):
        out, _ = augmented(RandomDelete(0.5), f"{line}\n{line}\n", copy)
        assert out.count("\n") == 2
        assert not re.search(r"  |^ |[(] ", out, re.MULTILINE)


def test_words_are_those_of_the_profile():
    text = "don't stop 3.14 e-mail नमस्ते दुनिया école"
    kept = {augmented(RandomDelete(1), text, copy)[0].strip(" -") for copy in range(60)}
    assert kept == {"don't", "stop", "3.14", "e", "mail", "नमस्ते", "दुनिया", "école"}


def test_insertion_is_spaced_as_its_surroundings_are():
    text = "alpha beta。中文字符"
    for copy in range(50):
        out, _ = augmented(RandomInsert(0.5), text, copy)
        assert re.fullmatch(r"(alpha|beta)( (alpha|beta))*。[中文字符]+", out)


SYNONYMS = {"quick": ["fast"], "NASA": "agency", "dog": ["hound"], "高兴": ["开心"], "提高": []}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quick, quickly QUICK Quick dog's dog.", "The fast, quickly FAST Fast dog's hound."),
        ("nasa Nasa NASA", "agency Agency AGENCY"),
        ("hotdog dogs dog_x dog-ear", "hotdog dogs dog_x hound-ear"),
        ("我很高兴，他高兴。", "我很开心，他开心。"),
        ("提高兴趣，高兴", "提高兴趣，开心"),
        ("高 兴", "高 兴"),
        ("高\n兴高", "高\n兴高"),
    ],
)
def test_synonyms_of_whole_words_in_their_case(text, expected):
    assert augmented(Synonyms(SYNONYMS, rate=1), text)[0] == expected


def test_rate_of_synonyms():
    out, note = augmented(Synonyms({"a": ["b", "c"]}, rate=0.3), "a x " * 20_000)
    counts = Counter(out.split())
    assert number(note) == counts["b"] + counts["c"]
    assert likely(number(note), 20_000, 0.3)
    assert likely(counts["b"], number(note), 0.5)
    assert counts["x"] == 20_000


def test_the_longest_chinese_word_counts():
    lexicon = {"中国": ["华夏"], "中国人": ["华人"], "国人": ["国民"]}
    assert augmented(Synonyms(lexicon, rate=1), "中国人在中国")[0] == "华人在华夏"


@pytest.mark.parametrize("as_path", [False, True])
def test_lexicon_files(tmp_path, as_path):
    tsv, js = tmp_path / "words.tsv", tmp_path / "words.json"
    tsv.write_text("\ufeffbig\tlarge\thuge\n\nbig\tgreat\n高兴\t开心\n", "utf-8")
    js.write_text(json.dumps({"big": ["large", "huge", "great"], "高兴": "开心"}), "utf-8")
    found = [
        [augmented(Synonyms(p if as_path else str(p), rate=1), "Big 高兴", i) for i in range(30)]
        for p in (tsv, js)
    ]
    assert found[0] == found[1]
    assert {text for text, _ in found[0]} == {f"{x} 开心" for x in ("Large", "Huge", "Great")}


@pytest.mark.parametrize(
    ("lexicon", "message"),
    [
        ("", "synonyms needs a lexicon"),
        ({}, "synonyms needs a lexicon"),
        ("nowhere.tsv", "nowhere.tsv cannot be read"),
        ({"a": 1}, "'a': 1"),
        ({"a": [1]}, "give a word and a synonym"),
        ({"a": []}, "no synonyms"),
        ({"a": "A"}, "no synonyms"),
        ([("a", "b")], "is a list"),
    ],
)
def test_lexicons_that_cannot_be_used(lexicon, message):
    with pytest.raises(InputError, match=message):
        Synonyms(lexicon)


@pytest.mark.parametrize(
    ("data", "suffix", "message"),
    [(b"{", ".json", "not JSON"), (b"\xff\xfe", ".tsv", "not UTF-8"), (b"[1]", ".json", "a list")],
)
def test_lexicon_files_that_cannot_be_used(tmp_path, data, suffix, message):
    path = tmp_path / f"words{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        Synonyms(str(path))
