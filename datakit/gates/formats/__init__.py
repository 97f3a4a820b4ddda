"""A decision as text, for people, for CI and for other tools: one file for each format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.gates.decision import Decision

__all__ = ["FORMATS", "render"]

FORMATS = ("text", "json", "junit", "github", "markdown", "sarif")


def render(decision: Decision, name: str) -> str:
    """A decision in one of the formats.

    The same decision gives the same characters: no clock, no width of a terminal, no colours.

    Parameters
    ----------
    decision
        What the gate decided.
    name
        One of `FORMATS`.

    Returns
    -------
    str
        Ends with a line end unless it is empty (github, where there is nothing to annotate). It can
        always be encoded as UTF-8.

    Raises
    ------
    InputError
        There is no such format.
    """
    from datakit.gates.formats import github, json, junit, markdown, sarif, text

    writers = {
        "text": text.to_text,
        "json": json.to_json,
        "junit": junit.to_junit,
        "github": github.to_github,
        "markdown": markdown.to_markdown,
        "sarif": sarif.to_sarif,
    }
    if name not in writers:
        raise InputError(f"there is no format {name!r}: give one of {', '.join(FORMATS)}")
    return writers[name](decision)
