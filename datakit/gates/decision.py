"""What a gate decided: one verdict for every rule, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from datakit.errors import GateFailed

__all__ = ["Decision", "Outcome", "Severity", "Verdict"]

Severity = Literal["critical", "warning", "info"]
Outcome = Literal["passed", "failed", "waived", "error"]


@dataclass(frozen=True)
class Verdict:
    """What one rule came to.

    Parameters
    ----------
    rule
        Stable id of the rule, from the suite.
    type
        The expectation's type, in snake case.
    table
        What was judged: "samples" (the rows) or "corpus" (one row of scores and issue rates).
    dimension
        The dimension of the scorecard that the rule belongs to.
    severity
        "critical" fails the gate, "warning" and "info" are shown.
    outcome
        "passed", "failed", "waived" (failed, and excused), or "error" (judged nothing).
    observed, bound
        What was found and what was allowed, as numbers where they are, else in words.
    baseline
        The same value in the baseline, for rules that compare with one.
    n_judged, n_unexpected
        Rows that were judged, and those that broke the rule.
    samples
        Paths of what broke the rule, the worst first; all of them.
    why, fix, source
        Of the rule: one line each.
    reason
        Why it is an error, or why it was waived; "" otherwise.
    line
        Line of the suite's file where the rule begins, from 1.
    """

    rule: str
    type: str
    table: Literal["samples", "corpus"]
    dimension: str
    severity: Severity
    outcome: Outcome
    observed: float | str | None
    bound: float | str | None
    baseline: float | None = None
    n_judged: int = 0
    n_unexpected: int = 0
    samples: tuple[str, ...] = ()
    why: str = ""
    fix: str = ""
    source: str = ""
    reason: str = ""
    line: int = 1


@dataclass(frozen=True)
class Decision:
    """The outcome of a gate.

    Parameters
    ----------
    suite, suite_path
        Name and file of the suite.
    profile
        Directory of the profile that was judged.
    corpus
        Where its corpus was.
    n_samples
        Samples in it.
    date
        The day that waivers were judged by, ISO 8601.
    verdicts
        One for every rule, in the order of the suite.
    notes
        What a person should know beside the verdicts: waivers that expired or match nothing.
    baseline
        Directory of the baseline, where there is one.
    """

    suite: str
    suite_path: str
    profile: str
    corpus: str
    n_samples: int
    date: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = field(default=())
    baseline: str | None = None

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Critical rules that failed, in the order of the suite."""
        return tuple(v for v in self.verdicts if v.outcome == "failed" and v.severity == "critical")

    @property
    def errors(self) -> tuple[Verdict, ...]:
        """Critical rules that judged nothing."""
        return tuple(v for v in self.verdicts if v.outcome == "error" and v.severity == "critical")

    @property
    def passed(self) -> bool:
        """Whether no critical rule failed and every one of them was judged."""
        return not self.failures and not self.errors

    @property
    def decision(self) -> Literal["passed", "failed", "error"]:
        """One word: what failed outweighs what was not judged."""
        if self.failures:
            return "failed"
        return "error" if self.errors else "passed"

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 a critical rule judged nothing."""
        return {"passed": 0, "failed": 1, "error": 3}[self.decision]

    def raise_for_failure(self) -> None:
        """Do nothing where the gate passed.

        Raises
        ------
        GateFailed
            It did not; the message names the rules and the first samples.
        """
        if self.passed:
            return
        from datakit.gates.formats.shown import shown as on_one_line

        parts = []
        for verdict in (*self.failures, *self.errors):
            shown = ", ".join(verdict.samples[:3])
            more = f" and {len(verdict.samples) - 3} more" if len(verdict.samples) > 3 else ""
            what = verdict.reason
            if verdict.outcome == "failed":
                told = f" ({verdict.reason})" if verdict.reason else ""
                what = f"{verdict.observed} against {verdict.bound}{told}"
            parts.append(f"{verdict.rule}: {what}" + (f" ({shown}{more})" if shown else ""))
        whole = f"{self.corpus} does not meet the suite {self.suite}: " + "; ".join(parts)
        raise GateFailed(on_one_line(whole), self)  # it is printed in logs that runners obey
