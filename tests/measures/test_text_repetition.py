import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.measures.text_block import TextBlock
from datakit.measures.text_repetition import later_copies
from datakit.measures.text_statistics import text_statistics

CHINESE = (
    "这家酒店的位置非常好,离火车站很近,步行只要五分钟。房间不大,但是很干净,床也很舒服。"
    "早餐的种类不多,味道还可以。前台的服务员态度很好,帮我们叫了出租车。唯一的缺点是隔音不太好,"
    "晚上能听到隔壁房间的电视声。总的来说性价比很高,下次还会再来!"
)


def one(text):
    return {name: values[0] for name, values in text_statistics(TextBlock([text])).items()}


def prose():
    """Words of the modules that come with Python, single-spaced."""
    # Words only: datatrove puts a space between all tokens, and counts n-grams of symbols.
    files = sorted(Path(random.__file__).parent.glob("*.py"))[::7]
    return [re.sub(r"[\W_]+", " ", f.read_text("utf-8")[:6000]).strip() for f in files]


def test_ngram_rates_are_those_of_datatrove():
    gopher = pytest.importorskip("datatrove.pipeline.filters.gopher_repetition_filter")
    texts = prose()
    for text in [*texts, *(t[:900] * 3 for t in texts[:5])]:
        row, words = one(text), text.split(" ")
        for n in (2, 3, 4):
            grams = gopher.get_n_grams(words, n)
            if len(set(grams)) < len(grams):  # an n-gram that stands once does not count here
                theirs = gopher.find_top_duplicate(grams) / len(text)
                assert row[f"top_{n}gram_rate"] == pytest.approx(theirs)
        for n in range(5, 11):
            theirs = gopher.find_all_duplicate(words, n) / len(text)
            assert row[f"duplicate_{n}gram_rate"] == pytest.approx(theirs, abs=0.04)


WORDS = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(600)]


def with_loop(words, phrase, share, joint=" "):
    n = max(2, int(share * len(words) / (1 - share) / len(phrase)))
    return joint.join(words) + joint + joint.join(phrase * n)


@pytest.mark.parametrize("n_words", [90, 300, 600])
@pytest.mark.parametrize("period", [1, 2, 5, 8, 13])
def test_loops_at_the_end_are_found(n_words, period):
    words = WORDS[:n_words]
    text = with_loop(words, words[-period - 3 : -3], 0.15)
    expected = 0.15 if period < 8 else min(0.15, 2 * period / n_words)
    assert one(text)["tail_loop_rate"] > 0.75 * expected
    assert one(" ".join(words))["tail_loop_rate"] == 0


def test_a_loop_counts_all_its_characters():
    text = "start here: " + "on and on, " * 10 + "then over."
    looped = ("on and on, " * 10).rstrip()
    assert one(text)["tail_loop_rate"] == pytest.approx(len(looped) / len(text))


def test_loops_of_chinese_phrases_are_found():
    phrase = CHINESE[10:26]
    text = CHINESE + phrase * 3
    assert one(text)["tail_loop_rate"] == pytest.approx(48 / len(text), abs=0.02)
    assert one(CHINESE)["tail_loop_rate"] == 0
    assert one(CHINESE * 3)["tail_loop_rate"] == 1


def test_a_loop_has_two_whole_copies():
    phrase = WORDS[:10]
    assert one(" ".join([*phrase, *phrase[:8], *WORDS[20:60]]))["tail_loop_rate"] == 0
    assert one(" ".join([*phrase, *phrase, *WORDS[20:60]]))["tail_loop_rate"] > 0.3


def test_emphasis_and_rulers_are_no_loops():
    for n in (3, 7):
        assert one("It was " + "very " * n + " ".join(WORDS[:50]))["tail_loop_rate"] == 0
    assert one("It was " + "very " * 8 + " ".join(WORDS[:50]))["tail_loop_rate"] > 0
    ruled = one("Title\n" + "-" * 60 + "\n" + " ".join(WORDS[:50]))
    assert ruled["top_2gram_rate"] == ruled["duplicate_5gram_rate"] == 0
    assert one("Title " + "- " * 60)["tail_loop_rate"] > 0.9
    assert one("Title\n" + "-" * 60 + "\n" + " ".join(WORDS[:50]))["tail_loop_rate"] == 0


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(2, 6))
def test_later_copies_by_reading_from_the_front(letters, n):
    grams = ["".join(letters[i : i + n]) for i in range(len(letters) - n + 1)]
    places = [i for i, gram in enumerate(grams) if gram in grams[:i]]
    read, i = [], 0
    while i < len(grams):
        if i in places:
            read += range(i, i + n)
            i += n
        else:
            i += 1
    first, past = later_copies(np.array(places, np.int64), n)
    runs = zip(first.tolist(), past.tolist(), strict=True)
    assert [k for a, b in runs for k in range(a, b)] == read
