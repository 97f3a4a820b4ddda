"""Precision, recall, density and coverage of a generated sample."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks, squared_distances
from datakit.metrics.inputs import as_matrices
from datakit.metrics.neighbours import k_nearest

__all__ = ["PRDC", "prdc"]

_EDGE = 1 - 1e-9
"""Keeps rounding from taking a row on the edge of a ball (a copy of the neighbour) inside."""


class PRDC(NamedTuple):
    """Precision, recall and coverage in [0, 1]; density at least 0, 1 for equal distributions."""

    precision: float
    recall: float
    density: float
    coverage: float


def prdc(real: npt.ArrayLike, generated: npt.ArrayLike, k: int = 5) -> PRDC:
    """Precision, recall, density and coverage by k-nearest-neighbour balls.

    A row's ball reaches to its k-th nearest other row of its own sample, the edge not included.
    Precision: share of generated rows in some real ball. Recall: share of real rows in some
    generated ball. Density: mean number of real balls a generated row is in, over k. Coverage:
    share of real rows whose ball holds a generated row.

    Parameters
    ----------
    real, generated
        Shapes (n, d) and (m, d), more than k rows each.
    k
        Neighbours that set a ball. Cost: (n + m)^2 d; memory: blocks of 32 MB, float64 copies.

    Returns
    -------
    PRDC
        For equal distributions and n = m, density is 1 and coverage near ``1 - 2^-k``. All four
        **follow n and m** (more rows, smaller balls): compare only equal sizes. Copies make balls
        of radius 0, which hold nothing: of identical rows all four are 0.

    Raises
    ------
    ValueError
        For other shapes, too few rows for k, or values that are not finite.

    References
    ----------
    Kynkaanniemi et al. 2019, Improved precision and recall metric for assessing generative models;
    Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models.
    """
    if k < 1:
        raise ValueError(f"k is {k}; give at least 1, 5 is usual")
    a, b = as_matrices(real, generated, least=k + 1)
    real_balls = k_nearest(a, a, k, exclude_self=True)[1][:, -1] ** 2 * _EDGE
    generated_balls = k_nearest(b, b, k, exclude_self=True)[1][:, -1] ** 2 * _EDGE
    n_balls = np.zeros(len(b), np.int64)
    recalled = np.empty(len(a), bool)
    covered = np.empty(len(a), bool)
    for block in row_blocks(len(a), len(b)):
        squares = squared_distances(a[block], b)
        n_balls += (squares < real_balls[block, None]).sum(axis=0)
        recalled[block] = (squares < generated_balls).any(axis=1)
        covered[block] = squares.min(axis=1) < real_balls[block]
    return PRDC(
        precision=float((n_balls > 0).mean()),
        recall=float(recalled.mean()),
        density=float(n_balls.mean() / k),
        coverage=float(covered.mean()),
    )
