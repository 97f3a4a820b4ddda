"""Spread against brute force, scikit-learn's k-means, and known truth."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from datakit.metrics.hill import hill2
from datakit.metrics.spread import cells_of, crowding, fit_cells, fit_centroids, shared_weight


def mixture(n, seed, modes=10, d=8):
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(0, 4, (10, d))
    return (centres[rng.integers(0, modes, n)] + rng.normal(0, 1, (n, d))).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12))
def test_shared_weight_by_all_pairs(rows):
    cells = np.array(rows)
    allowance = np.array([[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.4, 0.1]])
    pairs = [
        np.mean([(x[b] == y[b]) / allowance[b, x[b]] for b in (0, 1)])
        for x, y in itertools.permutations(rows, 2)
    ]
    assert shared_weight(cells, allowance) == pytest.approx(np.mean(pairs))


def test_with_equal_allowances_a_ratio_is_one_of_hill_numbers():
    rng = np.random.default_rng(1)
    a, b = (rng.choice(5, n, p=[0.4, 0.3, 0.1, 0.1, 0.1])[:, None] for n in (200, 50))
    even = np.full((1, 5), 0.2)
    expected = hill2(np.bincount(a[:, 0])) / hill2(np.bincount(b[:, 0]))
    assert shared_weight(b, even) / shared_weight(a, even) == pytest.approx(expected)
    assert np.isnan(shared_weight(a[:1], even))


def test_with_the_references_shares_it_is_the_renyi_divergence():
    q, p = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
    rng = np.random.default_rng(2)
    values = [shared_weight(rng.choice(3, 40, p=p)[:, None], q[None]) for _ in range(2000)]
    standard_error = np.std(values) / np.sqrt(len(values))
    assert np.mean(values) == pytest.approx((p**2 / q).sum(), abs=4 * standard_error)


def test_cells_of_is_the_nearest_centroid_of_every_book():
    rng = np.random.default_rng(3)
    x, books = rng.normal(size=(50, 6)), rng.normal(size=(3, 5, 6)).astype(np.float32)
    expected = ((x[:, None, None] - books) ** 2).sum(axis=3).argmin(axis=2)
    np.testing.assert_array_equal(cells_of(x, books), expected)


def test_centroids_are_as_good_as_scikit_learns():
    x = mixture(800, 4)
    ours = fit_centroids(x, 16, np.random.default_rng(0))
    error = ((x[:, None] - ours) ** 2).sum(axis=2).min(axis=1).sum()
    theirs = KMeans(16, n_init=1, random_state=0).fit(x).inertia_
    assert error < 1.1 * theirs
    np.testing.assert_array_equal(ours, fit_centroids(x, 16, np.random.default_rng(0)))


def test_centroids_of_equal_vectors():
    x = np.ones((40, 3), np.float32)
    np.testing.assert_array_equal(fit_centroids(x, 4, np.random.default_rng(0)), np.ones((4, 3)))


def test_a_sample_like_the_reference_scores_one_and_half_of_its_modes_a_half():
    ratios = {10: [], 5: []}
    for seed in range(12):
        cells = fit_cells(
            mixture(1500, 3 * seed), mixture(1500, 3 * seed + 1), np.random.default_rng(0)
        )
        assert cells is not None
        for modes, found in ratios.items():
            sample = cells_of(mixture(500, 3 * seed + 2, modes), cells.centroids)
            found.append(cells.norm / shared_weight(sample, cells.allowance))
    assert np.mean(ratios[10]) == pytest.approx(1, abs=0.02)
    assert np.mean(ratios[5]) == pytest.approx(0.5, abs=0.03)


def test_too_small_a_reference_has_no_cells():
    x = mixture(100, 5)
    assert fit_cells(x, x, np.random.default_rng(0)) is None
    assert fit_cells(mixture(400, 6), x[:4], np.random.default_rng(0)) is None


def test_crowding():
    cells = np.array([[0], [0], [0], [1]])
    np.testing.assert_allclose(crowding(cells, np.array([[0.25, 0.5, 0.25]])), [[3, 0.5, 0]])
