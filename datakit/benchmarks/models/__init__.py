"""The small generative models that a benchmark trains, one file each."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from datakit.errors import InputError

__all__ = ["MODELS", "PRESETS", "model_class"]

# Named, not imported: torch is loaded when a benchmark runs, not when its models are listed.
MODELS = {
    "gan": "datakit.benchmarks.models.gan:Gan",
    "dcgan": "datakit.benchmarks.models.dcgan:Dcgan",
    "vae": "datakit.benchmarks.models.vae:Vae",
    "flow": "datakit.benchmarks.models.flow:Flow",
    "lm": "datakit.benchmarks.models.lm:Lm",
}
PRESETS = ("smoke", "quick", "full")


def model_class(name: str) -> Any:
    """The class of that name; its ``presets`` hold one `Preset` for each name of `PRESETS`.

    Raises
    ------
    InputError
        No model of that name.
    """
    if name not in MODELS:
        raise InputError(f"no model {name!r}: give one of {', '.join(MODELS)}")
    module, _, attribute = MODELS[name].partition(":")
    return getattr(import_module(module), attribute)
