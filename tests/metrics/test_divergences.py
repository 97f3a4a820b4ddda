"""Nearest-neighbour entropy and divergence, and sliced Wasserstein."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from scipy.spatial import cKDTree

from datakit.metrics.knn_divergence import knn_entropy, knn_kl
from datakit.metrics.sliced_wasserstein import sliced_wasserstein

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(8, 60), st.integers(8, 60), st.integers(1, 4), st.integers(1, 5))
def test_against_a_tree_without_ties(seed, n, m, d, k):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(0.5, 1.5, size=(m, d))
    own = cKDTree(x).query(x, [k + 1])[0][:, 0]
    other = cKDTree(y).query(x, [k])[0][:, 0]
    volume = np.log(np.pi ** (d / 2) / special.gamma(d / 2 + 1))
    entropy = special.digamma(n) - special.digamma(k) + volume + d * np.log(own).mean()
    assert knn_entropy(x, k) == pytest.approx(entropy)
    assert knn_kl(x, y, k) == pytest.approx(d * np.log(other / own).mean() + np.log(m / (n - 1)))
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    moved = knn_entropy(2 * rng.permutation(x) @ turn + 3, k)
    assert moved == pytest.approx(entropy + d * np.log(2))
    assert knn_kl(2 * x @ turn + 3, 2 * y @ turn + 3, k) == pytest.approx(knn_kl(x, y, k))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_entropy_of_a_gaussian(d):
    values = [knn_entropy(np.random.default_rng(s).normal(0, 2, (1500, d))) for s in range(5)]
    truth = stats.multivariate_normal(np.zeros(d), 4 * np.eye(d)).entropy()
    assert np.mean(values) == pytest.approx(truth, abs=0.08)


@pytest.mark.parametrize(("t", "s"), [(0.0, 1.0), (1.0, 1.0), (0.5, 2.0)])
def test_divergence_of_gaussians(t, s):
    d = 2
    truth = d * (np.log(s) + (1 + t**2) / (2 * s**2) - 0.5)
    rng = np.random.default_rng(0)
    values = [knn_kl(rng.normal(size=(1000, d)), rng.normal(t, s, (900, d))) for _ in range(5)]
    assert np.mean(values) == pytest.approx(truth, abs=0.12)  # low in the tails


def test_copies_do_not_break_the_estimates():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(400, 2)), rng.normal(size=(400, 2))
    # Two copies of every row tell the same density, but for psi(2j + 1) - psi(j) - log 2.
    doubled = np.repeat(x, 2, axis=0)
    off = special.digamma(21) - special.digamma(10) - np.log(2)
    assert knn_entropy(doubled, 21) == pytest.approx(knn_entropy(x, 10) - off, abs=0.01)
    assert knn_kl(doubled, y, 21) == pytest.approx(knn_kl(x, y, 10) + off, abs=0.1)
    assert knn_kl(y, doubled, 21) == pytest.approx(knn_kl(y, x, 10), abs=0.1)
    # A row copied more often than k, and rows that both samples share.
    heavy = np.concatenate([x, np.tile(x[:1], (20, 1))])
    assert np.isfinite([knn_entropy(heavy), knn_kl(heavy, y), knn_kl(y, heavy), knn_kl(x, x)]).all()
    assert knn_entropy(heavy) < knn_entropy(x)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 30), st.integers(1, 30), st.integers(1, 5))
def test_sliced_wasserstein_properties(seed, n, m, d):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(1, 2, size=(m, d))

    def distance(a, b):
        return sliced_wasserstein(a, b, np.random.default_rng(0), 20)

    value = distance(x, y)
    assert value >= 0
    assert distance(y, x) == pytest.approx(value)
    assert distance(rng.permutation(x), y) == pytest.approx(value)
    assert distance(np.repeat(x, 3, axis=0), y) == pytest.approx(value)
    assert distance(3 * x + 5, 3 * y + 5) == pytest.approx(3 * value)
    assert distance(x, x) == pytest.approx(0, abs=1e-12)
    # A move by t moves every projection: W_2 along u is |t.u|.
    u = np.random.default_rng(0).standard_normal((d, 20))
    expected = np.sqrt(((np.arange(1, d + 1) @ (u / np.linalg.norm(u, axis=0))) ** 2).mean())
    assert distance(x, x + np.arange(1, d + 1)) == pytest.approx(expected)


def test_sliced_wasserstein_in_one_dimension_by_quantiles():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=45), rng.normal(1, 2, size=30)
    # 90 is a common multiple: both samples as 90 equal steps.
    gaps = np.repeat(np.sort(x), 2) - np.repeat(np.sort(y), 3)
    got = sliced_wasserstein(x[:, None], y[:, None], np.random.default_rng(0))
    assert got == pytest.approx(np.sqrt((gaps**2).mean()))
