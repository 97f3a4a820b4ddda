"""Issues that only documents have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups
from datakit.profiles.issue_kind import IssueKind
from datakit.profiles.rules import Values
from datakit.profiles.text_duplicates import SAME_TEXT, near_text_groups
from datakit.profiles.text_rules import TEXT_RULES, TEXT_SETTINGS

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["TEXT_ISSUES"]


def _derived(rows: pd.DataFrame, column: str) -> Values:
    """A measured column, or one that follows from several."""
    return rows[column].to_numpy(float, na_value=np.nan)


def _find(found: Findings, rows: pd.DataFrame, limits: Mapping[str, float]) -> None:
    found.add_mask("empty", (rows["status"] == "empty").to_numpy())


def _near(rows: pd.DataFrame, embeddings: Embeddings | None) -> Groups:
    return near_text_groups(rows)


TEXT_ISSUES = IssueKind(
    rules=TEXT_RULES,
    derive=_derived,
    settings=TEXT_SETTINGS,
    find=_find,
    same=SAME_TEXT,
    near_groups=_near,
)
