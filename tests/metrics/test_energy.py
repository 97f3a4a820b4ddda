import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.stats import norm, rankdata

from datakit.metrics.energy import (
    distances_between,
    energy_coefficient,
    energy_of_masks,
    rank_energy_of_masks,
)
from datakit.metrics.proportions import le_cam


def literal(x, y):
    """The coefficient by its definition, from scipy's distances."""
    n, m = len(x), len(y)
    between = cdist(x, y).mean()
    within = cdist(x, x).sum() / (n * (n - 1)) + cdist(y, y).sum() / (m * (m - 1))
    return (2 * between - within) / (2 * between) if between else 0.0


def test_distances_are_scipy_s():
    rng = np.random.default_rng(0)
    x, y = rng.normal(3, 1, (40, 7)), rng.normal(3, 1, (30, 7))
    np.testing.assert_allclose(distances_between(x, y), cdist(x, y), atol=1e-7)
    assert (np.diag(distances_between(x, x)) == 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(1, 4), st.integers(0, 2**32))
def test_energy_is_its_definition(n, m, d, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(1, 2, (m, d))
    assert energy_coefficient(x, y) == pytest.approx(literal(x, y), abs=1e-9)
    assert energy_coefficient(x, y) == pytest.approx(energy_coefficient(y, x), abs=1e-12)
    assert energy_coefficient(x, y) == pytest.approx(energy_coefficient(x[::-1], y), abs=1e-12)
    moved = energy_coefficient(3 * x + 5, 3 * y + 5)
    assert moved == pytest.approx(energy_coefficient(x, y), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 30), st.integers(0, 2**32))
def test_masks_choose_rows(n, seed):
    rng = np.random.default_rng(seed)
    pooled = rng.normal(size=(2 * n, 3))
    side = np.zeros((5, 2 * n), bool)
    for i in range(5):
        side[i, rng.permutation(2 * n)[:n]] = True
    got = energy_of_masks(distances_between(pooled, pooled), side, ~side)
    np.testing.assert_allclose(got, [literal(pooled[s], pooled[~s]) for s in side], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 25), st.integers(2, 25), st.integers(2, 9), st.integers(0, 2**32))
def test_rank_energy_is_the_energy_of_mid_distribution_values(n, m, k, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, k, n).astype(float), rng.integers(0, k, m).astype(float)
    pooled = np.concatenate([x, y])

    def mid(sample, v):
        return ((sample < v).sum() + (sample == v).sum() / 2) / len(sample)

    scale = np.array([[(mid(x, v) + mid(y, v)) / 2] for v in pooled])
    side = np.arange(n + m) < n
    got = rank_energy_of_masks(pooled, side, side[None], ~side[None])
    assert got[0] == pytest.approx(literal(scale[:n], scale[n:]), abs=1e-9)
    stretched = rank_energy_of_masks(np.exp(pooled), side, side[None], ~side[None])
    assert stretched[0] == pytest.approx(got[0], abs=1e-12)


def test_rank_energy_of_equal_sizes_is_that_of_pooled_ranks():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=60), rng.normal(0.5, 1, 60)
    ranks = (rankdata(np.concatenate([x, y])) - 0.5) / 120
    side = np.arange(120) < 60
    got = rank_energy_of_masks(np.concatenate([x, y]), side, side[None], ~side[None])[0]
    assert got == pytest.approx(literal(ranks[:60, None], ranks[60:, None]), abs=1e-12)


@pytest.mark.parametrize(("n", "m"), [(50, 50), (300, 60), (60, 900)])
def test_statistics_are_zero_in_expectation_whatever_the_sizes(n, m):
    rng = np.random.default_rng(3)
    side = np.arange(n + m) < n
    pooled = [rng.normal(size=n + m) for _ in range(300)]
    ranks = [rank_energy_of_masks(v, side, side[None], ~side[None])[0] for v in pooled]
    assert abs(np.mean(ranks)) < 4 * np.std(ranks) / np.sqrt(300)
    p = np.array([0.5, 0.2, 0.2, 0.1])
    cams = [le_cam(rng.multinomial(n, p), rng.multinomial(m, p)) for _ in range(300)]
    assert abs(np.mean(cams)) < 4 * np.std(cams) / np.sqrt(300)


def test_a_shift_by_half_a_standard_deviation():
    grid = np.linspace(-9, 9, 200_001)
    f, g = norm.cdf(grid), norm.cdf(grid, 0.5)
    apart = 2 * np.trapezoid((f - g) ** 2, (f + g) / 2)
    expected = apart / (2 / 3 + apart / 2)  # the mean of all pooled distances is 1/3
    rng = np.random.default_rng(4)
    v = np.concatenate([rng.normal(size=200_000), rng.normal(0.5, 1, 200_000)])
    side = np.arange(400_000) < 200_000
    got = rank_energy_of_masks(v, side, side[None], ~side[None])[0]
    assert expected == pytest.approx(0.28 * 0.5**2, rel=0.1)
    assert got == pytest.approx(expected, rel=0.05)


def test_le_cam_is_the_plain_divergence_of_large_counts():
    p, q = np.array([0.5, 0.3, 0.2, 0]), np.array([0.25, 0.25, 0.25, 0.25])
    plain = 0.5 * ((p - q) ** 2 / (p + q)).sum()
    assert le_cam(p * 1e9, q * 1e9) == pytest.approx(plain, abs=1e-6)
    assert le_cam(p * 1e9, q, exact=True) == pytest.approx(plain, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=12))
def test_le_cam_is_bounded_and_symmetric(pairs):
    x, y = np.array(pairs).T
    x, y = np.append(x, 2), np.append(y, 2)
    assert le_cam(x, y) <= 1 + 1e-12
    assert le_cam(x, y) == pytest.approx(float(le_cam(y, x)))
    order = np.arange(len(x))[::-1]
    assert le_cam(x[order], y[order]) == pytest.approx(float(le_cam(x, y)))


@pytest.mark.parametrize("k", [5, 50, 500])
def test_dropping_a_fifth_of_the_categories_is_as_bad_however_many_there_are(k):
    full = np.full(k, 10**9 // k)
    kept = np.where(np.arange(k) < k * 4 // 5, 10**9 // (k * 4 // 5), 0)
    assert le_cam(kept, full) == pytest.approx(0.2 / 2 + 0.2**2 / (2 * 1.8), abs=1e-4)
