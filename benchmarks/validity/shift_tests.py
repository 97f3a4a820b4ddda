"""False positives and power of the shift test: pairs of corpora of 500, equal or not."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from validity.defects import DEFECTS
from validity.drawn_profile import profile_of
from validity.draws import Draw, draw, drawn_from
from validity.pools import Pool, open_pool
from validity.study import Study

if TYPE_CHECKING:
    from validity.cells import Cell

__all__ = ["KINDS", "peer_results", "shift_cell", "shift_cells"]

N = 500
ALPHA = 0.05
_NULL = 200
_PAIRS = 30
_PEER_PAIRS = {"equal halves": 60}
_FEW = 20
KINDS = {
    "cifar": (
        "equal halves",
        "brightness of all x 1.1",
        "colour of all 5 %",
        "class prior shift 10 %",
        "blurred share 10 %",
    ),
    "english": ("equal halves", "class prior shift 10 %", "looped share 10 %"),
}


def shift_cells(study: Study) -> list[Cell]:
    """Pairs of every kind."""
    from validity.cells import Cell

    cells = []
    for name in (c.name for c in study.collections if c.name in KINDS):
        for kind in KINDS[name]:
            n = _NULL if kind == "equal halves" else _PAIRS
            n = 4 if study.quick else n
            cells += [Cell("tests", name, kind, size_of(study), -1, i) for i in range(n)]
    return cells


def size_of(study: Study) -> int:
    """Samples on either side of a pair."""
    return 100 if study.quick else N


def shift_cell(study: Study, cell: Cell) -> dict[str, Any]:
    """p of the embedding part, and the worst-part score, of one pair."""
    from validity.cells import score_profile

    pool = open_pool(study, cell.collection)
    x, y = (profile_of(pool, side) for side in _pair(pool, cell))
    found = score_profile(x, y)
    p = found["p"].get("embedding")
    return {"p": _energy_p(x, y, cell.number) if p is None else p, "all": found["p"]}


def _energy_p(x: Any, y: Any, number: int) -> float | None:
    """p of the permutation test itself, where the score does not give it."""
    try:
        from datakit.metrics.two_sample import energy_test
    except ImportError:
        return None
    sides = [side.embeddings.vectors.astype(np.float32) for side in (x, y)]
    return float(energy_test(*sides, np.random.default_rng(number)).p)


def _pair(pool: Pool, cell: Cell) -> tuple[Draw, Draw]:
    """A corpus with the kind's shift and one without, of different samples."""
    n = cell.size
    entropy = [pool.study.seed, zlib.crc32(cell.what.encode()), cell.number]
    rng = np.random.default_rng(entropy)
    order = rng.permutation(pool.n_of("clean"))
    if cell.what == "equal halves":
        return drawn_from(order[:n]), drawn_from(order[n : 2 * n])
    defect = next(d for d in DEFECTS if cell.what.startswith(d.name))
    made = draw(pool, defect, 0, n, 1000 + cell.number)
    assert made is not None
    return made, drawn_from(np.setdiff1d(order, made.numbers, assume_unique=True)[:n])


def _vectors(study: Study, kind: str, cells: list[Cell]) -> Path:
    """The embeddings of all pairs of a kind in one file, for the peers."""
    file = cells[0].file(study).parents[2] / "peers" / f"{kind}.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        pool = open_pool(study, "cifar")
        sides: list[list[np.ndarray]] = [[], []]
        for cell in cells:
            for side, made in zip(sides, _pair(pool, cell), strict=True):
                chosen = [
                    pool.measured(v)[1][i] for v, i in zip(made.versions, made.numbers, strict=True)
                ]
                side.append(np.stack(chosen))
        np.savez(file, x=np.stack(sides[0]), y=np.stack(sides[1]))
    return file


def peer_results(study: Study, python: list[Path]) -> dict[str, Any]:
    """Rates of firing of other tools on the same pairs of images, by their own interpreters.

    Parameters
    ----------
    study
        The study; without ``cifar`` there is nothing to compare.
    python
        Interpreters of environments that have alibi-detect or Evidently.
    """
    cells = [cell for cell in shift_cells(study) if cell.collection == "cifar"]
    kinds = KINDS["cifar"] if cells else ()
    files = {kind: _vectors(study, kind, _some(cells, kind)) for kind in kinds}
    asked = [(kind, file, interpreter) for kind, file in files.items() for interpreter in python]
    with ThreadPoolExecutor(study.workers) as threads:  # each waits for a process of its own
        answers = list(threads.map(_ask, asked))
    results: dict[str, Any] = {}
    for (kind, _, _), rates in zip(asked, answers, strict=True):
        for detector, rate in rates.items():
            results.setdefault(detector, {})[kind] = rate
    return results


def _some(cells: list[Cell], kind: str) -> list[Cell]:
    """The first pairs of a kind: other tools need seconds for each."""
    return [cell for cell in cells if cell.what == kind][: _PEER_PAIRS.get(kind, _FEW)]


def _ask(asked: tuple[str, Path, Path]) -> dict[str, float]:
    """Detector -> how often it fires on the pairs of a file."""
    kind, file, interpreter = asked
    answer = file.with_name(f"{kind}-{zlib.crc32(str(interpreter).encode())}.json")
    if not answer.exists():
        print(f"peers: {kind} by {interpreter}", file=sys.stderr, flush=True)
        script = Path(__file__).with_name("peers.py")
        subprocess.run([interpreter, script, file, answer], check=True)
    return json.loads(answer.read_text("utf-8"))
