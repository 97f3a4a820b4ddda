"""The image models on mixtures that are known: modes found, their shares, and one left out."""

import numpy as np
import pytest
import torch

from datakit.benchmarks.models import model_class
from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.training import generator, train

CPU = torch.device("cpu")
ANGLES = np.arange(8) * np.pi / 4
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)  # eight modes


# Two patterns of 64 pixels: left against right, top against bottom.
SD = 0.07
SIGNS = np.repeat([-1.0, 1.0], 4)
PATTERNS = np.stack([np.tile(SIGNS, (8, 1)), np.tile(SIGNS[:, None], (1, 8))])


def mixture(n, shares, seed):
    """Images (n, 1, 8, 8): the patterns, added by a point of a Gaussian mixture of eight modes.

    Its modes lie 0.54 apart and have an sd of 0.04.
    """
    rng = np.random.default_rng(seed)
    points = 0.7 * RING[rng.choice(8, n, p=shares)] + rng.normal(0, SD, (n, 2))
    return torch.from_numpy(np.einsum("nk,kij->nij", points, PATTERNS)[:, None].astype(np.float32))


def shares_found(images):
    """The share of images at each mode, and that of those more than a third of the way off."""
    points = np.einsum("nij,kij->nk", images[:, 0].double().numpy(), PATTERNS) / 64
    distances = np.linalg.norm(points[:, None] - 0.7 * RING, axis=2)
    near = distances.min(1) < 0.54 / 3
    found = np.bincount(distances.argmin(1)[near], minlength=8) / len(images)
    return found, 1 - near.mean()


# How long each is trained, and how many of its images may lie between the modes.
CASES = {
    "gan": (Preset(800, 64, 64), 0.3),
    "dcgan": (Preset(400, 64, 8), 0.3),
    "vae": (Preset(800, 64, 64), 0.3),
    "flow": (Preset(800, 128, 64), 0.3),
}


def trained(name, data, preset, seed=0):
    model = model_class(name)(tuple(data.shape[1:]), preset, generator(seed, "weights"), CPU)
    train(model, data, preset.steps, preset.batch, seed, CPU)
    return model


@pytest.mark.parametrize("name", CASES)
def test_a_mixture_is_recovered_and_a_mode_left_out_is_missing(name):
    preset, between = CASES[name]
    even = np.full(8, 1 / 8)
    uneven = np.array([0.26, 0.26, 0.08, 0.08, 0.08, 0.08, 0.16, 0.0])
    for shares in (even, uneven):
        data = mixture(2000, shares, 1)
        samples = trained(name, data, preset).sample(2000, generator(5, "samples"))
        assert samples.shape == data.shape
        assert samples.abs().max() <= 1
        found, outside = shares_found(samples)
        assert shares_found(data)[1] < 0.01
        assert outside < between
        for mode, share in enumerate(shares):
            if share:
                assert found[mode] > share / 3
            else:
                assert found[mode] < 0.03
            assert abs(found[mode] - share) < 0.12
