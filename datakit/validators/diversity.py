"""Diversity: how much of its space the corpus covers, without repeating itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datakit.validators.copies import COPIES, group_numbers, representatives
from datakit.validators.estimate import Estimate, geometric_mean, smaller
from datakit.validators.label_balance import LabelBalance, label_balance
from datakit.validators.score import Component, Score
from datakit.validators.spread import Spread, spread
from datakit.validators.uniqueness import uniqueness

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["diversity"]

_EVIDENCE = 20
_SLICES = 5
_CROWDED = 2.0
"""A cell or label with so many times its share is named in the evidence."""

_ADVICE = {
    "uniqueness": "Keep one sample of every duplicate group.",
    "spread": "Collect samples of the kinds that are missing: few regions hold most of them.",
    "label_balance": "Collect samples of the rare labels, or thin out the common ones.",
}


def diversity(profile: Profile, reference: Profile | None = None) -> Score:
    """``sqrt(U min(S, B))``: uniqueness, and the spread that cells or labels show, the lesser.

    - Uniqueness U: duplicate groups per sample, over the whole corpus.
    - Spread S: the unbiased order-2 effective number of occupied cells in embedding space, over
      one representative per duplicate group, relative to the reference or to the collection
      behind the encoder's codebook (see `datakit.validators.spread`).
    - Label balance B: the same of labels, where most samples have one (see
      `datakit.validators.label_balance`). It can lower the score and never raises it, so that a
      corpus does not gain by having labels.

    Each is cut at 1. Where S cannot be told, U stands in for it: ``sqrt(U min(U, B))``, and
    ``method`` says why.

    Parameters
    ----------
    profile
        The profile.
    reference
        A profile with the same encoder, the yardstick of S and B.

    Returns
    -------
    Score
        The interval joins those of U (a ratio over groups) and min(S, B) (half-sampling, and the
        variance of Simpson's index) on the logarithmic scale. It holds for this reference: the
        reference's own sampling error is not in it.
    """
    readable = (profile.rows["status"] == "ok").to_numpy()
    n = int(readable.sum())
    if n == 0:
        return Score("diversity", None, reason="no sample can be read")
    groups = group_numbers(profile)
    unique = uniqueness(groups[readable])
    chosen = representatives(profile, groups)
    covered = spread(profile, chosen, reference)
    labels = profile.rows["label"][chosen]
    balance = label_balance(labels, None if reference is None else _labels(reference))
    parts = [Component("uniqueness", unique.value, n, "duplicate groups per sample")]
    if isinstance(covered, Spread):
        meaning = f"effective number of cells {covered.yardstick}"
        parts.append(Component("spread", covered.estimate.value, covered.n, meaning))
    if balance is not None:
        value = balance.estimate.value
        parts.append(Component("label_balance", value, balance.n, balance.meaning))
    joined = _joined(unique, covered, balance)
    worst = min(parts, key=lambda part: part.value)
    return Score(
        dimension="diversity",
        value=joined.value,
        low=joined.low,
        high=joined.high,
        n=n,
        method=_method(covered, balance),
        components=tuple(parts),
        evidence=_evidence(profile, covered, balance),
        advice=_ADVICE[worst.name] if worst.value < 0.98 else "",
    )


def _joined(unique: Estimate, covered: Spread | str, balance: LabelBalance | None) -> Estimate:
    if isinstance(covered, Spread):
        seen = covered.estimate if balance is None else smaller(covered.estimate, balance.estimate)
        return geometric_mean(unique, seen)
    if balance is None or balance.estimate.value >= unique.value:
        return unique
    return geometric_mean(unique, balance.estimate)


def _labels(profile: Profile) -> pd.Series:
    """Labels of one representative per duplicate group."""
    return profile.rows["label"][representatives(profile)]


def _method(covered: Spread | str, balance: LabelBalance | None) -> str:
    if isinstance(covered, Spread):
        shown = "spread" if balance is None else "min(spread, label balance)"
        return f"sqrt(uniqueness * {shown}), spread {covered.yardstick}"
    shown = "uniqueness" if balance is None else "sqrt(uniqueness * min(uniqueness, label balance))"
    return f"{shown}; no spread: {covered}"


def _evidence(
    profile: Profile, covered: Spread | str, balance: LabelBalance | None
) -> pd.DataFrame:
    """The largest duplicate groups with their sizes, then over-full cells and labels."""
    import pandas as pd

    slices: list[tuple[str, str, float]] = []
    if balance is not None:
        crowded = [(label, times) for label, times in balance.crowded if times >= _CROWDED]
        slices += [
            (_first_path(profile, label), f"crowded_label {label}", times)
            for label, times in crowded[:_SLICES]
        ]
    if isinstance(covered, Spread):
        crowded = [(path, times) for path, times in covered.crowded if times >= _CROWDED]
        slices += [(path, "crowded_region", times) for path, times in crowded[:_SLICES]]
    copies = profile.issues[profile.issues["issue"].isin(COPIES)]
    sizes = copies.groupby(["issue", "group"]).agg(path=("path", "first"), n=("path", "size"))
    worst = sizes.sort_values(["n", "path"], ascending=[False, True]).reset_index()
    worst = worst.head(_EVIDENCE - len(slices))
    groups = zip(worst["path"], worst["issue"], worst["n"].astype(float), strict=True)
    return pd.DataFrame([*groups, *slices], columns=["path", "reason", "value"])


def _first_path(profile: Profile, label: str) -> str:
    rows = profile.rows
    return str(rows["path"].to_numpy()[np.flatnonzero((rows["label"] == label).to_numpy())[0]])
