"""What a CI system gets without being asked: GitHub's annotations and job summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from datakit.gates.decision import Decision
    from datakit.gates.formats.undecided import Undecided

__all__ = ["announce", "announce_error", "announce_undecided", "in_github_actions"]

_MOST_SUMMARY = 1_000_000
"""GitHub throws away the summary of a step that passes 1 MiB, all of it."""

_MOST_MESSAGE = 2_000
"""The runner sends on 4,096 characters of an annotation."""


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
    from datakit.gates.formats.github import to_github
    from datakit.gates.formats.markdown import to_markdown

    stream.write(to_github(decision))
    _add_summary(lambda room: to_markdown(decision, room), stream, environment)


def announce_error(
    title: str, message: str, stream: TextIO, environment: Mapping[str, str]
) -> None:
    """In GitHub Actions, write an annotation that a command failed; elsewhere do nothing.

    Parameters
    ----------
    title, message
        The command, and what is wrong, one line.
    stream, environment
        As for `announce`.
    """
    if in_github_actions(environment):
        from datakit.gates.formats.github import command
        from datakit.gates.formats.shown import shown

        stream.write(command("error", {"title": title}, shown(message)[:_MOST_MESSAGE]) + "\n")


def announce_undecided(one: Undecided, stream: TextIO, environment: Mapping[str, str]) -> None:
    """In GitHub Actions, add to the job summary why there is no decision; elsewhere do nothing.

    Parameters
    ----------
    one
        What there is to tell.
    stream, environment
        As for `announce`.
    """
    if in_github_actions(environment):
        from datakit.gates.formats.undecided import render_undecided

        _add_summary(lambda room: render_undecided(one, "markdown"), stream, environment)


def _add_summary(
    write: Callable[[int], str], stream: TextIO, environment: Mapping[str, str]
) -> None:
    """After what the step's other commands wrote, as long as both together have room."""
    given = environment.get("GITHUB_STEP_SUMMARY")
    if not given:
        return
    file = Path(given)
    try:
        written = os.path.getsize(file) if file.exists() else 0
        text = write(_MOST_SUMMARY - written - 1).encode()
        if written + len(text) < _MOST_SUMMARY:
            with file.open("ab") as target:
                target.write((b"\n" if written else b"") + text)
    except OSError as error:
        from datakit.gates.formats.github import command

        reason = f"the job summary cannot be written: {error.strerror or error}"
        stream.write(command("warning", {"title": "datakit gate"}, reason) + "\n")
