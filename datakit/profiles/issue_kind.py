"""How the issues of one modality are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups
from datakit.profiles.rules import Derive, Rule

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["IssueKind"]


@dataclass(frozen=True)
class IssueKind:
    """How the issues of one modality are found.

    Parameters
    ----------
    rules
        Issues that one column decides.
    derive
        Gives the values of a column, measured or derived from several.
    settings
        Issue -> threshold of the issues that are no `Rule`.
    find
        Adds what is special to the modality, given the rows, the thresholds, and the groups of
        near duplicates.
    same
        Columns whose equal values mean equal samples.
    near_groups
        Groups of near duplicates.
    family
        Family of every row, shape (n,), where rules differ by family.
    """

    rules: tuple[Rule, ...]
    derive: Derive
    settings: Mapping[str, float]
    find: Callable[[Findings, pd.DataFrame, Mapping[str, float], Groups], None]
    same: tuple[str, ...]
    near_groups: Callable[[pd.DataFrame, Embeddings | None], Groups]
    family: Callable[[pd.DataFrame], npt.NDArray[np.object_]] | None = None
