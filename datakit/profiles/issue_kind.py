"""How the issues of one modality are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from datakit.profiles.findings import Findings
from datakit.profiles.groups import Groups, NearPairs
from datakit.profiles.rules import Derive, Mask, Rule

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["IssueKind"]


class Find(Protocol):
    """Adds the issues that no rule makes.

    Parameters
    ----------
    found
        Where to.
    rows, limits
        The rows of a profile, and all thresholds by name.
    near
        The groups of near duplicates.
    flagged
        Issue -> which rows have it by a rule.
    """

    def __call__(
        self,
        found: Findings,
        rows: pd.DataFrame,
        limits: Mapping[str, float],
        near: Groups,
        flagged: Mapping[str, Mask],
    ) -> None: ...


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
        Adds what is special to the modality.
    same
        Columns whose equal values mean equal samples.
    near_pairs
        Verified pairs of near duplicates. The third argument tells the rows of which pairs count
        that groups do not need; None where groups are all that is wanted.
    family
        Family of every row, shape (n,), where rules differ by family.
    """

    rules: tuple[Rule, ...]
    derive: Derive
    settings: Mapping[str, float]
    find: Find
    same: tuple[str, ...]
    near_pairs: Callable[[pd.DataFrame, Embeddings | None, Mask | None], NearPairs]
    family: Callable[[pd.DataFrame], npt.NDArray[np.object_]] | None = None
