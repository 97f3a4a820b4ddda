"""What metrics refuse, and that they say why."""

import numpy as np
import pytest

from datakit.metrics.classifier_test import classifier_two_sample
from datakit.metrics.coverage import cell_coverage
from datakit.metrics.frechet import frechet_distance, frechet_from_moments, frechet_infinity
from datakit.metrics.hill import hill
from datakit.metrics.histograms import chi_square, common_bins, jensen_shannon, psi
from datakit.metrics.inputs import as_matrix
from datakit.metrics.knn_divergence import knn_entropy, knn_kl
from datakit.metrics.mmd import kid, median_bandwidth, mmd2
from datakit.metrics.multiple import benjamini_hochberg
from datakit.metrics.neighbours import k_nearest
from datakit.metrics.prdc import prdc
from datakit.metrics.sliced_wasserstein import sliced_wasserstein
from datakit.metrics.two_sample import energy_test, mmd_test
from datakit.metrics.univariate import ks_test, wasserstein1
from datakit.metrics.vendi import intdiv, vendi

RNG = np.random.default_rng(0)
GOOD = RNG.normal(size=(40, 3))
NAN = np.where(np.arange(40)[:, None] == 7, np.nan, GOOD)

OF_TWO = [
    frechet_distance,
    lambda x, y: frechet_infinity(x, y, np.random.default_rng(0), 3, 1),
    mmd2,
    lambda x, y: kid(x, y, np.random.default_rng(0), 2, 10),
    lambda x, y: energy_test(x, y, np.random.default_rng(0), 9),
    lambda x, y: mmd_test(x, y, np.random.default_rng(0), 9),
    lambda x, y: classifier_two_sample(x, y, np.random.default_rng(0), 2, 9),
    lambda x, y: sliced_wasserstein(x, y, np.random.default_rng(0)),
    prdc,
    knn_kl,
    lambda x, y: cell_coverage(x, y, 4, rng=np.random.default_rng(0)),
    lambda x, y: k_nearest(x, y, 2),
]
OF_ONE = [vendi, intdiv, knn_entropy, median_bandwidth]


@pytest.mark.parametrize("metric", OF_TWO)
def test_two_samples_must_be_finite_matrices_of_one_width(metric):
    metric(GOOD, GOOD[:30] + 1)
    for x, y, words in (
        (NAN, GOOD, "NaN or infinite values in 1 of 40 rows, the first in row 7"),
        (GOOD, NAN * np.inf, "NaN or infinite"),
        (GOOD[:, 0], GOOD, r"shape \(40,\)"),
        (GOOD, GOOD[:, :2], "3 columns"),
        (GOOD, GOOD[:0], "0 rows"),
    ):
        with pytest.raises(ValueError, match=words):
            metric(x, y)


@pytest.mark.parametrize("metric", OF_ONE)
def test_one_sample_must_be_a_finite_matrix(metric):
    metric(GOOD)
    for x in (NAN, GOOD[:, 0], GOOD[:0]):
        with pytest.raises(ValueError, match=r"NaN|shape|rows"):
            metric(x)


@pytest.mark.parametrize("metric", [*OF_TWO, *OF_ONE])
def test_read_only_float32_rows_do_not_change(metric):
    rows = GOOD.astype(np.float32)
    rows.setflags(write=False)
    metric(rows, rows[:30]) if metric in OF_TWO else metric(rows)


@pytest.mark.parametrize("metric", [ks_test, wasserstein1, common_bins])
def test_columns_must_be_finite(metric):
    for x, words in (([1, np.nan], "1 NaN"), ([[1.0]], r"shape \(1, 1\)"), ([], "0 values")):
        with pytest.raises(ValueError, match=words):
            metric(x, [1.0, 2.0])


@pytest.mark.parametrize("metric", [jensen_shannon, psi, chi_square])
def test_histograms_must_be_counts_over_one_set_of_categories(metric):
    for p, words in (([1, 2, 3], "3 and 2"), ([-1, 2], "-1"), ([0, 0], "sum 0")):
        with pytest.raises(ValueError, match=words):
            metric(p, [1, 1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mmd2(GOOD, GOOD, "linear"), "linear"),
        (lambda: mmd2(GOOD, GOOD, bandwidth=0), "bandwidth is 0"),
        (lambda: mmd2(GOOD, GOOD, "polynomial", 2.0), "no bandwidth"),
        (lambda: mmd_test(GOOD, GOOD, RNG, bandwidth=-1), "bandwidth is -1"),
        (lambda: kid(GOOD, GOOD, RNG), "2 to 40"),
        (lambda: energy_test(GOOD, GOOD, RNG, 0), "permutations is 0"),
        (lambda: classifier_two_sample(GOOD, GOOD, RNG, 1), "folds is 1"),
        (lambda: classifier_two_sample(GOOD[:9], GOOD, RNG), "9 rows; at least 10"),
        (lambda: frechet_infinity(GOOD, GOOD, RNG, points=1), "points is 1"),
        (lambda: frechet_from_moments([0, 0], np.eye(3), [0, 0], np.eye(2)), r"\(3, 3\)"),
        (lambda: frechet_from_moments([0, 0], -np.eye(2), [0, 0], np.eye(2)), "eigenvalue -1"),
        (lambda: frechet_from_moments([0, 0], [[1, 1], [0, 1]], [0, 0], np.eye(2)), "symmetric"),
        (lambda: frechet_from_moments([np.nan], [[1]], [0], [[1]]), "NaN"),
        (lambda: sliced_wasserstein(GOOD, GOOD, RNG, 0), "projections is 0"),
        (lambda: prdc(GOOD, GOOD[:5]), "5 rows; at least 6"),
        (lambda: prdc(GOOD, GOOD, 0), "k is 0"),
        (lambda: k_nearest(GOOD, GOOD, 40, exclude_self=True), "1 to 39"),
        (lambda: k_nearest(GOOD[:3], GOOD, 1, exclude_self=True), "3 queries and 40 base"),
        (lambda: knn_entropy(GOOD, 40), "k is 40 with 40 rows"),
        (lambda: knn_entropy(np.ones((9, 2))), "all 9 rows are equal"),
        (lambda: vendi(GOOD, 0), "order is 0"),
        (lambda: vendi(GOOD, kernel="linear"), "linear"),
        (lambda: vendi(GOOD, bandwidth=1.0), "no bandwidth"),
        (lambda: vendi(GOOD, kernel="rbf", bandwidth=-1.0), "bandwidth is -1"),
        (lambda: vendi(np.zeros((3, 2))), "row 0 is all zeros"),
        (lambda: cell_coverage(GOOD, GOOD, 41, rng=RNG), "k is 41"),
        (lambda: cell_coverage(GOOD, GOOD, 4, rng=RNG, at_least=0), "at_least is 0"),
        (lambda: hill([1, -1], 1), "negative"),
        (lambda: hill([1, 1], -1), "order is -1"),
        (lambda: psi([1, 1], [1, 1], 0), "floor is 0"),
        (lambda: chi_square([0.5, 1], [1, 1]), "fractions"),
        (lambda: common_bins([1], [2], 1), "bins is 1"),
        (lambda: benjamini_hochberg([0.5, 1.5]), "1.5"),
        (lambda: benjamini_hochberg([[0.5]]), r"\(1, 1\)"),
    ],
)
def test_parameters_out_of_range_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_floats_are_kept_and_the_rest_converted():
    for given, kept in (("float32", "float32"), ("float16", "float32"), ("int8", "float64")):
        assert as_matrix(np.ones((2, 2), given)).dtype == kept
