"""What a person sees in the terminal after a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.reports.next_steps import next_steps

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from datakit.profiles.profile import Profile

__all__ = ["plain", "print_planted", "print_profile"]

_BAR = 20


def plain(text: str) -> str:
    """A file name for a terminal: control characters shown, not obeyed."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def print_profile(profile: Profile, seconds: float, console: Console | None = None) -> None:
    """Scorecard, issues, next steps, and where the report is.

    Parameters
    ----------
    profile
        A finished profile.
    seconds
        How long it took.
    console
        Where to; standard output by default.
    """
    from rich.console import Console
    from rich.text import Text

    console = console or Console(highlight=False)
    n = profile.n_samples
    head = Text()
    head.append(plain(profile.location), style="bold")
    head.append(f"   {n:,} samples, {_size(profile.n_bytes)}")
    head.append(f"   {seconds:.1f} s, {n / max(seconds, 1e-9):,.0f} samples/s", style="dim")
    console.print()
    console.print(head)
    console.print()
    console.print(_scores(profile))
    console.print()
    if len(profile.issues):
        console.print(_issues(profile))
    else:
        console.print("[green]No issues found.[/]")
    steps = next_steps(profile.issues, profile.modality)
    if steps:
        console.print()
        console.print("[bold]Next[/]")
        for i, step in enumerate(steps, 1):
            console.print(Text(f"  {i}. {step}"))
    for note, count in profile.manifest["notes"].items():
        console.print(Text(f"  note: {count} x {plain(note)}", style="dim"))
    console.print()
    console.print(Text(f"report  {plain(str(profile.path))}/report.html"))


def _scores(profile: Profile) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for dimension, score in profile.scores.items():
        value = score["value"]
        if value is None:
            table.add_row(dimension, Text("-", style="dim"), "", Text(score["reason"], style="dim"))
            continue
        colour = "green" if value >= 0.95 else "yellow" if value >= 0.8 else "red"
        full = round(value * _BAR)
        bar = Text("█" * full, style=colour) + Text("░" * (_BAR - full), style="dim")
        interval = f"{score['low']:.3f} to {score['high']:.3f}"
        table.add_row(
            dimension, Text(f"{value:.3f}", style=f"bold {colour}"), bar, Text(interval, "dim")
        )
    return table


def _issues(profile: Profile) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("issue")
    table.add_column({"image": "images", "text": "documents"}[profile.modality], justify="right")
    table.add_column("rate", justify="right")
    table.add_column("groups", justify="right")
    table.add_column("for example", overflow="ellipsis", no_wrap=True, max_width=48)
    counted = []
    for issue, part in profile.issues.groupby("issue"):
        counted.append((-int(part["sample_id"].nunique()), str(issue), part))
    for negative, issue, part in sorted(counted, key=lambda item: item[:2]):
        groups = int(part["group"].nunique())
        table.add_row(
            issue,
            f"{-negative:,}",
            f"{-negative / profile.n_samples:.2%}",
            str(groups) if groups else "",
            Text(plain(part["path"].iloc[0]), style="dim"),
        )
    return table


def print_planted(rows: list[tuple[str, int, int, int]], console: Console | None = None) -> None:
    """The demo's table: planted, found, and what else was found, per issue."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = console or Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="planted and found", title_justify="left")
    table.add_column("issue")
    for name in ("planted", "found", "others found"):
        table.add_column(name, justify="right")
    for issue, planted, found, others in rows:
        style = "green" if found == planted else "yellow"
        table.add_row(issue, str(planted), f"[{style}]{found}[/]", str(others) if others else "")
    console.print()
    console.print(table)


def _size(n_bytes: int) -> str:
    value = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
