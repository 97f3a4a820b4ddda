"""Entropy and Kullback-Leibler divergence from nearest-neighbour distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.inputs import as_matrices, as_matrix
from datakit.metrics.neighbours import k_nearest

__all__ = ["knn_entropy", "knn_kl"]

Rows = npt.NDArray[np.floating]
Matrix = npt.NDArray[np.float64]


def knn_entropy(x: npt.ArrayLike, k: int = 5) -> float:
    """Differential entropy in nats, Kozachenko-Leonenko.

    ``psi(n) - mean psi(k_i) + log V_d + d mean log r_i`` with the volume V_d of the unit ball. r_i
    is the distance from row i to its k-th nearest other row, or, where that is a copy of it, to the
    nearest row that is none; k_i counts the other rows within r_i. So copies do not give minus
    infinity: a row of many copies stands for a region of high density. Copies still cost, the more
    the smaller k: every row twice lowers the value by .4 at k = 5, by .1 at 21.

    Parameters
    ----------
    x
        Shape (n, d), more than k rows.
    k
        Neighbours: more lower the variance and raise the bias. Cost: n^2 d; memory: blocks.

    Returns
    -------
    float
        Any sign; it shifts by ``d log s`` when x is scaled by s. The bias on 1,000 normal rows was
        -.05 at d = 3, -.06 at 5 and +.8 at 16: compare only equal sizes.

    Raises
    ------
    ValueError
        For another shape, too few rows for k, values that are not finite, or rows all equal.

    References
    ----------
    Kozachenko & Leonenko 1987, Sample estimate of the entropy of a random vector; Kraskov et al.
    2004, Estimating mutual information, equation 20.
    """
    from scipy.special import digamma, gammaln

    rows = _checked(as_matrix(x, least=2), k)
    n, d = rows.shape
    radii, counts = _radii(rows, rows, k, same=True)
    log_volume = d / 2 * np.log(np.pi) - gammaln(d / 2 + 1)
    value = digamma(n) - digamma(counts).mean() + log_volume + d * np.log(radii).mean()
    return float(value)


def knn_kl(x: npt.ArrayLike, y: npt.ArrayLike, k: int = 5) -> float:
    """Kullback-Leibler divergence KL(x | y) in nats from nearest-neighbour distances.

    ``d mean log(s_i / r_i) + mean (psi(k_i) - psi(l_i)) + log(m / (n - 1))``: r_i and k_i as in
    `knn_entropy`, within x; s_i and l_i likewise, from row i of x to the rows of y.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), more than k rows each.
    k
        Neighbours. Cost: (n^2 + n m) d; memory: blocks.

    Returns
    -------
    float
        0 in the limit for equal distributions; an estimate may be negative. Not symmetric. Where d
        is high a real divergence is underestimated (1,000 normal rows, shifted by .5 in every
        column: -.04 of .375 at d = 3, -.8 of 2 at 16), and it **grows with n**: compare only equal
        sizes.

    Raises
    ------
    ValueError
        As `knn_entropy`, and for different widths.

    References
    ----------
    Wang, Kulkarni & Verdu 2009, Divergence estimation for multidimensional densities via
    k-nearest-neighbor distances, equation 25 (numbers of neighbours that differ between rows).
    """
    from scipy.special import digamma

    a, b = as_matrices(x, y, least=2)
    a, b = _checked(a, k), _checked(b, k)
    own, own_counts = _radii(a, a, k, same=True)
    other, other_counts = _radii(a, b, k, same=False)
    n, d = a.shape
    value = d * np.log(other / own).mean() + np.log(len(b) / (n - 1))
    return float(value + (digamma(own_counts) - digamma(other_counts)).mean())


def _checked(rows: Rows, k: int) -> Rows:
    """The rows, if they serve k neighbours and differ at all."""
    if not 1 <= k < len(rows):
        raise ValueError(f"k is {k} with {len(rows)} rows; give 1 to {len(rows) - 1}")
    if (rows == rows[0]).all():
        raise ValueError(f"all {len(rows)} rows are equal; a density needs rows that differ")
    return rows


def _radii(x: Rows, y: Rows, k: int, same: bool) -> tuple[Matrix, npt.NDArray[np.int64]]:
    """Distance from every row of x to its k-th nearest in y above 0, and how many lie within it.

    With `same`, y is x and a row does not count itself.
    """
    values, counts = np.unique(y, axis=0, return_counts=True)
    if len(values) == len(y):  # no copies: nothing to add up, and with `same` no zero distances
        reach = min(k + (not same), len(y) - same)
        _, distances = k_nearest(x, y, reach, exclude_self=same)
        within = np.broadcast_to(np.arange(1, reach + 1), distances.shape)
    else:
        reach = min(k + 1, len(values))
        indices, distances = k_nearest(x, values, reach)
        within = np.cumsum(counts[indices], axis=1) - same
    # At most one value is at distance 0, so k + 1 values have one that fits.
    first = ((within >= k) & (distances > 0)).argmax(axis=1)[:, None]
    radii = np.take_along_axis(distances, first, axis=1)[:, 0]
    return radii, np.take_along_axis(within, first, axis=1)[:, 0]
