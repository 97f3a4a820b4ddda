import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from datakit.benchmarks.effect_difference import (
    half_width,
    luck_of_halves,
    luck_of_random,
    paired_difference,
)
from datakit.benchmarks.effect_looks import look_levels
from datakit.errors import InputError


def arms(seed, k, shift=0.0, spread=1.0):
    rng = np.random.default_rng(seed)
    common = rng.normal(30, 2, k)
    return common + spread * rng.normal(size=k) + shift, common + spread * rng.normal(size=k)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.sampled_from([0.05, 0.01, 0.2]))
def test_without_luck_it_is_the_paired_t_test(seed, k, level):
    a, b = arms(seed, k, 0.5)
    got = paired_difference(a, b, 0.0, level)
    truth = stats.ttest_rel(a, b)
    low, high = truth.confidence_interval(1 - level)
    assert (got.low, got.high) == pytest.approx((low, high))
    assert got.p == pytest.approx(min(1, truth.pvalue * 0.05 / level))
    assert got.n_seeds == k


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 12), st.floats(0, 2))
def test_the_ratio_s_ends_are_where_its_own_test_turns(seed, k, luck):
    a, b = arms(seed, k, -3)
    got = paired_difference(a, b, luck)
    assume(got.relative_low is not None)

    def beyond(q):
        d = a - q * b
        bound = stats.t.ppf(0.975, k - 1) ** 2 * (d.var(ddof=1) / k + luck)
        return d.mean() ** 2 - bound

    assert got.relative == pytest.approx(a.mean() / b.mean() - 1)
    assert beyond(1 + got.relative) < 0
    middle = 1 + got.relative
    steps = 10.0 ** np.arange(-6, 8)
    left = next(middle - s for s in steps if beyond(middle - s) > 0)
    right = next(middle + s for s in steps if beyond(middle + s) > 0)
    assert got.relative_low == pytest.approx(brentq(beyond, left, middle) - 1, abs=1e-6)
    assert got.relative_high == pytest.approx(brentq(beyond, middle, right) - 1, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 12),
    st.floats(-3, 3),
    st.floats(0, 1),
    st.sampled_from([0.05, 0.0056, 0.0278]),
)
def test_p_difference_and_ratio_agree(seed, k, shift, luck, level):
    got = paired_difference(*arms(seed, k, shift), luck, level)
    excluded = got.low > 0 or got.high < 0
    assert (got.p < 0.05) == excluded
    if got.relative_low is not None:
        assert (got.relative_low > 0 or got.relative_high < 0) == excluded
        assert got.relative_low <= got.relative <= got.relative_high


def test_a_ratio_to_what_may_be_zero_has_no_interval():
    got = paired_difference([4.0, 5, 6, 5], [-1.0, 1.5, -1, 1], 0.0)
    assert got.low > 0
    assert got.relative is None
    assert got.relative_low is None
    assert got.to_json()["relative"] is None


def test_one_seed_says_nothing_and_equal_runs_are_equal():
    one = paired_difference([1.0], [2.0], 0.0)
    assert (one.value, one.low, one.high) == (-1, -np.inf, np.inf)
    assert one.to_json() == {
        "value": -1.0,
        "low": None,
        "high": None,
        "relative": -0.5,
        "relative_low": None,
        "relative_high": None,
        "p": None,
        "n_seeds": 1,
        "level": 0.05,
    }
    same = paired_difference([1.0, 2.0, 4.0], [1.0, 2.0, 4.0], 0.0)
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_luck_by_hand():
    # Variances: of random 4, of the difference 9.
    random, curated = np.array([0.0, 2, 4]), np.array([1.0, 0, 8])
    assert (curated - random).tolist() == [1, -2, 4]
    excesses = {}
    for fixed, of_fixed in (
        ([0.0, 1, 2], 1),
        ([0.0, 0, 0], 0),
        ([0.0, 2, 4], 4),
        ([0.0, 9, 0], 27),
    ):
        assert np.var(fixed, ddof=1) == pytest.approx(of_fixed)
        excesses[of_fixed] = float(luck_of_random(curated, random, np.array(fixed)))
    # 4 - 1 and 4 - 0 are more than a quarter of 9; what is less is lifted to it.
    assert excesses == pytest.approx({1: 3, 0: 4, 4: 9 / 4, 27: 9 / 4})
    assert luck_of_halves(curated, random) == pytest.approx(9)
    # Never more than all: curated follows random, so that the difference varies little.
    assert luck_of_random(np.array([0.0, 3, 4]), random, np.zeros(3)) == pytest.approx(1 / 3)


def test_width_falls_with_seeds_but_not_below_the_luck():
    widths = [float(half_width(2.0, 0.5, k, 0.05)) for k in range(2, 4000)]
    assert all(np.diff(widths) < 0)
    assert widths[-1] == pytest.approx(1.96 * 0.5**0.5, rel=0.01)


def set_values(rng, draws, k, size, training):
    """A model whose metric is the mean of its training set, trained by chance subsets of a corpus.

    Returns raw, a fixed chance subset as 'curated', and fresh ones as 'random', shape (draws, k).
    """
    corpus = rng.normal(size=(draws, 2 * size))

    def chosen(n):
        keys = rng.random((draws, n, 2 * size))
        picked = np.argpartition(keys, size, axis=-1)[..., :size]
        return np.take_along_axis(corpus[:, None], picked, axis=-1).mean(axis=-1)

    raw = np.broadcast_to(corpus.mean(axis=1)[:, None], (draws, k))
    values = (raw, np.broadcast_to(chosen(1), (draws, k)), chosen(k))
    return [v + training * rng.normal(size=(draws, k)) for v in values]


@pytest.mark.parametrize("training", [0.05, 0.15, 0.3])
def test_a_chance_subset_is_no_curation(training):
    # The luck of a half of 40 is .11; the t test calls it an effect ever more often.
    raw, curated, random = set_values(np.random.default_rng(1), 1500, 8, 20, training)
    difference = curated - random
    variance = difference.var(axis=1, ddof=1)
    luck = luck_of_random(curated, random, raw)
    mean = np.abs(difference.mean(axis=1))
    assert (mean > half_width(variance, luck, 8, 0.05)).mean() < 0.08
    if training < 0.2:
        assert (mean > half_width(variance, 0.0, 8, 0.05)).mean() > 0.2


@pytest.mark.parametrize("training", [0.0, 0.2])
def test_two_sets_of_one_population_in_halves(training):
    rng = np.random.default_rng(2)
    draws, k, size = 1500, 8, 20
    values = []
    for _ in range(2):
        corpus = rng.normal(size=(draws, 1, size))
        picked = np.argsort(rng.random((draws, k, size)), axis=-1)[..., : size // 2]
        half = np.take_along_axis(corpus, picked, axis=-1).mean(axis=-1)
        values.append(half + training * rng.normal(size=(draws, k)))
    difference = values[0] - values[1]
    variance = difference.var(axis=1, ddof=1)
    mean = np.abs(difference.mean(axis=1))
    hit = mean > half_width(variance, luck_of_halves(*values), k, 0.05)
    assert hit.mean() < 0.065
    assert (mean > half_width(variance, 0.0, k, 0.05)).mean() > 0.2
    if training == 0:  # all of it is luck: the bound is met
        assert hit.mean() > 0.03


def test_levels_of_looks():
    assert look_levels([8]) == {8: 0.05}
    levels = look_levels((4, 8, 12))
    assert sum(levels.values()) == pytest.approx(0.05)
    assert levels == pytest.approx({4: 0.05 / 9, 8: 0.05 * 3 / 9, 12: 0.05 * 5 / 9})
    for wrong in ([], [0, 4], [8, 4], [4, 4]):
        with pytest.raises(InputError, match="rising"):
            look_levels(wrong)


def test_looks_keep_the_rate_without_luck():
    # Independent t tests at the levels, on one growing run of noise: any of them below 5 %.
    x = np.random.default_rng(3).normal(size=(20_000, 12))
    any_found = np.zeros(len(x), bool)
    for k, level in look_levels((4, 8, 12)).items():
        width = half_width(x[:, :k].var(axis=1, ddof=1), 0.0, k, level)
        any_found |= np.abs(x[:, :k].mean(axis=1)) > width
    assert 0.03 < any_found.mean() < 0.05
