"""What a model draws before it has learnt anything."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from datakit.benchmarks.models import model_class
from datakit.benchmarks.training import generator
from datakit.benchmarks.untrained import untrained_line, untrained_pixels


@pytest.mark.parametrize("name", ["flow", "vae", "gan", "dcgan"])
def test_every_model_draws_before_it_is_trained(name):
    kind = model_class(name)
    images = torch.rand(200, 1, 28, 28, generator=generator(0, "data")) * 2 - 1

    def build():
        shape, preset = (1, 28, 28), kind.presets["smoke"]
        return kind(shape, preset, generator(0, "weights"), torch.device("cpu"))

    first, again = (untrained_pixels(build, images, 40, generator(0, "samples")) for _ in range(2))
    assert first.shape == (40, 1, 28, 28)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert first.std() > 0


def test_a_flow_is_compared_with_noise_of_the_moments_of_its_training_set():
    """Why distances that see only means and covariances cannot tell what it learns."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=(3000, 4)) @ rng.normal(size=(4, 64)) * 12 + 128
    data = torch.tensor(base / 127.5 - 1, dtype=torch.float32).reshape(-1, 1, 8, 8)
    kind = model_class("flow")

    def build():
        shape, preset = (1, 8, 8), kind.presets["smoke"]
        return kind(shape, preset, generator(0, "weights"), torch.device("cpu"))

    drawn = untrained_pixels(build, data, 3000, generator(0, "samples")).reshape(3000, -1)
    assert drawn.mean(axis=0) == pytest.approx(base.mean(axis=0), abs=4)
    assert np.cov(drawn.T) == pytest.approx(np.cov(base.T), abs=0.15 * base.var(axis=0).max())


def test_it_is_said_where_training_made_nothing_better():
    assert untrained_line({}) is None
    better = {"value": 305.0, "untrained": 348.0}
    worse = {"value": 594.0, "untrained": 587.0}
    failed = {"value": None, "untrained": 587.0}
    assert untrained_line({"raw": better, "curated": better, "random": failed}) is None
    line = untrained_line({"curated": better, "raw": worse})
    assert line is not None
    assert line.startswith(
        "Of raw training made no better images than what a model is given of them"
    )
    assert "raw: 587, trained 594" in line
    line = untrained_line({"curated": worse, "raw": better, "clean": worse})
    assert line is not None
    assert line.startswith("Of curated, clean training")
    assert "curated: 587, trained 594" in line
