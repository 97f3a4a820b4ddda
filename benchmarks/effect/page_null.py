"""The section of the studies' page on pairs of corpora that do not differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from effect.luck import luck_share
from effect.page import VERDICTS, deciding, forest_row, table
from effect.plots import BLUE, GRAY, RED, draw_forest

__all__ = ["null_section"]

Json = dict[str, Any]

_KINDS = {
    "halves": "halves: two halves of one corpus",
    "subset": "subset: a random half against its whole",
}
_LEAST = 8
"""Pairs that a share of luck is told of."""


def null_section(found: list[Json], images: Path) -> str:
    from scipy.stats import binomtest

    panels, rows = {}, []
    colours = {"helps": RED, "hurts": RED, "too few runs": GRAY}
    kinds = list(dict.fromkeys(one["kind"] for one in found))
    groups = {kind: [one for one in found if one["kind"] == kind] for kind in kinds}
    for kind, mine in groups.items():
        panels[_KINDS.get(kind, kind)] = [
            forest_row(f"{one['pair']}", one, {}, "", colours.get(one["verdict"], BLUE))
            for one in sorted(mine, key=lambda one: one["pair"])
        ]
    for kind, mine in (groups if len(groups) == 1 else groups | {"all": found}).items():
        n_false = sum(one["verdict"] in ("helps", "hurts") for one in mine)
        ends = binomtest(n_false, len(mine)).proportion_ci(0.95, "exact")
        changes = [abs(c) for one in mine if (c := (deciding(one) or {}).get("relative"))]
        counts = [str(sum(one["verdict"] == word for one in mine)) for word in VERDICTS]
        rate = f"{n_false} of {len(mine)} ({100 * ends.low:.1f} to {100 * ends.high:.1f} %)"
        largest = f"{100 * max(changes):.1f} %" if changes else "–"
        rows.append([kind, str(len(mine)), *counts, rate, largest])
    legend = {"no effect found": BLUE, "false verdict": RED, "too few runs": GRAY}
    used = {row.colour for lines in panels.values() for row in lines}
    file = images / "studies-null.svg"
    draw_forest(
        panels,
        "change of the metric, % (95 % interval)",
        {name: colour for name, colour in legend.items() if colour in used},
        file,
    )
    head = ["pairs", "n", *VERDICTS, "false verdicts (95 % interval)", "largest change"]
    lucky = [f"{kind} {told}" for kind, mine in groups.items() if (told := _luck(mine))]
    shares = f"\n\nShare of luck (see Verdict in bench.md): {'; '.join(lucky)}." if lucky else ""
    return (
        f"![changes where nothing differs](img/{file.name})\n\n{table(head, rows)}\n"
        "One line a pair. A verdict of 'helps' or 'hurts' is false here. The interval of its rate "
        "is Clopper and Pearson's, two-sided; it takes pairs as independent, though all are drawn "
        f"from the same digits. The largest change is without its sign.{shares}"
    )


def _luck(found: list[Json]) -> str:
    """Such as "0.12 (0.00 to 0.31, 20 pairs)"; empty for few pairs, and where seeds failed."""
    control = {"halves": "raw", "subset": "random"}
    tables = []
    for one in found:
        arms = (one["arms"][name]["values"] for name in ("curated", control[one["kind"]]))
        pairs = zip(*arms, strict=True)
        tables.append([None if None in pair else pair[0] - pair[1] for pair in pairs])
    if len(found) < _LEAST or any(None in row for row in tables):
        return ""
    share, low, high = (f"{value:.2f}" for value in luck_share(tables))
    return f"{share} ({low} to {high}, {len(found)} pairs)"
