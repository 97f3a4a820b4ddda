"""A gate that came to no decision, in every format: so that what reads a report is told, too."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from xml.etree import ElementTree

from datakit.errors import DatakitError
from datakit.gates.formats.github import command
from datakit.gates.formats.json import dumps
from datakit.gates.formats.markdown import escaped
from datakit.gates.formats.shown import encodable, shown

__all__ = ["Undecided", "render_undecided", "undecided", "undecided_object"]


@dataclass(frozen=True)
class Undecided:
    """Why a gate could not be carried out.

    Parameters
    ----------
    source
        What was to be judged, as it was given.
    suite
        Name or file of the suite, as it was given; None for the default.
    reason
        One line.
    exit_code
        2 where something that was given cannot be used, 3 where the fault is within.
    """

    source: str
    suite: str | None
    reason: str
    exit_code: int


def undecided(source: str, suite: str | None, error: Exception) -> Undecided:
    """What there is to tell of an error."""
    if isinstance(error, DatakitError):
        return Undecided(source, suite, shown(str(error)), error.exit_code)
    reason = f"internal error, please report it: {type(error).__name__}: {error}"
    return Undecided(source, suite, shown(reason), 3)


def render_undecided(one: Undecided, name: str) -> str:
    """It in one of the formats: the same characters for the same error."""
    writers = {
        "text": _text,
        "json": lambda one: dumps(undecided_object(one)) + "\n",
        "junit": _junit,
        "github": _github,
        "markdown": _markdown,
        "sarif": _sarif,
    }
    return writers[name](one)


def undecided_object(one: Undecided) -> dict[str, Any]:
    """The object of the format json: of the keys of a decision those that are known."""
    return {
        "schema": 1,
        "decision": "error",
        "exit_code": one.exit_code,
        "error": encodable(one.reason),
        "suite": None if one.suite is None else encodable(one.suite),
        "corpus": encodable(one.source),
        "rules": [],
    }


def _text(one: Undecided) -> str:
    return (
        f"\ngate  {shown(one.source)}\n\nerror: {shown(one.reason)}\n"
        f"nothing was judged; exit code {one.exit_code}\n"
    )


def _junit(one: Undecided) -> str:
    """One test that could not be carried out."""
    numbers = {"tests": "1", "failures": "0", "errors": "1", "time": "0"}
    name = shown("datakit gate" if one.suite is None else f"datakit gate {one.suite}")
    root = ElementTree.Element("testsuites", {"name": name, **numbers})
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **numbers, "skipped": "0"})
    about = {"classname": "datakit gate", "name": shown(one.source), "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", about)
    kind = {"message": shown(one.reason), "type": f"exit code {one.exit_code}"}
    ElementTree.SubElement(case, "error", kind).text = shown(one.reason)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode").replace("##[", "##&#91;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _github(one: Undecided) -> str:
    return command("error", {"title": "datakit gate"}, shown(one.reason)) + "\n"


def _markdown(one: Undecided) -> str:
    return (
        f"## datakit gate: error\n\n**{escaped(one.source)}** was not judged "
        f"(exit code {one.exit_code}): {escaped(one.reason)}\n"
    )


def _sarif(one: Undecided) -> str:
    """A run that did not succeed; its being without results says nothing about the data."""
    note = {"level": "error", "message": {"text": shown(one.reason)}}
    run = {
        "tool": {"driver": {"name": "datakit", "version": version("datakit")}},
        "invocations": [
            {
                "executionSuccessful": False,
                "exitCode": one.exit_code,
                "toolExecutionNotifications": [note],
            }
        ],
        "results": [],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}) + "\n"
