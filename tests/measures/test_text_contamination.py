import pickle
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.errors import InputError
from datakit.measures.text_block import TextBlock
from datakit.measures.text_contamination import COMMON_ITEMS, SHORT_ITEM, Against, contamination

WORDS = [f"word{i}" for i in range(3000)]
THRESHOLD = 0.3


def measured(texts, items):
    found = contamination(TextBlock(texts), Against(items))
    return found["contamination_rate"].tolist(), found["contaminated_by"].tolist()


def literal_shingles(text):
    found = re.findall(r"[一-鿿]|[^\W一-鿿]+", text.lower())
    return {tuple(found[i : i + 5]) for i in range(len(found) - 4)}


def literal(text, items):
    best, by = 0.0, -1
    mine = literal_shingles(text)
    for i, item in enumerate(items):
        theirs = literal_shingles(item)
        if not theirs:
            continue
        share = len(theirs & mine) / len(theirs)
        if len(theirs) < SHORT_ITEM:
            share = float(share == 1)
        if share > best:
            best, by = share, i
    return best, by


prose = st.lists(
    st.sampled_from(["a", "B", "c", "the", "end", "酒", "店", ",", "."]), max_size=30
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(prose, min_size=1, max_size=5), st.lists(prose, min_size=1, max_size=6))
def test_rate_is_the_literal_share_of_the_best_item(texts, items):
    rates, by = measured(texts, items)
    assert list(zip(rates, by, strict=True)) == [literal(text, items) for text in texts]


@settings(max_examples=80, deadline=None)
@given(st.lists(prose | st.text(max_size=40), min_size=1, max_size=6))
def test_a_document_is_measured_alike_in_every_block(texts):
    items = ["a b c the end a b c the end", "酒店酒店酒店酒店", "the end the end the"]
    rates, by = measured(texts, items)
    for i, text in enumerate(texts):
        assert measured([text], items) == ([rates[i]], [by[i]])


def test_items_are_found_rewrapped_embedded_and_edited():
    rng = random.Random(0)
    items = [" ".join(rng.sample(WORDS, 30)) for _ in range(20)]
    around = [" ".join(rng.sample(WORDS, 200)) for _ in range(20)]
    wrapped = [re.sub(r"((?:\S+ ){8})", r"\1\n* ", item).upper() for item in items]
    changed = []
    for item in items:
        words = item.split()
        for i in range(4, 30, 10):
            words[i] = "changed"
        changed.append(" ".join(words))
    for copies in (items, wrapped, changed):
        texts = [f"{text}\n{copy}, {text}" for text, copy in zip(around, copies, strict=True)]
        rates, by = measured(texts, items)
        assert min(rates) >= THRESHOLD
        assert by == list(range(20))
    assert max(measured(around, items)[0]) == 0


def test_short_items_must_be_there_as_a_whole():
    item = "what was at the end of the day"
    rates, by = measured(["So at the end of the day.", f"He asked: {item.title()}?"], [item])
    assert (rates, by) == ([0.0, 1.0], [-1, 0])
    rates, _ = measured(["我们问中国首都在哪里呢", "中国首都在哪儿"], ["中国首都在哪里？"])
    assert rates == [1.0, 0.0]


def test_items_of_fewer_than_five_words_are_ignored_and_counted():
    against = Against(["Yes.", "", "酒店很好", "These are exactly five words"])
    assert (len(against), against.n_ignored) == (4, 3)
    assert against.n_shingles.tolist() == [0, 0, 0, 1]


def test_words_that_many_items_have_do_not_make_a_document_contaminated():
    rng = random.Random(2)
    prompt = "which of the following statements is true about"
    items = [f"{prompt} {' '.join(rng.sample(WORDS, 12))}" for _ in range(COMMON_ITEMS + 1)]
    rates, by = measured([f"Tell me, {prompt} the sea?", f"x {items[7]} y"], items)
    assert (rates, by) == ([0.0, 1.0], [-1, 7])
    # Items that are all alike keep their words.
    same = ["the same question is asked again and again by all of them"] * (COMMON_ITEMS + 1)
    rates, by = measured([f"well {same[0]} today"], same)
    assert (rates, by) == ([1.0], [0])


def test_many_items_and_documents_at_once_give_what_few_give(monkeypatch):
    rng = random.Random(3)
    items = [" ".join(rng.choices(WORDS[:40], k=20)) for _ in range(50)]
    texts = [" ".join([*rng.choices(WORDS[:40], k=50), items[k]]) for k in range(30)]
    expected = measured(texts, items)
    assert expected[1] == list(range(30))
    monkeypatch.setattr("datakit.measures.text_contamination._MAX_PAIRS", 3)
    assert measured(texts, items) == expected


def test_against_travels_to_workers_and_is_named_by_its_items():
    items = ["one two three four five six", "seven eight nine ten eleven"]
    against = Against(items)
    copy = pickle.loads(pickle.dumps(against))
    text = TextBlock(["well one two three four five six"])
    for name, values in contamination(text, copy).items():
        np.testing.assert_array_equal(values, contamination(text, against)[name])
    assert copy.digest == against.digest == Against(tuple(items)).digest
    others = [items[:1], items[::-1], ["one two three four five si", "x" + items[1]]]
    assert len({against.digest, *(Against(other).digest for other in others)}) == 4
    assert Against(["a\n1\nb"]).digest != Against(["a", "b"]).digest


@pytest.mark.parametrize("items", [[], ["a text", None], [3]])
def test_items_that_are_no_texts_are_refused(items):
    with pytest.raises(InputError, match="evaluation items"):
        Against(items)


def test_extreme_documents_are_measured():
    item = "\ud800 this item has a lone surrogate in it"
    texts = ["", "\0", "a" * 1_000_000, "a b c d e " * 100_000, "\ud800" * 1000, f"x{item}"]
    rates, _ = measured(texts, [item, "a b c d e a b c d e"])
    assert rates[:3] == [0, 0, 0]
    assert rates[3] == rates[5] == 1
