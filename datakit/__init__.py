"""Data quality for generative models: profile, score, gate, curate and compare corpora."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datakit.benching import bench as bench
    from datakit.benching import generator as generator
    from datakit.benchmarks.effect import Effect as Effect
    from datakit.comparisons.comparison import Comparison as Comparison
    from datakit.corpora.corpus import Corpus as Corpus
    from datakit.curating import curate as curate
    from datakit.curating import plan as plan
    from datakit.curation.curated import Curated as Curated
    from datakit.curation.hf_dataset import to_hf as to_hf
    from datakit.curation.plan import Plan as Plan
    from datakit.curation.recipe import Recipe as Recipe
    from datakit.curation.torch_dataset import torch_dataset as torch_dataset
    from datakit.curation.torch_stream import torch_stream as torch_stream
    from datakit.errors import DatakitError as DatakitError
    from datakit.errors import GateFailed as GateFailed
    from datakit.gates.decision import Decision as Decision
    from datakit.gating import gate as gate
    from datakit.profiles.profile import Profile as Profile
    from datakit.sample import Sample as Sample
    from datakit.validators.score import Score as Score
    from datakit.validators.score import Scorecard as Scorecard
    from datakit.verbs import compare as compare
    from datakit.verbs import load as load
    from datakit.verbs import merge as merge
    from datakit.verbs import open as open
    from datakit.verbs import profile as profile
    from datakit.verbs import report as report
    from datakit.verbs import validate as validate

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "datakit.comparisons.comparison",
    "Corpus": "datakit.corpora.corpus",
    "Curated": "datakit.curation.curated",
    "DatakitError": "datakit.errors",
    "Decision": "datakit.gates.decision",
    "Effect": "datakit.benchmarks.effect",
    "GateFailed": "datakit.errors",
    "Plan": "datakit.curation.plan",
    "Profile": "datakit.profiles.profile",
    "Recipe": "datakit.curation.recipe",
    "Sample": "datakit.sample",
    "Score": "datakit.validators.score",
    "Scorecard": "datakit.validators.score",
    "bench": "datakit.benching",
    "compare": "datakit.verbs",
    "curate": "datakit.curating",
    "gate": "datakit.gating",
    "generator": "datakit.benching",
    "load": "datakit.verbs",
    "merge": "datakit.verbs",
    "open": "datakit.verbs",
    "plan": "datakit.curating",
    "profile": "datakit.verbs",
    "report": "datakit.verbs",
    "to_hf": "datakit.curation.hf_dataset",
    "torch_dataset": "datakit.curation.torch_dataset",
    "torch_stream": "datakit.curation.torch_stream",
    "validate": "datakit.verbs",
}

__all__ = [
    "Comparison",
    "Corpus",
    "Curated",
    "DatakitError",
    "Decision",
    "Effect",
    "GateFailed",
    "Plan",
    "Profile",
    "Recipe",
    "Sample",
    "Score",
    "Scorecard",
    "__version__",
    "bench",
    "compare",
    "curate",
    "gate",
    "generator",
    "load",
    "merge",
    "open",
    "plan",
    "profile",
    "report",
    "to_hf",
    "torch_dataset",
    "torch_stream",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'datakit' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
