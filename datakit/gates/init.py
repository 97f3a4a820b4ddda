"""A suite from a profile that is known to be good: what another corpus like it should keep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError
from datakit.gates.columns import DIMENSIONS
from datakit.gates.features import Features
from datakit.gates.issue_names import ISSUE_NAMES, dimension_of
from datakit.gates.load import FORMAT, is_name
from datakit.gates.tables import IssueRows, corpus_table
from datakit.metrics.intervals import wilson

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["suite_from"]

_NEVER = ("secret", "split_leak", "contaminated")
"""Issues of which a good corpus has none, whatever their interval says."""

_TELLING = (
    "outlier",
    "label_suspect",
    "grayscale",
    "odd_size",
    "odd_mode",
    "odd_aspect",
    "rotated_by_exif",
    "animated",
    "pii",
    "wrong_language",
    "wrong_suffix",
    "not_utf8",
)
"""Issues that are warnings: they need not make a sample useless."""

_KEPT = {"labels": "label", "splits": "split", "captions": "caption"}
"""What samples of the good corpus have -> the column that must not become empty."""

_LABELS = 200
_ROWS = 0.8
_BELOW = 0.01
_SOME = 0.001


def suite_from(profile: Profile, name: str) -> dict[str, Any]:
    """The content of a suite's file, bounds from the intervals of a good profile.

    A rate p whose interval ends at h is bounded by ``p + sqrt(2) (h - p)``, and a score s whose
    interval begins at l by ``s - sqrt(2) (s - l)``: the difference of two corpora of this size
    varies by so much (95 %), where only this one has been seen. Every rule says in its notes what
    was seen.

    What the good corpus has (labels, splits, captions, a search for evaluation items) another one
    must have too: only ratchets ask for something that may be absent, a baseline. A bound that
    would let everything pass makes no rule.

    Parameters
    ----------
    profile
        The good profile.
    name
        The suite's name, that of its file.

    Raises
    ------
    InputError
        The profile has no samples, or the name is none.
    """
    if not is_name(name):
        raise InputError(f"the suite's name would be {name!r}: give lower-case words and hyphens")
    if profile.n_samples == 0:
        raise InputError(f"{profile.path} has no samples: give a profile that is known to be good")
    features = Features(profile)
    row, issue_rows = corpus_table(profile, profile.scores, features), IssueRows(profile)
    source = (
        f"{profile.location}, {profile.n_samples} samples, datakit {profile.manifest['datakit']}"
    )
    rules = [_least_samples(profile)]
    rules += [
        _rate(issue, row, int(issue_rows.flags(issue, features)[1].sum()))
        for issue in ISSUE_NAMES[profile.modality]
        if row[f"{issue}_rate"] is not None
    ]
    for dimension in DIMENSIONS:
        if row.get(dimension) is not None and dimension != "representativeness":
            rules += [_floor(dimension, row), _ratchet(dimension)]
    rules += [_kept(profile, what) for what in _KEPT if what in features.present]
    rules += _columns(profile, features)
    rules = [rule for rule in rules if not _idle(rule)]
    for rule in rules:
        rule["meta"]["source"] = source
    return {
        "name": name,
        "expectations": rules,
        "meta": {"datakit": {"format": FORMAT, "modality": profile.modality}},
        "notes": f"Made by `datakit suite init` from {source}. Bounds leave room for what two "
        "corpora of this size differ by; tighten them where you know better.",
    }


def _rule(
    kind: str, kwargs: dict[str, Any], head: tuple[str, str, str, str], texts: tuple[str, str, str]
) -> dict[str, Any]:
    """One expectation: head is id, severity, table, dimension; texts are why, fix and notes."""
    rule_id, severity, table, dimension = head
    why, fix, notes = texts
    meta = {"id": rule_id, "table": table, "dimension": dimension, "why": why, "fix": fix}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta, "notes": notes}


def _least_samples(profile: Profile) -> dict[str, Any]:
    least = math.ceil(_ROWS * profile.n_samples)
    return _rule(
        "expect_table_row_count_to_be_between",
        {"min_value": least},
        ("least-samples", "critical", "samples", "completeness"),
        (
            "A corpus that shrinks by a fifth has lost something.",
            "Look for folders or files that are missing.",
            f"{profile.n_samples} samples in the good profile; 80 % of them.",
        ),
    )


def _rate(issue: str, row: dict[str, float | None], n: int) -> dict[str, Any]:
    rate, low, high = (row[f"{issue}_rate{end}"] or 0.0 for end in ("", "_low", "_high"))
    never = issue in _NEVER and rate == 0
    most = 0.0 if never else _highest(rate, high)
    return _rule(
        "expect_issue_rate_to_be_at_most",
        {"column": f"is_{issue}", "max_rate": most},
        (
            f"{issue.replace('_', '-')}-rate",
            "warning" if issue in _TELLING else "critical",
            "samples",
            dimension_of(issue),
        ),
        (
            f"The corpus that is known to be good has it in {rate:.3%} of its samples.",
            f"See `datakit explain {issue}`.",
            f"{rate:.3%} of {n} samples (95 % interval {low:.3%} to {high:.3%}); "
            + ("none is allowed." if never else "the bound is rate + sqrt(2) (high - rate)."),
        ),
    )


def _floor(dimension: str, row: dict[str, float | None]) -> dict[str, Any]:
    value, low, high = (row[f"{dimension}{end}"] or 0.0 for end in ("", "_low", "_high"))
    least = _round(max(0.0, value - math.sqrt(2) * (value - low)), up=False)
    return _rule(
        "expect_score_to_be_at_least",
        {"score": dimension, "min_value": least},
        (
            f"{dimension}-floor",
            "warning" if dimension == "accuracy" else "critical",
            "corpus",
            dimension,
        ),
        (
            f"The corpus that is known to be good has {value:.3g}.",
            f"See `datakit explain {dimension}`.",
            f"{value:.4g} (95 % interval {low:.4g} to {high:.4g}); the bound is "
            "score - sqrt(2) (score - low).",
        ),
    )


def _ratchet(dimension: str) -> dict[str, Any]:
    baseline = {"$PARAMETER": f"baseline_{dimension}"}
    rule = _rule(
        "expect_score_not_to_fall_below_baseline",
        {
            "score": dimension,
            "baseline": baseline,
            "baseline_low": {"$PARAMETER": f"baseline_{dimension}_low"},
        },
        (f"{dimension}-ratchet", "critical", "corpus", dimension),
        (
            "It must not get worse from one version to the next.",
            "`datakit compare NEW OLD` shows what changed.",
            "Judged where --baseline is given.",
        ),
    )
    rule["meta"]["needs"] = ["baseline"]
    return rule


def _kept(profile: Profile, what: str) -> dict[str, Any]:
    """Samples must not lose what those of the good corpus have."""
    column = _KEPT[what]
    n = profile.n_samples
    missing = profile.table.to_table(columns=[column]).column(column).null_count
    rate, high = missing / n, wilson(missing, n)[1]
    least = round(max(1 - _highest(rate, high), _SOME), 12)
    return _rule(
        "expect_column_values_to_not_be_null",
        {"column": column, "mostly": least},
        (f"{what}-present", "critical", "samples", "completeness"),
        (
            f"Where {what} are lost, rules about them have nothing to judge.",
            f"Look for the {what} that are missing: they come from folders or metadata.",
            f"{n - missing} of {n} samples have a {column}; the bound is 1 - the highest rate "
            "of those without, rate + sqrt(2) (high - rate).",
        ),
    )


def _columns(profile: Profile, features: Features) -> list[dict[str, Any]]:
    """Rules about measured columns: sizes of images, languages of texts, names of labels."""
    found = []
    if profile.modality == "image":
        found += [_least_side(profile, side) for side in ("width", "height")]
    else:
        found += _known_values(profile, "language", "warning")
    if "labels" in features.present:
        found += _known_values(profile, "label", "critical")
    return found


def _least_side(profile: Profile, side: str) -> dict[str, Any]:
    values = profile.table.to_table(columns=[side]).column(side).to_pandas().dropna()
    least = int(values.quantile(_BELOW, interpolation="lower")) if len(values) else 1
    return _rule(
        "expect_column_values_to_be_between",
        {"column": side, "min_value": least, "mostly": 0.95},
        (f"least-{side}", "warning", "samples", "usability"),
        (
            "Images that are smaller than nearly all that are known to be good.",
            "Drop the images that are named, or find larger originals.",
            f"99 % of the images of the good profile have {least} px or more; 95 % must.",
        ),
    )


def _known_values(profile: Profile, column: str, severity: str) -> list[dict[str, Any]]:
    """Every value that the column has, where they are few."""
    values = profile.table.to_table(columns=[column]).column(column).to_pandas().dropna()
    known = sorted(str(value) for value in values.unique())
    if not known or len(known) > _LABELS:
        return []
    rule = _rule(
        "expect_column_values_to_be_in_set",
        {"column": column, "value_set": known, "mostly": 1.0 if severity == "critical" else 0.99},
        (f"known-{column}s", severity, "samples", "consistency"),
        (
            f"A {column} that the good corpus does not have is a mistake or a change.",
            f"Correct the {column}, or add it to the suite.",
            f"The {len(known)} values in the good profile.",
        ),
    )
    return [rule]


def _idle(rule: dict[str, Any]) -> bool:
    """Whether a rule would let everything pass."""
    kwargs = rule["kwargs"]
    return kwargs.get("max_rate") == 1 or (
        rule["type"] == "expect_score_to_be_at_least" and kwargs["min_value"] == 0
    )


def _highest(rate: float, high: float) -> float:
    """The rate that corpora like one of this rate hardly exceed; `high` ends its interval."""
    return _round(min(1.0, rate + math.sqrt(2) * (high - rate)), up=True)


def _round(value: float, *, up: bool) -> float:
    """Two significant digits of a rate or of what a score lacks, in the direction of more room."""
    part = value if up else 1 - value
    if part <= 0:
        return value
    step = 10.0 ** (math.floor(math.log10(part)) - 1)
    room = min(1.0, round(math.ceil(part / step - 1e-9) * step, 12))
    return room if up else round(1 - room, 12)
