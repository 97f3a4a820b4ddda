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

COLUMN_SCALE = 0.05
"""Energy coefficient of a column's ranks at which a part has fallen to 1/e: a normal column that
moved by 0.43 standard deviations, just below Cohen's medium effect."""

CATEGORY_SCALE = 0.25
"""Le Cam divergence at which a part has fallen to 1/e: dropping two of five classes (0.25)."""

PERMUTATIONS = 199

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
    first, second
        The statistic on random halves of the samples and on their complements, shape (repeats,).
    n
        Samples of the corpus that were compared.
    p
        Share of relabelled samples at least as far apart (permutation test).
    meaning
        What was measured, in words.
    """

    name: str
    distance: float
    scale: float
    first: npt.NDArray[np.float64]
    second: npt.NDArray[np.float64]
    n: int
    p: float
    meaning: str

    @property
    def sd(self) -> float:
        """Standard error of the distance: half of the samples vary as much as all err."""
        return float(np.std(np.concatenate([self.first, self.second]), ddof=1))


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
        energy_of_masks(distances, *first),
        energy_of_masks(distances, *second),
        len(x),
        _p(float(found), null),
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
    k = len(first[0])
    found = float(values[0])
    return ShiftPart(
        name,
        found,
        COLUMN_SCALE,
        values[1 : 1 + k],
        values[1 + k : 1 + 2 * k],
        len(x),
        _p(found, values[1 + 2 * k :]),
        f"energy coefficient of ranks {found:.4f}; medians {np.median(x):.4g} here, "
        f"{np.median(y):.4g} there",
    )


def category_part(name: str, x: pd.Series, y: pd.Series, sides: Sides) -> ShiftPart:
    """Le Cam divergence of the proportions of a column's values."""
    import pandas as pd

    codes, names = pd.factorize(pd.concat([x, y]), sort=True)
    k, n = len(names), len(x)

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
        le_cam(counts(sides[0], ours), counts(sides[1], theirs)),
        le_cam(counts(~sides[0], ours), counts(~sides[1], theirs)),
        n,
        _p(found, le_cam(drawn, a + b - drawn)),
        f"Le Cam divergence {found:.4f}; {_largest_gap(names, a / n, b / len(theirs))}",
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
    q = np.array([*wanted.values(), max(0.0, 1 - sum(wanted.values()))])
    k = len(names)
    a = np.bincount(codes, minlength=k)
    found = float(le_cam(a, q, exact=True))
    drawn = np.random.default_rng(0).multinomial(len(codes), q / q.sum(), PERMUTATIONS)

    def split(chosen: npt.NDArray[np.bool_]) -> Any:
        counts = np.stack([np.bincount(codes[mask], minlength=k) for mask in chosen])
        return le_cam(counts, q, exact=True)

    return ShiftPart(
        f"target {name}",
        found,
        CATEGORY_SCALE,
        split(halves),
        split(~halves),
        len(codes),
        _p(found, le_cam(drawn, q, exact=True)),
        f"Le Cam divergence {found:.4f} from the target; {_largest_gap(names, a / len(codes), q)}",
    )


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


def _p(found: float, null: npt.NDArray[np.float64]) -> float:
    return float((1 + np.sum(null >= found - 1e-12)) / (len(null) + 1))


def _largest_gap(names: Any, p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> str:
    i = int(np.argmax(np.abs(p - q)))
    return f"{names[i]}: {p[i]:.1%} here, {q[i]:.1%} there"
