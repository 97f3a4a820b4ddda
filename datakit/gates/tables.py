"""The two tables that rules judge: a row per sample, and one row for the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.errors import ProfileError
from datakit.gates.features import Features
from datakit.gates.issue_names import ISSUE_NAMES
from datakit.metrics.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["IssueRows", "SampleFlags", "corpus_table", "samples_table"]

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SampleFlags:
    """Columns of the samples table that come from other profiles.

    Parameters
    ----------
    near_evaluation
        Which samples are near duplicates of an evaluation set, shape (n,); None without one.
    in_baseline
        Which samples' contents the baseline has, shape (n,); None without one.
    """

    near_evaluation: Flags | None = None
    in_baseline: Flags | None = None

    def columns(self, readable: Flags) -> dict[str, Any]:
        """Both as columns; what could not be read, shape (n,), is near to nothing known."""
        none = np.zeros(len(readable), bool)
        known = none if self.in_baseline is None else self.in_baseline
        near = self.near_evaluation
        flags = _or_null(none, none) if near is None else _or_null(near, readable | near)
        return {"is_near_evaluation": flags, "in_baseline": known}


class IssueRows:
    """Which rows have which issue.

    Parameters
    ----------
    profile
        The profile, n samples.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def rows_of(self, issue: str) -> Numbers:
        """Numbers of the rows that have an issue, the furthest beyond its threshold first."""
        return self._by_issue.get(issue, np.zeros(0, np.int64))

    def ordered(self, issue: str, rows: Numbers) -> Numbers:
        """Those of some rows that have an issue, the furthest beyond its threshold first."""
        order = self.rows_of(issue)
        chosen = np.zeros(self._profile.n_samples, bool)
        chosen[rows] = True
        return np.asarray(order[chosen[order]])

    def flags(self, issue: str, features: Features) -> tuple[Flags, Flags]:
        """Which rows have an issue, and in which it was looked for, each of shape (n,)."""
        has = np.zeros(self._profile.n_samples, bool)
        has[self.rows_of(issue)] = True
        judged = features.judged(issue)
        return has, judged if issue in features.not_looked_for else judged | has

    @cached_property
    def _by_issue(self) -> dict[str, Numbers]:
        import pyarrow as pa
        import pyarrow.compute as pc

        issues = self._profile.issues
        ids = self._profile.table.to_table(columns=["sample_id"]).column("sample_id")
        found = pc.index_in(pa.array(issues["sample_id"], pa.string()), value_set=ids)
        if found.null_count:
            raise ProfileError(
                f"{self._profile.path} has issues of samples without a row: profile again"
            )
        places = np.asarray(found.to_numpy(zero_copy_only=False), np.int64)
        order = _by_severity(issues)
        groups = issues["issue"].iloc[order].reset_index(drop=True)
        numbers = groups.groupby(groups).indices
        return {str(issue): places[order[rows]] for issue, rows in numbers.items()}


def _by_severity(found: pd.DataFrame) -> Numbers:
    """Order in which the values that are furthest beyond their threshold come first."""
    value, limit = (found[name].to_numpy(float) for name in ("value", "threshold"))
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = np.abs(np.log(np.maximum(np.abs(value), 1e-9) / np.maximum(np.abs(limit), 1e-9)))
    return np.argsort(-np.nan_to_num(beyond, nan=-1.0, posinf=1e9), kind="stable")


def samples_table(
    profile: Profile,
    columns: Iterable[str],
    flags: SampleFlags,
    features: Features,
    issue_rows: IssueRows,
) -> pd.DataFrame:
    """The asked columns of the samples table, one row per sample, in the order of the profile.

    Columns that the profile does not have are left out.

    Parameters
    ----------
    profile
        The profile; only the asked columns of it are read.
    columns
        Names, see `columns.sample_columns`.
    flags
        Columns that come from other profiles.
    features
        What was looked for: the flag of an issue is null where it was not.
    issue_rows
        Which rows have which issue.
    """
    import pandas as pd

    wanted = list(dict.fromkeys(columns))
    table = profile.table
    n, n_rows = profile.n_samples, table.count_rows()
    if n_rows != n:
        raise ProfileError(
            f"{profile.path} has {n_rows} rows where its manifest says {n}: profile again"
        )
    stored = [name for name in wanted if name in table.schema.names]
    frame: pd.DataFrame = table.to_table(columns=stored).to_pandas()
    frame.index = pd.RangeIndex(n)
    extra = flags.columns(features.readable)
    for name in wanted:
        issue = name.removeprefix("is_")
        if name in extra:
            frame[name] = extra[name]
        elif name.startswith("is_") and issue in ISSUE_NAMES[profile.modality]:
            frame[name] = _or_null(*issue_rows.flags(issue, features))
    return frame[[name for name in wanted if name in frame]]


def corpus_table(
    profile: Profile, scores: Mapping[str, Mapping[str, Any]], features: Features
) -> dict[str, float | None]:
    """The row of the corpus table: column -> value, None where there is none.

    Parameters
    ----------
    profile
        The profile.
    scores
        Dimension -> value, low, high and components, as in scores.json.
    features
        What was looked for: the rate of an issue is that among the rows in which it was, None
        where there is no such row.
    """
    n = profile.n_samples
    row: dict[str, float | None] = {"n_samples": float(n), "n_bytes": float(profile.n_bytes)}
    for dimension, score in scores.items():
        row[dimension] = score.get("value")
        row[f"{dimension}_low"], row[f"{dimension}_high"] = score.get("low"), score.get("high")
        for part in score.get("components", ()):
            row[f"{dimension}_{_plain(part['name'])}"] = part["value"]
    issue_rows = IssueRows(profile)
    for issue in ISSUE_NAMES[profile.modality]:
        name = f"{issue}_rate"
        has, judged = (int(flags.sum()) for flags in issue_rows.flags(issue, features))
        if judged == 0:
            row |= {name: None, f"{name}_low": None, f"{name}_high": None}
            continue
        row[name] = has / judged
        row[f"{name}_low"], row[f"{name}_high"] = wilson(has, judged)
    return row


def _or_null(flags: Flags, judged: Flags) -> Any:
    """A column of flags, null where nothing was judged."""
    import pandas as pd

    # Objects are judged eight times more slowly, and to them null is not equal to True.
    return flags if judged.all() else pd.arrays.BooleanArray(flags, ~judged)


def _plain(name: str) -> str:
    """A component's name as part of a column's name."""
    return "".join(mark if mark.isalnum() or mark == "_" else "_" for mark in name)
