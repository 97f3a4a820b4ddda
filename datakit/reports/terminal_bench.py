"""What a person sees in the terminal after a benchmark, and as the list of those before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.reports.bench_data import holdout_lines
from datakit.reports.bench_data_metrics import METRICS, SHORT
from datakit.reports.bench_data_saved import HEADLINES, SavedBench
from datakit.reports.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from datakit.benchmarks.effect_difference import Difference

__all__ = ["print_bench", "print_benchmarks"]

_STYLES = {"helps": "green", "hurts": "red"}
_WIDEST, _NARROWEST = 44, 15
"""Characters of the bar of an interval."""


def print_bench(
    bench: SavedBench, report: Path, seconds: float, console: Console | None = None
) -> None:
    """Verdict, arms, effect, failed runs, hold-out, and where everything is.

    Parameters
    ----------
    bench
        A finished benchmark.
    report
        Its page.
    seconds
        How long it took.
    console
        Where to; standard output by default.
    """
    from rich.console import Console
    from rich.text import Text

    console = console or Console(highlight=False)
    effect, config = bench.effect, bench.config
    style = _STYLES.get(effect.verdict, "")
    console.print()
    verdict = Text(f" {HEADLINES[effect.verdict]} ", f"bold reverse {style}".rstrip())
    verdict.append(f"   {config['model']}, {config['preset']}, {seconds:.0f} s", "not reverse dim")
    console.print(verdict)
    console.print(Text(bench.figures, f"bold {style}".rstrip()))
    for reason in effect.reasons:
        console.print(Text(reason, "yellow"))
    console.print()
    console.print(_arms(bench, min(console.width, 120)))
    console.print()
    console.print(_versus(bench, console.width))
    console.print()
    lines = [("holdout", line) for line in holdout_lines(bench)[:1]]
    lines += [("", line) for line in holdout_lines(bench)[1:]]
    lines += [("runs", str(bench.folder / "runs")), ("report", str(report))]
    for name, told in lines:
        console.print(Text(f"{name:9}{plain(told)}"))


def print_benchmarks(found: Sequence[Mapping[str, Any]], console: Console | None = None) -> None:
    """The benchmarks of a folder, one a line.

    Parameters
    ----------
    found
        As `datakit bench --list --json` prints them.
    console
        Where to; standard output by default.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = console or Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("benchmark", "raw -> curated", "runs"):
        table.add_column(name, overflow="fold")
    table.add_column("effect", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for one in found:
        verdict = one["verdict"] or "not finished"
        deciding = one["versus_random"] or one["effect"] or {}
        relative = deciding.get("relative")
        corpora = [Path(one["corpora"][arm]).name for arm in ("raw", "curated")]
        table.add_row(
            Text(plain(Path(one["runs"]).name)),
            Text(plain(" -> ".join(corpora))),
            f"{one['n_done']} of {one['n_runs']}",
            "" if relative is None else _share(relative),
            Text(verdict, _STYLES.get(verdict, "dim")),
        )
    console.print(table)


def _arms(bench: SavedBench, width: int) -> RenderableType:
    """Samples, runs, primary metric and a few others of every arm; as many as there is room for."""
    from rich.table import Table
    from rich.text import Text

    effect = bench.effect
    modality = "text" if bench.config["model"] == "lm" else "image"
    known = [
        name
        for name in SHORT[modality]
        if any(bench.metric(arm, name) is not None for arm in effect.arms)
    ][: max(0, (width - 56) // 11)]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("arm")
    for name in ("samples", "runs", bench.metric_name):
        table.add_column(name, justify="right")
    for name in known:
        table.add_column(METRICS[name].title, justify="right")
    for name, arm in effect.arms.items():
        n_collapsed = bench.n_collapsed(name)
        runs = Text(str(len(arm.values) - arm.n_failed))
        for n, what in ((arm.n_failed, "failed"), (n_collapsed, "collapsed")):
            if n:
                runs.append(f", {n} {what}", "yellow")
        value = Text("-" if not len(arm.finite) else f"{arm.mean:.4g}", "bold")
        if len(arm.finite) > 1:
            value.append(f" ± {arm.sd:.2g}", "not bold dim")
        others = [bench.metric(name, metric) for metric in known]
        table.add_row(
            name,
            f"{arm.n_samples:,}",
            runs,
            value,
            *("-" if v is None else f"{v:.3g}" for v in others),
        )
    return table


def _versus(bench: SavedBench, room: int) -> RenderableType:
    """Every difference with its interval as a bar around zero."""
    from rich.table import Table
    from rich.text import Text

    versus = bench.versus
    relative = all(d.relative_low is not None for d in versus.values())
    figures = {arm: _figures(d, relative) for arm, d in versus.items()}
    ends = [v for three in figures.values() for v in three if v is not None]
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    pad = 0.08 * (high - low) or 1.0
    low, high = low - pad, high + pad
    lower = bench.effect.metric.better == "lower"
    beside = max(map(len, versus), default=0) + 50  # names, figures and the gaps between them
    width = min(_WIDEST, max(_NARROWEST, room - beside))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("curated against", overflow="fold")
    for name in ("", "", f"{bench.covered} % interval", ""):
        table.add_column(name, no_wrap=True)
    for arm, difference in versus.items():
        value, begin, end = figures[arm]
        style = "dim"
        if begin is not None and end is not None and (begin > 0 or end < 0):
            style = "green" if (end < 0) == lower else "red"
        told = _share if relative else _plain
        interval = "" if begin is None or end is None else f"{told(begin)} to {told(end)}"
        table.add_row(
            arm,
            Text(told(value), f"bold {style}"),
            _bar(figures[arm], (low, high), width, style),
            Text(interval),
            Text(_p(difference), "dim"),
        )
    if versus:
        left, right = ("better", "worse") if lower else ("worse", "better")
        if width > 20:
            left, right = f"<- {left}", f"{right} ->"
        table.add_row("", "", Text(left + right.rjust(width - len(left)), "dim"), "", "")
    return table


def _figures(d: Difference, relative: bool) -> tuple[float, float | None, float | None]:
    """Value and interval, as shares of the control where all have them."""
    plain_values = d.to_json()
    if relative:
        return float(d.relative or 0.0), d.relative_low, d.relative_high
    return d.value, plain_values["low"], plain_values["high"]


def _bar(
    figures: tuple[float, float | None, float | None],
    ends: tuple[float, float],
    width: int,
    style: str,
) -> Text:
    """Such as ``├────●────┤       ┊``."""
    from rich.text import Text

    (value, begin, end), (low, high) = figures, ends

    def place(x: float) -> int:
        return round((width - 1) * (x - low) / (high - low))

    cells = [(" ", "")] * width
    cells[place(0.0)] = ("┊", "dim")
    if begin is not None and end is not None:
        first, last = place(begin), place(end)
        for i in range(first, last + 1):
            cells[i] = ("┼" if i == place(0.0) else "─", style)
        cells[first], cells[last] = ("├", style), ("┤", style)
    cells[place(value)] = ("●", f"bold {style}")
    bar = Text()
    for character, own in cells:
        bar.append(character, own)
    return bar


def _signed(text: str, value: float) -> str:
    return ("\u2212" if value < 0 else "+") + text


def _share(value: float) -> str:
    return _signed(f"{100 * abs(value):.1f} %", value)


def _plain(value: float) -> str:
    return _signed(f"{abs(value):.3g}", value)


def _p(d: Difference) -> str:
    p = d.to_json()["p"]
    if p is None:
        return "1 seed: no interval"
    return "p < .001" if p < 0.001 else "p = " + f"{p:.3f}".removeprefix("0")
