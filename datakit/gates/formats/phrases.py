"""How a verdict is said: the same words in every format that people read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from datakit.gates.formats.shown import shown
from datakit.gates.signatures import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from datakit.gates.decision import Decision, Verdict

__all__ = ["judged_of", "label", "measured", "summary", "worst_first"]

_SEVERITIES = ("critical", "warning", "info")
_OUTCOMES = ("failed", "error", "waived", "passed")


def worst_first(decision: Decision) -> list[Verdict]:
    """What is wrong by severity, then by the order of the suite; waived and passed come last."""

    def rank(verdict: Verdict) -> tuple[bool, int, int]:
        fine = verdict.outcome in ("waived", "passed")
        severity = 0 if fine else _SEVERITIES.index(verdict.severity)
        return fine, severity, _OUTCOMES.index(verdict.outcome)

    return sorted(decision.verdicts, key=rank)


def label(verdict: Verdict) -> str:
    """One word: FAILED and ERROR stop a job, warning, info and unjudged do not."""
    critical = verdict.severity == "critical"
    if verdict.outcome == "failed":
        return "FAILED" if critical else verdict.severity
    if verdict.outcome == "error":
        return "ERROR" if critical else "unjudged"
    return verdict.outcome


def measured(verdict: Verdict) -> str:
    """What was found against what is allowed, on one line.

    Parameters
    ----------
    verdict
        Of one rule.

    Examples
    --------
    "3.2 %, at most 0.5 % allowed (16 of 500 samples)"; "0.41, at least 0.5 needed, 0.6 in the
    baseline"; "not judged: there is no column diversity".
    """
    if verdict.outcome == "error":
        return f"not judged: {shown(verdict.reason) or 'no reason given'}"
    values = [verdict.observed, verdict.bound, verdict.baseline]
    found, bound, before = _written(values, _as_percent(verdict))
    line = found or "failed"
    if bound:
        line += f", {_limit(verdict, bound)}"
    if before and before != bound:
        line += f", {before} in the baseline"
    if verdict.n_unexpected:
        of = f" of {verdict.n_judged:,}" if verdict.n_judged >= verdict.n_unexpected else ""
        plural = "" if not of and verdict.n_unexpected == 1 else "s"
        line += f" ({verdict.n_unexpected:,}{of} sample{plural})"
    if verdict.outcome == "waived":
        line += f"; waived: {shown(verdict.reason)}"
    elif verdict.reason:
        line += f"; {shown(verdict.reason)}"
    return line


def judged_of(verdict: Verdict, n_samples: int) -> str:
    """How many rows were judged, "" where that is all of them or cannot be told.

    Rows without a value and rows that the rule's condition leaves out are not judged.

    Examples
    --------
    "1,204 of 1,500 rows judged".
    """
    n = verdict.n_judged
    if verdict.table != "samples" or verdict.outcome == "error" or not 0 < n < n_samples:
        return ""
    return f"{n:,} of {n_samples:,} rows judged"


def summary(decision: Decision) -> str:
    """The whole on one line: how many rules came to what, and the exit code."""
    counts = {name: 0 for name in ("FAILED", "ERROR", "warning", "info", "unjudged", "waived")}
    for verdict in decision.verdicts:
        if (name := label(verdict)) in counts:
            counts[name] += 1
    words = {
        "FAILED": "failed",
        "ERROR": "not judged",
        "warning": "warnings" if counts["warning"] > 1 else "warning",
        "info": "notices" if counts["info"] > 1 else "notice",
        "unjudged": "without data",
        "waived": "waived",
    }
    n = len(decision.verdicts)
    passed = sum(v.outcome == "passed" for v in decision.verdicts)
    parts = [f"{count} {words[name]}" for name, count in counts.items() if count]
    return ", ".join([*parts, f"{passed} of {n} rules passed"])


def _limit(verdict: Verdict, bound: str) -> str:
    """A rule is broken upwards or downwards: the numbers say which."""
    observed, allowed = verdict.observed, verdict.bound
    if isinstance(allowed, str):
        return f"wanted: {bound}"
    if observed is None or allowed is None or isinstance(observed, str):
        return f"the limit is {bound}"
    if observed == allowed or math.isnan(observed) or math.isnan(allowed):
        return f"the limit is {bound}"
    at_most = (observed > allowed) != (verdict.outcome == "passed")
    return f"at most {bound} allowed" if at_most else f"at least {bound} needed"


def _as_percent(verdict: Verdict) -> bool:
    """Whether the numbers are shares of samples: by the rule's type, or since they agree."""
    if "_rate_" in verdict.type:
        return True
    if verdict.table != "samples" or not verdict.n_judged or isinstance(verdict.observed, str):
        return False
    if verdict.type in SIGNATURES and SIGNATURES[verdict.type].shape not in ("map", "pair", "many"):
        return False  # a mean of 0 is no share
    share = verdict.n_unexpected / verdict.n_judged
    found = math.nan if verdict.observed is None else verdict.observed
    return any(math.isclose(found, part, abs_tol=1e-12) for part in (share, 1 - share))


def _written(values: list[float | str | None], percent: bool) -> list[str]:
    """Numbers with as few digits as still tell them apart."""
    write = _percent if percent else _number
    numbers = {float(v) for v in values if v is not None and not isinstance(v, str)}
    digits = 3
    while digits < 17 and len({write(v, digits) for v in numbers}) < len(numbers):
        digits += 1
    return [_value(v, digits, write) for v in values]


def _value(value: float | str | None, digits: int, write: Callable[[float, int], str]) -> str:
    if value is None:
        return ""
    return shown(value) if isinstance(value, str) else write(float(value), digits)


def _percent(value: float, digits: int) -> str:
    return f"{_number(100 * value, digits)} %"


def _number(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size == 0 or 1e-4 <= size < 1e15:
        places = digits - 1 - math.floor(math.log10(size)) if size else 0
        text = f"{value:,.{max(places, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{digits}g}"
