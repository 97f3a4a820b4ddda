import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from datakit.metrics.prdc import prdc


def brute_force(real, generated, k):
    """Definitions 1 to 4 of Naeem et al. 2020, on the whole matrices."""
    rr, gg, rg = cdist(real, real), cdist(generated, generated), cdist(real, generated)
    real_radius = np.partition(rr, k, axis=1)[:, k][:, None]  # the first is the row itself
    generated_radius = np.partition(gg, k, axis=1)[:, k][None, :]
    inside = rg < real_radius
    return (
        inside.any(axis=0).mean(),
        (rg < generated_radius).any(axis=1).mean(),
        inside.sum(axis=0).mean() / k,
        (rg.min(axis=1, keepdims=True) < real_radius).mean(),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(6, 40), st.integers(6, 40), st.integers(1, 5))
def test_by_brute_force_and_its_properties(seed, n, m, k):
    rng = np.random.default_rng(seed)
    real, generated = rng.normal(size=(n, 3)), rng.normal(0.3, 1, size=(m, 3))
    got = prdc(real, generated, k)
    assert got == pytest.approx(brute_force(real, generated, k))
    for rate in (got.precision, got.recall, got.coverage):
        assert 0 <= rate <= 1
    assert 0 <= got.density <= n / k
    # Precision and recall change places with the samples.
    other = prdc(generated, real, k)
    assert (other.precision, other.recall) == (got.recall, got.precision)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    moved = prdc(2 * rng.permutation(real) @ turn + 4, 2 * generated @ turn + 4, k)
    assert moved == pytest.approx(got)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_rows_on_the_edge_of_a_ball_are_outside(seed):
    # Both samples on one grid: most distances equal a radius, and many rows are copies.
    rng = np.random.default_rng(seed)
    real = rng.integers(0, 4, size=(30, 2)).astype(float)
    generated = rng.integers(0, 4, size=(25, 2)).astype(float)
    got = prdc(real * 0.1, generated * 0.1, 3)
    assert got == pytest.approx(brute_force(real, generated, 3))


def test_equal_distributions():
    # Coverage tends to 1 - 2^-k, density to 1 (Naeem et al. 2020, section 3.3).
    rng = np.random.default_rng(0)
    values = [prdc(rng.normal(size=(400, 8)), rng.normal(size=(400, 8))) for _ in range(10)]
    assert np.mean([v.coverage for v in values]) == pytest.approx(1 - 2**-5, abs=0.01)
    assert np.mean([v.density for v in values]) == pytest.approx(1, abs=0.05)


def test_a_dropped_mode_lowers_recall_and_coverage_only():
    rng = np.random.default_rng(1)
    centres = 8 * rng.normal(size=(4, 8))
    real = centres[rng.integers(0, 4, 400)] + rng.normal(size=(400, 8))
    generated = centres[rng.integers(0, 2, 400)] + rng.normal(size=(400, 8))
    got = prdc(real, generated)
    assert got.precision > 0.9
    assert got.coverage < 0.6
    assert got.recall < 0.7


def test_over_several_blocks():
    rng = np.random.default_rng(2)
    real, generated = rng.normal(size=(2600, 3)), rng.normal(size=(2300, 3))
    assert prdc(real, generated) == pytest.approx(brute_force(real, generated, 5))
