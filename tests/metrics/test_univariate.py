import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datakit.metrics.multiple import benjamini_hochberg
from datakit.metrics.univariate import coupling, ks_test, wasserstein1

values = st.floats(-1e6, 1e6)
columns = st.lists(values | st.integers(-3, 3).map(float), min_size=1, max_size=30)


@settings(deadline=None)
@given(columns, columns)
def test_wasserstein1_is_scipy_s(x, y):
    expected = stats.wasserstein_distance(x, y)
    assert wasserstein1(x, y) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert wasserstein1(y, x) == pytest.approx(wasserstein1(x, y), rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(columns, st.integers(1, 4), st.floats(-100, 100))
def test_wasserstein1_of_repeated_and_of_shifted_columns(x, times, shift):
    assert wasserstein1(x, x * times) == pytest.approx(0, abs=1e-6)
    assert wasserstein1(x, np.add(x, shift)) == pytest.approx(abs(shift), abs=1e-6)


@given(st.integers(1, 40), st.integers(1, 40))
def test_coupling_moves_all_mass_between_the_margins(n, m):
    ranks_x, ranks_y, mass = coupling(n, m)
    assert len(mass) <= n + m - 1
    np.testing.assert_allclose(np.bincount(ranks_x, mass, n), np.full(n, 1 / n))
    np.testing.assert_allclose(np.bincount(ranks_y, mass, m), np.full(m, 1 / m))


@settings(max_examples=50, deadline=None)
@given(columns, columns)
def test_ks_statistic_by_the_definition(x, y):
    pooled = np.concatenate([x, y])
    gaps = [abs(np.mean(np.array(x) <= v) - np.mean(np.array(y) <= v)) for v in pooled]
    test = ks_test(x, y)
    assert test.statistic == pytest.approx(max(gaps), abs=1e-12)
    assert 0 <= test.p <= 1
    assert ks_test(y, x) == pytest.approx(test)


def test_ks_p_is_exact_for_small_samples_and_asymptotic_for_large():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=40), rng.normal(0.4, 1, size=55)
    assert ks_test(x, y).p == stats.ks_2samp(x, y, method="exact").pvalue
    x, y = rng.normal(size=4000), rng.normal(0.04, 1, size=3000)
    assert ks_test(x, y).p == stats.ks_2samp(x, y, method="asymp").pvalue


def test_ks_p_is_conservative_with_ties():
    rng = np.random.default_rng(1)
    p = [ks_test(rng.integers(0, 4, 60), rng.integers(0, 4, 50)).p for _ in range(300)]
    assert np.mean(np.array(p) <= 0.1) < 0.1


@given(st.lists(st.floats(0, 1) | st.just(np.nan), max_size=30))
def test_benjamini_hochberg_is_scipy_s(p):
    p = np.array(p, float)
    adjusted = benjamini_hochberg(p)
    made = ~np.isnan(p)
    np.testing.assert_array_equal(np.isnan(adjusted), ~made)
    if made.any():
        np.testing.assert_allclose(adjusted[made], stats.false_discovery_control(p[made]))
    assert (adjusted[made] >= p[made]).all()
    assert (adjusted[made] <= 1).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_benjamini_hochberg_follows_the_order_given(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    np.testing.assert_array_equal(
        benjamini_hochberg(np.array(p)[order]), benjamini_hochberg(p)[order]
    )


def test_benjamini_hochberg_on_the_worked_example_of_its_paper():
    # Benjamini & Hochberg 1995, section 3.2: at .05 the first four of 15 are rejected.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
