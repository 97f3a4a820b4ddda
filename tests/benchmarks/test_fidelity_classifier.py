import numpy as np
import pytest
import torch

from datakit.benchmarks import classifier
from datakit.benchmarks.classifier import fit_classifier
from datakit.errors import InputError


def bars(seed, n, side=12, n_channels=1):
    """Bright bars that lie or stand or are crossed, at any place, in noise."""
    rng = np.random.default_rng(seed)
    kinds = np.arange(n) % 3
    images = rng.normal(-0.6, 0.2, (n, n_channels, side, side)).astype(np.float32)
    for image, kind in zip(images, kinds, strict=True):
        row, column = rng.integers(2, side - 2, 2)
        if kind != 1:
            image[:, row] = 0.8
        if kind != 0:
            image[:, :, column] = 0.8
    names = np.array(["lying", "standing", "crossed"])[kinds]
    return torch.from_numpy(images.clip(-1, 1)), names.tolist()


@pytest.fixture(scope="module")
def fitted():
    return fit_classifier(*bars(0, 300), seed=1)


def test_it_learns_and_gives_probabilities(fitted):
    assert fitted.accuracy > 0.9
    assert fitted.classes == ("crossed", "lying", "standing")
    images, names = bars(5, 600)  # more than one part
    shares = fitted.probabilities(images)
    assert shares.sum(axis=1) == pytest.approx(np.ones(600), abs=1e-5)
    guesses = np.array(fitted.classes)[shares.argmax(axis=1)]
    assert (guesses == names).mean() > 0.9
    features = fitted.features(images)
    assert features.shape == (600, 64)
    assert features.dtype == np.float32
    assert (features >= 0).all()
    assert (features.std(axis=0) > 0).sum() > 10
    assert features[590:] == pytest.approx(fitted.features(images[590:]), abs=1e-4)
    held = fitted.features(bars(0, 300)[0][torch.from_numpy(fitted.reference)])
    assert held.var(axis=0).mean() == pytest.approx(1, rel=1e-3)


def test_the_reference_is_not_what_it_learned_from(fitted):
    assert not set(fitted.fitted) & set(fitted.reference)
    assert sorted([*fitted.fitted, *fitted.reference]) == list(range(300))
    assert len(fitted.fitted) == 120
    assert np.bincount(fitted.fitted % 3).tolist() == [40, 40, 40]


def test_accuracy_is_of_the_reference_only():
    # Labels by chance can be learned by heart but not foretold.
    images, _ = bars(2, 200)
    chance = np.random.default_rng(0).permutation(["a", "b"] * 100).tolist()
    assert fit_classifier(images, chance, 0).accuracy < 0.65


def test_the_seed_decides_all_and_the_global_generator_nothing(fitted, monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
    images, _ = bars(6, 30)
    features = []
    for seed, noise in ((1, 77), (1, 78), (2, 77)):
        torch.manual_seed(noise)
        np.random.seed(noise)
        features.append(fit_classifier(*bars(0, 300), seed).features(images))
    assert np.array_equal(features[0], features[1])
    assert not np.array_equal(features[0], features[2])
    assert not np.array_equal(fit_classifier(*bars(0, 300), 2).fitted, fitted.fitted)


def test_colour_and_larger_images(monkeypatch):
    monkeypatch.setattr(classifier, "_STEPS", 5)
    images, names = bars(3, 60, side=40, n_channels=3)
    large = fit_classifier(images, names, 0)
    assert large.features(images[:4]).shape == (4, 64)


def test_what_is_needed():
    images, names = bars(4, 60)
    with pytest.raises(InputError, match="59 labels for 60 images"):
        fit_classifier(images, names[1:], 0)
    with pytest.raises(InputError, match="at least 2"):
        fit_classifier(images, ["one"] * 60, 0)
    with pytest.raises(InputError, match="'rare' has 9 images"):
        fit_classifier(images, ["rare"] * 9 + ["common"] * 51, 0)
    with pytest.raises(InputError, match="8 x 8"):
        fit_classifier(images[:, :, :6], names, 0)
