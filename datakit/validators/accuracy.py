"""Accuracy: whether labels and captions say what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datakit.metrics.intervals import wilson
from datakit.profiles.label_suspects import JudgedLabels, judge_labels
from datakit.validators.copies import group_numbers, representatives
from datakit.validators.score import Component, Score
from datakit.validators.share import EVIDENCE, flagged
from datakit.validators.spoiled import spoiled

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["accuracy"]

_NAME = "accuracy"
_METHOD = (
    "1 - rate of wrong labels: lapse rate of the agreement with out-of-fold predictions "
    "(after Liu & Tao 2016), profile-likelihood 95 % interval and 0.01 for the form; "
    "copies with several labels counted"
)
_FORM = 0.01
"""Allowance in the interval for the form of the curve: real corpora with right labels are given
rates of 0 to 0.013."""


def accuracy(profile: Profile) -> Score:
    """One minus the estimated share of wrong labels.

    Where copies of one content have several labels, all but the commonest label are wrong: these
    are counted. The rate among the other samples is estimated (`datakit.metrics.label_noise`), so
    that ``value = 1 - (counted + rate * others) / n`` over all labelled samples,
    embedded or not. The score has no
    value where labels cannot be predicted from the embeddings.

    Judged is one representative per duplicate group, without samples whose content is spoiled.

    Agreement of captions with their images, where there is any, is a component with its own
    number and does not enter the value: what cosine a true caption has depends on the encoder, so
    no cosine says that a caption is wrong.

    Parameters
    ----------
    profile
        The profile.
    """
    rows = profile.rows
    conflict = flagged(profile, "label_conflict")
    counted, conflicts = _conflicts(profile)
    extra = [*_conflict_component(rows, counted), *_caption_component(rows)]
    # A copy is no second opinion, and what cannot be seen does not look like any class.
    groups = group_numbers(profile)
    left_out = conflict | ~representatives(profile, groups) | spoiled(profile)
    judged = judge_labels(rows, profile.embeddings, groups, left_out)
    reason = judged if isinstance(judged, str) else judged.noise.unclear
    if isinstance(judged, str) or reason:
        return Score(
            _NAME, None, components=tuple(extra), evidence=_frame(conflicts), reason=reason
        )
    lapse = judged.noise.lapse
    others, n_conflict = len(judged.labels), int(conflict.sum())
    n = int(rows["label"].notna().sum())
    # The likelihood knows how far the rate may lie from its estimate; Wilson's interval sees to
    # it that a small corpus without a wrong label does not claim to be free of them.
    least, most = wilson(round(lapse.rate * others), others)
    value, low, high = (
        1 - (counted + rate * (n - n_conflict)) / n
        for rate in (
            lapse.rate,
            min(1.0, max(lapse.high, most) + _FORM),
            max(0.0, min(lapse.low, least) - _FORM),
        )
    )
    meaning = f"share of right labels; skill of the prediction {judged.noise.skill:.2f}"
    noise = Component("label_noise", 1 - lapse.rate, others, meaning)
    return Score(
        dimension=_NAME,
        value=value,
        low=low,
        high=high,
        n=n,
        method=_METHOD,
        components=(noise, *extra),
        evidence=_frame([*conflicts, *_suspects(rows, judged)]),
        advice=_advice(high, counted, lapse.rate * (n - n_conflict)),
    )


def _members(profile: Profile, issues: tuple[str, ...]) -> dict[tuple[str, str], list[int]]:
    """(issue, group) -> row numbers."""
    found = profile.issues[profile.issues["issue"].isin(issues)]
    places = profile.rows["sample_id"].searchsorted(found["sample_id"])
    members: dict[tuple[str, str], list[int]] = {}
    for issue, group, i in zip(found["issue"], found["group"], places.tolist(), strict=True):
        members.setdefault((issue, group), []).append(i)
    return members


def _conflicts(profile: Profile) -> tuple[int, list[tuple[str, str, float]]]:
    """Number of labels that must be wrong among copies with several labels, and the evidence."""
    labels, paths = profile.rows["label"], profile.rows["path"]
    counted, evidence = 0, []
    for members in _members(profile, ("label_conflict",)).values():
        counts = labels.iloc[members].value_counts()
        counted += int(counts.sum() - counts.max())
        names = ", ".join(sorted(map(str, counts.index)))
        evidence += [(paths.iloc[i], f"copies labelled {names}", 1.0) for i in members]
    return counted, evidence


def _conflict_component(rows: pd.DataFrame, counted: int) -> list[Component]:
    n = int(rows["label"].notna().sum())
    if not counted:
        return []
    meaning = "share of labels that no copy with another label contradicts"
    return [Component("label_conflict", 1 - counted / n, n, meaning)]


def _caption_component(rows: pd.DataFrame) -> list[Component]:
    if "caption_agreement" not in rows:
        return []
    cosines = rows["caption_agreement"].dropna()
    if not len(cosines):
        return []
    meaning = "median cosine of caption and image; for reading, not part of the score"
    value = max(0.0, float(cosines.median()))
    return [Component("caption_agreement", value, len(cosines), meaning)]


def _suspects(rows: pd.DataFrame, judged: JudgedLabels) -> list[tuple[str, str, float]]:
    """The labels that are most probably wrong."""
    wrong = judged.noise.wrong
    order = np.argsort(-wrong, kind="stable")[:EVIDENCE]
    paths = rows["path"].to_numpy()
    return [
        (
            paths[judged.numbers[i]],
            f"labelled {judged.names[judged.labels[i]]}, "
            f"looks like {judged.names[judged.noise.predicted[i]]}",
            float(wrong[i]),
        )
        for i in order
        if wrong[i] > 0
    ]


def _frame(found: list[tuple[str, str, float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(found[:EVIDENCE], columns=["path", "reason", "value"])


def _advice(high: float, counted: int, estimated: float) -> str:
    if counted > estimated:
        return "Decide on one label for samples that appear under several."
    if high < 1:
        return "Look at the labels that look like another class, the most probable errors first."
    return ""
