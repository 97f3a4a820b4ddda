"""What a model knows of its training set before it has learnt anything.

A flow in the principal components of its own training set is given its means and covariances, and a
distance that sees little else cannot tell what training adds. So every arm's first run is compared
with noise of these; other models with themselves untrained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.benchmarks.pictures import as_pixels

__all__ = ["untrained_line", "untrained_pixels"]


def untrained_pixels(
    build: Callable[[], Any], train: Any, n: int, rng: Any
) -> npt.NDArray[np.uint8]:
    """Images (n, C, H, W) of what a model has of its training set before it has taken a step.

    Parameters
    ----------
    build
        Makes the model, as it is made for the run.
    train
        Training images (m, C, H, W) in [-1, 1].
    n
        Images to draw.
    rng
        Generator of the samples.
    """
    from datakit.benchmarks.models.flow import Flow

    model = build()
    model.prepare(train)
    draw = model.untrained if isinstance(model, Flow) else model.sample
    return as_pixels(draw(n, rng))


def untrained_line(first_runs: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What to say where training made no better images, by the primary metric (lower is better).

    Parameters
    ----------
    first_runs
        Arm -> what its first run found: ``value`` and ``untrained``.

    Returns
    -------
    str or None
        None where every arm that was compared is better trained than untrained.
    """
    pairs = {
        arm: (run["value"], run["untrained"])
        for arm, run in first_runs.items()
        if run.get("value") is not None and run.get("untrained") is not None
    }
    worse = [arm for arm, (trained, start) in pairs.items() if trained >= start]
    if not worse:
        return None
    arm = "raw" if "raw" in worse else worse[0]
    trained, start = pairs[arm]
    return (
        f"Of {', '.join(worse)} training made no better images than what a model is given of them "
        f"(a flow: noise with their means and covariances; {arm}: {start:.3g}, trained "
        f"{trained:.3g}): the figures tell of light, colour and layout, hardly of what was learnt."
    )
