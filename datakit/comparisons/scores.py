"""The scores of two profiles side by side, with intervals of their differences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from datakit.comparisons.comparison import ScoreDifference
from datakit.validators.diversity import diversity
from datakit.validators.representativeness import representativeness
from datakit.validators.scorecard import scorecard

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile
    from datakit.validators.score import Score

__all__ = ["difference", "score_differences"]

Estimate = tuple[float, float, float]


def difference(a: Estimate, b: Estimate) -> Estimate:
    """Difference of two independent estimates with its interval (MOVER).

    ``a - b - sqrt((a - low_a)^2 + (high_b - b)^2)`` to
    ``a - b + sqrt((high_a - a)^2 + (b - low_b)^2)``: asymmetric intervals keep their shape.

    Parameters
    ----------
    a, b
        Value, low, high.

    References
    ----------
    Zou & Donner 2008, Construction of confidence limits about effect measures: a general
    approach.

    Examples
    --------
    >>> [round(v, 3) for v in difference((0.9, 0.8, 0.95), (0.7, 0.6, 0.8))]
    [0.2, 0.059, 0.312]
    """
    value = a[0] - b[0]
    low = value - math.hypot(a[0] - a[1], b[2] - b[0])
    return value, low, value + math.hypot(a[2] - a[0], b[0] - b[1])


def score_differences(a: Profile, b: Profile, comparable: str) -> dict[str, ScoreDifference]:
    """Every dimension's score of both; representativeness is that of a against b.

    Parameters
    ----------
    a, b
        Profiles of one modality.
    comparable
        Why the embeddings cannot be compared; "" where they can.
    """
    first, second = scorecard(a), scorecard(b)
    made = {name: _difference(first[name], second[name]) for name in first if name in second}
    if not comparable and first["diversity"].method != second["diversity"].method:
        # A fitted basis has no collection behind it: b is the yardstick of both.
        made["diversity"] = _difference(diversity(a, b), diversity(b, b))
    if comparable and a.encoder != b.encoder:
        made["representativeness"] = ScoreDifference(None, None, reason=comparable)
    else:
        score = representativeness(a, b)
        worst = min(score.components, key=lambda part: part.value, default=None)
        told = f", farthest in {worst.name}" if worst is not None and worst.value < 0.9 else ""
        reason = score.reason or f"how well a follows b{told}"
        made["representativeness"] = ScoreDifference(_estimate(score), None, reason=reason)
    return made


def _difference(a: Score, b: Score) -> ScoreDifference:
    x, y = _estimate(a), _estimate(b)
    if x is None or y is None:
        sides = [f"{side}: {s.reason}" for side, s in (("a", a), ("b", b)) if s.reason]
        same = a.reason == b.reason
        return ScoreDifference(x, y, reason=a.reason if same else "; ".join(sides))
    if a.method != b.method:
        return ScoreDifference(x, y, reason="each computed by another method")
    return ScoreDifference(x, y, *difference(x, y))


def _estimate(score: Score) -> Estimate | None:
    if score.value is None or score.low is None or score.high is None:
        return None
    return score.value, score.low, score.high
