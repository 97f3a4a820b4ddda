"""Why a score may move with a defect that is not its own, or miss a goal: one line per cell."""

from __future__ import annotations

__all__ = ["GOAL_REASONS", "SPECIFICITY_REASONS", "reason_of"]

_SHIFTS = "the planted samples are not distributed like the reference: a real shift"
_CROWD = "to the encoder spoiled pictures look alike: they crowd into few cells"

SPECIFICITY_REASONS: dict[tuple[str, str], str] = {
    ("blurred share", "representativeness"): _SHIFTS,
    ("noisy share", "representativeness"): _SHIFTS,
    ("junk share", "representativeness"): _SHIFTS,
    ("gray share", "representativeness"): _SHIFTS,
    ("other language", "representativeness"): _SHIFTS,
    ("looped share", "representativeness"): _SHIFTS,
    ("mojibake share", "representativeness"): _SHIFTS,
    ("gibberish share", "representativeness"): _SHIFTS,
    ("boilerplate share", "representativeness"): _SHIFTS,
    ("class prior shift", "diversity"): "classes that are nearly gone are modes that are gone",
    ("brightness of all", "usability"): "overexposed pictures are clipped, which cannot be undone",
    ("blurred share", "diversity"): _CROWD,
    ("noisy share", "diversity"): _CROWD,
    ("junk share", "diversity"): _CROWD,
}
"""(defect, dimension) -> reason; a cell without one is printed as not explained."""

GOAL_REASONS: dict[tuple[str, str, str], str] = {}
"""(goal, defect or population, dimension) -> reason of a missed goal, where it is known."""


def reason_of(goal: str, what: str, dimension: str) -> str:
    """The reason that was written down, or that there is none."""
    if goal == "specificity":
        return SPECIFICITY_REASONS.get((what, dimension), "not explained yet")
    return GOAL_REASONS.get((goal, what, dimension), "not explained yet")
