"""Cells: one scored draw each, run by a few processes and kept on disk one by one."""

from __future__ import annotations

import json
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validity.defects import DEFECTS, defects_of
from validity.drawn_profile import profile_of
from validity.draws import draw
from validity.pools import UNLABELLED, open_pool
from validity.study import Study

__all__ = ["Cell", "run_cells", "score_cells", "score_profile"]

DRAWS = {500: 3, 2000: 2}
"""Draws of every cell, by size: what two cores do in half an hour."""

LARGE = 5000
LARGE_DRAWS = 1
LARGE_LEVELS = (2,)
"""Draws and severities above `LARGE` samples: one takes up to a minute, and they hardly differ."""

FEW_LEVELS = (0, 2, 4)
"""Severities above 500 samples of the collections without labels."""


@dataclass(frozen=True)
class Cell:
    """One thing to score.

    Parameters
    ----------
    stage
        "scores", "coverage" or "tests".
    collection, what
        Where it is drawn from; the defect, population or kind of pair.
    size, level, number
        Samples; severity by number (-1: clean); of the draw.
    """

    stage: str
    collection: str
    what: str
    size: int
    level: int
    number: int

    def file(self, study: Study) -> Path:
        """Where its result is kept: under a digest of the code that scores."""
        what = re.sub(r"\W+", "-", self.what)
        name = f"{what}_{self.size}_{self.level}_{self.number}.json"
        return study.cache / "cells" / study.scoring / self.stage / self.collection / name


def score_cells(study: Study) -> list[Cell]:
    """All draws of the matrix: collection, size, defect, severity, a few draws each."""
    cells = []
    for collection in study.collections:
        for size in sizes_of(study, collection.name):
            large = size > LARGE
            few = large or study.quick or (size > 500 and collection.name in UNLABELLED)
            levels = LARGE_LEVELS if large else FEW_LEVELS if few else range(5)
            draws = 2 if study.quick else DRAWS.get(size, LARGE_DRAWS)
            for number in range(draws):
                found = [("clean", -1)]
                found += [(d.name, k) for d in defects_of(collection.name) for k in levels]
                cells += [
                    Cell("scores", collection.name, what, size, level, number)
                    for what, level in found
                ]
    return cells


def sizes_of(study: Study, name: str) -> tuple[int, ...]:
    """Sizes of the corpora that are drawn of a collection."""
    collection = next(c for c in study.collections if c.name == name)
    return (100, 200) if study.quick else collection.sizes


def score_profile(profile: Any, reference: Any) -> dict[str, Any]:
    """Everything that is kept of a scorecard."""
    from datakit.validators.scorecard import scorecard

    card = scorecard(profile, reference)
    found: dict[str, Any] = {"scores": {}, "parts": {}, "p": {}, "reasons": {}}
    for name, score in card.items():
        if score.value is None:
            found["reasons"][name] = score.reason
            continue
        found["scores"][name] = [score.value, score.low, score.high, score.n]
        found["parts"][name] = {part.name: part.value for part in score.components}
        for part in score.components:
            p = getattr(part, "p", None)
            if p is not None:
                found["p"][part.name] = p
    return found


def _score_cell(study: Study, cell: Cell) -> dict[str, Any] | None:
    pool = open_pool(study, cell.collection)
    defect = next((d for d in DEFECTS if d.name == cell.what), None)
    made = draw(pool, defect, cell.level, cell.size, cell.number)
    return None if made is None else score_profile(profile_of(pool, made), pool.reference)


def _scorers() -> dict[str, Callable[[Study, Cell], dict[str, Any] | None]]:
    from validity.coverage import coverage_cell
    from validity.shift_tests import shift_cell

    return {"scores": _score_cell, "coverage": coverage_cell, "tests": shift_cell}


def _run(task: tuple[Study, Cell]) -> None:
    """Run one cell and keep its result (null: the pool has too few samples)."""
    study, cell = task
    begun = time.process_time()  # the machine may be shared
    found = _scorers()[cell.stage](study, cell)
    seconds = time.process_time() - begun
    result = None if found is None else found | {"seconds": seconds}
    file = cell.file(study)
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.write_text(json.dumps(result), "utf-8")
    temporary.rename(file)


def run_cells(study: Study, cells: list[Cell]) -> Iterator[tuple[Cell, dict[str, Any] | None]]:
    """Run what is not there yet, in order, and give every cell with its result."""
    todo = [cell for cell in cells if not cell.file(study).exists()]
    if todo:
        begun = time.perf_counter()
        context = multiprocessing.get_context("spawn")  # a forked torch may hang
        with ProcessPoolExecutor(study.workers, context) as processes:
            tasks = [(study, cell) for cell in todo]
            for k, _ in enumerate(processes.map(_run, tasks), 1):
                if k % 20 == 0 or k == len(todo):
                    passed = time.perf_counter() - begun
                    left = passed / k * (len(todo) - k)
                    print(
                        f"{todo[0].stage}: {k} of {len(todo)}, {passed:.0f} s, {left:.0f} s left",
                        file=sys.stderr,
                        flush=True,
                    )
    for cell in cells:
        yield cell, json.loads(cell.file(study).read_text("utf-8"))
