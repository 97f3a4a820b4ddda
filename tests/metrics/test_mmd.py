import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from datakit.metrics.mmd import kid, median_bandwidth, mmd2

seeds = st.integers(0, 2**32 - 1)


def brute_force(x, y, kernel):
    n, m = len(x), len(y)
    xx, yy = kernel(x, x), kernel(y, y)
    within = (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return within - 2 * kernel(x, y).mean()


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(2, 25), st.integers(2, 25), st.integers(1, 6))
def test_mmd2_by_brute_force_and_its_properties(seed, n, m, d):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(0.5, 2, size=(m, d))
    value = mmd2(x, y, bandwidth=1.3)
    expected = brute_force(x, y, lambda a, b: np.exp(-cdist(a, b, "sqeuclidean") / (2 * 1.3**2)))
    assert value == pytest.approx(expected, abs=1e-12)
    expected = brute_force(x, y, lambda a, b: (a @ b.T / d + 1) ** 3)
    assert mmd2(x, y, "polynomial") == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert value <= 2
    assert mmd2(y, x, bandwidth=1.3) == pytest.approx(value, abs=1e-12)
    assert mmd2(rng.permutation(x), y, bandwidth=1.3) == pytest.approx(value, abs=1e-12)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert mmd2(x @ turn + 9, y @ turn + 9, bandwidth=1.3) == pytest.approx(value, abs=1e-10)


def test_mmd2_over_several_blocks():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2500, 2)), rng.normal(0.3, 1, size=(2100, 2))
    expected = brute_force(x, y, lambda a, b: np.exp(-cdist(a, b, "sqeuclidean") / 2))
    assert mmd2(x, y, bandwidth=1.0) == pytest.approx(expected, abs=1e-10)


def test_mmd2_has_expectation_zero_on_equal_distributions():
    rng = np.random.default_rng(1)
    values = [mmd2(rng.normal(size=(20, 4)), rng.normal(size=(30, 4))) for _ in range(200)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(200)


def test_mmd2_of_two_gaussians_in_closed_form():
    # Both N(., I): 2 (s^2 / (s^2 + 2))^(d/2) (1 - exp(-|t|^2 / (2 (s^2 + 2)))) with bandwidth s.
    rng = np.random.default_rng(2)
    d, s, t = 3, 1.5, 0.8
    rate = (s**2 / (s**2 + 2)) ** (d / 2)
    truth = 2 * rate * (1 - np.exp(-d * t**2 / (2 * (s**2 + 2))))
    got = mmd2(rng.normal(size=(2000, d)), rng.normal(t, 1, size=(2000, d)), bandwidth=s)
    assert got == pytest.approx(truth, rel=0.06)


def test_median_bandwidth():
    x = np.random.default_rng(3).normal(size=(80, 5))
    assert median_bandwidth(x) == pytest.approx(np.median(pdist(x)))
    assert median_bandwidth(np.ones((5, 2))) == 1.0
    mostly_copies = np.concatenate([np.full((50, 2), 0.1), x[:9, :2] + 5])
    apart = pdist(mostly_copies)
    assert median_bandwidth(mostly_copies) == pytest.approx(np.median(apart[apart > 0]))
    large = np.random.default_rng(4).normal(size=(6000, 5))
    assert median_bandwidth(large) == pytest.approx(np.median(pdist(large[::2])), rel=0.01)


def test_kid_is_the_mean_over_subsets():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(300, 6)), rng.normal(0.2, 1, size=(280, 6))
    got = kid(x, y, np.random.default_rng(0), subsets=200, subset_size=60)
    assert got.mean == pytest.approx(mmd2(x, y, "polynomial"), abs=4 * got.sd / np.sqrt(200))
    assert got == kid(x, y, np.random.default_rng(0), subsets=200, subset_size=60)
    everything = kid(x[:280], y, rng, subsets=3, subset_size=280)
    assert everything.mean == pytest.approx(mmd2(x[:280], y, "polynomial"))
    assert everything.sd == pytest.approx(0, abs=1e-9)
