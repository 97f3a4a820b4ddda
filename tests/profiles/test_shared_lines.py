import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_text_duplicates import rows_of

from datakit.measures.text_line_hashes import line_hashes
from datakit.profiles.shared_lines import MIN_DOCUMENTS, MIN_RATE, frame_bounds, shared_lines

WORDS = [f"word{i}" for i in range(2000)]
FOOTER = "Click here to subscribe to our newsletter."
MENU = "网站首页 关于我们 联系方式 隐私政策"


def line(rng):
    return " ".join(rng.sample(WORDS, 8))


def test_footers_are_found_and_looked_up():
    rng = random.Random(0)
    texts = ["\n".join(line(rng) for _ in range(3)) for _ in range(30)]
    texts[10:20] = [f"{text}\n{FOOTER.upper()}" for text in texts[10:20]]
    texts[15:21] = [f"{MENU}\n{text}" for text in texts[15:21]]
    texts[2] += "\na line in four documents only, which is no more than chance"
    texts[3:6] = [f"{text}\n{texts[2].splitlines()[-1]}" for text in texts[3:6]]
    texts += ["", "short"]
    found = shared_lines(rows_of(texts))
    assert found.least == MIN_DOCUMENTS
    assert found.n_shared.tolist() == [0] * 10 + [1] * 5 + [2] * 5 + [1] + [0] * 11
    np.testing.assert_allclose(found.rate[[0, 10, 15, 20]], [0, 1 / 4, 2 / 5, 1 / 4])
    assert np.isnan(found.rate[30:]).all()
    assert found.table["n_documents"].tolist() == [10, 6]
    assert found.table["example"].tolist() == [10, 15]
    for row, expected in zip(found.table.itertuples(), (FOOTER.upper()[:-1], MENU), strict=True):
        text = texts[row.example]
        at = [text[a:b] for value, a, b in line_hashes(text) if value == row.line_hash]
        assert at == [expected]


def test_copies_count_as_one_document():
    rng = random.Random(1)
    text = "\n".join(line(rng) for _ in range(4))
    other = "\n".join(line(rng) for _ in range(4))
    rows = rows_of([text, text.upper(), text + "\n", text.replace(" ", "  "), text + "!", other])
    assert shared_lines(rows, least=2).n_shared.sum() == 0
    near = [f"{text}\n{line(rng)}" for _ in range(6)]
    rows = rows_of([*near, near[2].upper(), other])
    assert shared_lines(rows).n_shared.tolist() == [4] * 7 + [0]
    assert shared_lines(rows, groups=[[3, 0, 1, 2, 4, 5]]).n_shared.sum() == 0
    assert shared_lines(rows, groups=[[0, 1, 2], [4, 5]], least=3).n_shared[0] == 4


def test_the_least_number_of_documents_grows_with_the_corpus():
    n = int(4 * MIN_DOCUMENTS / MIN_RATE)
    rng = np.random.default_rng(0)
    own = rng.integers(0, 2**63, n, dtype=np.uint64)
    shared = np.where(np.arange(n) < 30, 6, np.where(np.arange(n) < 50, 4, own))
    import pandas as pd

    names = [f"{i:x}" for i in range(n)]
    lines = [int(value).to_bytes(8, "little") for value in shared]
    rows = pd.DataFrame({"status": "ok", "content_hash": names, "text_hash": names, "lines": lines})
    found = shared_lines(rows)
    assert found.least == 4 * MIN_DOCUMENTS
    assert found.table["n_documents"].tolist() == [30, 20]
    assert found.n_shared.sum() == 50
    assert shared_lines(rows, least=21).table["line_hash"].tolist() == [6]


def pages(n, place, with_line, n_lines=20, line_of=lambda i: f"{i + 2} people found this helpful"):
    """n documents of lines of their own; those of `with_line` have another one at a place."""
    rng = random.Random(2)
    texts = [[line(rng) for _ in range(n_lines)] for _ in range(n)]
    for i in with_line:
        texts[i].insert(place, line_of(i))
    return ["\n".join(text) for text in texts]


FEWEST = [(60, 20), (2000, 20), (3000, 30), (3001, 31)]


@pytest.mark.parametrize(("n", "fewest"), FEWEST)
def test_a_frame_is_in_a_hundredth_of_the_documents_and_in_half_at_most(n, fewest):
    assert frame_bounds(n) == (fewest, n // 2)


def test_lines_that_clearly_many_documents_have_at_their_edge_are_of_the_frame():
    for place in (0, 5, -1):
        found = shared_lines(rows_of(pages(60, place, range(20))))
        assert found.n_frame.tolist() == [1] * 20 + [0] * 40
        assert found.table["is_frame"].tolist() == [True]
        assert found.table["n_documents"].tolist() == [20]
    # One document fewer, one more than half of them.
    assert shared_lines(rows_of(pages(60, 0, range(19)))).n_frame.sum() == 0
    assert shared_lines(rows_of(pages(60, 0, range(30)))).n_frame.sum() == 30
    assert shared_lines(rows_of(pages(60, 0, range(31)))).n_frame.sum() == 0


def test_lines_inside_of_documents_are_of_no_frame():
    for told in (
        "Early life and education",
        "2 tablespoons of olive oil",
        "And let the people say amen",
    ):
        texts = pages(60, 10, range(25), line_of=lambda i, told=told: told)
        found = shared_lines(rows_of(texts))
        assert found.n_shared.sum() == 25
        assert found.n_frame.sum() == 0
    # At the edge of nine in ten it is a frame's, of fewer it is not.
    for edge, expected in ((27, 30), (26, 0)):
        texts = pages(90, 0, range(edge)) + pages(90, 10, range(edge, 30))[edge:30]
        assert shared_lines(rows_of(texts)).n_frame.sum() == expected


def test_short_lines_and_copies_are_of_no_frame():
    for told in ("Yes.", "不错", "ROMEO:", "Second Servingman:", "第二章"):
        texts = pages(60, 0, range(25), line_of=lambda i, told=told: told)
        assert shared_lines(rows_of(texts)).n_frame.sum() == 0
    texts = [f"{text}\n{'!' * i}" for i, text in enumerate(pages(1, 0, [0]) * 25)]
    assert shared_lines(rows_of(texts + pages(60, 0, []))).n_frame.sum() == 0


lists_of_lines = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=12)


@settings(max_examples=100, deadline=None)
@given(lists_of_lines, st.integers(2, 5))
def test_counts_are_those_of_a_literal_count(documents, least):
    texts = [
        "\n".join([f"a line of the letter {c * 9}" for c in letters] + [f"number {i:020d}"])
        for i, letters in enumerate(documents)
    ]
    texts.append("the last document has this line alone")
    counts = Counter(c for letters in documents for c in set(letters))
    many = {c for c, n in counts.items() if n >= least}
    found = shared_lines(rows_of(texts), least=least)
    expected = [len(set(letters) & many) for letters in documents]
    assert found.n_shared.tolist() == [*expected, 0]
    assert sorted(found.table["n_documents"]) == sorted(counts[c] for c in many)
    sizes = [len(set(letters)) + 1 for letters in documents] + [1]
    assert found.rate.tolist() == pytest.approx(
        [n / size for n, size in zip([*expected, 0], sizes, strict=True)]
    )


def test_no_rows_and_no_lines():
    rows = rows_of(["short", ""])
    for part in (rows, rows.iloc[:0]):
        found = shared_lines(part)
        assert len(found.rate) == len(found.n_shared) == len(part)
        assert len(found.table) == 0
