"""What of the scores is printed: scores.json holds their components and advice as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["shown_scores"]

_SHOWN = ("value", "low", "high", "n", "method", "reason")


def shown_scores(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Dimension -> value, low, high, n and method, or value None with a reason."""
    return {
        name: {key: value for key, value in score.items() if key in _SHOWN}
        for name, score in scores.items()
    }
