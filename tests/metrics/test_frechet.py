import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.metrics.frechet import frechet_distance, frechet_from_moments, frechet_infinity

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(("d", "t", "s"), [(3, 0.5, 1.0), (8, 0.0, 2.0), (5, 1.0, 0.0)])
def test_isotropic_gaussians(d, t, s):
    # |t|^2 d + d (s - 1)^2, and a point mass at s = 0.
    got = frechet_from_moments(np.zeros(d), np.eye(d), np.full(d, t), s**2 * np.eye(d))
    assert got == pytest.approx(d * t**2 + d * (s - 1) ** 2)


def test_moments_of_the_samples_are_recovered_by_blocks():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7200, 600)).astype(np.float32), rng.normal(size=(650, 600)) * 2
    moments = [f(s) for s in (x, y) for f in (lambda s: s.mean(axis=0), lambda s: np.cov(s.T))]
    assert frechet_distance(x, y) == pytest.approx(frechet_from_moments(*moments), rel=1e-5)


def test_deficient_rank_far_from_the_origin():
    # Points on two lines of one direction: the distance is that of their coordinates.
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=50), rng.normal(2, 3, size=40)
    line = np.ones(64) / 8
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    got = frechet_distance(1e4 + np.outer(a, line), 1e4 + np.outer(b, line))
    assert got == pytest.approx(expected, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(2, 30), st.integers(2, 30), st.integers(1, 12))
def test_properties(seed, n, m, d):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(1, 2, size=(m, d))
    value = frechet_distance(x, y)
    assert value >= 0
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(y, x) == pytest.approx(value, rel=1e-9)
    assert frechet_distance(rng.permutation(x), y) == pytest.approx(value, rel=1e-9)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert frechet_distance(3 * x @ turn + 5, 3 * y @ turn + 5) == pytest.approx(9 * value)


def test_infinity_takes_the_bias_off():
    truth, plain, extrapolated = 20 * 0.1**2, [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(150, 20)), rng.normal(0.1, 1, size=(150, 20))
        plain.append(frechet_distance(x, y))
        extrapolated.append(frechet_infinity(x, y, rng, points=8, repeats=4))
    assert np.mean(plain) > truth + 0.9
    assert abs(np.mean(extrapolated) - truth) < 0.15


def test_infinity_repeats_with_its_seed():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 3)), rng.normal(size=(50, 3))
    first, second = (frechet_infinity(x, y, np.random.default_rng(3)) for _ in range(2))
    assert first == second
