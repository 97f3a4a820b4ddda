"""What a CI system gets without being asked: GitHub's annotations and job summary."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from datakit.gates.decision import Decision

__all__ = ["announce", "in_github_actions"]

_MOST_SUMMARY = 1_000_000
"""GitHub throws away the summary of a step that passes 1 MiB, all of it."""


def in_github_actions(environment: Mapping[str, str]) -> bool:
    """Whether a GitHub Actions runner started this process.

    Parameters
    ----------
    environment
        As `os.environ`.
    """
    return environment.get("GITHUB_ACTIONS") == "true"


def announce(decision: Decision, stream: TextIO, environment: Mapping[str, str]) -> None:
    """In GitHub Actions, write annotations and add to the job summary; elsewhere do nothing.

    A summary that cannot be written is a warning on the run and changes no decision.

    Parameters
    ----------
    decision
        What the gate decided.
    stream
        Where the runner reads commands: standard output, or standard error where standard output
        is a machine's.
    environment
        As `os.environ`: GITHUB_ACTIONS and GITHUB_STEP_SUMMARY are read.
    """
    if not in_github_actions(environment):
        return
    from datakit.gates.formats.github import command, to_github

    stream.write(to_github(decision))
    file = environment.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        _add_summary(decision, Path(file))
    except OSError as error:
        reason = f"the job summary cannot be written: {error.strerror or error}"
        stream.write(command("warning", {"title": "datakit gate"}, reason) + "\n")


def _add_summary(decision: Decision, file: Path) -> None:
    """After what the step's other commands wrote, as long as both together have room."""
    from datakit.gates.formats.markdown import to_markdown

    written = os.path.getsize(file) if file.exists() else 0
    text = to_markdown(decision, _MOST_SUMMARY - written - 1).encode()
    if written + len(text) >= _MOST_SUMMARY:
        return
    with file.open("ab") as target:
        target.write((b"\n" if written else b"") + text)
