import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.reports.word_diff import MOST_TOKENS, collapsed, differences, differs_in, tokens

words = st.lists(st.sampled_from(["the", "cat", "sat", ",", "中", "文", "MAT", "x_1"]), max_size=60)


def joined(pieces, kinds):
    return [word.strip() for kind, part in pieces if kind in kinds for word in part]


@given(st.text())
def test_tokens_together_are_the_text(text):
    assert "".join(tokens(text)) == text


def test_tokens_are_words_and_single_east_asian_characters():
    assert tokens("It's 我们, ok\n") == ["It", "'", "s", " 我", "们", ",", " ok", "\n"]


@given(words, words)
def test_a_difference_holds_both_texts(first, second):
    pieces = differences(" ".join(first), "  ".join(second))
    assert joined(pieces, "=-") == [t.strip() for t in tokens(" ".join(first))]
    assert joined(pieces, "=+") == [t.strip() for t in tokens("  ".join(second))]
    assert all(part for _, part in pieces)


def test_one_changed_word_is_the_only_difference():
    pieces = differences("a b c d e", "a b X d e")
    assert [(kind, "".join(part)) for kind, part in pieces if kind != "="] == [
        ("-", " c"),
        ("+", " X"),
    ]


def test_a_long_difference_is_bounded():
    first = " ".join(f"a{i}" for i in range(30_000))
    second = " ".join(f"b{i}" for i in range(30_000))
    pieces = differences(first, second)
    assert sum(len(part) for _, part in pieces) == 2 * MOST_TOKENS
    shown = collapsed(pieces)
    assert sum(len(text) for _, text in shown) < 6_000
    assert ("…", "280 words") in shown


def test_equal_stretches_are_left_out_but_counted():
    same = " ".join(f"w{i}" for i in range(500))
    shown = collapsed(differences(f"{same} old {same}", f"{same} new {same}"))
    assert [kind for kind, _ in shown] == ["…", "=", "-", "+", "=", "…"]
    assert shown[0] == ("…", "486 words")
    assert shown[2:4] == [("-", " old"), ("+", " new")]
    wide = "我们去公园散步吧" * 20
    assert collapsed(differences(wide + "好", wide + "坏"))[0] == ("…", "146 characters")


def test_one_endless_word_is_clipped():
    shown = collapsed(differences("x" * 1_000_000, "y" * 1_000_000))
    assert sum(len(text) for _, text in shown) < 7_000


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("a b", "a b", ""),
        ("a b", "a\n b", "white space"),
        ("A b", "a b", "case"),
        ("a, b", "a b", "punctuation"),
        ("ＡＢ", "AB", "width or compatibility forms"),
        ("A, b", "a b", "case, punctuation"),
        ("a", "c", "form"),
    ],
)
def test_what_equal_texts_differ_in(first, second, told):
    assert differs_in(first, second) == told
