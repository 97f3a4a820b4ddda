"""A decision as GitHub-flavoured Markdown: a job summary, or a comment on a pull request."""

from __future__ import annotations

import html
import re
from itertools import accumulate
from typing import TYPE_CHECKING

from datakit.gates.formats.phrases import label, measured, summary, worst_first
from datakit.gates.formats.shown import short, shown

if TYPE_CHECKING:
    from datakit.gates.decision import Decision, Verdict

__all__ = ["escaped", "to_markdown"]

_SHOWN_SAMPLES = 100
_MARKS = {
    "FAILED": "❌ failed",
    "ERROR": "❌ not judged",
    "warning": "⚠️ warning",
    "info": "ℹ️ info",
    "unjudged": "⚠️ not judged",
    "waived": "➖ waived",
    "passed": "✅ passed",
}
_COLUMNS = "| | rule | found | why | fix |\n|---|---|---|---|---|\n"
_FOLD_END = "\n</details>\n"
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+|~!&@])")


def to_markdown(decision: Decision, most_bytes: int = 900_000) -> str:
    """A table of the rules that are not met, the worst first; files, what passed and notes folded.

    Parameters
    ----------
    decision
        What the gate decided.
    most_bytes
        The result's size stays below; what has no room is counted, not listed. GitHub refuses a
        job summary of more than 1 MiB as a whole.
    """
    wrong = [v for v in worst_first(decision) if v.outcome != "passed"]
    passed = [v for v in decision.verdicts if v.outcome == "passed"]
    named = [v for v in wrong if v.samples]
    notes = [f"- {escaped(note)}\n" for note in decision.notes]
    sections = [
        (_COLUMNS, [_row(v) for v in wrong], "\n"),
        ("", [_files(v) for v in named], ""),
        (_fold(f"{len(passed)} passed") + _COLUMNS, [_row(v) for v in passed], _FOLD_END),
        (_fold(f"{len(notes)} note{'s' * (len(notes) > 1)}"), notes, _FOLD_END),
    ]
    text = f"## datakit gate: {decision.decision}\n\n{_about(decision)}\n\n{summary(decision)}\n\n"
    room = most_bytes - len(text.encode()) - 100
    left = 0
    for begin, pieces, end in sections:
        fitting = _fitting(pieces, room - len((begin + end).encode()))
        if fitting:
            part = "".join([begin, *fitting, end])
            text += part
            room -= len(part.encode())
        left += len(pieces) - len(fitting)
    return text if not left else f"{text}\n{left:,} more parts have no room here.\n"


def _about(decision: Decision) -> str:
    baseline = f", baseline {escaped(decision.baseline)}" if decision.baseline is not None else ""
    return (
        f"**{escaped(decision.corpus)}** ({decision.n_samples:,} samples) against the suite "
        f"**{escaped(decision.suite)}**{baseline}, {escaped(decision.date)}"
    )


def _row(verdict: Verdict) -> str:
    cells = [verdict.rule, measured(verdict), verdict.why, verdict.fix]
    if verdict.outcome in ("passed", "waived"):
        cells[2:] = ["", ""]
    return f"| {_MARKS[label(verdict)]} | " + " | ".join(escaped(c) for c in cells) + " |\n"


def _files(verdict: Verdict) -> str:
    """Raw HTML without an empty line, so that nothing in a name is read as Markdown."""
    n = len(verdict.samples)
    items = [
        f"<li><code>{html.escape(short(p))}</code></li>" for p in verdict.samples[:_SHOWN_SAMPLES]
    ]
    if n > _SHOWN_SAMPLES:
        items.append(f"<li>and {n - _SHOWN_SAMPLES:,} more</li>")
    name = html.escape(shown(verdict.rule))
    title = f"<summary>{name}: {n:,} sample{'s' if n > 1 else ''}</summary>"
    return "\n".join(["", "<details>", title, "<ul>", *items, "</ul>", "</details>", ""])


def _fold(title: str) -> str:
    """Begin of what is folded away; the empty line lets Markdown go on inside."""
    return f"\n<details>\n<summary>{title}</summary>\n\n"


def _fitting(pieces: list[str], room: int) -> list[str]:
    """The first pieces that fit into `room` bytes."""
    sizes = accumulate(len(piece.encode()) for piece in pieces)
    return [piece for piece, size in zip(pieces, sizes, strict=True) if size <= room]


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one cell of a table."""
    return _PUNCTUATION.sub(r"\\\1", shown(text))
