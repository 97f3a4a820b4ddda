import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from datakit.metrics.energy import energy_coefficient
from datakit.metrics.hill import hill2, nearest_cells
from datakit.metrics.intervals import half_sampling_sd, wilson


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_is_scipy_s(k, n):
    k = min(k, n)
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(lambda c: sum(c) > 1))
def test_hill2_is_one_over_the_chance_of_a_match(counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    same = (labels[:, None] == labels[None, :]).sum() - len(labels)
    pairs = len(labels) * (len(labels) - 1)
    assert hill2(np.array(counts)) == (pytest.approx(pairs / same) if same else np.inf)


def test_nearest_cells_by_brute_force():
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=(500, 8)), rng.normal(size=(9, 8))
    expected = ((x[:, None] - c[None]) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(
        nearest_cells(x.astype(np.float32), c.astype(np.float32)), expected
    )


def test_energy_against_scipy_in_one_dimension():
    # scipy gives sqrt(2 * integral (F-G)^2), whose square is the V-form of the numerator.
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=400), rng.normal(0.7, 1.3, size=300)
    between = np.abs(x[:, None] - y).mean()
    n, m = len(x), len(y)
    within_x = np.abs(x[:, None] - x).sum() / n**2
    within_y = np.abs(y[:, None] - y).sum() / m**2
    squared = stats.energy_distance(x, y) ** 2
    assert squared == pytest.approx(2 * between - within_x - within_y)
    u_form = (2 * between - within_x * n / (n - 1) - within_y * m / (m - 1)) / (2 * between)
    got = energy_coefficient(x[:, None].astype(np.float32), y[:, None].astype(np.float32))
    assert got == pytest.approx(u_form, rel=1e-4)


def test_energy_is_unbiased_on_equal_distributions():
    rng = np.random.default_rng(2)
    values = [
        energy_coefficient(rng.normal(size=(30, 4)), rng.normal(size=(30, 4))) for _ in range(200)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(200)


def test_half_sampling_gives_the_standard_error_of_a_mean():
    x = np.random.default_rng(3).normal(0, 2, 400)
    sd = half_sampling_sd(lambda chosen: x[chosen].mean(), 400, np.random.default_rng(0), 400)
    assert sd == pytest.approx(2 / 20, rel=0.15)
