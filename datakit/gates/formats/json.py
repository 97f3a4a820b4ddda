"""A decision for programs: one JSON object."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from datakit.gates.formats.places import in_repository
from datakit.gates.formats.shown import encodable

if TYPE_CHECKING:
    from datakit.gates.decision import Decision, Verdict

__all__ = ["as_object", "dumps", "to_json"]


def to_json(decision: Decision) -> str:
    """The decision as JSON, in ASCII, without times: the same data give the same file.

    Parameters
    ----------
    decision
        What the gate decided.
    """
    return dumps(as_object(decision)) + "\n"


def as_object(decision: Decision) -> dict[str, Any]:
    """What `to_json` writes, before it is text.

    Parameters
    ----------
    decision
        What the gate decided.

    Returns
    -------
    dict
        Lists, dicts, str, int, finite float and None only; paths are whole and unescaped. The
        suite's path is None where it is outside of the repository, as those of datakit are.
    """
    file = in_repository(decision.suite_path)  # where an environment is installed is no result
    return {
        "schema": 1,
        "decision": decision.decision,
        "exit_code": decision.exit_code,
        "suite": encodable(decision.suite),
        "suite_path": None if file is None else encodable(file),
        "corpus": encodable(decision.corpus),
        "n_samples": int(decision.n_samples),
        "profile": encodable(decision.profile),
        "baseline": None if decision.baseline is None else encodable(decision.baseline),
        "date": decision.date,
        "notes": [encodable(note) for note in decision.notes],
        "rules": [_rule(verdict) for verdict in decision.verdicts],
    }


def dumps(value: Any) -> str:
    """JSON in ASCII that no CI runner takes for a command: ``##[`` is written as an escape."""
    text = json.dumps(value, indent=2, allow_nan=False)
    return text.replace("##[", "##\\u005b")  # only strings have it, and there it means the same


def _rule(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": encodable(verdict.rule),
        "type": encodable(verdict.type),
        "table": verdict.table,
        "dimension": encodable(verdict.dimension),
        "severity": verdict.severity,
        "outcome": verdict.outcome,
        "observed": _plain(verdict.observed),
        "bound": _plain(verdict.bound),
        "baseline": _plain(verdict.baseline),
        "n_judged": int(verdict.n_judged),
        "n_unexpected": int(verdict.n_unexpected),
        "samples": [encodable(path) for path in verdict.samples],
        "why": encodable(verdict.why),
        "fix": encodable(verdict.fix),
        "source": encodable(verdict.source),
        "reason": encodable(verdict.reason),
        "line": int(verdict.line),
    }


def _plain(value: float | str | None) -> float | str | None:
    """JSON has no NaN and no infinity."""
    if isinstance(value, str):
        return encodable(value)
    if value is None or not math.isfinite(value):
        return None
    return int(value) if isinstance(value, int) else float(value)
