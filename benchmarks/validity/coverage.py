"""Coverage: how often the 95 % intervals of draws hold the score of what they are drawn from.

A population is a fixed corpus of N samples, compared with the whole reference. A draw is a fifth
of it, without replacement, compared once with the whole reference and once with a fifth of that.
As draws from a finite population vary less by ``sqrt(1 - n/N)``, the intervals are made narrower
by that factor before they are judged.
"""

from __future__ import annotations

import math
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from validity.drawn_profile import profile_of
from validity.draws import Draw, drawn_from
from validity.pools import Pool, open_pool
from validity.study import Study

if TYPE_CHECKING:
    from validity.cells import Cell

__all__ = ["POPULATIONS", "corrected", "coverage_cell", "coverage_cells"]

POPULATIONS = ("clean", "half of the topics", "mixed defects")
FRACTION = 0.2
DRAWS = 60
_COLLECTIONS = {"cifar": 2000, "english": 4000}
_SPOILED = {"image": ("blurred", "noisy", "cut", "gray"), "text": ("looped", "mojibake", "empty")}


def coverage_cells(study: Study) -> list[Cell]:
    """The populations themselves (number -1), and their draws."""
    from validity.cells import Cell

    names = [c.name for c in study.collections if c.name in _COLLECTIONS]
    draws = range(-1, 6 if study.quick else DRAWS)
    return [
        Cell("coverage", name, population, 0, -1, number)
        for name in names
        for population in POPULATIONS
        for number in draws
    ]


def coverage_cell(study: Study, cell: Cell) -> dict[str, Any]:
    """Scores of a population, or of a draw against the whole and against a drawn reference."""
    from validity.cells import score_profile

    pool = open_pool(study, cell.collection)
    population = _population(pool, cell.what)
    n, m = len(population), len(pool.measured("reference")[0])
    if cell.number < 0:
        return {"whole": score_profile(profile_of(pool, population), pool.reference), "n": n}
    entropy = [study.seed, zlib.crc32(cell.what.encode()), cell.number]
    rng = np.random.default_rng(entropy)
    ours = profile_of(pool, population.part(rng.permutation(n)[: round(FRACTION * n)]))
    theirs = drawn_from(rng.permutation(m)[: round(FRACTION * m)], "reference")
    return {
        "fixed": score_profile(ours, pool.reference),
        "drawn": score_profile(ours, profile_of(pool, theirs)),
    }


@lru_cache(maxsize=4)
def _population(pool: Pool, name: str) -> Draw:
    """A fixed corpus of clean samples, of half of the topics, or with a few of everything."""
    n = min(_COLLECTIONS[pool.collection.name], pool.n_of("clean"))
    if name == "half of the topics":
        kept = sorted(set(map(str, pool.topics)))[::2]
        return drawn_from(np.flatnonzero(np.isin(np.array(pool.topics, str), kept))[:n])
    population = drawn_from(np.arange(n))
    if name == "mixed defects":
        rng = np.random.default_rng([pool.study.seed, 77])
        order = rng.permutation(n)
        spoiled = _SPOILED[pool.modality]
        for k, version in enumerate(spoiled):
            chosen = order[k * n // 20 : (k + 1) * n // 20]
            population.versions[chosen] = version
        wrong = order[n // 2 : n // 2 + n // 10]
        names = sorted({str(label) for label in pool.labels})
        population.labels[wrong] = [
            names[(names.index(str(pool.labels[i])) + 1) % len(names)] for i in wrong
        ]
    return population


def corrected(value: float, low: float, high: float) -> tuple[float, float]:
    """An interval for draws of a fifth of a finite population.

    Made narrower around the value on the logarithmic scale, where scores are positive; an end at
    0 or 1 stays, since it was cut there.
    """
    factor = math.sqrt(1 - FRACTION)
    if value <= 0:
        return low, high
    lower = value * (low / value) ** factor if low > 0 else 0.0
    upper = value * (high / value) ** factor if high < 1 else 1.0
    return lower, upper
