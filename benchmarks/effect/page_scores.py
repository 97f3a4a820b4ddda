"""The section of the studies' page on what scores tell of models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from effect.correlation import spearman
from effect.page import table
from effect.planted import DEFECTS, RARE, SHARES
from effect.plots import draw_scores

__all__ = ["scores_section"]

Json = dict[str, Any]


def scores_section(summary: Json, images: Path) -> str:
    """Scores with a reference against the distance, and every correlation."""
    rhos = {(row["set"], row["reference"], row["score"]): row for row in summary["rhos"]}
    names = [*summary["dimensions"], "mean"]
    points = [point for point in summary["points"] if point["relative"] is not None]
    panels = {}
    for name in names:
        rho = rhos.get(("pooled", "with", name), {}).get("rho")
        title = name if rho is None else f"{name}, ρ = {rho:+.2f}".replace("-", "−")
        panels[title] = [point["scores"]["with"][name]["value"] for point in points]
    file = images / "studies-scores.svg"
    y_label = "Fréchet distance / that of clean corpora"
    draw_scores(points, panels, [point["relative"] for point in points], y_label, file)
    sets = list(dict.fromkeys(row["set"] for row in summary["rhos"]))
    keys = [(way, name) for way in ("with", "without") for name in names]
    rows = [
        [name, way, *(correlation(rhos.get((one, way, name), {})) for one in sets)]
        for way, name in keys
    ]
    of = {one: sum(p["set"] == one for p in points) for one in sets if one != "pooled"}
    known = [row for (one, way, _), row in rhos.items() if (one, way) == ("pooled", "with")]
    known = [row for row in known if row["rho"] is not None]
    below = [row["score"] for row in known if row["high_by_defect"] < 0]
    listed = ": " + ", ".join(below) if below else ""
    lost = len(summary["points"]) - len(points)
    return (
        f"{len(points)} corpora ({', '.join(f'{one} {n}' for one, n in of.items())}); "
        f"`{summary['model']}`, preset `{summary['preset']}`, was trained on each with "
        f"{summary['seeds']} seeds.{f' {lost} more have no distance.' if lost else ''} Pooled, "
        f"with a reference, the interval lies below 0 for {len(below)} of {len(known)}{listed}.\n\n"
        f"![every score against the distance](img/{file.name})\n\nOne dot a corpus, larger with "
        "severity; scores with a clean reference. Lower is better.\n\n"
        f"{table(['score', 'reference', *sets], rows)}\n"
        "Spearman's ρ of score and distance (pooled: distance relative to clean), its 95 % "
        "interval over defects, and the number of corpora. Below 0: a higher score, a better "
        f"model.\n\n{_costs(points)}\n{_families(points, names)}"
    )


def _costs(points: Sequence[Json]) -> str:
    """What each defect costs by its severity."""
    severities = sorted({point["severity"] for point in points if point["severity"]})
    rows = []
    for defect in [name for name in DEFECTS if any(p["defect"] == name for p in points)]:
        for one in dict.fromkeys(point["set"] for point in points):
            found = {
                p["severity"]: f"{100 * (p['relative'] - 1):+.0f} %".replace("-", "−")
                for p in points
                if (p["set"], p["defect"]) == (one, defect)
            }
            rows.append([defect, one, _shares(defect), *(found.get(s, "–") for s in severities)])
    head = ["planted", "set", "at severity 1", *(f"severity {s:g}" for s in severities)]
    return (
        "Distance by severity, against the clean corpus that it was planted in:\n\n"
        f"{table(head, rows)}"
    )


def _shares(defect: str) -> str:
    """Such as "20 % junk": what severity 1 is."""
    told = [f"{100 * share:g} % {kind}" for kind, share in SHARES[defect].items()]
    if defect in RARE:
        told.append(f"{100 * RARE[defect]:g} % of every other class gone")
    return ", ".join(told)


def _families(points: Sequence[Json], names: Sequence[str]) -> str:
    """Spearman's rho of each score within one kind of defect and the clean corpora."""
    rows = []
    for one in dict.fromkeys(point["set"] for point in points):
        mine = [point for point in points if point["set"] == one]
        for defect in [name for name in DEFECTS if any(p["defect"] == name for p in mine)]:
            used = [point for point in mine if point["defect"] in (defect, "clean")]
            cells = []
            for name in names:
                known = [p for p in used if p["scores"]["with"][name]["value"] is not None]
                values = [p["scores"]["with"][name]["value"] for p in known]
                rho = spearman(values, [p["relative"] for p in known])
                cells.append("–" if rho is None else f"{rho:+.2f}".replace("-", "−"))
            rows.append([defect, one, str(len(used)), *cells])
    return (
        "Within one kind of defect, from clean to severe, ρ of every score with a reference:\n\n"
        f"{table(['planted', 'set', 'n', *names], rows)}"
    )


def correlation(row: Json) -> str:
    if row.get("rho") is None:
        return "–"
    ends = f"{row['rho']:+.2f} ({row['low_by_defect']:+.2f} to {row['high_by_defect']:+.2f})"
    return ends.replace("-", "−") + f", {row['n']}"
