"""What holds for every augmenter of texts."""

import pickle
import re
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.errors import InputError
from datakit.transforms import AUGMENTERS, Augmenter, Content, generator, transform_class

ENGLISH = (
    "Mr. Smith went to Washington on Jan. 5. He said it cost $3.14. Was it worth it? No.\n"
    "\r\n\tThe quick brown fox (quick, and modern) jumps over a well-known lazy dog.  Twice!\n"
    "- An item with 10 emojis 😀👍🏽 and 👨‍👩‍👧 too\n"
)
CHINESE = (
    "今天天气很好，我们在公园里散步。孩子们非常高兴！你想去哪里？\n"
    "　　第二段：用Python写程序，很有意思。未来还有很多机会。\n"
)
LEXICON = {"quick": ["fast", "rapid"], "cost": "price", "高兴": ["开心"], "天气": ["气候"]}


def reverse(sentence):
    """A stand-in for a translation that changes nearly every sentence."""
    return " ".join(reversed(sentence.split(" ")))[::-1]


def made(name, rate=None):
    given_ = {"synonyms": {"lexicon": LEXICON}, "back_translation": {"translate": reverse}}
    parameters = given_.get(name, {})
    if rate is not None:
        parameters = parameters | {"rate": rate}
    return transform_class(AUGMENTERS["text"][name])(**parameters)


def content(text):
    return Content(text, text.encode("utf-8", "surrogatepass"), ".txt")


NAMES = list(AUGMENTERS["text"])
every = pytest.mark.parametrize("name", NAMES)
texts = st.text(st.characters(exclude_categories=()), max_size=200) | st.text(
    'ab .?!\n\r\t“”"()我们在高兴。！…́​😀0lrn', max_size=60
)


@every
def test_is_an_augmenter_that_recipes_can_name(name):
    augmenter = made(name)
    assert isinstance(augmenter, Augmenter)
    assert (augmenter.name, augmenter.modality) == (name, "text")
    assert augmenter == made(name)


@every
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, ENGLISH + CHINESE])
def test_note_is_empty_exactly_when_nothing_changed(name, text):
    for copy in range(5):
        given_ = content(text)
        out, note = made(name).augment(given_, generator(0, "a", copy))
        if note:
            assert out.value != text
            assert out.data is None
            assert re.match(r"[1-9][\d,]* \w+ \w+", note)
        else:
            assert out is given_
        assert given_ == content(text)


@every
@pytest.mark.parametrize("text", ["", " ", "\n", "word", "我", "😀", "...", "\ud800", "a" * 10_000])
@pytest.mark.parametrize("rate", [0, 0.5, 1])
def test_short_and_odd_texts(name, text, rate):
    out, note = made(name, rate).augment(content(text), generator(1, "a"))
    assert isinstance(out.value, str)
    assert bool(note) == (out.value != text)


@every
def test_never_at_rate_0(name):
    given_ = content(ENGLISH + CHINESE)
    assert made(name, 0).augment(given_, generator(0, "a")) == (given_, "")


@every
def test_every_augmenter_changes_something_at_rate_1(name):
    text = CHINESE if name in ("homophones", "similar_characters") else ENGLISH
    assert made(name, 1).augment(content(text), generator(0, "a"))[1]


@every
def test_same_numbers_same_text_also_after_pickling(name):
    augmenter = made(name, 0.5)
    again = pickle.loads(pickle.dumps(augmenter))
    one, two, other = (
        a.augment(content(ENGLISH * 5), generator(0, "a", copy))[0].value
        for a, copy in ((augmenter, 1), (again, 1), (augmenter, 2))
    )
    assert one == two
    # 25 sentences, 350 words: two draws are never alike, but for the few words of the lexicon.
    assert one != other or name in ("synonyms", "homophones", "similar_characters")


@every
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_lines_are_kept(name, text):
    """The number of lines, how each begins, and which are empty."""
    for copy in range(5):
        out = made(name, 0.4).augment(content(text), generator(2, "a", copy))[0].value
        assert re.findall(r"[\r\n]+", out) == re.findall(r"[\r\n]+", text)
        assert [re.match(r"\s*", line)[0] for line in out.split("\n")] == [
            re.match(r"\s*", line)[0] for line in text.split("\n")
        ]


@every
def test_white_space_is_kept_but_with_what_is_deleted_or_inserted(name):
    out = made(name, 0.4).augment(content(ENGLISH), generator(3, "a"))[0].value
    spaces, before = re.findall(r"\s+", out), re.findall(r"\s+", ENGLISH)
    if name in ("random_delete", "random_insert", "back_translation", "synonyms"):
        assert set(spaces) <= set(before)
    elif name == "sentence_shuffle":
        assert sorted(spaces) == sorted(before)
    else:
        assert spaces == before


@every
@settings(max_examples=40, deadline=None)
@given(text=texts, rate=st.sampled_from([0.0, 0.2, 0.7, 1.0]), copy=st.integers(0, 9))
def test_never_fails(name, text, rate, copy):
    given_ = content(text)
    out, note = made(name, rate).augment(given_, generator(0, "x", copy))
    assert (out is given_) == (note == "") == (out.value == text)
    assert len(re.findall(r"[\r\n]", out.value)) == len(re.findall(r"[\r\n]", text))


@every
@pytest.mark.parametrize("rate", [-0.1, 1.1, "0.5", True, None, float("nan")])
def test_refuses_a_rate_that_is_no_share(name, rate):
    parameters = {field.name for field in fields(made(name))}
    assert "rate" in parameters
    cls = transform_class(AUGMENTERS["text"][name])
    with pytest.raises(InputError, match=f"{name} rate is .*: give a number from 0 to 1"):
        cls(rate=rate)


@every
def test_long_texts(name):
    text = (ENGLISH + CHINESE) * 500
    out, note = made(name).augment(content(text), np.random.default_rng(0))
    assert note
    assert 0.7 < len(out.value) / len(text) < 1.3
