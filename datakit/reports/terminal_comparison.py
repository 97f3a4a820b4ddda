"""What a person sees in the terminal after a comparison."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.comparisons.column_shift import SLIGHT, ColumnShift, Histogram
from datakit.comparisons.comparison import ALPHA, Comparison, ScoreDifference
from datakit.comparisons.strange import Unlike
from datakit.comparisons.verdict import p_text, share
from datakit.reports.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

__all__ = ["print_comparison", "sparkline"]

_COLUMNS, _SLICES, _STRANGERS = 8, 6, 3
_PATH = 24
_BARS = "▁▂▃▄▅▆▇█"


def sparkline(shares: tuple[float, ...], most: float) -> str:
    """Shares as bars of eight heights, two bins each; a space where there is nothing.

    Examples
    --------
    >>> sparkline((0.5, 0.5, 0.0, 0.0, 0.1, 0.0), 1.0)
    '█ ▁'
    """
    pairs = [sum(shares[i : i + 2]) for i in range(0, len(shares), 2)]
    heights = [min(7, int(8 * pair / most)) for pair in pairs]
    return "".join(_BARS[h] if pair > 0 else " " for pair, h in zip(pairs, heights, strict=True))


def print_comparison(
    comparison: Comparison,
    seconds: float,
    out: str | os.PathLike[str] | None = None,
    console: Console | None = None,
) -> None:
    """Verdict, scores, columns, slices, strangers, and where the report is.

    Parameters
    ----------
    comparison
        Of two profiles.
    seconds
        How long it took.
    out
        The folder that the report was written to.
    console
        Where to; standard output by default.
    """
    from rich.console import Console
    from rich.text import Text

    console = console or Console(highlight=False)
    console.print()
    for name, side in (("a", comparison.a), ("b", comparison.b)):
        head = Text(f"{name}  ", style="dim") + Text(plain(side.location), style="bold")
        copies = f", {side.n_distinct:,} distinct" if side.n_distinct < side.n_readable else ""
        console.print(head + Text(f"   {side.n_samples:,} samples{copies}"))
    console.print()
    style = "bold yellow" if comparison.shifted else "bold green"
    console.print(Text(plain(comparison.verdict), style=style))
    for note in comparison.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    for line in _facts(comparison):
        console.print(Text(line, style="dim"))
    console.print()
    console.print(_scores(comparison.scores))
    for table in (_columns(comparison), _slices(comparison)):
        if table is not None:
            console.print(table)
    for name, other, found in (
        ("a", "b", comparison.unlike_a),
        ("b", "a", comparison.unlike_b),
    ):
        if found is not None and found.p < ALPHA:
            console.print(_unlike(name, other, found))
    console.print()
    end = f"{seconds:.1f} s"
    if out is not None:
        end = f"report  {plain(str(Path(out) / 'comparison.html'))}   {end}"
    console.print(Text(end, style="dim"))


def _facts(comparison: Comparison) -> list[str]:
    common, shift = comparison.overlap, comparison.embedding
    lines = [
        f"{common.both:,} contents in both, {common.only_a:,} only in a, "
        f"{common.only_b:,} only in b"
        + (f"; {common.changed:,} changed in place" if common.changed else "")
    ]
    if shift.fd is None or shift.fd_null is None:
        return [*lines, f"embeddings not compared: {shift.reason}"]
    return [
        *lines,
        f"embedding: MMD\u00b2 {shift.mmd2:.4f} ({p_text(shift.p or 0)}), classifier AUC "
        f"{shift.c2st_auc:.3f}",
        f"FD in {plain(shift.encoder)}: {_short(shift.fd)} "
        f"({_short(shift.fd_null)} without a shift)",
    ]


def _scores(scores: dict[str, ScoreDifference]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, justify in (("", "left"), ("a", "right"), ("b", "right"), ("a \u2212 b", "right")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # literals
    table.add_column("", overflow="fold")
    for dimension, score in scores.items():
        sides = ["-" if side is None else f"{side[0]:.3f}" for side in (score.a, score.b)]
        if score.difference is None:
            table.add_row(dimension, *sides, "", Text(plain(score.reason), style="dim"))
            continue
        colour = "" if not score.differs else "red" if score.difference < 0 else "green"
        table.add_row(
            dimension,
            *sides,
            Text(_signed(score.difference, 3), style=colour),
            Text(f"{_signed(score.low or 0, 3)} to {_signed(score.high or 0, 3)}", style="dim"),
        )
    return table


def _columns(comparison: Comparison) -> RenderableType | None:
    """The columns that shifted and move along with no other."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    found = [c for c in comparison.columns if c.p_adjusted < ALPHA]
    leading = [c for c in found if not c.follows and c.effect >= SLIGHT][:_COLUMNS]
    if not leading:
        return None
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("column", overflow="ellipsis", no_wrap=True, max_width=19)
    table.add_column("sd", justify="right", min_width=5)
    table.add_column("a", no_wrap=True)
    table.add_column("b", no_wrap=True)
    table.add_column("p", justify="right", min_width=6)
    for column in leading:
        followers = sum(c.follows == column.name for c in found)
        label = Text(plain(column.name)) + Text(f" +{followers}" * (followers > 0), "dim")
        sd = column.difference_sd
        told = "" if sd is None else _signed(sd, 2)
        table.add_row(label, told, *_shapes(column), p_text(column.p_adjusted)[2:].strip(" ="))
    if len(found) > len(leading):
        told = f"{len(found)} columns shifted; +n: n more move with it"
        table.caption, table.caption_justify = told, "left"
    return table


def _shapes(column: ColumnShift) -> tuple[Text, Text]:
    """Sparklines with medians, the value whose rate differs most, or the missing rates."""
    from rich.text import Text

    if column.histogram is not None:
        return _spark(column.histogram, column.a), _spark(column.histogram, column.b, b=True)
    if column.kind == "missing":
        return Text(share(column.a or 0)), Text(share(column.b or 0))
    value, a, b = column.top[0]
    name = plain(value)[:12]
    return Text(f"{name} {share(a)}"), Text(f"{name} {share(b)}")


def _spark(histogram: Histogram, median: float | None, b: bool = False) -> Text:
    from rich.text import Text

    both = (histogram.a, histogram.b)
    most = max(sum(side[i : i + 2]) for side in both for i in range(0, len(side), 2))
    shape = sparkline(histogram.b if b else histogram.a, most)
    return Text(shape, style="yellow" if b else "blue") + Text(f" {_short(median or 0)}")


def _slices(comparison: Comparison) -> RenderableType | None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    found = [s for s in comparison.slices if s.p_adjusted < ALPHA]
    if not found:
        return None
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("slice", overflow="fold", min_width=30, max_width=44)
    for name in ("a", "b", "a / b"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("for example", overflow="ellipsis", no_wrap=True, max_width=36)
    for part in found[:_SLICES]:
        ratio = "new" if part.ratio is None else _ratio(part.ratio)
        path = plain(part.examples[0].path) if part.examples else ""
        example = Text(f"\u2026{path[-_PATH:]}" if len(path) > _PATH else path, style="dim")
        table.add_row(
            Text(plain(part.name)), share(part.a_rate), share(part.b_rate), ratio, example
        )
    if len(found) > _SLICES:
        table.caption, table.caption_justify = f"{len(found)} slices differ", "left"
    return table


def _unlike(name: str, other: str, found: Unlike) -> Text:
    from rich.text import Text

    rate = share(found.n / found.n_judged)
    lines = Text(f"{rate} of {name} is unlike anything in {other}", style="bold")
    lines += Text(f" ({share(found.expected)} expected)", style="dim")
    for stranger in found.samples[:_STRANGERS]:
        lines += Text(f"\n  {plain(stranger.sample.path)}", style="dim")
    return lines


def _ratio(ratio: float) -> str:
    return "gone" if not ratio else f"\u00d7{ratio:.2g}" if ratio < 10 else f"\u00d7{ratio:,.0f}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "\u2212")
