"""A decision as workflow commands, which GitHub shows as annotations on a run and a pull request.

Grammar: `::name key=value,key=value::message`, on one line (actions/runner, ActionCommand).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.gates.formats.phrases import measured, worst_first
from datakit.gates.formats.places import in_repository
from datakit.gates.formats.shown import short, shown

if TYPE_CHECKING:
    from datakit.gates.decision import Decision, Verdict

__all__ = ["command", "to_github"]

_MOST = 10
"""Annotations of one kind that GitHub keeps for a step."""

_SHOWN_SAMPLES = 10
_LONGEST_LINE = 300
"""Ten names and three lines stay under the 4,096 characters that the runner sends on."""

_KINDS = {"critical": "error", "warning": "warning", "info": "notice"}


def to_github(decision: Decision) -> str:
    """At most ten errors, ten warnings and ten notices, the worst first, one for each rule.

    Each points at the line of the suite where the rule stands, when the suite is in the repository.
    Where there are more than ten of a kind, the tenth names the rest. Notes are for the summary, as
    they are the same in every run.

    Parameters
    ----------
    decision
        What the gate decided.
    """
    file = in_repository(decision.suite_path)
    kinds: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    rules: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for verdict in worst_first(decision):
        if verdict.outcome in ("failed", "error"):
            kind = _KINDS[verdict.severity]
            kinds[kind].append(_annotation(kind, verdict, file))
            rules[kind].append(verdict.rule)
    lines: list[str] = []
    for kind, commands in kinds.items():
        if len(commands) > _MOST:
            rest = rules[kind][_MOST - 1 :]
            words = _cut(f"{len(rest)} more: {', '.join(rest)}")
            commands = [*commands[: _MOST - 1], command(kind, {"title": "datakit gate"}, words)]
        lines += commands
    return "".join(f"{line}\n" for line in lines)


def command(name: str, properties: dict[str, str], message: str) -> str:
    """One workflow command.

    Parameters
    ----------
    name
        error, warning or notice.
    properties
        file, line, title, ...; any values.
    message
        Any text; GitHub shows its lines as lines.
    """
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {pairs}::{_data(message)}"


def _annotation(kind: str, verdict: Verdict, file: str | None) -> str:
    properties = {} if file is None else {"file": shown(file), "line": str(verdict.line)}
    properties["title"] = short(f"datakit: {verdict.rule}")
    lines = [_cut(measured(verdict))]
    lines += [_cut(f"why: {verdict.why}")] if verdict.why else []
    lines += [_cut(f"fix: {verdict.fix}")] if verdict.fix else []
    lines += [f"- {short(path)}" for path in verdict.samples[:_SHOWN_SAMPLES]]
    more = len(verdict.samples) - _SHOWN_SAMPLES
    if more > 0:
        lines.append(f"and {more:,} more")
    return command(kind, properties, "\n".join(lines))


def _cut(text: str) -> str:
    line = shown(text)
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
