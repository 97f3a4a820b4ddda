"""The scorecard: every dimension, in the order in which it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.validators.accuracy import accuracy
from datakit.validators.completeness import completeness
from datakit.validators.consistency import consistency
from datakit.validators.diversity import diversity
from datakit.validators.representativeness import representativeness
from datakit.validators.score import Scorecard
from datakit.validators.usability import usability

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile
    from datakit.validators.target import Target

__all__ = ["scorecard"]


def scorecard(
    profile: Profile, reference: Profile | None = None, target: Target | None = None
) -> Scorecard:
    """Score a profile on every dimension that it allows.

    Parameters
    ----------
    profile
        The profile.
    reference
        What representativeness (and, where it can, diversity) is measured against.
    target
        Stated proportions that representativeness is measured against.
    """
    scores = (
        completeness(profile),
        consistency(profile),
        diversity(profile, reference),
        representativeness(profile, reference, target),
        usability(profile),
        accuracy(profile),
    )
    return Scorecard({score.dimension: score for score in scores})
