"""What a person sees in the terminal after a curation, or a dry run of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.comparisons.scores import difference
from datakit.reports.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from datakit.curation.curated import Curated
    from datakit.curation.plan import Plan

__all__ = ["print_curation"]

_EDITS = {"drop": "red", "change": "cyan", "repeat": "blue", "keep": "green"}
_THINGS = {"image": "images", "text": "documents"}
_MOST_REASONS = 12
"""Reasons of one edit that are listed."""

_BAR = 50
_SHADES = {"keep": "█", "change": "▓", "repeat": "▒", "drop": "░"}


def print_curation(
    plan: Plan,
    curated: Curated | None,
    file: Path,
    seconds: float,
    scores: tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]] = ({}, {}),
    console: Console | None = None,
) -> None:
    """Edits, reasons, scores before and after, and where the result is.

    Parameters
    ----------
    plan
        The plan, as it was applied where it was.
    curated
        The result; None after a dry run.
    file
        Where the plan is.
    seconds
        How long it took.
    scores
        Before and after, as `--json` prints them.
    console
        Where to; standard output by default.
    """
    from rich.console import Console
    from rich.text import Text

    console = console or Console(highlight=False)
    n_in = len(plan.table)
    n_out = plan.n_out if curated is None else int(curated.facts["n_out"])
    things = _THINGS[plan.modality]
    head = Text()
    head.append(plain(plan.location), style="bold")
    head.append(f"   {n_in:,} {things} -> {n_out:,}" + (" (dry run)" if curated is None else ""))
    head.append(f"   {seconds:.1f} s", style="dim")
    console.print()
    console.print(head)
    console.print(_bar(plan))
    console.print()
    console.print(_reasons(plan))
    if curated is not None and all(scores):
        console.print()
        console.print(_scores(*scores))
    console.print()
    for name, told in _places(plan, curated, file):
        console.print(Text(f"{name:8}{plain(told)}"))


def _places(plan: Plan, curated: Curated | None, file: Path) -> list[tuple[str, str]]:
    if curated is None:
        return [
            ("plan", str(file)),
            ("apply", f"datakit curate {plan.location} --plan {file}"),
        ]
    found = [("corpus", str(curated.path))]
    for name, place in (("report", "report.html"), ("recipe", "recipe.yaml")):
        if (curated.path / place).exists():
            found.append((name, str(curated.path / place)))
    return found


def _bar(plan: Plan) -> Text:
    """The edits as one bar, each at least a character wide."""
    from rich.text import Text

    edits = plan.summary()["edits"]
    bar = Text()
    for edit in reversed(_EDITS):
        n = edits[edit]
        bar.append(
            _SHADES[edit] * max(bool(n), round(_BAR * n / max(len(plan), 1))), style=_EDITS[edit]
        )
    return bar


def _reasons(plan: Plan) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    summary = plan.summary()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for edit, style in _EDITS.items():
        reasons = list(summary["reasons"].get(edit, {}).items())
        if not reasons:
            continue
        if table.row_count:
            table.add_row()
        n = summary["edits"][edit]
        share = f"{edit} ({100 * n / max(len(plan), 1):.1f} %) {_SHADES[edit]}"
        table.add_row(Text(f"{n:,}", f"bold {style}"), Text(share, f"bold {style}"))
        for reason, count in reasons[:_MOST_REASONS]:
            table.add_row(f"{count:,}", Text(plain(reason)))
        rest = reasons[_MOST_REASONS:]
        if rest:
            told = f"for {len(rest)} more reason{'s' if len(rest) > 1 else ''}, see the plan"
            table.add_row(f"{sum(count for _, count in rest):,}", Text(told, "dim"))
    return table


def _scores(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for dimension, new in after.items():
        old = before.get(dimension, {})
        a, b = old.get("value"), new.get("value")
        if b is None:
            continue
        first, style = "" if a is None else f"{a:.3f}", "dim"
        if a is None:
            told = "not measured before"
        elif old.get("method") != new.get("method"):
            told = "each by another yardstick: see the report"
        else:
            sides = [(side["value"], side["low"], side["high"]) for side in (new, old)]
            value, low, high = difference(*sides)
            style = "green" if low > 0 else "red" if high < 0 else "dim"
            told = f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
        arrow = "->" if first else ""
        table.add_row(dimension, first, arrow, Text(f"{b:.3f}", style), Text(told, style))
    return table
