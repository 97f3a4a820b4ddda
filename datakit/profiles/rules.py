"""What makes an issue of a measured value: rules as data, applied to all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Derive", "Mask", "Rule", "Values", "apply_rule"]

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Derive = Callable[["pd.DataFrame", str], Values]


@dataclass(frozen=True)
class Rule:
    """One issue that a single column decides.

    Parameters
    ----------
    issue
        Name of the issue.
    column
        The measured column, or one that is derived from several.
    below
        True when values below the threshold are the issue, False when values above it are.
    threshold
        The default; override it with ``thresholds={issue: value}``.
    source
        Where the number comes from.
    unless
        Issues that explain the value away: a sample that has one of them does not get this one.
    at_least
        A second column, and the value it must have for this one to count.
    """

    issue: str
    column: str
    below: bool
    threshold: float
    source: str
    unless: tuple[str, ...] = ()
    at_least: tuple[str, float] | None = None


def apply_rule(
    rule: Rule,
    rows: pd.DataFrame,
    derive: Derive,
    threshold: float,
    flagged: Mapping[str, Mask],
) -> tuple[Values, Mask]:
    """Values of a rule, and which of them are issues.

    Parameters
    ----------
    rule
        The rule.
    rows
        The rows of a profile.
    derive
        Gives the values of a column, measured or derived, shape (n,).
    threshold
        In place of the rule's own.
    flagged
        Issue -> which rows have it, for `Rule.unless`.
    """
    values = derive(rows, rule.column)
    with np.errstate(invalid="ignore"):
        mask = np.asarray(values < threshold if rule.below else values > threshold)
        if rule.at_least is not None:
            column, minimum = rule.at_least
            mask &= derive(rows, column) >= minimum
    for other in rule.unless:
        mask &= ~flagged[other]
    return values, mask
