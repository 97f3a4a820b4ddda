import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.benchmarks import fidelity_texts
from datakit.benchmarks.fidelity_texts import text_fidelity
from datakit.errors import InputError

WORDS = [bytes(w) for w in np.random.default_rng(0).integers(97, 123, (3000, 6)).astype(np.uint8)]


def prose(seed, n_words=400):
    rng = np.random.default_rng([seed, 3])
    return b" ".join(WORDS[i] for i in rng.integers(0, len(WORDS), n_words))


def grams(texts, n):
    return [text[i : i + n] for text in texts for i in range(len(text) - n + 1)]


def copied_rate(texts, train, n):
    """Byte by byte, by looking for every run."""
    inside = []
    for text in texts:
        covered = [False] * len(text)
        for i in range(len(text) - n + 1):
            if any(text[i : i + n] in other for other in train):
                covered[i : i + n] = [True] * n
        inside += covered
    return sum(inside) / len(inside)


def longest_common(texts, train):
    best = 0
    for text in texts:
        for i in range(len(text)):
            while i + best < len(text) and any(text[i : i + best + 1] in t for t in train):
                best += 1
    return best


two_letters = st.lists(st.text("ab", max_size=40).map(str.encode), min_size=1, max_size=5)


@settings(max_examples=80, deadline=None)
@given(two_letters, two_letters, two_letters)
def test_by_plain_python(generated, reference, train):
    # Two letters: most n-grams come again, and runs meet at the edges of texts. Small blocks, so
    # that training texts are cut.
    generated, reference = [*generated, b"abbab" * 5], [*reference, b"babba" * 5]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fidelity_texts, "_BLOCK", 7)
        patch.setattr(fidelity_texts, "COPY", 12)
        got = text_fidelity(generated, [b"\n".join(reference) * 9], train, 2.5)
    assert got["bits_per_byte"] == 2.5
    for n in (4, 16):
        assert got[f"distinct_{n}"] == len(set(grams(generated, n))) / len(grams(generated, n))
    again = sum(len(grams([t], 16)) - len(set(grams([t], 16))) for t in generated)
    assert got["repeated_rate"] == pytest.approx(again / len(grams(generated, 16)))
    joined = b"\n".join(generated)
    assert got["compression_ratio"] == len(joined) / len(zlib.compress(joined, 9))
    assert got["copied_rate"] == pytest.approx(copied_rate(generated, train, 12))
    assert got["longest_copied"] == longest_common(generated, train)


def test_the_reference_is_judged_at_the_same_size():
    generated = [prose(1)[:500], prose(2)[:300]]
    reference = [prose(3, 900)]
    got = text_fidelity(generated, reference, [prose(4)], 2.0)
    pieces = [reference[0][:500], reference[0][500:800]]
    held = text_fidelity(pieces, reference, [prose(4)], 2.0)
    for name in ("distinct_4", "distinct_16", "repeated_rate", "compression_ratio", "copied_rate"):
        assert got[f"{name}_heldout"] == held[name]


def test_fresh_text_copied_text_and_a_loop():
    train, held = [prose(5, 3000)], [prose(6, 3000)]
    fresh = text_fidelity([prose(7)], held, train, 2.0)
    assert fresh["copied_rate"] == 0
    assert fresh["longest_copied"] < 30
    assert fresh["distinct_16"] == pytest.approx(fresh["distinct_16_heldout"], abs=0.02)
    assert not fresh["collapsed"]
    quoted = prose(8)[:1000] + train[0][4000:5000] + prose(9)[:1000]
    copied = text_fidelity([quoted], held, train, 2.0)
    assert copied["copied_rate"] == pytest.approx(1 / 3, abs=0.01)
    assert 1000 <= copied["longest_copied"] < 1010
    loop = text_fidelity([prose(10)[:60] * 30], held, train, 2.0)
    assert loop["repeated_rate"] > 0.9
    assert loop["collapsed"]
    assert loop["compression_ratio"] > 5 * fresh["compression_ratio"]
    assert loop["distinct_4"] < fresh["distinct_4"] / 5


def test_samples_alike_but_each_fluent():
    # No sample repeats itself, yet all are one: seen between samples only.
    got = text_fidelity([prose(11)] * 10, [prose(12, 6000)], [prose(13)], 2.0)
    assert got["repeated_rate"] < 0.05
    assert got["distinct_16"] < 0.2
    assert not got["collapsed"]


def test_bytes_of_any_kind():
    # Chinese, and bytes that are no text, over real block edges.
    chinese = "今天天气很好，我们一起去公园散步吧。".encode() * 3
    rng = np.random.default_rng(14)
    noise = rng.integers(0, 256, (1 << 20) + 500).astype(np.uint8).tobytes()
    edge = 1 << 20
    generated = [noise[edge - 100 : edge + 100], chinese]
    got = text_fidelity(generated, [prose(15)], [noise], 1.0)
    assert got["longest_copied"] == 200
    assert got["copied_rate"] == pytest.approx(200 / (200 + len(chinese)))


def test_too_little_text():
    with pytest.raises(InputError, match="no generated text has 16 bytes"):
        text_fidelity([b"short", b""], [prose(1)], [prose(2)], 2.0)
    with pytest.raises(InputError, match="no reference text"):
        text_fidelity([prose(1)], [b"short"], [prose(2)], 2.0)
    assert text_fidelity([b"exactly 16 bytes"], [prose(1)], [], 2.0)["longest_copied"] == 0
