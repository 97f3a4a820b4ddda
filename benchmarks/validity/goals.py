"""The goals of the study, and how far each was met."""

from __future__ import annotations

from typing import Any

from validity.defects import DIMENSIONS
from validity.reasons import reason_of

__all__ = ["GOALS", "Missed", "judged", "main_size"]

MONOTONE, SPREAD, SPECIFIC, LEAST, MOST, FALSE = -0.98, 0.03, 0.05, 0.93, 0.97, 0.06
GOALS = {
    "monotone": f"Spearman with the severity of its own defects <= {MONOTONE}",
    "size": f"mean score differs by <= {SPREAD} between sizes at one severity, own defects",
    "specificity": f"changes by < {SPECIFIC} from clean to worst under other defects",
    "coverage": f"95 % intervals hold the population's score in {LEAST:.0%} to {MOST:.0%} of "
    "draws (only the lower end counts where that score is 1; diversity: for the given reference)",
    "false positives": f"shift test fires on at most {FALSE} of equal pairs at .05",
}

Missed = tuple[str, str, str, str, str]
"""Goal, dimension, collection and defect, measured, reason."""


def main_size(entry: dict[str, Any]) -> str:
    """The size with the most severities, the largest of those."""
    means = entry["means"]
    return max(means, key=lambda size: (len(means[size]), int(size)))


def judged(results: dict[str, Any]) -> tuple[list[list[str]], list[Missed]]:
    """Rows of the summary (goal, dimension, cells, met, worst), and every missed goal."""
    rows: list[list[str]] = []
    missed: list[Missed] = []
    for goal, judge in (
        ("monotone", _monotone),
        ("size", _size),
        ("specificity", _specific),
        ("coverage", _covered),
        ("false positives", _false),
    ):
        for dimension in DIMENSIONS:
            cells = judge(results, dimension)
            if not cells:
                continue
            bad = [cell for cell in cells if not cell[2]]
            worst = max(cells, key=lambda cell: cell[3])
            rows.append([goal, dimension, f"{len(cells) - len(bad)} of {len(cells)}"])
            rows[-1] += [f"{worst[1]} ({worst[0]})", "no" if bad else "yes"]
            missed += [
                (
                    goal,
                    dimension,
                    where,
                    shown,
                    reason_of(goal, where.partition(": ")[2], dimension),
                )
                for where, shown, _, _ in bad
            ]
    return rows, missed


Cells = list[tuple[str, str, bool, float]]
"""Where ("collection: defect"), what is shown, whether the goal is met, how bad it is."""


def _monotone(results: dict[str, Any], dimension: str) -> Cells:
    cells = []
    for entry in _entries(results, dimension, own=True):
        rho, best, _ = entry["spearman"][main_size(entry)]
        where = f"{entry['collection']}: {entry['defect']}"
        if rho is None:
            cells.append((where, "does not move", False, 1.0))
            continue
        # Draws of one severity tie, and no score can reach -1 then.
        met = rho <= MONOTONE or (best is not None and rho <= best + 1e-9)
        cells.append((where, f"{rho:.3f}", met, rho))
    return cells


def _size(results: dict[str, Any], dimension: str) -> Cells:
    return [
        (
            f"{entry['collection']}: {entry['defect']}",
            f"{entry['spread']:.3f}",
            entry["spread"] <= SPREAD,
            entry["spread"],
        )
        for entry in _entries(results, dimension, own=True)
        if entry["spread"] is not None
    ]


def _specific(results: dict[str, Any], dimension: str) -> Cells:
    cells = []
    for entry in _entries(results, dimension, own=False):
        change = entry["change"][main_size(entry)]
        where = f"{entry['collection']}: {entry['defect']}"
        cells.append((where, f"{change:+.3f}", abs(change) < SPECIFIC, abs(change)))
    return cells


def _covered(results: dict[str, Any], dimension: str) -> Cells:
    cells = []
    for entry in results["coverage"]:
        # The interval of diversity is for the given reference: see datakit.validators.diversity.
        rate = entry["fixed" if dimension == "diversity" else "drawn"]["rate"]
        if entry["dimension"] == dimension:
            where = f"{entry['collection']}: {entry['population']}"
            # A share of 1 cannot be overestimated: its intervals miss from one side at most.
            bounded = entry["truth"] > 0.995
            far = LEAST - rate if bounded else max(LEAST - rate, rate - MOST)
            cells.append((where, f"{rate:.2f}", far <= 1e-9, far))
    return cells


def _false(results: dict[str, Any], dimension: str) -> Cells:
    if dimension != "representativeness":
        return []
    return [
        (f"{e['collection']}: {e['kind']}", f"{e['rate']:.3f}", e["rate"] <= FALSE, e["rate"])
        for e in results["tests"]
        if e["kind"] == "equal halves" and e["rate"] is not None
    ]


def _entries(results: dict[str, Any], dimension: str, own: bool) -> list[dict[str, Any]]:
    return [e for e in results["matrix"] if e["dimension"] == dimension and e["own"] == own]
