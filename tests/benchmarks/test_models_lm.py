"""The byte Transformer, on sources whose entropy is known."""

import itertools
import math

import numpy as np
import pytest
import torch

from datakit.benchmarks.models.lm import BOUNDARY, Lm, LmPreset, windows
from datakit.benchmarks.training import generator, train
from datakit.errors import InputError

CPU = torch.device("cpu")
SMALL = LmPreset(steps=350, batch=16, width=32, layers=1, context=32)
# From each of four letters the next: rows sum to 1.
CHAIN = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0.0, 0.1, 0.8, 0.1], [0.5, 0.0, 0.0, 0.5], [0.9, 0, 0.1, 0]]
)
LETTERS = b"acgt"


def markov_texts(rng, n, length):
    """Texts of the chain from a uniform first letter, and what sending them costs in bits."""
    texts, bits = [], 0.0
    for _ in range(n):
        state = rng.integers(4)
        bits += 2
        text = [state]
        for _ in range(length - 1):
            following = rng.choice(4, p=CHAIN[state])
            bits -= math.log2(CHAIN[state, following])
            state = following
            text.append(state)
        texts.append(bytes(LETTERS[i] for i in text))
    return texts, bits


def entropy_rate():
    values, vectors = np.linalg.eig(CHAIN.T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    logs = np.log2(np.where(CHAIN > 0, CHAIN, 1))
    return -float(stationary @ (CHAIN * logs).sum(1))


@pytest.fixture(scope="module")
def trained():
    texts, _ = markov_texts(np.random.default_rng(1), 300, 60)
    model = Lm(SMALL, generator(0, "weights"), CPU)
    train(model, windows(texts, SMALL.context), SMALL.steps, SMALL.batch, 0, CPU)
    return model


def test_a_markov_source_is_learnt_to_its_entropy_and_never_below(trained):
    texts, bits = markov_texts(np.random.default_rng(2), 60, 60)
    n_bytes = 60 * 60
    measured = trained.bits_per_byte(texts)
    # No code beats the source's own by k bits but with chance 2^-k (Grünwald 2007, sec. 3.3.1).
    assert measured * n_bytes >= bits - 30
    assert measured == pytest.approx(bits / n_bytes, rel=0.05)
    # The first letter of a text costs 2 bits, the others the entropy rate.
    assert measured == pytest.approx((2 + 59 * entropy_rate()) / 60, rel=0.1)


def test_what_it_writes_is_of_the_source(trained):
    texts = trained.sample(40, 80, generator(3, "samples"))
    assert all(len(text) <= 80 for text in texts)
    pairs, n_strange = np.zeros((4, 4)), 0
    for a, b in itertools.chain.from_iterable(map(itertools.pairwise, texts)):
        if a in LETTERS and b in LETTERS:
            pairs[LETTERS.index(a), LETTERS.index(b)] += 1
        elif a in LETTERS:  # from no letter, nothing is known of what follows
            n_strange += 1
    assert pairs.sum() > 1000
    assert n_strange < 0.03 * pairs.sum()
    rates = pairs / pairs.sum(1, keepdims=True)
    assert np.abs(rates - CHAIN).max() < 0.1


def test_a_periodic_text_costs_almost_nothing():
    period = bytes(range(200, 207))
    model = Lm(SMALL, generator(0, "weights"), CPU)
    train(model, windows([period * 400], SMALL.context), 150, SMALL.batch, 0, CPU)
    assert 0 < model.bits_per_byte([period * 30]) < 0.1


def test_random_bytes_cost_eight_bits():
    rng = np.random.default_rng(0)
    draw = [rng.integers(0, 256, 20_000, dtype=np.uint8).tobytes() for _ in range(2)]
    model = Lm(SMALL, generator(0, "weights"), CPU)
    before = model.bits_per_byte(draw[1:])
    assert before == pytest.approx(math.log2(257), abs=0.02)  # bytes and the boundary, all alike
    train(model, windows(draw[:1], SMALL.context), 80, SMALL.batch, 0, CPU)
    assert 8 - 30 / 20_000 <= model.bits_per_byte(draw[1:]) < 8.1


def test_a_later_byte_does_not_change_earlier_predictions(trained):
    tokens = torch.randint(256, (2, 32), generator=generator(0, "tokens"))
    changed = tokens.clone()
    changed[:, 20] = (changed[:, 20] + 1) % 256
    with torch.no_grad():
        before, after = trained.ema.network(tokens), trained.ema.network(changed)
    assert torch.equal(before[:, :20], after[:, :20])
    assert not torch.allclose(before[:, 20:], after[:, 20:])


def test_one_token_at_a_time_predicts_as_all_at_once(trained):
    tokens = torch.randint(257, (3, 32), generator=generator(1, "tokens"))
    with torch.no_grad():
        at_once, past = trained.ema.network(tokens), None
        for i in range(32):
            logits, past = trained.ema.network.predict(tokens[:, i : i + 1], past)
            torch.testing.assert_close(logits, at_once[:, i], rtol=1e-4, atol=1e-4)


def test_bits_are_counted_once_a_byte(trained):
    """Against the definition: the probability of every byte, with the stated context."""
    text = markov_texts(np.random.default_rng(4), 1, 75)[0][0]
    tokens, nats = torch.tensor([BOUNDARY, *text]), 0.0
    context, half = SMALL.context, SMALL.context // 2
    for i in range(1, len(tokens)):
        start = 0 if i <= context else -(-(i - context) // half) * half
        with torch.no_grad():
            logits = trained.ema.network(tokens[None, start:i])[0, -1]
        nats -= float(logits.log_softmax(0)[tokens[i]])
    assert trained.bits_per_byte([text]) == pytest.approx(nats / 75 / math.log(2), rel=1e-5)
    apart = [trained.bits_per_byte([t]) for t in (text, b"acg")]
    together = trained.bits_per_byte([text, b"", b"acg"])
    assert together == pytest.approx((75 * apart[0] + 3 * apart[1]) / 78, rel=1e-5)
    assert math.isnan(trained.bits_per_byte([b""]))


def test_windows_hold_every_token_as_a_target_once():
    texts = [b"abcdefg", b"", b"hijklmnop"]
    stream = [BOUNDARY, *texts[0], BOUNDARY, BOUNDARY, *texts[2], BOUNDARY]
    cut = windows(texts, 4)
    targets = cut[:, 1:].flatten().tolist()
    assert targets == stream[1 : 1 + len(targets)]
    assert len(stream) - 1 - len(targets) < 4
    assert cut[:, 0].tolist() == stream[0 : len(targets) : 4]


def test_too_little_text_and_odd_widths_are_refused():
    with pytest.raises(InputError, match="5 tokens of text"):
        windows([b"abc"], 8)
    with pytest.raises(InputError, match="multiple of 16"):
        Lm(LmPreset(1, 1, 40, 1, 8), generator(0, "weights"), CPU)
