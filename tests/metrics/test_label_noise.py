import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from datakit.metrics.label_noise import _folds, label_noise, out_of_fold
from datakit.metrics.lapse import fit_lapse


def classes(n, k, distance, seed=0, d=16):
    """Normal classes at the corners of a simplex: truth and difficulty are known."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % k
    vectors = rng.normal(size=(n, d)) + distance * np.eye(k, d)[labels]
    return vectors.astype(np.float32), labels, rng


def flipped(labels, rate, k, rng):
    given = labels.copy()
    chosen = rng.permutation(len(labels))[: round(rate * len(labels))]
    given[chosen] = (given[chosen] + rng.integers(1, k, len(chosen))) % k
    return given


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.1, 0.2, 0.4])
@pytest.mark.parametrize(("k", "distance"), [(2, 2.5), (4, 4.0), (10, 3.5)])
def test_planted_flips_are_counted(k, distance, rate):
    vectors, labels, rng = classes(3000, k, distance)
    noise = label_noise(vectors, flipped(labels, rate, k, rng))
    assert noise.lapse.rate == pytest.approx(rate, abs=0.03)
    assert noise.lapse.low <= noise.lapse.rate <= noise.lapse.high
    # 40 % of two classes swapped leaves labels that hardly anything predicts: no value is given.
    assert bool(noise.unclear) == (k == 2 and rate == 0.4)


def test_the_interval_covers_the_truth():
    covered = 0
    for seed in range(10):
        vectors, labels, rng = classes(800, 4, 3.5, seed)
        lapse = label_noise(vectors, flipped(labels, 0.1, 4, rng)).lapse
        covered += lapse.low <= 0.1 <= lapse.high
    assert covered >= 8  # 95 % of 10 is 9.5; 7 and fewer have a chance of 1 % at most


def test_hard_classes_are_not_noise():
    """A tenth of the predictions is wrong, no label is."""
    vectors, labels, _ = classes(4000, 4, 2.8)
    noise = label_noise(vectors, labels)
    assert 0.85 < noise.agreement < 0.95
    assert noise.lapse.rate < 0.02
    assert noise.lapse.low < 0.005


def test_the_rate_rises_with_planted_noise():
    vectors, labels, _ = classes(2000, 5, 3.5)
    rates = []
    for rate in (0, 0.02, 0.05, 0.1, 0.2, 0.4):
        given_labels = flipped(labels, rate, 5, np.random.default_rng(1))
        rates.append(label_noise(vectors, given_labels).lapse.rate)
    assert rates == sorted(rates)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_rows_and_names_of_labels_may_be_permuted(seed):
    rng = np.random.default_rng(seed)
    vectors, labels, _ = classes(600, 3, 3.5)
    given_labels = flipped(labels, 0.1, 3, np.random.default_rng(2))
    noise = label_noise(vectors, given_labels)
    order, names = rng.permutation(600), rng.permutation(3)
    other = label_noise(vectors[order], names[given_labels[order]])
    assert other.lapse.rate == pytest.approx(noise.lapse.rate, abs=1e-3)
    np.testing.assert_array_equal(other.predicted, names[noise.predicted[order]])
    np.testing.assert_allclose(other.wrong, noise.wrong[order], atol=0.01)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(0, 6), st.floats(0, 0.5))
def test_bounds(seed, k, distance, rate):
    vectors, labels, rng = classes(200, k, distance, seed)
    noise = label_noise(vectors, flipped(labels, rate, k, rng))
    lapse = noise.lapse
    assert 0 <= lapse.low <= lapse.rate <= lapse.high <= 1 - 1 / k + 1e-9
    assert (noise.wrong >= 0).all()
    assert (noise.wrong <= 1).all()


@pytest.mark.parametrize("k", [2, 10])
def test_labels_that_cannot_be_predicted_are_refused(k):
    for seed in range(3):
        vectors, labels, rng = classes(1000, k, 4.0, seed)
        assert label_noise(vectors, rng.permutation(labels)).unclear
    vectors, labels, _ = classes(1000, k, 0.3)
    assert label_noise(vectors, labels).unclear


def test_guessing_the_commonest_label_is_no_skill():
    vectors, _, rng = classes(1000, 2, 4.0)
    assert label_noise(vectors, (rng.random(1000) < 0.3).astype(np.int64)).unclear


def test_copies_do_not_confirm_a_wrong_label():
    vectors, labels, rng = classes(1000, 4, 3.5)
    given_labels = flipped(labels, 0.2, 4, rng)
    once = label_noise(vectors, given_labels).lapse.rate
    three = np.tile(np.arange(1000), 3)
    noise = label_noise(vectors[three], given_labels[three], three)
    assert noise.lapse.rate == pytest.approx(once, abs=0.02)
    folds = _folds(vectors[three], three)
    np.testing.assert_array_equal(folds[:1000], folds[1000:2000])


def test_probabilities_of_wrong_labels_are_calibrated():
    vectors, labels, rng = classes(6000, 4, 3.2)
    given_labels = flipped(labels, 0.1, 4, rng)
    noise = label_noise(vectors, given_labels)
    for low, high in ((0.05, 0.5), (0.5, 0.9), (0.9, 1.0)):
        chosen = (noise.wrong > low) & (noise.wrong <= high)
        share = (labels != given_labels)[chosen].mean()
        assert share == pytest.approx(noise.wrong[chosen].mean(), abs=0.1)


def test_out_of_fold_is_scikit_learn_s_discriminant():
    vectors, labels, _ = classes(300, 3, 2.0)
    groups = np.arange(300)
    scores, folds = out_of_fold(vectors, labels, groups), _folds(vectors, groups)
    for fold in (0, 7):
        rest = folds != fold
        reference = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=None)
        reference.fit(vectors[rest], labels[rest])
        got = scores[~rest].argmax(axis=1)
        # Shrinkage moves single samples near a border, nothing else.
        assert (got == reference.predict(vectors[~rest])).mean() > 0.9


def test_lapses_of_a_known_curve():
    rng = np.random.default_rng(0)
    margins = rng.gamma(2, 1.5, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(1.2 * margins - 0.3)))
    lapsed = rng.random(20_000) < 0.08
    lapse = fit_lapse(margins, np.where(lapsed, rng.random(20_000) < (~right) / 4, right), 5)
    assert lapse.rate == pytest.approx(0.08, abs=0.01)
    assert lapse.slope == pytest.approx(1.2, abs=0.15)
    assert lapse.offset == pytest.approx(-0.3, abs=0.15)
    assert lapse.accuracy == pytest.approx(right.mean(), abs=0.02)


def test_too_little_is_said_so():
    vectors, labels, _ = classes(90, 3, 3.0)
    with pytest.raises(ValueError, match="90 samples in 3 classes"):
        label_noise(vectors, labels)
    vectors, labels, _ = classes(200, 2, 3.0)
    with pytest.raises(ValueError, match="in 1 classes"):
        label_noise(vectors, np.zeros(200, np.int64))
    labels[:] = 0
    labels[:5] = 1
    with pytest.raises(ValueError, match="smallest with 5"):
        label_noise(vectors, labels)
