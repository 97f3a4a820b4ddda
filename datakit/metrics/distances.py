"""Squared Euclidean distances by matrix products, and the row blocks they are taken in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["row_blocks", "squared_distances"]

_CELLS = 1 << 22
"""Entries of one block of a distance matrix: 32 MB of float64."""


def squared_distances(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Squared Euclidean distances between all rows, shape (n, m), float64.

    ``|x|^2 + |y|^2 - 2 x.y``, shifted by the mean of y first, since the sum cancels badly far from
    the origin. Below 0 is cut off; copies are at 0 only up to rounding, 1e-16 of the squared norms.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d). Cost: n m d; memory: the result and float64 copies.
    """
    centre = y.mean(axis=0, dtype=np.float64)
    a, b = x - centre, y - centre
    squares = a @ b.T
    squares *= -2
    squares += (a * a).sum(axis=1)[:, None]
    squares += (b * b).sum(axis=1)
    return np.maximum(squares, 0, out=squares)


def row_blocks(n: int, width: int) -> Iterator[slice]:
    """Cut n rows so that a block of rows times `width` columns stays near 4 million entries."""
    step = max(1, min(n, _CELLS // max(1, width)))
    for begin in range(0, n, step):
        yield slice(begin, min(begin + step, n))
