"""The pictures of the page: curves of every defect, and the matrix of changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from validity.defects import DIMENSIONS

__all__ = ["draw_curves", "draw_matrix"]

_COLOURS = dict(
    zip(
        DIMENSIONS,
        ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"),
        strict=True,
    )
)
"""Okabe and Ito 2008: told apart by the colour-blind."""

_STYLES = ("-", "--", ":")


def draw_curves(entries: list[dict[str, Any]], collection: str, file: Path) -> None:
    """Small multiples: scores against severity, one panel a defect, one line a size."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    mpl.rcParams["svg.hashsalt"] = "datakit"  # the same bytes from the same numbers
    mine = [entry for entry in entries if entry["collection"] == collection]
    defects = list(dict.fromkeys(entry["defect"] for entry in mine))
    columns = 4
    rows = -(-len(defects) // columns)
    figure = Figure(figsize=(3.0 * columns, 2.3 * rows + 0.6), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axis in grid.ravel()[len(defects) :]:
        axis.set_visible(False)
    handles: dict[str, Any] = {}
    for axis, defect in zip(grid.ravel(), defects, strict=False):
        axis.set_title(defect, fontsize=9)
        axis.set_ylim(-0.02, 1.03)
        axis.tick_params(labelsize=7)
        for entry in (e for e in mine if e["defect"] == defect):
            for style, (size, points) in zip(_STYLES, entry["means"].items(), strict=False):
                x = sorted(points, key=float)
                axis.plot(
                    [float(s) for s in x],
                    [points[s][0] for s in x],
                    style,
                    color=_COLOURS[entry["dimension"]],
                    linewidth=2.0 if entry["own"] else 0.9,
                    marker="o" if entry["own"] else None,
                    markersize=3,
                )
                name = f"{entry['dimension']}, n = {size}"
                handles[name] = Line2D([], [], linestyle=style, color=_COLOURS[entry["dimension"]])
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=5, fontsize=7)
    _save(figure, file)


def draw_matrix(
    rows: list[str], table: list[list[float | None]], own: list[list[bool]], file: Path
) -> None:
    """Heat map of changes from clean to worst; own cells are framed."""
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    values = np.array([[np.nan if v is None else v for v in row] for row in table], float)
    figure = Figure(figsize=(7.5, 0.27 * len(rows) + 1.2), layout="constrained")
    axis = figure.subplots()
    axis.imshow(np.abs(values), cmap="Reds", vmin=0, vmax=1, aspect="auto")
    axis.set_xticks(range(len(DIMENSIONS)), DIMENSIONS, fontsize=7, rotation=20)
    axis.set_yticks(range(len(rows)), rows, fontsize=7)
    for i, row in enumerate(values):
        for k, value in enumerate(row):
            if np.isfinite(value):
                shade = "white" if abs(value) > 0.6 else "black"
                axis.text(k, i, f"{value:+.2f}", ha="center", va="center", fontsize=6, color=shade)
            if own[i][k]:
                axis.add_patch(Rectangle((k - 0.5, i - 0.5), 1, 1, fill=False, linewidth=1.5))
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})
