"""What makes an issue of a measured value: rules as data, applied to all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Derive", "Mask", "Rule", "Values", "apply_rules", "rule_names"]

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Derive = Callable[["pd.DataFrame", str], Values]


@dataclass(frozen=True)
class Rule:
    """One value that makes an issue; an issue may have several rules, and any of them is enough.

    Parameters
    ----------
    issue
        Name of the issue.
    column
        The measured column, or one that is derived from several.
    below
        True when values below the threshold are the issue, False when values above it are.
    threshold
        The default; see `rule_names` for how to override it.
    source
        Where the number comes from.
    unless
        Issues that explain the value away: a sample that has one of them does not get this one.
    at_least
        Other columns, and the value that each must have for this one to count.
    family
        The rule is for samples of this family only ("spaced" or "unspaced" scripts); "" for all.
    """

    issue: str
    column: str
    below: bool
    threshold: float
    source: str
    unless: tuple[str, ...] = ()
    at_least: tuple[tuple[str, float], ...] = ()
    family: str = ""


def rule_names(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Name -> rule, as thresholds are overridden by it.

    The name is that of the issue; where an issue has several rules ``issue.column``, and where
    they are for a family of scripts ``issue.column.family``.
    """
    rules = tuple(rules)
    named = {}
    for rule in rules:
        alone = sum(other.issue == rule.issue for other in rules) == 1
        name = rule.issue if alone else f"{rule.issue}.{rule.column}"
        named[name + (f".{rule.family}" if rule.family else "")] = rule
    return named


def apply_rules(
    rules: Mapping[str, Rule],
    rows: pd.DataFrame,
    derive: Derive,
    thresholds: Mapping[str, float],
    family: npt.NDArray[np.object_] | None,
) -> dict[str, tuple[Mask, Values, Values]]:
    """Apply rules in their order.

    Parameters
    ----------
    rules
        Name -> rule.
    rows
        The rows of a profile.
    derive
        Gives the values of a column, measured or derived, shape (n,).
    thresholds
        Name -> threshold.
    family
        Family of every row, where rules ask for one.

    Returns
    -------
    dict
        Issue -> which rows have it; the value that made it one; the threshold it passed. Of
        several values the one that is furthest beyond its threshold counts.
    """
    found: dict[str, tuple[Mask, Values, Values]] = {}
    worst: dict[str, Values] = {}
    for name, rule in rules.items():
        limit = thresholds[name]
        values = derive(rows, rule.column)
        with np.errstate(invalid="ignore", divide="ignore"):
            mask = np.asarray(values < limit if rule.below else values > limit)
            beyond = np.abs(np.log(np.maximum(np.abs(values), 1e-9) / max(abs(limit), 1e-9)))
            for column, minimum in rule.at_least:
                mask &= derive(rows, column) >= minimum
        if rule.family and family is not None:
            mask &= family == rule.family
        for other in rule.unless:
            mask &= ~found[other][0]
        if rule.issue not in found:
            empty = np.full(len(rows), np.nan)
            found[rule.issue] = (np.zeros(len(rows), bool), empty, empty.copy())
            worst[rule.issue] = np.full(len(rows), -1.0)
        known, chosen, passed = found[rule.issue]
        better = mask & (beyond > worst[rule.issue])
        known |= mask
        chosen[better], passed[better] = values[better], limit
        worst[rule.issue][better] = beyond[better]
    return found
