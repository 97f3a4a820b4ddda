"""The page of the study, from its results alone: no profile is opened and nothing is scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from validity.defects import DEFECTS, DIMENSIONS
from validity.goals import GOALS, SPECIFIC, judged, main_size
from validity.plots import draw_curves, draw_matrix

__all__ = ["write_page"]

_INTRO = """# Validity of the scores

Known defects were planted in real images and texts at five severities, in corpora of several
sizes (3 draws at 500 samples, 2 at 2,000, 1 at one severity above), and every score was computed on
every draw. A score is valid when it falls with its own
defect, depends on nothing but the defect, says how sure it is, and stays still otherwise. This page
is generated; goals that are missed are listed with the reason.
"""


def write_page(results: dict[str, Any], page: Path) -> None:
    """Write the page and its pictures.

    Parameters
    ----------
    results
        As read from the JSON file beside the page.
    page
        The Markdown file; the pictures go into ``img`` beside it.
    """
    rows, missed = judged(results)
    parts = [
        _INTRO,
        _summary(rows),
        _curves(results, page),
        _matrix(results, page),
        _coverage(results),
        _tests(results),
        _missed(missed),
        _how(results),
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(parts), "utf-8")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _summary(rows: list[list[str]]) -> str:
    goals = "\n".join(f"- **{name}**: {what}" for name, what in GOALS.items())
    head = ["goal", "score", "cells that meet it", "worst", "met"]
    return f"## Goals\n\n{goals}\n\n" + _table(head, rows)


def _curves(results: dict[str, Any], page: Path) -> str:
    parts = [
        "## Scores against severity\n",
        "Thick lines with dots: the scores that should fall. Severity 0 is the clean corpus. "
        "Severities that the pool has too few samples for are left out.\n",
    ]
    for name in dict.fromkeys(entry["collection"] for entry in results["matrix"]):
        file = page.parent / "img" / f"validity-{name}.svg"
        draw_curves(results["matrix"], name, file)
        parts.append(f"### {name}\n\n![scores of {name} against severity](img/{file.name})\n")
        parts.append(_own(results, name))
    return "\n".join(parts)


def _own(results: dict[str, Any], collection: str) -> str:
    """Means of a collection's own defects, by severity, size by size."""
    rows = []
    for entry in results["matrix"]:
        if entry["collection"] != collection or not entry["own"]:
            continue
        for size, points in entry["means"].items():
            rho, best, within = entry["spearman"][size]
            severities = sorted(points, key=float)
            values = " ".join(f"{points[s][0]:.3f}" for s in severities)
            spread = "" if entry["spread"] is None else f"{entry['spread']:.3f}"
            numbers = ["" if x is None else f"{x:.3f}" for x in (rho, best, within)]
            shown = ", ".join(f"{float(s):g}" for s in severities)
            rows.append(
                [entry["defect"], entry["dimension"], size, shown, values, *numbers, spread]
            )
    head = ["defect", "score", "n", "severities", "means", "rho", "best rho", "within", "spread"]
    return _table(head, rows)


def _matrix(results: dict[str, Any], page: Path) -> str:
    names, table, own, rows = [], [], [], []
    pairs = dict.fromkeys((e["collection"], e["defect"]) for e in results["matrix"])
    by_key = {(e["collection"], e["defect"], e["dimension"]): e for e in results["matrix"]}
    mine = {defect.name: defect.own for defect in DEFECTS}
    for collection, defect in pairs:
        found = [by_key.get((collection, defect, dimension)) for dimension in DIMENSIONS]
        changes = [None if e is None else e["change"][main_size(e)] for e in found]
        names.append(f"{collection}: {defect}")
        table.append(changes)
        own.append([dimension in mine[defect] for dimension in DIMENSIONS])
        rows.append([collection, defect, *_shown(changes, own[-1])])
    draw_matrix(names, table, own, page.parent / "img" / "validity-specificity.svg")
    return (
        "## Specificity\n\nChange of every score from the clean corpus to the worst severity; the "
        f"defect's own scores in brackets, others that change by {SPECIFIC} or more in bold.\n\n"
        "![changes of all scores](img/validity-specificity.svg)\n\n"
        + _table(["collection", "defect", *DIMENSIONS], rows)
    )


def _shown(changes: list[float | None], own: list[bool]) -> list[str]:
    shown = []
    for change, is_own in zip(changes, own, strict=True):
        if change is None:
            shown.append("–")
        elif is_own:
            shown.append(f"({change:+.2f})")
        else:
            shown.append(f"**{change:+.2f}**" if abs(change) >= SPECIFIC else f"{change:+.2f}")
    return shown


def _coverage(results: dict[str, Any]) -> str:
    rows = []
    for e in results["coverage"]:
        cells = [f"{e[s]['rate']:.2f}" for s in ("drawn", "fixed")]
        cells += [f"{e['drawn']['mean']:.3f}", f"{e['drawn']['width']:.3f}", str(e["drawn"]["n"])]
        rows.append([e["collection"], e["population"], e["dimension"], f"{e['truth']:.3f}", *cells])
    head = ["collection", "population", "score", "its value", "coverage", "same, reference fixed"]
    return (
        "## Coverage of the intervals\n\nDraws of a fifth of a fixed population, without "
        "replacement, compared with a fifth of the reference; 'reference fixed' compares with all "
        "of it. Intervals are made narrower by sqrt(1 - 1/5) first. A score whose true value is 1 "
        "can only be missed from one side: 97.5 % and more is expected there.\n\n"
        + _table([*head, "mean of draws", "mean width", "draws"], rows)
    )


def _tests(results: dict[str, Any]) -> str:
    kinds = list(dict.fromkeys(e["kind"] for e in results["tests"]))
    rows = []
    for collection in dict.fromkeys(e["collection"] for e in results["tests"]):
        mine = {e["kind"]: e for e in results["tests"] if e["collection"] == collection}
        cells = [_rate(mine.get(kind)) for kind in kinds]
        rows.append([f"datakit, embeddings ({collection})", *cells])
    for detector, rates in results["peers"].items():
        cells = [f"{rates[kind]:.3f}" if kind in rates else "" for kind in kinds]
        rows.append([f"{detector} (cifar)", *cells])
    quoted = "\nOther tools see the embeddings of the first 60 equal pairs, and 20 of the others.\n"
    if not results["peers"]:
        quoted = "\nNo other tool was run: give --peers PYTHON.\n"
    return (
        f"## Shift test\n\nShare of pairs of {results['facts']['pair_size']} samples on which a "
        "test fires at .05. 'equal halves' must not fire; every other column should.\n\n"
        + _table(["detector", *kinds], rows)
        + quoted
    )


def _rate(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return ""
    return "no p" if entry["rate"] is None else f"{entry['rate']:.3f} (of {entry['n']})"


def _missed(missed: list[tuple[str, str, str, str, str]]) -> str:
    rows = [list(line) for line in missed]
    text = "Every goal is met.\n" if not rows else ""
    return (
        "## Goals that are missed\n\n"
        + text
        + (_table(["goal", "score", "where", "measured", "reason"], rows) if rows else "")
    )


def _how(results: dict[str, Any]) -> str:
    facts = results["facts"]
    lines = "\n".join(f"- {name}: {value}" for name, value in facts["shown"].items())
    checks = "\n".join(f"- self-check, {name}: {what}" for name, what in results["check"].items())
    return (
        "## How it was made\n\n```sh\nmake bench-validity IMAGES=FOLDER TEXTS=FOLDER\n```\n\n"
        "Every sample, clean and spoiled, is measured and embedded once; draws are put together "
        "from these rows, their issues are found anew, and they are scored. Nothing finished is "
        "done again when the command is repeated.\n\n"
        f"{lines}\n{checks}\n"
    )
