"""Issues under construction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.profiles.rules import Mask, Values

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Findings"]

_COLUMNS = ["sample_id", "path", "issue", "value", "threshold", "group"]


class Findings:
    """Collects issues by row number.

    Parameters
    ----------
    rows
        The rows of a profile.
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        self._ids = rows["sample_id"].tolist()
        self._paths = rows["path"].tolist()
        self._found: list[tuple[Any, ...]] = []

    def add(
        self,
        issue: str,
        numbers: Sequence[int],
        values: Iterable[float | None] | None = None,
        threshold: float | None = None,
        group: str | None = None,
    ) -> None:
        """Rows that have an issue, each with the value that made it one."""
        for i, value in zip(numbers, values or [None] * len(numbers), strict=True):
            value = None if value is None else float(value)
            self._found.append((self._ids[i], self._paths[i], issue, value, threshold, group))

    def add_mask(
        self, issue: str, mask: Mask, values: Any = None, threshold: float | Values | None = None
    ) -> None:
        """The same from a mask over all rows, the values of all rows, and one or all thresholds."""
        if values is None:
            self.add(issue, np.flatnonzero(mask).tolist())
            return
        limits = np.broadcast_to(np.asarray(threshold, float), mask.shape)
        for i in np.flatnonzero(mask).tolist():
            self.add(issue, [i], [values[i]], float(limits[i]))

    def has(self, issue: str) -> Mask:
        """Which rows have an issue by now, shape (n,)."""
        members = {sample_id for sample_id, _, name, *_ in self._found if name == issue}
        return np.array([sample_id in members for sample_id in self._ids], bool)

    def id_of(self, i: int) -> str:
        """Id of a row."""
        return str(self._ids[i])

    def frame(self) -> pd.DataFrame:
        """The issues, sorted by issue, group and sample."""
        import pandas as pd

        frame = pd.DataFrame(self._found, columns=_COLUMNS)
        frame = frame.astype({"value": "float64", "threshold": "float64"})
        order = ["issue", "group", "sample_id"]
        return frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
