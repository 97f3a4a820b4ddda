"""A decision as JUnit XML, which GitLab, Jenkins, Azure and CircleCI show as test results.

Laid out as Jenkins' junit-10.xsd asks. A job that reads the file comes to the gate's own decision:
there is a failure or an error in it only where the gate did not pass. What XML has no way to write
(control characters, lone surrogates) is there as escapes, as in every format that people read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from datakit.gates.formats.phrases import measured
from datakit.gates.formats.shown import shown

if TYPE_CHECKING:
    from datakit.gates.decision import Decision, Verdict

__all__ = ["to_junit"]

_SHOWN_SAMPLES = 1000
"""GitLab does not read reports of more than 30 MB."""


def to_junit(decision: Decision) -> str:
    """One test case for every rule, in the order of the suite.

    A critical rule that failed is a failure, one that judged nothing an error. Warnings pass, with
    the finding as their output; what was waived, or could not be judged and is not critical, is
    skipped.

    Parameters
    ----------
    decision
        What the gate decided.
    """
    counts = {
        "tests": len(decision.verdicts),
        "failures": len(decision.failures),
        "errors": len(decision.errors),
    }
    numbers = {name: str(count) for name, count in counts.items()}
    name = shown(f"datakit gate {decision.suite}")
    root = ElementTree.Element("testsuites", {"name": name, **numbers, "time": "0"})
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **numbers})
    suite.set("skipped", str(sum(_skipped(v) for v in decision.verdicts)))
    suite.set("time", "0")  # rules are judged together; parsers want the attribute
    properties = ElementTree.SubElement(suite, "properties")
    for key in ("corpus", "profile", "baseline", "date"):
        value = shown(getattr(decision, key) or "")
        ElementTree.SubElement(properties, "property", {"name": key, "value": value})
    for verdict in decision.verdicts:
        suite.append(_case(verdict, decision.suite))
    if decision.notes:
        out = ElementTree.SubElement(suite, "system-out")
        out.text = "\n".join(shown(note) for note in decision.notes)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode").replace("##[", "##&#91;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _case(verdict: Verdict, suite: str) -> ElementTree.Element:
    attributes = {
        "classname": shown(f"{suite}.{verdict.table}.{verdict.dimension}"),
        "name": shown(verdict.rule),
        "time": "0",
    }
    case = ElementTree.Element("testcase", attributes)
    finding = measured(verdict)
    if verdict.severity == "critical" and verdict.outcome == "failed":
        about = {"message": finding, "type": shown(verdict.type)}
        part = ElementTree.SubElement(case, "failure", about)
        part.text = _body(verdict)
    elif verdict.severity == "critical" and verdict.outcome == "error":
        part = ElementTree.SubElement(case, "error", {"message": finding, "type": "not judged"})
        part.text = _body(verdict)
    elif _skipped(verdict):
        ElementTree.SubElement(case, "skipped", {"message": finding})
    else:
        out = f"{verdict.severity}: {_body(verdict)}" if verdict.outcome == "failed" else finding
        ElementTree.SubElement(case, "system-out").text = out
    return case


def _skipped(verdict: Verdict) -> bool:
    unjudged = verdict.outcome == "error" and verdict.severity != "critical"
    return unjudged or verdict.outcome == "waived"


def _body(verdict: Verdict) -> str:
    lines = [measured(verdict)]
    lines += [f"why: {shown(verdict.why)}"] if verdict.why else []
    lines += [f"fix: {shown(verdict.fix)}"] if verdict.fix else []
    lines += [f"- {shown(path)}" for path in verdict.samples[:_SHOWN_SAMPLES]]
    more = len(verdict.samples) - _SHOWN_SAMPLES
    if more > 0:
        lines.append(f"and {more:,} more")
    return "\n".join(lines)
