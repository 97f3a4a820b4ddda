"""What waivers change about findings."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from datakit.gates.findings import Finding
from datakit.gates.suite import Rule
from datakit.gates.verdicts import Named
from datakit.gates.waivers import Waiver

__all__ = ["Judged", "Waiving"]

Again = Callable[[Rule, npt.NDArray[np.int64]], Finding]


@dataclass(frozen=True)
class Judged:
    """A finding after waivers.

    Parameters
    ----------
    finding
        What was found among what is not waived.
    outcome
        The finding's, or "waived".
    reason
        Why it was waived, or why a waiver did not help.
    """

    finding: Finding
    outcome: Literal["passed", "failed", "waived", "error"]
    reason: str = ""


class Waiving:
    """Applies waivers, and remembers which ones did nothing.

    Parameters
    ----------
    waivers
        All of them.
    date
        The day.
    """

    def __init__(self, waivers: Sequence[Waiver], date: datetime.date) -> None:
        self._waivers = waivers
        self._date = date
        self._used: set[Waiver] = set()

    def applied(self, rule: Rule, found: Finding, named: Named, again: Again) -> Judged:
        """A finding after waivers.

        Parameters
        ----------
        rule, found
            The rule and what it found.
        named
            Gives the paths of rows.
        again
            Judges the rule by some of the rows.
        """
        if found.outcome != "failed":
            return Judged(found, found.outcome, found.reason)
        ours = [waiver for waiver in self._waivers if waiver.rule == rule.id]
        holding = [waiver for waiver in ours if waiver.holds(self._date)]
        for waiver in holding:
            if not waiver.samples:
                self._used.add(waiver)
                return Judged(found, "waived", _until(waiver))
        judged = Judged(found, "failed")
        if holding and rule.table == "samples":
            judged = self._without(rule, found, (holding, named, again))
        if judged.outcome == "failed":
            over = [w for w in ours if not w.holds(self._date)]
            reasons = [
                judged.reason,
                *(f"the waiver at {w.where} expired {w.expires}" for w in over),
            ]
            return replace(judged, reason="; ".join(filter(None, reasons)))
        return judged

    def _without(
        self, rule: Rule, found: Finding, means: tuple[list[Waiver], Named, Again]
    ) -> Judged:
        """The rule once more, without the samples that waivers name."""
        waivers, named, again = means
        rows = found.positions if len(found.positions) else np.arange(named.n)
        waived = np.zeros(named.n, bool)
        paths = named.paths(rows)
        for waiver in waivers:
            hit = [row for row, path in zip(rows, paths, strict=True) if waiver.matches(path)]
            if hit:
                self._used.add(waiver)
                waived[hit] = True
        n = int(waived.sum())
        if not n:
            return Judged(found, "failed")
        # All that fail may be waived one by one, all that there are only with the rule.
        if all(any(w.matches(path) for w in waivers) for path in named.every_path()):
            return Judged(found, "failed", "the waivers name every sample of the corpus")
        new = again(rule, np.flatnonzero(~waived))
        reasons = "; ".join(_until(waiver) for waiver in waivers if waiver in self._used)
        if new.outcome == "passed":
            return Judged(found, "waived", f"{n} samples: {reasons}")
        return Judged(new, "failed", f"beside {n} waived samples")

    def notes(self, applied: Sequence[str]) -> tuple[str, ...]:
        """Waivers that are over, and those that nothing needed."""
        found = []
        for waiver in self._waivers:
            about = f"the waiver of {waiver.rule} at {waiver.where}"
            if not waiver.holds(self._date):
                found.append(f"{about} expired {waiver.expires} ({waiver.reason})")
            elif waiver.rule not in applied:
                found.append(f"{about} was not needed: the rule was left out")
            elif waiver not in self._used:
                what = "matches no sample that fails it" if waiver.samples else "was not needed"
                found.append(f"{about} {what}: remove it")
        return tuple(found)


def _until(waiver: Waiver) -> str:
    return f"{waiver.reason} (until {waiver.expires})"
