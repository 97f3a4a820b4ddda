import random
from itertools import pairwise

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import datakit as dk
from datakit.measures.text_contamination import Against
from datakit.profiles.excerpt_spans import (
    Masked,
    locate_controls,
    locate_repetition,
    locators,
    merged,
)
from datakit.profiles.excerpts import cut, merge_excerpts
from datakit.profiles.line_examples import read_lines

PRIVATE = (
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "jane.roe@example-mail.org",
    "4111 1111 1111 1111",
    "13812345678",
)
WORDS = ("river", "stone", "window", "garden", "winter", "letter", "music", "table", "bread")


def story(seed, n_words=120):
    rng = random.Random(seed)
    words = [rng.choice(WORDS) + rng.choice("abcdefgh") for _ in range(n_words)]
    return "The " + " ".join(words) + "."


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """Private data in documents that are shown for many reasons, and in a shared line."""
    documents = []
    for i in range(12):
        secret = PRIVATE[i % len(PRIVATE)]
        documents.append((f"a{i}.txt", f"{story(i)} Write {secret} down.\n{story(i + 100)}"))
        documents.append((f"b{i}.txt", f"{story(i)} Write {secret} down.\n{story(i + 100)} Now."))
        documents.append((f"c{i}.txt", f"<p>{secret}</p><br/><b>{story(i + 200)}</b><i>x</i>"))
        line = f"For questions about this page write to {PRIVATE[1]} at any time"
        documents.append((f"d{i}.txt", f"{story(i + 300)}\n{line}\n{story(i + 400)}\x00\x01\x02"))
        documents.append((f"e{i}.txt", f"{secret} {story(i + 500)}"))
    folder = tmp_path_factory.mktemp("private")
    return dk.profile(documents, folder / "p.profile", workers=0)


def test_no_secret_reaches_the_profile_or_the_report(private):
    assert {"pii", "secret", "near_duplicate"} <= set(private.issues["issue"])
    excerpts = private.excerpts
    assert {"", "pii", "secret", "near_duplicate", "markup_residue"} <= set(excerpts["issue"])
    shown = "\n".join([*excerpts["text"], *read_lines(private)["text"]])
    page = (private.path / "report.html").read_text(encoding="utf-8")
    for secret in PRIVATE:
        assert secret not in shown
        assert secret not in page
    assert any("for questions about this page" in t.lower() for t in read_lines(private)["text"])


def test_spans_of_masked_findings_cover_what_is_shown(private):
    for row in private.excerpts.to_dict("records"):
        for begin, end in row["spans"]:
            assert 0 <= begin < end <= len(row["text"])
        if row["issue"] in ("pii", "secret"):
            marked = [row["text"][begin:end] for begin, end in row["spans"]]
            assert marked
            assert all("*" in piece for piece in marked)


def test_the_text_of_a_shared_line_is_that_of_its_hash(private):
    lines = read_lines(private)
    assert lines["n_documents"].is_monotonic_decreasing
    assert lines["n_documents"].iloc[0] == 12
    assert lines["text"].iloc[0].startswith("For questions about this page")


def test_boilerplate_that_others_tell_is_marked(tmp_path):
    lines = ["The flying circus rating system has five stars", "Was reprinted by the Daily Planet"]
    documents = [(f"{i}.txt", "\n".join([story(i), *lines, story(i + 99)])) for i in range(9)]
    profile = dk.profile(documents, tmp_path / "p.profile", workers=0, encoder="none")
    shown = profile.excerpts[profile.excerpts["issue"] == "boilerplate"].to_dict("records")
    assert shown
    for row in shown:
        assert [row["text"][a:b] for a, b in row["spans"]] == lines


plain_text = st.text(st.characters(codec="utf-8"), max_size=60)


@given(st.lists(st.sampled_from([*PRIVATE, "a word ", "\n", "中文。"]), max_size=12), st.data())
def test_masking_keeps_everything_else_in_its_place(pieces, data):
    text = " ".join(pieces)
    masked = Masked(text)
    assert not any(secret in masked.text for secret in PRIVATE[:3])
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    for a, b in masked.spans([(begin, end)]):
        assert 0 <= a < b <= len(masked.text)
    assert masked.place(0) == 0
    assert masked.place(len(text), end=True) == len(masked.text)
    for word in ("中文", "a word"):
        at = text.find(word)
        if at >= 0:
            assert masked.text[masked.place(at) :].startswith(word)


@given(plain_text, st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=8))
def test_merged_spans_cover_the_same_characters(text, spans):
    inside = {i for a, b in spans for i in range(a, b)}
    joined = merged(spans)
    assert {i for a, b in joined for i in range(a, b)} == inside
    assert all(a < b for a, b in joined)
    assert all(x[1] <= y[0] for x, y in pairwise(joined))


@given(st.text(min_size=1, max_size=900), st.data())
def test_a_cut_piece_shows_the_first_span(text, data):
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    piece, spans = cut(text, [(begin, end)])
    assert len(piece) <= 322
    assert text[begin:end].startswith(piece[spans[0][0] : spans[0][1]])
    assert piece.strip("…") in text


ODD = ("", "\x00", "\ud800", "a" * 100_000, "... !!! ??? " * 100, "\u202e\u2066abc", "中" * 5_000)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_every_locator_survives_odd_documents(text):
    against = Against([story(1), "what is the airspeed velocity of an unladen swallow"])
    masked = Masked(text)
    for locate in locators(against).values():
        piece, spans = cut(masked.text, masked.spans(locate(text)))
        assert all(0 <= a < b <= len(piece) for a, b in spans)


def test_repetition_marks_the_later_copies():
    phrase = "all work and no play makes jack a dull boy"
    text = f"Once upon a time. {phrase}, {phrase}, {phrase}."
    marked = [text[a:b] for a, b in locate_repetition(text)]
    assert marked == [f"{phrase}, {phrase}"]
    assert locate_repetition(story(3)) == []
    assert locate_repetition("好的" * 40)


def test_controls_are_marked_line_ends_are_not():
    text = "a\tb\r\nc\x07d\u202ee"
    assert [text[a:b] for a, b in locate_controls(text)] == ["\x07", "\u202e"]


@pytest.mark.parametrize("item", [story(7, 15)[:-1], "今天天气很好我们一起去公园散步吧朋友们"])
def test_an_evaluation_item_is_marked_where_it_stands(item):
    text = f"{story(1)} {item}, {story(2)}"
    marked = [text[a:b] for a, b in locators(Against([item]))["contaminated"](text)]
    assert marked == [item]


def test_a_merged_profile_shows_what_its_parts_kept(tmp_path):
    shared = "Subscribe to our newsletter and never miss an update"

    def part(name, first):
        items = []
        for i in range(first, first + 8):
            items.append((f"{name}/{i}.txt", f"{story(i)}\n{shared}\n{story(i + 900)}"))
        items.append((f"{name}/copy.txt", story(5_000)))
        items.append((f"{name}/key.txt", f"{story(first + 50)} {PRIVATE[0]}"))
        return dk.profile(items, tmp_path / f"{name}.profile", workers=0, encoder="none")

    parts = [part("a", 0), part("b", 20)]
    whole = dk.merge(parts, tmp_path / "ab.profile")
    merge_excerpts(parts, whole)
    table = pq.read_table(whole.path / "excerpts.parquet").to_pandas()
    keys = list(zip(table["issue"], table["sample_id"], strict=True))
    assert keys == sorted(keys)
    assert set(table.loc[table["issue"] == "secret", "sample_id"]) == {"a/key.txt", "b/key.txt"}
    lines = read_lines(whole)
    assert lines["text"].iloc[0] == shared
    assert lines["n_documents"].iloc[0] == 16
