"""The baseline of ratchet rules: whether it can be compared with, and its values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError
from datakit.gates.columns import DIMENSIONS
from datakit.gates.features import Features
from datakit.gates.tables import corpus_table

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.profiles.profile import Profile

__all__ = ["PREFIX", "baseline_parameters", "check_apart", "check_baseline", "incomparable"]

PREFIX = "baseline_"
"""How the parameters of ratchet rules begin; a column of the corpus table follows."""

_ENDS = ("_low", "_high")


def check_baseline(profile: Profile, baseline: Profile) -> None:
    """Refuse a baseline of another modality or encoder.

    Raises
    ------
    InputError
        It is.
    """
    if profile.modality != baseline.modality:
        raise InputError(
            f"--baseline {baseline.path} is of {baseline.modality}s, {profile.path} of "
            f"{profile.modality}s: give a baseline of the same kind"
        )
    ours, theirs = (_encoder(one) for one in (profile, baseline))
    if ours != theirs:
        raise InputError(
            f"--baseline {baseline.path} was embedded by {theirs}, {profile.path} by {ours}: "
            "profile both with the same --encoder"
        )


def check_apart(
    baseline: Profile | None, judged: Profile | Corpus, made: str | os.PathLike[str] | None
) -> None:
    """Refuse a baseline that is what is judged: nothing ever falls below itself.

    Parameters
    ----------
    baseline
        The baseline, or None.
    judged
        A saved profile, or a corpus that is profiled first.
    made
        Where a corpus's profile is written.

    Raises
    ------
    InputError
        It is.
    """
    from datakit.profiles.profile import Profile

    if baseline is None:
        return
    place = judged.path if isinstance(judged, Profile) else made
    if place is None or os.path.realpath(place) != os.path.realpath(baseline.path):
        return
    if isinstance(judged, Profile):
        raise InputError(f"--baseline {baseline.path} is what is judged: give an earlier profile")
    raise InputError(
        f"--baseline {baseline.path} is where the profile of {judged.location} is written: copy it "
        "before, or give another --out"
    )


def baseline_parameters(
    baseline: Profile, scores: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """Parameter -> value: ``baseline_`` and a column of the corpus table, where it has a value."""
    row = corpus_table(baseline, scores, Features(baseline))
    return {f"{PREFIX}{name}": value for name, value in row.items() if value is not None}


def incomparable(
    parameter: str,
    ours: Mapping[str, Mapping[str, Any]],
    theirs: Mapping[str, Mapping[str, Any]],
) -> str:
    """Why a score cannot be compared with the baseline's; "" where it can.

    Parameters
    ----------
    parameter
        Name of the parameter.
    ours, theirs
        Scores as in scores.json.
    """
    name = parameter.removeprefix(PREFIX)
    for dimension in DIMENSIONS:
        if name.removesuffix("_low").removesuffix("_high") != dimension:
            continue
        a, b = (side.get(dimension, {}) for side in (ours, theirs))
        if b.get("value") is None:
            return f"the baseline has no {dimension}: {b.get('reason') or 'not computed'}"
        if a.get("value") is not None and a.get("method") != b.get("method"):
            return f"the baseline's {dimension} was computed by another method"
    return ""


def _encoder(profile: Profile) -> str:
    """The encoder in words; of one that is fitted on each corpus only what is the same."""
    encoder = profile.encoder
    if encoder is None:
        return "none"
    fitted = "" if profile.has_fitted_encoder else f" {encoder['digest']}"
    return f"{encoder['name']}{fitted} ({encoder['dim']} numbers)"
