"""The pictures of the studies' page: forests, strips of runs, scores against distance, samples."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["BLUE", "GRAY", "RED", "Row", "draw_forest", "draw_scores", "draw_strips", "save_sheet"]

BLUE, RED, GRAY = "#0072B2", "#D55E00", "#777777"
_ARM_COLOURS = {"raw": RED, "random": "#E69F00", "curated": BLUE}
_ARM_COLOURS |= {"perfect": "#CC79A7", "clean": "#009E73"}
"""Okabe and Ito 2008: told apart by the colour-blind. Shapes tell them apart as well."""

_ARM_SHAPES = {"raw": "s", "random": "^", "curated": "o", "perfect": "P", "clean": "D"}
_OTHERS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#999999")
_SET_SHAPES = ("o", "^", "s", "D")
_WIDTH = 8.75
"""Inches: 840 px as pages show an SVG."""

_MOST_BYTES = 150_000
_SHOWN_ROWS = (8, 6, 4)
_PALETTES = (0, 256, 128)
"""Numbers of colours that are tried, 0 for all of them."""


@dataclass(frozen=True)
class Row:
    """One line of a forest, in percent of the control's mean.

    Parameters
    ----------
    label, note
        Left and right of it.
    value, low, high
        Relative change with its interval, None where it is not defined.
    colour
        Of these three.
    marks
        Arm -> its own relative difference, None where it is not defined.
    """

    label: str
    note: str
    value: float | None
    low: float | None
    high: float | None
    colour: str = BLUE
    marks: Mapping[str, float | None] = field(default_factory=dict)


def draw_forest(
    panels: Mapping[str, Sequence[Row]], x_label: str, legend: Mapping[str, str], file: Path
) -> None:
    """Relative changes with intervals, one panel (title -> lines) beside the other, one scale.

    The legend says what dots of a colour are: name -> colour; marks add themselves to it.
    """
    from matplotlib.figure import Figure

    most = max(len(rows) for rows in panels.values())
    height = 0.9 + most * (0.34 if len(panels) == 1 else 0.2)
    figure = Figure(figsize=(_WIDTH, height + 0.35), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False, sharex=True)[0]
    marked: dict[str, None] = {}
    for axis, (title, rows) in zip(axes, panels.items(), strict=True):
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlabel(x_label, fontsize=9)
        _ticks(axis, rows)
        axis.axvline(0, color="black", linewidth=0.9, zorder=1)
        for y, row in enumerate(rows):
            if row.low is not None and row.high is not None:
                axis.plot([row.low, row.high], [y, y], color=row.colour, linewidth=1.8, zorder=2)
            if row.value is not None:
                axis.plot(row.value, y, "o", color=row.colour, markersize=5.5, zorder=4)
            for arm, at in row.marks.items():
                if at is not None:
                    marked[arm] = None
                    axis.plot(at, y, **_hollow(arm), zorder=3)
    _forest_legend(figure, legend, list(marked))
    _save(figure, file)


def _ticks(axis: Any, rows: Sequence[Row]) -> None:
    """Labels on the left, notes on the right, a line across each."""
    places = range(len(rows))
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_yticks(places, [row.label for row in rows])
    _calm(axis)
    axis.tick_params(axis="y", length=0, labelsize=9 if len(rows) < 15 else 8)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    if any(row.note for row in rows):
        right = axis.secondary_yaxis("right")
        right.set_yticks(places, [row.note for row in rows], fontsize=9)
        right.tick_params(length=0)
        right.spines["right"].set_visible(False)


def _hollow(arm: str) -> dict[str, Any]:
    colour, shape = _ARM_COLOURS.get(arm, GRAY), _ARM_SHAPES.get(arm, "x")
    return {
        "marker": shape,
        "markersize": 6.5,
        "markerfacecolor": "white",
        "markeredgecolor": colour,
        "markeredgewidth": 1.6,
        "linestyle": "",
    }


def _forest_legend(figure: Any, legend: Mapping[str, str], marked: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour, marker="o", markersize=5.5, label=name)
        for name, colour in legend.items()
    ]
    handles += [Line2D([], [], **_hollow(arm), label=arm) for arm in marked]
    if handles:
        figure.legend(
            handles=handles, loc="outside upper center", ncols=5, fontsize=9, frameon=False
        )


def draw_strips(
    panels: Mapping[str, Mapping[str, Sequence[float | None]]], y_label: str, file: Path
) -> None:
    """The metric of every run, one column an arm, one panel a corpus, each on its own scale.

    Panels are title -> arm -> values of its runs, None for those that failed.
    """
    from matplotlib.figure import Figure

    columns = 3 if len(panels) in (1, 2, 3, 5, 6) else 4
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(_WIDTH, 2.1 * rows + 0.2), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axis in grid.ravel()[len(panels) :]:
        axis.set_visible(False)
    for axis, (title, arms) in zip(grid.ravel(), panels.items(), strict=False):
        axis.set_title(title, fontsize=9)
        axis.set_xlim(-0.6, len(arms) - 0.4)
        axis.set_xticks(
            range(len(arms)), arms, fontsize=8 if columns < 4 and len(arms) < 5 else 6.5
        )
        _calm(axis, "y")
        for x, (arm, values) in enumerate(arms.items()):
            _strip(axis, x, arm, values)
    figure.supylabel(y_label, fontsize=9)
    _save(figure, file)


def _strip(axis: Any, x: int, arm: str, values: Sequence[float | None]) -> None:
    """Dots in the order of the seeds, from left to right, and a line at their mean."""
    known = [(i, value) for i, value in enumerate(values) if value is not None]
    colour, k = _ARM_COLOURS.get(arm, GRAY), len(values)
    if known:
        level = sum(value for _, value in known) / len(known)
        axis.plot([x - 0.36, x + 0.36], [level, level], color=colour, linewidth=1.8)
        at = [x + 0.5 * ((i + 0.5) / k - 0.5) for i, _ in known]
        shape = _ARM_SHAPES.get(arm, "x")
        axis.scatter(at, [v for _, v in known], s=13, color=colour, marker=shape, alpha=0.75, lw=0)
    if len(known) < k:
        above = axis.get_xaxis_transform()
        told = f"{k - len(known)} failed"
        axis.text(x, 0.97, told, transform=above, ha="center", va="top", fontsize=7)


def draw_scores(
    points: Sequence[Mapping[str, Any]],
    panels: Mapping[str, Sequence[float | None]],
    y: Sequence[float],
    y_label: str,
    file: Path,
) -> None:
    """Distance against every score, coloured by defect, one shape a data set.

    Parameters
    ----------
    points
        Corpora, with ``set``, ``defect`` and ``severity``, by which dots grow.
    panels
        Title -> the score of every point, None where it has none.
    y, y_label
        What is drawn upwards, of every point, all above 0.
    file
        The SVG file to write.
    """
    from matplotlib.figure import Figure

    defects = list(dict.fromkeys(point["defect"] for point in points))
    sets = list(dict.fromkeys(point["set"] for point in points))
    columns = 4
    rows = -(-(len(panels) + 1) // columns)  # one for the legend
    figure = Figure(figsize=(_WIDTH, 2.25 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axis, (title, x) in zip(grid.ravel(), panels.items(), strict=False):
        axis.set_title(title, fontsize=9)
        _heights(axis, y)
        _calm(axis)
        axis.locator_params(axis="x", nbins=4)
        for point, left, up in zip(points, x, y, strict=True):
            if left is not None:
                axis.scatter(
                    left,
                    up,
                    s=14 + 22 * point["severity"],
                    color=_OTHERS[defects.index(point["defect"]) % len(_OTHERS)],
                    marker=_SET_SHAPES[sets.index(point["set"]) % len(_SET_SHAPES)],
                    alpha=0.8,
                    linewidths=0,
                )
        if all(left is None for left in x):
            axis.text(0.5, 0.5, "no value", transform=axis.transAxes, ha="center", fontsize=9)
    for axis in grid.ravel()[len(panels) :]:
        axis.set_axis_off()
    _scores_legend(grid.ravel()[len(panels)], defects, sets)
    figure.supylabel(y_label, fontsize=9)
    _save(figure, file)


def _heights(axis: Any, y: Sequence[float]) -> None:
    """Ratios: on a log scale, where they are far apart."""
    if max(y) > 3 * min(y):
        from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

        axis.set_yscale("log")
        axis.yaxis.set_major_locator(FixedLocator([0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100]))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.yaxis.set_minor_locator(NullLocator())


def _scores_legend(axis: Any, defects: Sequence[str], sets: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker="o", color=colour, label=defect)
        for defect, colour in zip(defects, _OTHERS, strict=False)
    ]
    handles += [
        Line2D([], [], linestyle="", marker=shape, markerfacecolor="white", color=GRAY, label=name)
        for name, shape in zip(sets, _SET_SHAPES, strict=False)
    ]
    axis.legend(handles=handles, loc="center", fontsize=9, frameon=False)


def save_sheet(grids: Mapping[str, Path], file: Path, side: int = 8) -> None:
    """Grids of samples side by side under their names, twice as large, in one PNG.

    Grids are name -> a PNG of `side` rows. The sheet is below 150 kB: where it takes that, of 256
    or 128 colours, or of fewer rows.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    data = b""
    for rows in _SHOWN_ROWS:
        sheet = _sheet(grids, rows / side)
        for colours in _PALETTES:
            packed = sheet.quantize(colours, dither=0) if colours else sheet
            buffer = io.BytesIO()
            packed.save(buffer, "PNG", optimize=True)
            data = buffer.getvalue()
            if len(data) < _MOST_BYTES:
                file.write_bytes(data)
                return
    file.write_bytes(data)


def _sheet(grids: Mapping[str, Path], share: float) -> Any:
    """One RGB image of the upper share of each grid."""
    from PIL import Image, ImageDraw, ImageFont

    images = [Image.open(path).convert("RGB") for path in grids.values()]
    sizes = [(2 * one.width, 2 * round(one.height * share)) for one in images]
    gap, head = 16, 34
    width = sum(w for w, _ in sizes) + gap * (len(sizes) - 1)
    sheet = Image.new("RGB", (width, head + max(h for _, h in sizes)), "white")
    pen, left = ImageDraw.Draw(sheet), 0
    for name, image, (w, h) in zip(grids, images, sizes, strict=True):
        pen.text((left + 2, 4), name, fill="black", font=ImageFont.load_default(22))
        upper = image.crop((0, 0, image.width, h // 2))
        sheet.paste(upper.resize((w, h), Image.Resampling.NEAREST), (left, head))
        left += w + gap
    return sheet


def _calm(axis: Any, grid: str = "both") -> None:
    axis.tick_params(axis=grid, labelsize=8)
    axis.grid(axis=grid, color="#e6e6e6", linewidth=0.7)
    axis.set_axisbelow(True)


def _save(figure: Any, file: Path) -> None:
    import matplotlib as mpl

    file.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "datakit"}):  # the same bytes from the same numbers
        figure.savefig(file, metadata={"Date": None})
