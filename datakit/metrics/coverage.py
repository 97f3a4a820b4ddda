"""How much of a reference's space a sample reaches: cells of spherical k-means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks
from datakit.metrics.hill import nearest_cells
from datakit.metrics.inputs import as_matrices, as_matrix

__all__ = ["cell_coverage", "spherical_kmeans"]

Rows = npt.NDArray[np.floating]
Centroids = npt.NDArray[np.float32]


def spherical_kmeans(
    vectors: npt.ArrayLike, k: int, rng: np.random.Generator, iterations: int = 25
) -> Centroids:
    """Centroids of spherical k-means: unit vectors that rows are near to by cosine.

    k-means++ starts, then rows go to the centroid of highest cosine and centroids become the
    direction of their rows' mean, until nothing changes. A centroid that lost its rows moves to the
    row that is worst served.

    Parameters
    ----------
    vectors
        Shape (n, d), none of them 0; scaled to unit length here.
    k
        Number of centroids, at most n.
    rng
        Source of the starts.
    iterations
        Most rounds. Cost: iterations n k d; memory: a float32 copy.

    Returns
    -------
    ndarray
        Shape (k, d), float32, unit length.

    Raises
    ------
    ValueError
        For another shape, values that are not finite, a row of zeros, or k above n.

    References
    ----------
    Dhillon & Modha 2001, Concept decompositions for large sparse text data using clustering;
    Arthur & Vassilvitskii 2007, k-means++: the advantages of careful seeding.
    """
    rows = _unit(as_matrix(vectors, "vectors"))
    if not 1 <= k <= len(rows) or iterations < 1:
        raise ValueError(
            f"k is {k} and iterations {iterations} with {len(rows)} vectors;"
            f" give 1 to {len(rows)}, and at least 1"
        )
    centroids = _starts(rows, k, rng)
    cells = nearest_cells(rows, centroids)
    for _ in range(iterations):
        sums = np.zeros((k, rows.shape[1]), np.float64)
        for block in row_blocks(len(rows), rows.shape[1]):
            members = np.arange(k)[:, None] == cells[block]
            sums += members.astype(np.float64) @ rows[block].astype(np.float64)
        lengths = np.linalg.norm(sums, axis=1)
        served = np.einsum("nd,nd->n", rows, centroids[cells])
        empty = np.flatnonzero(lengths < 1e-9)
        sums[empty] = rows[np.argsort(served, kind="stable")[: len(empty)]]
        lengths[empty] = 1
        centroids = (sums / lengths[:, None]).astype(np.float32)
        moved = nearest_cells(rows, centroids)
        if (moved == cells).all():
            break
        cells = moved
    return centroids


def cell_coverage(
    vectors: npt.ArrayLike,
    reference: npt.ArrayLike,
    k: int = 64,
    *,
    rng: np.random.Generator,
    at_least: int = 1,
) -> float:
    """Share of the reference's spherical k-means cells that hold enough of the vectors.

    Parameters
    ----------
    vectors, reference
        Shapes (n, d) and (m, d), m >= k, none of them 0. Cost: 25 m k d + n k d.
    k
        Number of cells.
    rng
        Source of the cells' starts: give the same seed for values that are to be compared.
    at_least
        Vectors that make a cell covered. One stray vector is enough at 1; give about 1 % of
        ``n / k`` or more to ask for more than strays.

    Returns
    -------
    float
        In [0, 1]. It **grows with n**, up to the share of cells the vectors' distribution reaches.

    Raises
    ------
    ValueError
        As `spherical_kmeans`; for different widths, or a threshold below 1.
    """
    if at_least < 1:
        raise ValueError(f"at_least is {at_least}; a covered cell holds 1 vector or more")
    rows, others = as_matrices(vectors, reference)
    centroids = spherical_kmeans(others, k, rng)
    counts = np.bincount(nearest_cells(_unit(rows), centroids), minlength=k)
    return float((counts >= at_least).mean())


def _unit(rows: Rows) -> npt.NDArray[np.float32]:
    """Rows at unit length, float32."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    if (lengths == 0).any():
        raise ValueError(
            f"row {int(lengths.argmin())} is all zeros and has no direction; drop such rows"
        )
    return np.asarray(rows / lengths[:, None], np.float32)


def _starts(rows: npt.NDArray[np.float32], k: int, rng: np.random.Generator) -> Centroids:
    """Rows far from each other: every next one drawn by its squared distance to those there."""
    chosen = [int(rng.integers(len(rows)))]
    apart = np.full(len(rows), np.inf)
    while len(chosen) < k:
        # On the sphere |a - b|^2 = 2 - 2 a.b.
        apart = np.minimum(apart, np.maximum(2 - 2 * (rows @ rows[chosen[-1]]).astype(float), 0))
        apart[chosen] = 0
        if apart.sum() == 0:  # fewer different rows than k: any row that is left
            apart[np.setdiff1d(np.arange(len(rows)), chosen)] = 1
        chosen.append(int(rng.choice(len(rows), p=apart / apart.sum())))
    return rows[chosen]
