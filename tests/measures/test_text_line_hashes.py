"""Line hashes against a literal account of the lines: which are equal, which count, where."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_fingerprints import MAX_LINES, fingerprints
from datakit.measures.text_line_hashes import EDGE_LINES, line_hashes


def stored(*texts):
    """Of every document: hash -> whether it is at the edge."""
    found = fingerprints(TextBlock(texts))["lines"]
    values = [np.frombuffer(value or b"", "<u8").tolist() for value in found]
    for one in values:
        assert one == sorted(set(one))
        assert len({value & ~1 for value in one}) == len(one)
    return [{value & ~1: value % 2 == 1 for value in one} for one in values]


def literal(line):
    """The words of a line as they are compared, and their width."""
    words = re.findall(r"[一-鿿]|\d+|[a-z]+", line.lower())
    width = {word: len(word) * (1 + ("一" <= word <= "鿿")) for word in words}
    numbers = [word for word in words if word.isdigit()]
    others = [word for word in words if not word.isdigit()]
    letters = sum(width[word] for word in others)
    fold = len(others) >= 3 and len(others) > len(numbers) and letters >= 7 * len(numbers)
    if not fold:
        return " ".join(words), sum(width[word] for word in words)
    text = re.sub("#( #)*", "#", " ".join("#" if word.isdigit() else word for word in words))
    return text, letters + 3 * text.count("#")


lines = st.lists(
    st.sampled_from(["one", "TWO", "Three", "4", "12", "2013", "酒", "店", "很", "好", "!"]),
    max_size=14,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(lines, max_size=16))
def test_hashes_are_those_of_the_distinct_wide_lines(found):
    text = "\n".join(found)
    spoken = [line for line in found if literal(line)[0]]
    expected = [line for line in spoken if literal(line)[1] >= 20]
    hashes = line_hashes(text)
    assert [literal(text[a:b])[0] for _, a, b in hashes] == [literal(line)[0] for line in expected]
    names = {value: literal(line)[0] for (value, _, _), line in zip(hashes, expected, strict=True)}
    assert len(names) == len(set(names.values())) == len({literal(line)[0] for line in expected})
    outer = {literal(line)[0] for line in (*spoken[:EDGE_LINES], *spoken[-EDGE_LINES:])}
    (kept,) = stored(text)
    assert {names[value]: edge for value, edge in kept.items()} == {
        name: name in outer for name in names.values()
    }
    every = [literal(text[a:b])[0] for _, a, b in line_hashes(text, 1)]
    assert every == [literal(line)[0] for line in spoken]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(lines, max_size=16).map("\n".join), min_size=1, max_size=6))
def test_a_document_has_the_same_lines_in_every_block(texts):
    assert stored(*texts) == [stored(text)[0] for text in texts]


ONE_LINE = [
    ("37 people found this helpful.", "1,204 people found this helpful!"),
    ("Home > Reviews > 2013 > Page 118", "Home > Reviews > 1999 > Page 2"),
    ("共12条评论，请登录后发表评论。", "共3条评论，请登录后发表评论。"),
    ("首页 > 点评 > 2013年 > 第118页", "首页 > 点评 > 2009年 > 第2页"),
    ("Posted on 2013-05-12 by the managing editor", "Posted on 1/6/2020 by the managing editor"),
]


@pytest.mark.parametrize(("first", "second"), ONE_LINE)
def test_numbers_make_no_other_line(first, second):
    assert len({value for value, _, _ in line_hashes(f"{first}\n{second}")}) == 1


OTHER_LINES = [
    ("United Kingdom of Britain 12 14 33 59", "United Kingdom of Britain 13 15 30 58"),  # a table
    ("Wednesday, September 12, 2013", "Wednesday, September 13, 2013"),
    ("Wednesday 12, September 13, Thursday 14", "Wednesday 12, September 13, Thursday 15"),
    ("2013年5月12日 星期一 上午10点30分", "2013年5月13日 星期一 上午11点20分"),
    ("12345678901234567890", "12345678901234567891"),
    ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 16"),
    ("Matthew 12 34, Matthew 13 35, Luke 3 4", "Matthew 12 34, Matthew 13 36, Luke 3 4"),
    ("the flight number is AB1234 today", "the flight number is AB1235 today"),
]


@pytest.mark.parametrize(("first", "second"), OTHER_LINES)
def test_tables_dates_and_verses_keep_their_numbers(first, second):
    assert len({value for value, _, _ in line_hashes(f"{first}\n{second}")}) == 2


def test_of_many_lines_the_smallest_hashes_are_kept():
    spelt = str.maketrans("0123456789", "abcdefghij")
    text = "\r\n".join(f"this is line number {i} of many".translate(spelt) for i in range(1000))
    found = [value for value, _, _ in line_hashes(text)]
    assert len(set(found)) == 1000
    assert list(stored(text)[0]) == sorted(found)[:MAX_LINES]


def test_a_line_has_one_hash_wherever_it_stands():
    line = "Click here to subscribe to our newsletter."
    elsewhere = f"Something else stands before it\n\n  {line.upper()} \u2028and after"
    assert line_hashes(line)[0][0] == line_hashes(elsewhere)[1][0]
    assert line_hashes("short line\n短行只有九个字呀") == []
    assert len(line_hashes("这一行正好有十个汉字。")) == 1


def test_a_line_at_the_edge_and_inside_is_at_the_edge():
    twice = "the line that stands at two places of the document"
    inside = [f"a word like {'abcdefghijklmnopqrst'[i] * 12} and others" for i in range(20)]
    (kept,) = stored("\n".join([twice, *inside[:10], twice, *inside[10:]]))
    ((value, _, _),) = line_hashes(twice)
    assert kept[value]
    assert sum(kept.values()) == 2 * EDGE_LINES
