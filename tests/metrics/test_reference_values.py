"""The metrics against what reference implementations gave."""

import numpy as np
import pytest
from reference_values import INPUTS, NAMES, VALUES

from datakit.metrics.energy import distances_between
from datakit.metrics.frechet import frechet_distance, frechet_from_moments
from datakit.metrics.histograms import common_bins, jensen_shannon, psi
from datakit.metrics.mmd import mmd2
from datakit.metrics.prdc import prdc
from datakit.metrics.univariate import ks_test, wasserstein1
from datakit.metrics.vendi import intdiv, vendi


@pytest.fixture(params=NAMES)
def case(request):
    x, y = INPUTS[request.param]
    return x, y, VALUES[request.param]


def test_the_inputs_are_those_of_the_references(case):
    x, y, expected = case
    assert (x.sum(), y.sum()) == pytest.approx(expected["sums"], rel=1e-12)


def test_frechet(case):
    x, y, expected = case
    # torch-fidelity roots the unsymmetric product of the covariances: 1e-6 off at deficient rank.
    wanted = pytest.approx(expected["frechet"], rel=1e-7, abs=1e-12)
    assert frechet_distance(x, y) == wanted
    moments = [f(s) for s in (x, y) for f in (lambda s: s.mean(axis=0), lambda s: np.cov(s.T))]
    assert frechet_from_moments(*moments) == wanted


def test_mmd2(case):
    x, y, expected = case
    m = min(len(x), len(y))
    got = mmd2(x[:m], y[:m], "polynomial")
    assert got == pytest.approx(expected["mmd2_polynomial"], rel=1e-9, abs=1e-12)
    got = mmd2(x[:m], y[:m], "rbf", bandwidth=10.0)
    assert got == pytest.approx(expected["mmd2_rbf_10"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("k", [3, 5])
def test_prdc(case, k):
    x, y, expected = case
    assert prdc(x, y, k) == pytest.approx(expected[f"prdc_{k}"], rel=1e-12)


def test_vendi(case):
    _, y, expected = case
    for order, name in ((1, "1"), (2, "2"), (np.inf, "inf")):
        assert vendi(y, order) == pytest.approx(expected[f"vendi_cosine_{name}"], rel=1e-9)
    assert vendi(y, 1, "rbf", bandwidth=1.0) == pytest.approx(expected["vendi_rbf_1"], rel=1e-9)
    assert intdiv(y) == pytest.approx(expected["intdiv"], rel=1e-9, abs=1e-12)


def test_one_column(case):
    x, y, expected = case
    test = ks_test(x[:, 0], y[:, 0])
    assert test.statistic == pytest.approx(expected["ks"][0])
    # The reference p is asymptotic, ours exact at these sizes.
    assert test.p == pytest.approx(expected["ks"][1], rel=0.35)
    assert wasserstein1(x[:, 0], y[:, 0]) == pytest.approx(expected["wasserstein1"])


def test_histograms_over_deciles(case):
    x, y, expected = case
    edges = np.unique(np.quantile(x[:, 0], np.linspace(0, 1, 11)[1:-1]))
    # As in the reference a value on an edge belongs to the left.
    p, q = (np.bincount(np.searchsorted(edges, s[:, 0]), minlength=10) for s in (x, y))
    assert psi(p, q) == pytest.approx(expected["psi"])
    assert jensen_shannon(p, q) == pytest.approx(expected["jensen_shannon"])


@pytest.mark.parametrize("name", ["same_gauss_d8", "mode_drop_d16", "dup_d8"])
def test_common_bins_cut_the_reference_into_deciles(name):
    x, y = INPUTS[name]
    edges = common_bins(y[:, 0], x[:, 0], 10)
    p, q = (np.histogram(s[:, 0], edges)[0] for s in (x, y))
    assert psi(p, q) == pytest.approx(VALUES[name]["psi"])


def test_distances_of_the_energy_statistic(case):
    x, y, expected = case
    v_form = (
        2 * distances_between(x, y).mean()
        - distances_between(x, x).mean()
        - distances_between(y, y).mean()
    )
    assert v_form == pytest.approx(expected["energy_v"], rel=1e-6, abs=1e-6)
