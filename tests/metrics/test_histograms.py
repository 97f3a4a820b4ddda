import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from datakit.metrics.histograms import chi_square, common_bins, jensen_shannon, psi

counts = st.lists(st.integers(0, 60), min_size=6, max_size=6).filter(sum)


@given(counts, counts)
def test_jensen_shannon_is_scipy_s(p, q):
    value = jensen_shannon(p, q)
    assert value == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)
    assert 0 <= value <= 1
    assert jensen_shannon(q, p) == pytest.approx(value, abs=1e-7)
    assert jensen_shannon(p, np.multiply(p, 7)) == pytest.approx(0, abs=1e-7)


@given(counts, counts)
def test_psi_is_the_two_way_divergence_of_the_floored_shares(p, q):
    a, b = (np.maximum(np.divide(c, sum(c)), 1e-4) for c in (p, q))
    expected = ((a - b) * (np.log(a) - np.log(b))).sum()
    assert psi(p, q) == pytest.approx(expected, abs=1e-12)
    assert psi(p, q) >= 0
    assert psi(p, p) == 0
    assert psi(q, p) == pytest.approx(psi(p, q), abs=1e-12)


def test_psi_of_two_samples_of_one_distribution():
    # Its expectation is about (k - 1)(1/n + 1/m).
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(400, np.full(10, 0.1), size=(300, 2))
    assert np.mean([psi(*pair) for pair in drawn]) == pytest.approx(9 * 2 / 400, rel=0.1)


@settings(deadline=None)
@given(counts, counts)
def test_chi_square_is_scipy_s(x, y):
    got = chi_square(x, y)
    table = np.array([x, y])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] == 1:
        assert got == (0, 0, 1)
        return
    expected = stats.chi2_contingency(table, correction=False)
    assert got == pytest.approx((expected.statistic, expected.dof, expected.pvalue), abs=1e-9)


def test_chi_square_draws_tables_where_counts_are_small():
    # Fisher's exact p of this table, by its own two-sided rule, is 1/35 + 1/35 = .0571.
    got = chi_square([0, 4], [3, 0], np.random.default_rng(0), draws=19_999)
    assert got.p == pytest.approx(stats.fisher_exact([[0, 4], [3, 0]]).pvalue, abs=0.005)
    assert got.p > chi_square([0, 4], [3, 0]).p
    large = chi_square([90, 110], [120, 80], np.random.default_rng(0))
    assert large == chi_square([90, 110], [120, 80])


def test_chi_square_holds_its_level_with_rare_categories():
    rng = np.random.default_rng(1)
    rates = np.array([0.9] + [0.01] * 10)
    p = [
        chi_square(rng.multinomial(60, rates), rng.multinomial(90, rates), rng, draws=199).p
        for _ in range(300)
    ]
    assert np.mean(np.array(p) <= 0.1) <= stats.binom.ppf(0.999, 300, 0.1) / 300


numbers = st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float)


@given(
    st.lists(numbers, min_size=1, max_size=60),
    st.lists(numbers, min_size=1, max_size=60),
    st.integers(2, 12),
)
def test_bins_hold_every_value(x, y, bins):
    edges = common_bins(x, y, bins)
    assert (np.diff(edges) > 0).all()
    for column in (x, y):
        assert np.histogram(column, edges)[0].sum() == len(column)
    if len(np.union1d(x, y)) <= bins:
        assert len(edges) - 1 == len(np.union1d(x, y))


def test_bins_spread_the_reference_evenly():
    rng = np.random.default_rng(2)
    y = rng.lognormal(size=1000)
    edges = common_bins(rng.normal(size=500), y, 10)
    np.testing.assert_allclose(np.histogram(y, edges)[0], 100, atol=1)


@pytest.mark.parametrize(("atom", "others"), [(0.0, (0, 1)), (1.0, (0, 1)), (0.5, (0, 1))])
def test_a_frequent_value_has_a_bin_of_its_own(atom, others):
    rng = np.random.default_rng(3)
    y = np.concatenate([np.full(600, atom), rng.uniform(*others, 400)])
    x = rng.uniform(*others, 300)
    edges = common_bins(x, y, 10)
    held = np.searchsorted(edges, atom, side="right") - 1
    inside = [c for c in np.union1d(x, y) if edges[held] <= c < edges[held + 1]]
    assert inside == [atom]


def test_a_constant_reference_is_parted_from_what_is_below_and_above():
    edges = common_bins(np.linspace(0, 10, 101), np.full(50, 3.0), 10)
    p = np.histogram(np.linspace(0, 10, 101), edges)[0]
    assert p.tolist() == [30, 1, 70]
    assert np.histogram(np.full(50, 3.0), edges)[0].tolist() == [0, 50, 0]
