"""How far a corpus is from its reference or target in one respect: a shift part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.metrics.energy import (
    distances_between,
    energy_of_masks,
    rank_energy_of_masks,
)
from datakit.metrics.proportions import le_cam

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CATEGORY_SCALE",
    "COLUMN_SCALE",
    "EMBEDDING_SCALE",
    "ShiftPart",
    "category_part",
    "column_part",
    "embedding_part",
    "target_part",
]

EMBEDDING_SCALE = 0.01
"""Energy coefficient of embeddings at which a part has fallen to 1/e."""

COLUMN_SCALE = 0.1
"""Energy coefficient of a column's ranks at which a part has fallen to 1/e: a normal column that
moved by 0.6 standard deviations, between Cohen's medium and large effects."""

CATEGORY_SCALE = 0.25
"""Le Cam divergence at which a part has fallen to 1/e: dropping two of five classes (0.25)."""

PERMUTATIONS = 199

_RARE = 3

Sides = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
"""Random halves of the corpus and of the reference, shapes (repeats, n) and (repeats, m)."""


@dataclass(frozen=True)
class ShiftPart:
    """One respect in which a corpus is compared.

    Parameters
    ----------
    name
        "embedding", or the column.
    distance
        The unbiased statistic: an energy coefficient or a Le Cam divergence; about 0, at times
        slightly negative, for equal distributions.
    scale
        The score of the part is ``exp(-max(0, distance) / scale)``.
    halves
        The statistic on random halves of the samples, shape (repeats,).
    null
        The statistic on relabelled samples: what equal distributions give.
    n
        Samples of the corpus that were compared.
    meaning
        What was measured, in words.
    """

    name: str
    distance: float
    scale: float
    halves: npt.NDArray[np.float64]
    null: npt.NDArray[np.float64]
    n: int
    meaning: str

    @property
    def p(self) -> float:
        """Share of relabelled samples at least as far apart (permutation test), in (0, 1]."""
        return float((1 + np.sum(self.null >= self.distance - 1e-12)) / (len(self.null) + 1))

    @property
    def sd(self) -> float:
        """Standard error of the distance: half of the samples vary as much as all err.

        At least 1 / n for categories: to have seen none of a kind is not to know there is none.
        """
        least = 1 / self.n if self.scale == CATEGORY_SCALE else 0.0
        return max(least, float(np.std(self.halves, ddof=1)))


def embedding_part(
    x: npt.NDArray[np.float32], y: npt.NDArray[np.float32], sides: Sides
) -> ShiftPart:
    """Energy coefficient of embeddings, shapes (n, d) and (m, d)."""
    pooled = np.concatenate([x, y])
    distances = distances_between(pooled, pooled)
    whole, first, second = _masks(len(x), len(y), sides)
    shuffled = _shuffled(len(x), len(pooled))
    found = energy_of_masks(distances, whole, ~whole)[0]
    null = energy_of_masks(distances, shuffled, ~shuffled)
    return ShiftPart(
        "embedding",
        float(found),
        EMBEDDING_SCALE,
        np.concatenate([energy_of_masks(distances, *half) for half in (first, second)]),
        null,
        len(x),
        f"energy coefficient {found:.4f}",
    )


def column_part(
    name: str, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], sides: Sides
) -> ShiftPart:
    """Energy coefficient of a column's ranks, shapes (n,) and (m,)."""
    pooled = np.concatenate([x, y])
    whole, first, second = _masks(len(x), len(y), sides)
    shuffled = _shuffled(len(x), len(pooled))
    pairs = [(whole, ~whole), first, second, (shuffled, ~shuffled)]
    a, b = (np.concatenate(masks) for masks in zip(*pairs, strict=True))
    values = rank_energy_of_masks(pooled, whole[0], a, b)
    found = float(values[0])
    return ShiftPart(
        name,
        found,
        COLUMN_SCALE,
        values[1:-PERMUTATIONS],
        values[-PERMUTATIONS:],
        len(x),
        f"energy coefficient of ranks {found:.4f}; medians {np.median(x):.4g} here, "
        f"{np.median(y):.4g} there",
    )


def category_part(name: str, x: pd.Series, y: pd.Series, sides: Sides) -> ShiftPart:
    """Le Cam divergence of the proportions of a column's values."""
    import pandas as pd

    codes, names = pd.factorize(pd.concat([x, y]), sort=True)
    n = len(x)
    p = (np.bincount(codes[:n], minlength=len(names)) / n).astype(float)
    q = (np.bincount(codes[n:], minlength=len(names)) / len(y)).astype(float)
    pooled = _pooled(p, q, min(n, len(y)))
    codes = pooled[codes]
    k = int(pooled.max()) + 1

    def counts(chosen: npt.NDArray[np.bool_], codes: npt.NDArray[np.int64]) -> Any:
        return np.stack([np.bincount(codes[mask], minlength=k) for mask in chosen])

    ours, theirs = codes[:n], codes[n:]
    a, b = np.bincount(ours, minlength=k), np.bincount(theirs, minlength=k)
    found = float(le_cam(a, b))
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_hypergeometric(a + b, n, PERMUTATIONS, method="marginals")
    return ShiftPart(
        name,
        found,
        CATEGORY_SCALE,
        np.concatenate(
            [
                le_cam(counts(sides[0], ours), counts(sides[1], theirs)),
                le_cam(counts(~sides[0], ours), counts(~sides[1], theirs)),
            ]
        ),
        le_cam(drawn, a + b - drawn),
        n,
        f"Le Cam divergence {found:.4f}; {_largest_gap(names, p, q)}",
    )


def target_part(
    name: str, values: pd.Series, wanted: Mapping[str, float], halves: npt.NDArray[np.bool_]
) -> ShiftPart:
    """Le Cam divergence of a column's proportions from stated ones.

    Parameters
    ----------
    name, values
        The column.
    wanted
        Value -> proportion; what they leave to 1 is for all other values together.
    halves
        Random halves of the samples, shape (repeats, n).
    """
    names = [*wanted, "(others)"]
    place = {value: i for i, value in enumerate(wanted)}
    codes = values.map(lambda value: place.get(value, len(wanted))).to_numpy(np.int64)
    stated = np.array([*wanted.values(), max(0.0, 1 - sum(wanted.values()))])
    p = np.bincount(codes, minlength=len(names)) / len(codes)
    pooled = _pooled(p, stated, len(codes))
    codes, q = pooled[codes], np.bincount(pooled, stated)
    k = len(q)
    found = float(le_cam(np.bincount(codes, minlength=k), q, exact=True))
    drawn = np.random.default_rng(0).multinomial(len(codes), q / q.sum(), PERMUTATIONS)

    def split(chosen: npt.NDArray[np.bool_]) -> Any:
        counts = np.stack([np.bincount(codes[mask], minlength=k) for mask in chosen])
        return le_cam(counts, q, exact=True)

    return ShiftPart(
        f"target {name}",
        found,
        CATEGORY_SCALE,
        np.concatenate([split(halves), split(~halves)]),
        le_cam(drawn, q, exact=True),
        len(codes),
        f"Le Cam divergence {found:.4f} from the target; {_largest_gap(names, p, stated)}",
    )


def _pooled(
    p: npt.NDArray[np.float64], q: npt.NDArray[np.float64], n: int
) -> npt.NDArray[np.int64]:
    """New number of every category: those too rare for a half of n samples become one.

    The divergence's variance is taken out without bias only where a category is seen a few times.
    """
    rare = (p + q) / 2 * (n // 2) < _RARE
    if rare.sum() < 2:
        return np.arange(len(p))
    numbers = np.cumsum(~rare) - 1
    numbers[rare] = int((~rare).sum())
    return numbers


def _masks(n: int, m: int, sides: Sides) -> tuple[npt.NDArray[np.bool_], Sides, Sides]:
    """Which pooled rows are the corpus's, and the halves and their complements as pooled masks."""
    x, y = sides
    none_x, none_y = np.zeros_like(x), np.zeros_like(y)
    whole = np.zeros((1, n + m), bool)
    whole[0, :n] = True
    first = (np.hstack([x, none_y]), np.hstack([none_x, y]))
    second = (np.hstack([~x, none_y]), np.hstack([none_x, ~y]))
    return whole, first, second


def _shuffled(n: int, total: int) -> npt.NDArray[np.bool_]:
    """Random relabellings of the pooled sample, shape (permutations, total)."""
    labels = np.tile(np.arange(total) < n, (PERMUTATIONS, 1))
    return np.random.default_rng(0).permuted(labels, axis=1)


def _largest_gap(names: Any, p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> str:
    i = int(np.argmax(np.abs(p - q)))
    return f"{names[i]}: {p[i]:.1%} here, {q[i]:.1%} there"
