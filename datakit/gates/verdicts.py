"""From findings to verdicts: rows get their names, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.gates.columns import issue_of
from datakit.gates.decision import Verdict
from datakit.gates.findings import Finding
from datakit.gates.suite import Rule

if TYPE_CHECKING:
    import pandas as pd

    from datakit.gates.tables import IssueRows
    from datakit.gates.waiving import Judged
    from datakit.profiles.profile import Profile

__all__ = ["Named", "verdict"]

Numbers = npt.NDArray[np.int64]

_SHOWN = 20


class Named:
    """Rows of a profile by their paths.

    Parameters
    ----------
    profile
        The profile, n samples.
    samples
        Its samples table.
    issue_rows
        Which rows have which issue.
    """

    def __init__(self, profile: Profile, samples: pd.DataFrame, issue_rows: IssueRows) -> None:
        self._profile = profile
        self._samples = samples
        self._issue_rows = issue_rows
        self.n = profile.n_samples

    @cached_property
    def _all(self) -> Any:
        return self._profile.table.to_table(columns=["path"]).column("path").combine_chunks()

    def paths(self, rows: Numbers) -> tuple[str, ...]:
        """Paths of rows, in the given order."""
        return tuple(self._all.take(rows).to_pylist()) if len(rows) else ()

    def every_path(self) -> Iterator[str]:
        """Paths of all rows, one by one."""
        return (path.as_py() for path in self._all)

    def worst(self, rule: Rule, found: Finding) -> Numbers:
        """Rows that broke a rule, the worst first."""
        column = str(rule.kwargs.get("column") or "")
        issue, rows = issue_of(rule.table, column, self._profile.modality), found.positions
        if rule.table == "corpus":
            failed = issue and found.outcome == "failed"
            return self._issue_rows.rows_of(issue) if failed else np.zeros(0, np.int64)
        if issue:
            return self._issue_rows.ordered(issue, rows)
        return rows[self._beyond(rule, rows)]

    def _beyond(self, rule: Rule, rows: Numbers) -> Numbers:
        """Order of rows by how far their value is beyond the rule's bounds."""
        column = rule.kwargs.get("column")
        bounds = [rule.kwargs.get(name) for name in ("min_value", "max_value")]
        numeric = all(b is None or isinstance(b, (int, float)) for b in bounds) and any(
            b is not None for b in bounds
        )
        if not numeric or column not in self._samples or not len(rows):
            return np.arange(len(rows))
        values = self._samples[column].iloc[rows]
        if values.dtype.kind not in "iuf":
            return np.arange(len(rows))
        low, high = bounds
        below = (low if low is not None else -np.inf) - values.to_numpy(float)
        above = values.to_numpy(float) - (high if high is not None else np.inf)
        return np.argsort(-np.maximum(below, above), kind="stable")

    def name_first(
        self, wholes: Mapping[str, Any], rules: Sequence[Rule], found: Mapping[str, Finding]
    ) -> None:
        """Put the first names into what Great Expectations gave, instead of all positions."""
        by_id = {rule.id: rule for rule in rules}
        for whole in wholes.values():
            for result in whole.results:
                rule_id = result.expectation_config.meta["id"]
                rule, details = by_id[rule_id], result.result or {}
                if "unexpected_index_list" not in details or rule.table == "corpus":
                    continue
                del details["unexpected_index_list"]
                for name in ("partial_unexpected_index_list", "unexpected_list"):
                    details.pop(name, None)
                names = self.paths(self.worst(rule, found[rule_id])[:_SHOWN])
                details["partial_unexpected_list"] = list(names)


def verdict(rule: Rule, judged: Judged, named: Named, parameters: Mapping[str, float]) -> Verdict:
    """The verdict on one rule."""
    found = judged.finding
    samples = named.paths(named.worst(rule, found))
    name = next(iter(rule.parameters), "").removesuffix("_low").removesuffix("_high")
    return Verdict(
        rule=rule.id,
        type=rule.type,
        table=rule.table,
        dimension=rule.dimension,
        severity=rule.severity,
        outcome=judged.outcome,
        observed=found.observed,
        bound=found.bound,
        baseline=parameters.get(name),
        n_judged=found.n_judged,
        n_unexpected=found.n_unexpected if rule.table == "samples" else len(samples),
        samples=samples,
        why=rule.why,
        fix=rule.fix,
        source=rule.source,
        reason=judged.reason,
        line=rule.line,
    )
