"""Issues: named findings about samples, from rows and embeddings alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from datakit.errors import InputError
from datakit.metrics.neighbours import nearest_neighbours
from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups, exact_groups, stars
from datakit.profiles.issue_kind import IssueKind
from datakit.profiles.label_suspects import label_suspects
from datakit.profiles.rules import apply_rules, rule_names

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["SHARED_SETTINGS", "check_thresholds", "find_issues", "issue_kind"]


SHARED_SETTINGS: dict[str, float] = {"outlier": 6.0, "label_suspect": 0.7}
"""Thresholds of the issues that embeddings tell, whatever the modality.

outlier: robust z (median, MAD) of the logarithm of the distance to the 5th nearest embedding.
label_suspect: probability that the label is wrong, of samples that look like another class.
"""


def issue_kind(modality: str) -> IssueKind:
    """The issues of a modality."""
    if modality == "image":
        from datakit.profiles.image_issues import IMAGE_ISSUES

        return IMAGE_ISSUES
    from datakit.profiles.text_issues import TEXT_ISSUES

    return TEXT_ISSUES


def find_issues(
    modality: str,
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    thresholds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Find every issue that one profile can tell.

    Parameters
    ----------
    modality
        What the samples are.
    rows
        The rows with their fingerprints, in the order of ``sample_id``.
    embeddings
        The embeddings, where there are any.
    thresholds
        Issue -> threshold, instead of the defaults.

    Returns
    -------
    DataFrame
        sample_id, path, issue, value, threshold, group; sorted by issue, group, sample_id.

    Raises
    ------
    InputError
        `thresholds` names an issue that has none.
    """
    kind = issue_kind(modality)
    limits = check_thresholds(modality, thresholds or {})
    found = Findings(rows)
    found.add_mask("unreadable", (rows["status"] == "unreadable").to_numpy())
    rules = rule_names(kind.rules)
    family = None if kind.family is None else kind.family(rows)
    judged = apply_rules(rules, rows, kind.derive, limits, family)
    for issue, (mask, values, passed) in judged.items():
        found.add_mask(issue, mask, values, passed)
    near = stars(*kind.near_pairs(rows, embeddings, None))
    kind.find(found, rows, limits, near, {issue: mask for issue, (mask, _, _) in judged.items()})
    exact = exact_groups(rows, kind.same)
    _group_issues(found, rows, exact, near)
    _embedding_issues(found, rows, embeddings, limits)
    copies = [*exact, *(members for members, _ in near)]
    label_suspects(found, rows, embeddings, copies, limits["label_suspect"])
    return found.frame()


def check_thresholds(modality: str, thresholds: Mapping[str, float]) -> dict[str, float]:
    """All thresholds, the given ones in place of the defaults.

    Raises
    ------
    InputError
        One is given for an issue that has none, or is no finite number.
    """
    kind = issue_kind(modality)
    for name, value in thresholds.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise InputError(f"threshold {name} is {value!r}: give a finite number")
    limits = {name: rule.threshold for name, rule in rule_names(kind.rules).items()}
    limits |= SHARED_SETTINGS
    limits |= kind.settings
    unknown = sorted(set(thresholds) - set(limits))
    if unknown:
        raise InputError(
            f"no threshold for {', '.join(unknown)}: those that have one are "
            f"{', '.join(sorted(limits))}"
        )
    return limits | dict(thresholds)


def _group_issues(
    found: Findings, rows: pd.DataFrame, exact: list[list[int]], near: Groups
) -> None:
    for group in exact:
        name = found.id_of(group[0])
        found.add("exact_duplicate", group, [1.0] * len(group), 1.0, name)
    for members, similarity in near:
        found.add("near_duplicate", members, similarity, None, found.id_of(min(members)))
    for group in exact:
        if rows["label"].iloc[group].dropna().nunique() > 1:
            found.add("label_conflict", group, group=found.id_of(group[0]))
    copies = {i: group for group in exact for i in group}
    seen: set[int] = set()
    # Near groups hold one of a set of exact copies: what is near to one is near to all.
    wide = [sorted({j for i in members for j in copies.get(i, [i])}) for members, _ in near]
    for group in [*exact, *wide]:
        if rows["split"].iloc[group].dropna().nunique() > 1:
            new = [i for i in sorted(group) if i not in seen]
            seen.update(new)
            found.add("split_leak", new, group=found.id_of(min(group)))


def _embedding_issues(
    found: Findings,
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    limits: Mapping[str, float],
) -> None:
    if embeddings is None or len(embeddings.sample_ids) < 50:
        return  # too few to say what is usual
    place = {sample_id: i for i, sample_id in enumerate(rows["sample_id"])}
    numbers = np.array([place[sample_id] for sample_id in embeddings.sample_ids])
    vectors = embeddings.vectors.astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    _, cosines = nearest_neighbours(vectors, 5)
    distance = np.log(np.maximum(1 - cosines[:, 4], 1e-3))
    median = np.median(distance)
    spread = 1.4826 * np.median(np.abs(distance - median))
    z = (distance - median) / max(float(spread), 1e-3)
    far = (z > limits["outlier"]) & ~found.has("outlier")[numbers]
    found.add("outlier", numbers[far].tolist(), z[far].tolist(), limits["outlier"])
