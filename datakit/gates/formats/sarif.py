"""A decision as SARIF 2.1.0 (OASIS), for code scanning and for editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from datakit.gates.formats.json import dumps
from datakit.gates.formats.phrases import measured, worst_first
from datakit.gates.formats.places import in_repository, quoted, sample_uri
from datakit.gates.formats.shown import encodable, shown

if TYPE_CHECKING:
    from datakit.gates.decision import Decision, Verdict

__all__ = ["to_sarif"]

_MOST = 5000
"""Results that GitHub shows of a file; it refuses more than 25,000."""

_LEVELS = {"critical": "error", "warning": "warning", "info": "note"}
_ELSEWHERE = "SUITES"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(decision: Decision) -> str:
    """One result for every file that breaks a rule, or for the rule where no file does.

    Rules share the 5,000 results equally; a rule with more files says how many. What was waived is
    there as suppressed; what passed is not.

    Parameters
    ----------
    decision
        What the gate decided.
    """
    numbers = {id(verdict): i for i, verdict in enumerate(decision.verdicts)}
    wrong = [v for v in worst_first(decision) if v.outcome != "passed"]
    share = max(_MOST // max(len(wrong), 1), 1)
    results = [
        result
        for verdict in wrong
        for result in _results(decision, verdict, numbers[id(verdict)], share)
    ]
    driver = {
        "name": "datakit",
        "version": version("datakit"),
        "rules": [_rule(verdict) for verdict in decision.verdicts],
    }
    elsewhere = {"description": {"text": "where the suite is, outside of the repository"}}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"datakit-gate/{encodable(decision.suite)}/"},
        "originalUriBaseIds": {_ELSEWHERE: elsewhere},
        "results": results[:_MOST],
        "properties": {
            "decision": decision.decision,
            "corpus": encodable(decision.corpus),
            "nSamples": int(decision.n_samples),
            "notes": [encodable(note) for note in decision.notes],
        },
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(verdict: Verdict) -> dict[str, Any]:
    why = shown(verdict.why or verdict.rule or verdict.type)
    return {
        "id": encodable(verdict.rule),
        "name": encodable(verdict.type),
        "shortDescription": {"text": why},
        "fullDescription": {"text": why},
        "help": {"text": shown(verdict.fix) or why},
        "defaultConfiguration": {"level": _LEVELS[verdict.severity]},
        "properties": {
            "dimension": encodable(verdict.dimension),
            "table": verdict.table,
            "source": encodable(verdict.source),
        },
    }


def _results(decision: Decision, verdict: Verdict, index: int, share: int) -> list[dict[str, Any]]:
    samples = verdict.samples[:share]
    text = measured(verdict)
    if len(verdict.samples) > share:
        text += f"; {share:,} of {len(verdict.samples):,} files are listed"
    result: dict[str, Any] = {
        "ruleId": encodable(verdict.rule),
        "ruleIndex": index,
        "level": _LEVELS[verdict.severity],
        "message": {"text": text},
    }
    if verdict.outcome == "waived":
        result["suppressions"] = [{"kind": "external", "justification": shown(verdict.reason)}]
    places = [(path, _place(sample_uri(decision, path), 1)) for path in samples]
    places = places or [("", _suite_place(decision, verdict.line))]
    return [
        result
        | {
            "locations": [place],
            "partialFingerprints": {"datakitRule/v1": _fingerprint(verdict.rule, path)},
        }
        for path, place in places
    ]


def _suite_place(decision: Decision, line: int) -> dict[str, Any]:
    """The rule in its suite; one that ships with datakit is in no repository of the user."""
    file = in_repository(decision.suite_path)
    if file is not None:
        return _place(quoted(file), line)
    name = PurePath(decision.suite_path).name or "suite.json"
    place = _place(quoted(name), line)
    place["physicalLocation"]["artifactLocation"]["uriBaseId"] = _ELSEWHERE
    return place


def _place(uri: str, line: int) -> dict[str, Any]:
    region = {"startLine": max(int(line), 1)}  # an image has no lines, but GitHub wants one
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _fingerprint(rule: str, path: str) -> str:
    """The same for the same rule and file in every run, whatever else changes."""
    return hashlib.sha256(f"{rule}\0{path}".encode("utf-8", "backslashreplace")).hexdigest()[:32]
