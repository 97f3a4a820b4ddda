import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from datakit.metrics import neighbours
from datakit.metrics.neighbours import k_nearest


def brute_force(queries, base, k, exclude_self):
    distances = cdist(queries, base)
    if exclude_self:
        np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distances, order, axis=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(1, 4), st.booleans())
def test_as_brute_force_with_ties_by_index(seed, m, d, same):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 3, size=(m, d)).astype(float)  # a grid: nearly all distances tie
    queries = base if same else rng.integers(0, 3, size=(7, d)).astype(float)
    k = int(rng.integers(1, m - same + 1))
    indices, distances = k_nearest(queries, base, k, exclude_self=same)
    order, expected = brute_force(queries, base, k, same)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, expected)


@pytest.mark.parametrize("search", ["numpy", "torch", "faiss"])
@pytest.mark.parametrize("same", [True, False])
def test_all_searches_agree_with_brute_force(search, same, monkeypatch):
    if search == "faiss":
        pytest.importorskip("faiss", reason="faiss is optional")
    if search != "numpy":
        monkeypatch.setattr(neighbours, "_NUMPY_ROWS", 10)
    if search == "faiss":
        monkeypatch.setattr(neighbours, "_TORCH_ROWS", 10)
    rng = np.random.default_rng(0)
    base = (rng.normal(size=(900, 24)) + 30).astype(np.float32)
    base[450:460] = base[:10]  # copies are at 0
    queries = base if same else (rng.normal(size=(70, 24)) + 30).astype(np.float32)
    indices, distances = k_nearest(queries, base, 6, exclude_self=same)
    order, expected = brute_force(
        queries.astype(np.float64), base.astype(np.float64), 6, exclude_self=same
    )
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_allclose(distances, expected, rtol=1e-12)
    if same:
        assert (distances[:10, 0] == 0).all()


def test_without_faiss_torch_searches_large_bases(monkeypatch):
    monkeypatch.setattr(neighbours, "_NUMPY_ROWS", 10)
    monkeypatch.setattr(neighbours, "_TORCH_ROWS", 10)
    monkeypatch.setattr(neighbours.importlib.util, "find_spec", lambda name: None)
    x = np.random.default_rng(1).normal(size=(50, 3))
    np.testing.assert_array_equal(k_nearest(x, x, 2)[0], brute_force(x, x, 2, False)[0])


def test_equal_rows_are_taken_by_index():
    indices, distances = k_nearest(np.full((3, 4), 0.1), np.full((200, 4), 0.1), 5)
    np.testing.assert_array_equal(indices, np.tile(np.arange(5), (3, 1)))
    assert (distances == 0).all()


def test_near_pairs_among_rows_far_from_the_origin():
    rng = np.random.default_rng(2)
    base = rng.normal(size=(100, 8)) + 1000
    near = base + 1e-5 * rng.normal(size=base.shape)
    np.testing.assert_array_equal(k_nearest(near, base, 1)[0][:, 0], np.arange(100))
