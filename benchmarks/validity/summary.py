"""From cells to what the page says: monotony, dependence on size, specificity, coverage, tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from validity.cells import Cell
from validity.coverage import corrected
from validity.defects import DIMENSIONS, defects_of
from validity.shift_tests import ALPHA

__all__ = ["coverage", "matrix", "p_values", "spearman"]

Results = Iterable[tuple[Cell, dict[str, Any] | None]]


def spearman(x: list[float], y: list[float]) -> float | None:
    """Rank correlation; None where a side does not vary, or there are fewer than 3 pairs."""
    from scipy.stats import spearmanr

    if len(x) < 3 or len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return float(spearmanr(x, y).statistic)


def matrix(results: Results) -> list[dict[str, Any]]:
    """One entry for each collection, defect and dimension that was scored.

    Returns
    -------
    list of dict
        ``means``: size -> severity -> (mean, sd, draws); ``spearman``: size -> (over all draws,
        best that ties allow, mean within draws); ``spread``: largest difference of means between
        sizes; ``change``: size -> mean at the worst severity less the clean mean; ``detail``: the
        component that moved most.
    """
    values: dict[tuple[str, str, int, int], list[dict[str, Any]]] = defaultdict(list)
    for cell, found in results:
        if found is not None:
            entry = {"number": cell.number, **found}
            values[cell.collection, cell.what, cell.size, cell.level].append(entry)
    entries = []
    collections = list(dict.fromkeys(key[0] for key in values))
    for collection in collections:
        sizes = sorted({key[2] for key in values if key[0] == collection})
        for defect in defects_of(collection):
            for dimension in DIMENSIONS:
                series = {
                    size: _series(values, collection, defect, dimension, size) for size in sizes
                }
                series = {size: points for size, points in series.items() if len(points) > 1}
                if series:
                    facts = {
                        "collection": collection,
                        "defect": defect.name,
                        "dimension": dimension,
                        "own": dimension in defect.own,
                    }
                    entries.append(facts | _entry(series))
    return entries


def _series(
    values: Any, collection: str, defect: Any, dimension: str, size: int
) -> dict[float, dict[int, float]]:
    """Severity -> draw -> score."""
    points: dict[float, dict[int, float]] = {}
    for level in range(-1, len(defect.levels)):
        what = defect.name if level >= 0 else "clean"
        found = {
            entry["number"]: entry["scores"][dimension][0]
            for entry in values.get((collection, what, size, level), [])
            if dimension in entry["scores"]
        }
        if found:
            points[0.0 if level < 0 else defect.levels[level]] = found
    return points


def _entry(series: dict[int, dict[float, dict[int, float]]]) -> dict[str, Any]:
    means, ranks, change = {}, {}, {}
    for size, points in series.items():
        means[size] = {
            severity: [float(np.mean(list(v.values()))), _sd(list(v.values())), len(v)]
            for severity, v in points.items()
        }
        ranks[size] = _ranks(points)
        severities = sorted(points)
        change[size] = means[size][severities[-1]][0] - means[size][severities[0]][0]
    gaps = []
    for severity in {s for m in means.values() for s in m}:
        at = [m[severity][0] for m in means.values() if severity in m]
        if len(at) > 1:
            gaps.append(max(at) - min(at))
    return {
        "means": means,
        "spearman": ranks,
        "spread": max(gaps) if gaps else None,
        "change": change,
    }


def _sd(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _ranks(points: dict[float, dict[int, float]]) -> list[float | None]:
    """Spearman over all draws, the best that the ties of severities allow, mean within draws."""
    x = [severity for severity, v in points.items() for _ in v]
    y = [value for v in points.values() for value in v.values()]
    best = spearman(x, list(range(0, -len(x), -1)))
    draws = sorted({number for v in points.values() for number in v})
    within = []
    for number in draws:
        pairs = [(severity, v[number]) for severity, v in points.items() if number in v]
        rho = spearman([a for a, _ in pairs], [b for _, b in pairs])
        if rho is not None:
            within.append(rho)
    return [spearman(x, y), best, float(np.mean(within)) if within else None]


def coverage(results: Results) -> list[dict[str, Any]]:
    """How many intervals hold the population's score, by collection, population and dimension."""
    wholes: dict[tuple[str, str], dict[str, Any]] = {}
    draws: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell, found in results:
        if found is None:
            continue
        if cell.number < 0:
            wholes[cell.collection, cell.what] = found["whole"]["scores"]
        else:
            draws[cell.collection, cell.what].append(found)
    entries = []
    for (collection, population), truth in wholes.items():
        for dimension, (value, _, _, _) in truth.items():
            entry = {"collection": collection, "population": population, "dimension": dimension}
            entry["truth"] = value
            for side in ("fixed", "drawn"):
                found = [d[side]["scores"].get(dimension) for d in draws[collection, population]]
                known = [f for f in found if f is not None]
                if known:
                    entry[side] = _held(known, value)
            if "drawn" in entry:
                entries.append(entry)
    return entries


def _held(intervals: list[Any], truth: float) -> dict[str, float]:
    """Rate of coverage, mean value and mean width."""
    ends = [corrected(value, low, high) for value, low, high, _ in intervals]
    hits = [low - 1e-9 <= truth <= high + 1e-9 for low, high in ends]
    return {
        "n": len(hits),
        "rate": float(np.mean(hits)),
        "mean": float(np.mean([value for value, *_ in intervals])),
        "width": float(np.mean([high - low for low, high in ends])),
    }


def p_values(results: Results) -> list[dict[str, Any]]:
    """Rate of p <= .05 of the embedding's test, and of every other part, by kind of pair."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell, result in results:
        if result is not None:
            found[cell.collection, cell.what].append(result)
    entries = []
    for (collection, kind), results_of in found.items():
        p = [r["p"] for r in results_of if r["p"] is not None]
        parts = {name for r in results_of for name in r["all"]}
        entries.append(
            {
                "collection": collection,
                "kind": kind,
                "n": len(p),
                "rate": float(np.mean(np.array(p) <= ALPHA)) if p else None,
                "parts": {
                    name: float(np.mean([r["all"].get(name, 1.0) <= ALPHA for r in results_of]))
                    for name in sorted(parts)
                },
            }
        )
    return entries
