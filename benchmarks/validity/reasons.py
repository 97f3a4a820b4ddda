"""Why a score may move with a defect that is not its own, or miss a goal: one line per cell."""

from __future__ import annotations

__all__ = ["reason_of"]

_SHIFTS = "the planted samples are not distributed like the reference: a real shift"
_TONES = "overexposed or tinted pictures lose what tells them apart: fewer kinds are left"
_TOPICS = "topics of novels and reviews overlap in the encoder's space: dropping one hardly shows"
_FEW = "few originals are left, and the rest is compared with them"
_FEWEST = "under 60 originals are left: too few for the spread, so that uniqueness stands alone"
_STUBS = (
    "files of 1 kB that are cut in their headers are equal byte for byte, and so count as copies "
    "with several labels"
)
_STEEP = "the map is steep here: the distance behind the score differs by its sampling error"
_EDGE = "60 draws tell a rate of .95 to .03: this is within two standard errors, or one sample"

_SPECIFICITY: dict[tuple[str, str], str] = {
    **{
        (f"{what} share", "representativeness"): _SHIFTS
        for what in (
            "blurred",
            "noisy",
            "junk",
            "gray",
            "looped",
            "mojibake",
            "gibberish",
            "boilerplate",
        )
    },
    ("other language", "representativeness"): _SHIFTS,
    ("near duplicates", "representativeness"): "near copies are altered, and " + _FEW,
    ("exact duplicates", "representativeness"): _FEW,
    ("class prior shift", "diversity"): "classes that are nearly gone are modes that are gone",
    ("other language", "diversity"): "the other language is one kind to an encoder fitted on this "
    "one: a corpus mostly in it has fewer kinds",
    ("brightness of all", "diversity"): _TONES,
    ("colour of all", "diversity"): _TONES,
    ("gray share", "diversity"): _TONES,
    ("brightness of all", "usability"): "overexposed pictures are clipped, which cannot be undone",
    ("cut files", "consistency"): _STUBS,
    ("cut files", "accuracy"): _STUBS,
    ("exact duplicates", "accuracy"): _FEW,
    ("near duplicates", "accuracy"): _FEW,
    ("mojibake share", "accuracy"): "few readable documents are left to judge labels by",
}
"""(defect, dimension) -> reason; a cell without one is printed as not explained."""

_GOALS: dict[tuple[str, str, str], str] = {
    ("monotone", "classes dropped", "diversity"): _TOPICS,
    ("monotone", "classes dropped", "representativeness"): _TOPICS,
    ("monotone", "class imbalance", "diversity"): _TOPICS,
    ("monotone", "class imbalance", "representativeness"): _TOPICS,
    ("monotone", "class prior shift", "representativeness"): _TOPICS,
    ("size", "exact duplicates", "diversity"): _FEWEST,
    ("size", "near duplicates", "diversity"): _FEWEST,
    ("size", "classes dropped", "diversity"): _TOPICS,
    ("size", "classes dropped", "representativeness"): _TOPICS,
    ("size", "class imbalance", "representativeness"): _STEEP,
    ("size", "class prior shift", "representativeness"): _STEEP,
    ("size", "label noise", "accuracy"): "500 samples: classes are learnt from 40 each, and the "
    "rest of the errors counts as noise",
    ("coverage", "clean", "diversity"): "the reference's own sampling error is not in the interval",
    ("coverage", "half of the topics", "diversity"): "wider than it need be: a safe side",
    ("coverage", "mixed defects", "diversity"): "the reference's own sampling error is not in the "
    "interval",
    ("coverage", "mixed defects", "representativeness"): "at 400 samples the allowance for chance "
    "makes a weak shift look a little weaker: see the mean of the draws",
    ("coverage", "half of the topics", "representativeness"): _EDGE,
    ("coverage", "mixed defects", "completeness"): _EDGE,
    ("coverage", "mixed defects", "consistency"): _EDGE,
    ("false positives", "equal halves", "representativeness"): "200 pairs tell a rate of .05 to "
    ".015: 15 false ones are within two standard errors",
    ("coverage", "mixed defects", "usability"): _EDGE,
    ("coverage", "half of the topics", "usability"): "a handful of flagged samples in all: a "
    "fifth that has three of them misses the rate of the whole",
    ("coverage", "mixed defects", "accuracy"): "400 samples, a tenth with wrong labels and a fifth "
    "spoiled: the estimate is too low there, as its page says of small corpora",
}
"""(goal, defect or population, dimension) -> reason of a missed goal, where it is known."""


def reason_of(goal: str, what: str, dimension: str) -> str:
    """The reason that was written down, or that there is none."""
    if goal == "specificity":
        return _SPECIFICITY.get((what, dimension), "not explained yet")
    return _GOALS.get((goal, what, dimension), "not explained yet")
