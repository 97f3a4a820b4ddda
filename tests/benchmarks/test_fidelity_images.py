import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist
from scipy.stats import mannwhitneyu

from datakit.benchmarks.feature_space import FeatureSpace
from datakit.benchmarks.fidelity_images import (
    class_fidelity,
    classifier_distances,
    image_fidelity,
    repetition,
)
from datakit.benchmarks.memorisation import memorisation, memorised_images

CENTRES = 8 * np.random.default_rng(0).normal(size=(6, 12))

DISTANCES = ("frechet_distance", "kernel_distance")


def mixture(seed, n, modes=6, spread=1.0):
    rng = np.random.default_rng([seed, 1])
    return CENTRES[rng.integers(0, modes, n)] + spread * rng.normal(size=(n, 12))


def fidelity(generated, reference=None, seed=0):
    """In one space; a run looks for repetition in principal components."""
    reference = mixture(100, 400) if reference is None else reference
    found = image_fidelity(generated, reference, np.random.default_rng(seed))
    return found | repetition(generated, reference, np.random.default_rng(seed))


def copies(generated, heldout=None, train=None, seed=0):
    heldout = mixture(100, 400) if heldout is None else heldout
    train = mixture(200, 500) if train is None else train
    return memorisation(generated, heldout, train, np.random.default_rng(seed))


def by_definition(generated, reference):
    """What needs no neighbour estimate, from whole matrices."""
    a, b = generated.astype(float), reference.astype(float)
    root = sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    out = {"frechet_distance": ((a.mean(0) - b.mean(0)) ** 2).sum()}
    out["frechet_distance"] += np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    scale = np.sqrt((b**2).mean())

    def kernel(x, y):
        return (x @ y.T / scale**2 / x.shape[1] + 1) ** 3

    n, m = len(a), len(b)
    out["kernel_distance"] = (
        kernel(a, a)[~np.eye(n, dtype=bool)].mean()
        + kernel(b, b)[~np.eye(m, dtype=bool)].mean()
        - 2 * kernel(a, b).mean()
    )
    aa, bb, ab = cdist(a, a), cdist(b, b), cdist(b, a)
    np.fill_diagonal(aa, np.inf)
    np.fill_diagonal(bb, np.inf)
    radius = np.sort(bb, axis=1)[:, 4]
    out["precision"] = (ab < radius[:, None]).any(axis=0).mean()
    out["coverage"] = (ab.min(axis=1) < radius).mean()
    out["recall"] = (ab < np.sort(aa, axis=1)[:, 4]).any(axis=1).mean()
    width = np.median(pdist(b))
    counts = []
    for rows in (a, b):
        values = np.linalg.eigvalsh(np.exp(-(cdist(rows, rows) ** 2) / (2 * width**2)) / len(rows))
        values = values[values > 1e-12]
        counts.append(np.exp(-(values * np.log(values)).sum()))
    out["spread"] = counts[0] / counts[1]
    usual = np.quantile(bb.min(axis=1), 0.05)
    out["repeated_rate"] = (aa.min(axis=1) < usual / 2).mean()
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.floats(0.2, 2))
def test_by_definition(seed, modes, spread):
    generated, reference = mixture(seed, 120, modes, spread), mixture(seed + 1, 120)
    got = fidelity(generated, reference)
    truth = by_definition(generated, reference)
    assert {k: got[k] for k in truth} == pytest.approx(truth, rel=1e-6, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_order_and_units(seed, unit):
    generated, reference, train = mixture(seed, 90, 3), mixture(seed + 1, 90), mixture(seed + 2, 90)
    got = fidelity(generated, reference)
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    moved = [unit * rng.permutation(rows) @ turn for rows in (generated, reference, train)]
    other = fidelity(*moved[:2], seed=seed)
    assert copies(*moved, seed=seed) == pytest.approx(copies(generated, reference, train))
    assert other.pop("frechet_distance") == pytest.approx(
        unit**2 * got.pop("frechet_distance"), rel=1e-6
    )
    assert other == pytest.approx(got, rel=1e-5, abs=1e-6)


def test_fresh_draws_are_faithful():
    got = fidelity(mixture(1, 400))
    assert got["frechet_distance"] < 10  # of 12 columns, centres 8 apart
    assert abs(got["kernel_distance"]) < 0.05
    assert got["coverage"] > 0.9
    assert abs(got["kl_reference"]) < 0.4
    fresh = copies(mixture(1, 400))
    assert fresh.rate < 0.12
    assert 0.4 < fresh.nearer_rate < 0.6
    assert got["spread"] == pytest.approx(1, abs=0.1)
    assert not got["collapsed"]


def test_a_classifier_measures_by_the_same_distances():
    new, held = mixture(1, 300), mixture(2, 200)
    got = classifier_distances(new, held, np.random.default_rng(0))
    same = image_fidelity(new, held, np.random.default_rng(0))
    assert got == {f"{name}_classifier": same[name] for name in DISTANCES}
    few = classifier_distances(new[:5], held[:4], np.random.default_rng(0))
    assert all(np.isfinite(value) for value in few.values())


def test_dropped_modes_leave_part_of_the_reference():
    whole, half = fidelity(mixture(1, 400)), fidelity(mixture(1, 400, modes=3))
    assert half["precision"] > 0.9
    assert half["recall"] < whole["recall"] - 0.3
    assert half["coverage"] < whole["coverage"] - 0.3
    assert half["kl_reference"] > whole["kl_reference"] + 1
    # What is made up shows the other way around: a third of the samples lie off on their own.
    odd = mixture(1, 400)
    odd[::3] += 15
    made_up = fidelity(odd)
    assert made_up["kl_generated"] > whole["kl_generated"] + 1
    assert made_up["kl_reference"] < whole["kl_reference"] + 1
    assert made_up["precision"] < 2 / 3 < half["precision"]


def test_a_model_that_repeats_its_training_set():
    train = mixture(200, 500)
    rng = np.random.default_rng(3)
    repeats = train[rng.integers(0, 500, 400)] + 0.01 * rng.normal(size=(400, 12))
    got = copies(repeats, train=train)
    assert got.rate == 1
    assert got.nearer_rate == pytest.approx(1, abs=0.01)
    assert got.rate_heldout < 0.12
    half = copies(np.concatenate([repeats[:200], mixture(4, 200)]), train=train)
    assert half.rate == pytest.approx(0.525, abs=0.05)


def images(rng, n):
    """Blurred noise of three colours, (n, 3, 8, 8): 192 pixels, mostly in 64 components."""
    coarse = rng.normal(size=(n, 3, 4, 4))
    smooth = coarse.repeat(2, axis=2).repeat(2, axis=3)
    return (128 + 30 * smooth + 10 * rng.normal(size=smooth.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("n_held", [30, 100, 300, 1000])
def test_copies_of_a_large_training_set_are_seen_with_any_holdout(n_held):
    rng = np.random.default_rng(n_held)
    train, held, fresh = images(rng, 4000), images(rng, n_held), images(rng, 1500)
    space = FeatureSpace("pca", held)
    repeats = train[rng.integers(0, 4000, 1500)]
    got = memorised_images(repeats, held, train, space, np.random.default_rng(0))
    assert got["memorised_rate"] >= 0.95
    assert got["nearer_train_rate"] > 0.95
    got = memorised_images(fresh, held, train, space, np.random.default_rng(0))
    error = np.sqrt(0.05 * 0.95 * (1 / 1500 + 1 / n_held))
    assert abs(got["memorised_rate"] - got["memorised_rate_heldout"]) < 4 * error
    assert got["memorised_rate"] < 0.1


def test_the_rates_of_images_are_those_of_their_features_and_files_count_once():
    rng = np.random.default_rng(9)
    train, held, new = images(rng, 150), images(rng, 80), images(rng, 90)
    new[:30] = train[:30]
    space = FeatureSpace("pca", held)
    truth = memorisation(*map(space.features, (new, held, train)), rng)
    again = np.concatenate([train[50:], train, train])  # two of three rows are copies
    got = memorised_images(new, held, again, space, rng)
    assert list(got.values()) == pytest.approx(list(truth))
    assert got["memorised_rate"] >= 30 / 90
    space.name = "efficientnet-lite0"
    with pytest.raises(ValueError, match="efficientnet-lite0; give pca"):
        memorised_images(new, held, train, space, rng)


def test_equal_images_in_different_blocks_are_one(monkeypatch):
    class Blurred(FeatureSpace):
        """Features whose last digits hang on the block, as those of matrix products may."""

        def features(self, images):
            return super().features(images) + np.float32(1e-5) * next(count)

    count = itertools.count()
    monkeypatch.setattr("datakit.benchmarks.memorisation._BLOCK", 40)
    rng = np.random.default_rng(10)
    train, held = images(rng, 100), images(rng, 60)
    got = memorised_images(
        train, held, np.concatenate([train, train]), Blurred("pca", held), np.random.default_rng(0)
    )
    assert got["memorised_rate"] == 1


@pytest.mark.parametrize("n_images", [1, 5, 40])
def test_a_model_that_repeats_a_few_images_has_collapsed(n_images):
    rng = np.random.default_rng(5)
    few = mixture(6, n_images)[rng.integers(0, n_images, 400)]
    got = fidelity(few + 0.02 * rng.normal(size=few.shape))
    assert got["repeated_rate"] > 0.9
    assert got["collapsed"]
    assert got["recall"] < 0.2


def test_one_image_for_ever():
    got = fidelity(np.tile(mixture(6, 1), (400, 1)))
    assert got["kl_reference"] is None
    assert got["kl_generated"] is None
    assert got["collapsed"]
    assert got["spread"] < 0.5


def test_more_rows_than_are_compared():
    rng = np.random.default_rng(7)
    generated, reference = rng.normal(size=(2600, 3)), rng.normal(size=(2400, 3))
    got = fidelity(generated, reference)
    assert got == fidelity(generated, reference)
    assert got["coverage"] == pytest.approx(1 - 2**-5, abs=0.02)  # Naeem et al. 2020, n = m
    train = rng.normal(size=(2500, 3))
    assert copies(generated, reference, train).rate == pytest.approx(0.05, abs=0.02)


def test_wrong_rows():
    with pytest.raises(ValueError, match="20"):
        fidelity(mixture(0, 19))
    with pytest.raises(ValueError, match="columns"):
        fidelity(mixture(0, 30)[:, :5])
    bad = mixture(0, 30)
    bad[3, 3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        fidelity(bad)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.integers(3, 40))
def test_memorisation_by_brute_force(seed, n, m, t):
    rng = np.random.default_rng(seed)
    # A grid: ties and copies everywhere.
    generated, heldout, train = (rng.integers(0, 5, size=(size, 2)) * 1.0 for size in (n, m, t))
    train[0], train[1] = [0, 0], [4, 4]
    got = memorisation(generated, heldout, train, rng)
    different = np.unique(train, axis=0)
    own = cdist(different, different) + np.diag(np.full(len(different), np.inf))
    close = np.quantile(own.min(axis=1), 0.05)
    near, far = cdist(generated, train).min(axis=1), cdist(heldout, train).min(axis=1)
    assert got.rate == (near < close).mean()
    assert got.rate_heldout == (far < close).mean()
    u = mannwhitneyu(far, near).statistic  # pairs in which the generated row is the nearer
    assert got.nearer_rate == pytest.approx(u / (n * m))


def test_copies_in_training_do_not_hide_memory():
    rng = np.random.default_rng(8)
    train = rng.normal(size=(200, 4))
    doubled = np.concatenate([train, train, train[:50]])
    generated, heldout = rng.normal(size=(2, 100, 4))
    assert memorisation(generated, heldout, doubled, rng) == memorisation(
        generated, heldout, train, rng
    )
    with pytest.raises(ValueError, match="equal"):
        memorisation(generated, heldout, np.ones((5, 4)), rng)


def one_hot(counts):
    return np.repeat(np.eye(len(counts)), counts, axis=0) * 0.8 + 0.2 / len(counts)


def test_class_shares_by_hand():
    got = class_fidelity(one_hot([10, 10, 0]), one_hot([10, 10, 10]))
    p, q = np.full(3, 1 / 3), np.array([11, 11, 1]) / 23
    assert got["class_kl"] == pytest.approx((p * np.log(p / q)).sum())
    assert got["n_missing_classes"] == 1
    assert got["confidence"] == pytest.approx(0.8 + 0.2 / 3)


def test_missing_classes_need_to_be_expected():
    reference = one_hot([90, 8, 2])
    assert class_fidelity(one_hot([100, 0, 0]), reference)["n_missing_classes"] == 1
    assert class_fidelity(one_hot([10, 0, 0]), reference)["n_missing_classes"] == 0
    # Fewer than a tenth of 100, and a tenth, and well above.
    even = one_hot([100] * 3)
    assert class_fidelity(one_hot([191, 9, 100]), even)["n_missing_classes"] == 1
    assert class_fidelity(one_hot([190, 10, 100]), even)["n_missing_classes"] == 0
    assert class_fidelity(reference, reference)["class_kl"] == 0
