"""Data quality for generative models: profile, score, gate and compare corpora."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datakit.comparisons.comparison import Comparison as Comparison
    from datakit.corpora.corpus import Corpus as Corpus
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
    "DatakitError": "datakit.errors",
    "Decision": "datakit.gates.decision",
    "GateFailed": "datakit.errors",
    "Profile": "datakit.profiles.profile",
    "Sample": "datakit.sample",
    "Score": "datakit.validators.score",
    "Scorecard": "datakit.validators.score",
    "compare": "datakit.verbs",
    "gate": "datakit.gating",
    "load": "datakit.verbs",
    "merge": "datakit.verbs",
    "open": "datakit.verbs",
    "profile": "datakit.verbs",
    "report": "datakit.verbs",
    "validate": "datakit.verbs",
}

__all__ = [
    "Comparison",
    "Corpus",
    "DatakitError",
    "Decision",
    "GateFailed",
    "Profile",
    "Sample",
    "Score",
    "Scorecard",
    "__version__",
    "compare",
    "gate",
    "load",
    "merge",
    "open",
    "profile",
    "report",
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
