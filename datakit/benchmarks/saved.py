"""Benchmarks and runs that were saved: listed, and their models loaded again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from datakit.benchmarks.bench import CONFIG, RESULT
from datakit.benchmarks.run_task import RUN_VERSION, read_run
from datakit.errors import InputError

__all__ = ["Generator", "saved_benchmarks"]


def saved_benchmarks(place: Path) -> list[dict[str, Any]]:
    """Configuration, folder and effect (None where it is not finished) of every benchmark."""
    found = []
    for file in sorted(place.glob(f"*/{CONFIG}")):
        config = _read(file)
        if config is None:
            continue
        effect = _read(file.with_name(RESULT))
        found.append(config | {"folder": str(file.parent), "effect": effect})
    return found


def _read(file: Path) -> dict[str, Any] | None:
    """A JSON object; None where there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


class Generator:
    """The trained model of a run, to sample from.

    Parameters
    ----------
    run
        Its folder.

    Raises
    ------
    InputError
        It is no finished run, of another version of the code, or its weights are damaged.
    """

    def __init__(self, run: Path) -> None:
        found = read_run(run)
        if found is None or not (run / "weights.safetensors").exists():
            raise InputError(
                f"{run} is no finished run: give a folder such as bench/NAME/runs/curated-000"
            )
        if found.get("version") != RUN_VERSION:
            raise InputError(
                f"{run} was trained by another version of the code: run the benchmark again"
            )
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        self.facts: dict[str, Any] = found
        self._model = _built(found)
        try:
            self._model.load(load_file(str(run / "weights.safetensors")))
        except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
            raise InputError(
                f"the weights in {run} cannot be read ({error}): run it again"
            ) from error

    def sample(self, n: int, seed: int = 0, length: int = 256) -> Any:
        """Draw from the model.

        Parameters
        ----------
        n
            How many.
        seed
            Of the noise.
        length
            Of texts, in bytes.

        Returns
        -------
        ndarray or list of bytes
            Images (n, H, W, C) of uint8, or texts.
        """
        from datakit.benchmarks.pictures import as_pixels
        from datakit.benchmarks.training import generator

        rng = generator(seed, "samples")
        if self.facts["model"] == "lm":
            return self._model.sample(n, length, rng)
        pixels = as_pixels(self._model.sample(n, rng))
        return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))


def _built(facts: dict[str, Any]) -> Any:
    from datakit.benchmarks.models import model_class
    from datakit.benchmarks.training import best_device, generator

    kind = model_class(facts["model"])
    preset, rng, device = kind.presets[facts["preset"]], generator(0, "weights"), best_device()
    if facts["model"] == "lm":
        return kind(preset, rng, device)
    return kind(tuple(facts["shape"]), preset, rng, device)
