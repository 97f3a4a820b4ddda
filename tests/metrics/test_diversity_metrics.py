"""Hill numbers, Vendi score, internal diversity and coverage of cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.metrics import vendi as vendi_module
from datakit.metrics.coverage import cell_coverage, spherical_kmeans
from datakit.metrics.hill import hill
from datakit.metrics.vendi import intdiv, vendi

seeds = st.integers(0, 2**32 - 1)
orders = st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 5.0, np.inf])
counts = st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(sum)


@given(counts)
def test_hill_numbers_of_the_usual_orders(c):
    p = np.array([v for v in c if v]) / sum(c)
    assert hill(c, 0) == pytest.approx(len(p))
    assert hill(c, 1) == pytest.approx(np.exp(-(p * np.log(p)).sum()))
    assert hill(c, 2) == pytest.approx(1 / (p**2).sum())
    assert hill(c, np.inf) == pytest.approx(1 / p.max())
    assert hill(c, 3) == pytest.approx((p**3).sum() ** (-1 / 2))


@given(counts, st.floats(0, 20), st.floats(0, 20), st.integers(2, 5))
def test_hill_numbers_fall_with_the_order_and_double_with_the_categories(c, q, r, times):
    low, high = sorted((q, r))
    assert hill(c, high) <= hill(c, low) * (1 + 1e-7)
    assert 1 - 1e-9 <= hill(c, q) <= len(c) * (1 + 1e-9)
    assert hill(c * times, q) == pytest.approx(
        times * hill(c, q), rel=1e-6
    )  # replication principle
    assert hill(np.multiply(c, times), q) == pytest.approx(hill(c, q), rel=1e-6)


def test_hill_is_continuous_at_order_one_and_stable_at_high_orders():
    c = [70, 20, 9, 1]
    for nearby in (1 - 1e-5, 1 - 1e-7, 1 + 1e-7, 1 + 1e-5):
        assert hill(c, nearby) == pytest.approx(hill(c, 1), rel=1e-4)
    assert hill(c, 1e4) == pytest.approx(hill(c, np.inf), rel=1e-3)
    assert np.isnan(hill([0, 0], 1))


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 20), st.integers(2, 8), orders, st.sampled_from(["cosine", "rbf"]))
def test_vendi_by_its_definition(seed, n, d, order, kernel):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    if kernel == "cosine":
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        similarity = unit @ unit.T
        score = vendi(x, order)
    else:
        similarity = np.exp(-((x[:, None] - x[None]) ** 2).sum(axis=2) / (2 * 0.7**2))
        score = vendi(x, order, "rbf", bandwidth=0.7)
    eigenvalues = np.linalg.eigvalsh(similarity / n)
    expected = hill(np.where(eigenvalues > 1e-13, eigenvalues, 0), order)
    assert score == pytest.approx(expected, rel=1e-5)
    assert 1 - 1e-9 <= score <= n * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(seeds, orders, st.integers(2, 4))
def test_vendi_does_not_count_copies_nor_see_turns(seed, order, times):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(9, 4))
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    for kernel, width in (("cosine", None), ("rbf", 1.0)):
        score = vendi(x, order, kernel, width)
        copies = rng.permutation(np.repeat(x, times, axis=0)) @ turn
        assert vendi(copies, order, kernel, width) == pytest.approx(score, rel=1e-4)


@pytest.mark.parametrize("order", [0.5, 1, 2, np.inf])
def test_vendi_of_orthonormal_and_of_equal_rows(order):
    assert vendi(np.eye(7), order) == pytest.approx(7)
    assert vendi(np.full((9, 3), 0.2), order) == pytest.approx(1)
    assert vendi(np.eye(7)[np.arange(70) % 7], order) == pytest.approx(7)
    assert vendi(50 * np.eye(6), order, "rbf", 1.0) == pytest.approx(6)


@pytest.mark.parametrize(
    ("order", "within"), [(1.0, 0.06), (1.5, 0.06), (2.0, 1e-9), (np.inf, 0.01)]
)
def test_vendi_of_many_rows_stays_within_its_stated_error(order, within, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 3))
    exact = vendi(x, order, "rbf")
    monkeypatch.setattr(vendi_module, "_EXACT_ROWS", 1000)
    monkeypatch.setattr(vendi_module, "_LANDMARKS", 500)
    assert vendi(x, order, "rbf") == pytest.approx(exact, rel=within)


def test_vendi_refuses_what_the_low_rank_path_cannot_see(monkeypatch):
    monkeypatch.setattr(vendi_module, "_EXACT_ROWS", 100)
    monkeypatch.setattr(vendi_module, "_LANDMARKS", 50)
    x = np.random.default_rng(1).normal(size=(300, 20))
    with pytest.raises(ValueError, match="50 of 300 rows leave"):
        vendi(x, 1, "rbf", bandwidth=0.5)
    with pytest.raises(ValueError, match="at most 100 rows"):
        vendi(x, 0.5, "rbf")


@given(seeds, st.integers(1, 20), st.integers(1, 5))
def test_intdiv_is_one_minus_the_mean_cosine(seed, n, d):
    x = np.random.default_rng(seed).normal(size=(n, d))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    assert intdiv(x) == pytest.approx(1 - (unit @ unit.T).mean(), abs=1e-9)
    assert intdiv(np.repeat(x, 3, axis=0)) == pytest.approx(intdiv(x), abs=1e-9)


def clusters(n, rng, used=6):
    """Unit-free rows around `used` of 6 far directions."""
    return 10 * np.eye(6)[rng.integers(0, used, n)] + rng.normal(0, 0.5, size=(n, 6))


def test_spherical_kmeans_finds_directions():
    centroids = spherical_kmeans(
        clusters(300, np.random.default_rng(0)), 6, np.random.default_rng(1)
    )
    np.testing.assert_allclose(np.linalg.norm(centroids, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(np.sort(centroids.argmax(axis=1)), np.arange(6))
    assert centroids.max(axis=1).min() > 0.99


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(1, 12))
def test_spherical_kmeans_serves_rows_no_worse_than_its_starts(seed, k):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, 3))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    served = [
        (unit @ spherical_kmeans(3 * x, k, np.random.default_rng(0), rounds).T).max(axis=1).mean()
        for rounds in (1, 25)
    ]
    assert served[1] >= served[0] - 1e-6


def test_spherical_kmeans_with_fewer_different_rows_than_cells():
    centroids = spherical_kmeans(np.eye(3)[np.arange(30) % 3], 5, np.random.default_rng(0))
    assert np.isfinite(centroids).all()


@pytest.mark.parametrize("used", [1, 2, 4, 6])
def test_cell_coverage_counts_the_cells_reached(used):
    rng = np.random.default_rng(2)
    reference = clusters(600, rng)
    covered = cell_coverage(clusters(200, rng, used), reference, 6, rng=np.random.default_rng(0))
    assert covered == pytest.approx(used / 6)


def test_cell_coverage_of_strays_and_its_bounds():
    rng = np.random.default_rng(3)
    reference = clusters(600, rng)
    strays = np.concatenate([clusters(200, rng, 1), clusters(1, rng) * 0 + 10 * np.eye(6)[[5]]])
    at = [
        cell_coverage(strays, reference, 6, rng=np.random.default_rng(0), at_least=least)
        for least in (1, 2)
    ]
    assert at == pytest.approx([2 / 6, 1 / 6])
    assert cell_coverage(reference, reference, 20, rng=np.random.default_rng(0)) == 1
    # Scale of the vectors and their order do not matter.
    again = cell_coverage(
        7 * rng.permutation(strays), reference, 6, rng=np.random.default_rng(0), at_least=2
    )
    assert again == at[1]
