import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from datakit.metrics import two_sample
from datakit.metrics.classifier_test import classifier_two_sample
from datakit.metrics.energy import energy_coefficient
from datakit.metrics.mmd import mmd2
from datakit.metrics.two_sample import energy_test, mmd_test

TESTS = {
    "energy": lambda x, y, rng: energy_test(x, y, rng, 39).p,
    "mmd": lambda x, y, rng: mmd_test(x, y, rng, 39).p,
    "classifier": lambda x, y, rng: classifier_two_sample(x, y, rng, 2, 39).p,
}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 20), st.integers(2, 20))
def test_the_statistics_are_those_of_the_metrics(seed, n, m):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 3)), rng.normal(0.4, 1, size=(m, 3))
    assert energy_test(x, y, rng, 5).statistic == pytest.approx(energy_coefficient(x, y), abs=1e-7)
    assert mmd_test(x, y, rng, 5).statistic == pytest.approx(mmd2(x, y), abs=1e-9)


def test_against_the_permutation_test_of_scipy():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(25, 2)), rng.normal(0.35, 1, size=(30, 2))
    pooled = np.concatenate([x, y])
    distances = cdist(pooled, pooled)

    def statistic(a, b):
        a, b = a.astype(int), b.astype(int)
        within = [distances[np.ix_(s, s)].sum() / (len(s) * (len(s) - 1)) for s in (a, b)]
        between = distances[np.ix_(a, b)].mean()
        return (2 * between - sum(within)) / (2 * between)

    expected = stats.permutation_test(
        (np.arange(25), np.arange(25, 55)),
        statistic,
        alternative="greater",
        n_resamples=1999,
        rng=np.random.default_rng(1),
    )
    got = energy_test(x, y, np.random.default_rng(2), 1999)
    assert got.statistic == pytest.approx(expected.statistic)
    assert got.p == pytest.approx(expected.pvalue, abs=0.03)


def test_all_splits_are_counted_when_rows_are_copies():
    # Every permutation of equal rows ties with the observed split.
    x = np.full((6, 2), 0.1)
    rng = np.random.default_rng(0)
    assert energy_test(x, x, rng) == (0.0, 1.0)
    assert mmd_test(x, x, rng).p == 1.0
    copies = np.repeat([[0.1, 0.2], [0.7, 0.3]], 10, axis=0)
    assert energy_test(copies, copies, rng).p == 1.0


def test_blocks_give_what_one_matrix_gives(monkeypatch):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(40, 3)), rng.normal(0.2, 1, size=(50, 3))
    whole = energy_test(x, y, np.random.default_rng(0))
    cut = [slice(0, 13), slice(13, 60), slice(60, 90)]
    monkeypatch.setattr(two_sample, "row_blocks", lambda n, width: iter(cut))
    parts = energy_test(x, y, np.random.default_rng(0))
    assert (parts.statistic, parts.p) == pytest.approx((whole.statistic, whole.p), abs=1e-7)


@pytest.mark.parametrize("test", TESTS)
def test_the_level_is_held(test):
    # Unequal sizes and skewed columns; 99.9 % bound of the binomial distribution.
    rng = np.random.default_rng(4)
    draws = 60 if test == "classifier" else 200
    rejected = sum(
        TESTS[test](rng.exponential(size=(24, 6)), rng.exponential(size=(16, 6)), rng) <= 0.1
        for _ in range(draws)
    )
    assert rejected <= stats.binom.ppf(0.999, draws, 0.1)


@pytest.mark.parametrize("test", TESTS)
def test_a_shift_is_found(test):
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(80, 6)), rng.normal(0.6, 1, size=(60, 6))
    assert TESTS[test](x, y, np.random.default_rng(0)) == 1 / 40
    assert TESTS[test](x, y, np.random.default_rng(0)) == TESTS[test](
        x, y, np.random.default_rng(0)
    )


def test_classifier_scores_are_scikit_learn_s():
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(300, 5)), rng.normal(0.3, 1, size=(300, 5))
    got = classifier_two_sample(x, y, np.random.default_rng(0), permutations=1)
    rows = np.concatenate([x, y])
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    truth = np.repeat([0, 1], 300)
    part = rng.permutation(600) % 5  # other folds: equal up to their choice
    scores = np.empty(600)
    for f in range(5):
        model = LogisticRegression(C=4 / 5).fit(rows[part != f], truth[part != f])
        scores[part == f] = model.decision_function(rows[part == f])
    assert got.auc == pytest.approx(roc_auc_score(truth, scores), abs=0.02)
    assert got.accuracy == pytest.approx(((scores > 0) == truth).mean(), abs=0.03)


def test_classifier_ignores_units_and_constant_columns():
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(60, 3)), rng.normal(0.5, 1, size=(60, 3))
    plain = classifier_two_sample(x, y, np.random.default_rng(0))
    moved = [s * [1, 100, 0.01] + [0, 1e4, 5] for s in (x, y)]
    assert classifier_two_sample(*moved, np.random.default_rng(0)) == pytest.approx(plain, abs=1e-6)
    alike = np.full((60, 2), 0.1)
    assert classifier_two_sample(alike, alike, np.random.default_rng(0)) == (0.5, 0.5, 1.0)


def test_classifier_finds_nothing_in_what_a_line_does_not_part():
    # Same mean, other scale: a linear classifier is blind to it, and says so with p, not AUC.
    rng = np.random.default_rng(8)
    got = classifier_two_sample(rng.normal(size=(200, 4)), rng.normal(0, 3, (200, 4)), rng)
    assert got.auc == pytest.approx(0.5, abs=0.1)


def test_classifier_separates_disjoint_samples():
    rng = np.random.default_rng(9)
    got = classifier_two_sample(rng.normal(size=(50, 4)), rng.normal(20, 1, size=(70, 4)), rng)
    assert got == (1.0, 1.0, 1 / 200)
