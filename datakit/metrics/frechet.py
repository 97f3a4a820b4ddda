"""Frechet distance between the Gaussians fitted to two samples, and its extrapolation in n."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.metrics.distances import row_blocks
from datakit.metrics.inputs import as_matrices

__all__ = ["frechet_distance", "frechet_from_moments", "frechet_infinity"]

Matrix = npt.NDArray[np.float64]


def frechet_distance(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Squared Frechet (2-Wasserstein) distance of the Gaussians fitted to two samples.

    ``|mean_x - mean_y|^2 + tr(S_x + S_y - 2 (S_x^1/2 S_y S_x^1/2)^1/2)`` with unbiased covariances,
    in float64. The trace of the root is the sum of the singular values of ``R_x R_y^T``, where
    ``S = R^T R`` comes from a QR decomposition of the centred rows: no covariance is squared or
    rooted, so samples of deficient rank (n <= d) lose no digits.

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least 2 rows each. Cost: (n + m) d^2 + d^3; memory: blocks.

    Returns
    -------
    float
        At least 0, in squared units of the features. **Biased upwards at small n**, by about C / n:
        compare only equal sizes, or use `frechet_infinity`. Never "FID", unless x and y are
        features of the FID Inception network.

    Raises
    ------
    ValueError
        For other shapes, fewer than 2 rows, or values that are not finite.

    References
    ----------
    Dowson & Landau 1982, The Frechet distance between multivariate normal distributions;
    Heusel et al. 2017, GANs trained by a two time-scale update rule; Chong & Forsyth 2020,
    Effectively unbiased FID (the bias).
    """
    a, b = as_matrices(x, y, least=2)
    mean_x, factor_x = _moments(a)
    mean_y, factor_y = _moments(b)
    return _from_factors(mean_x - mean_y, factor_x, factor_y)


def frechet_from_moments(
    mean_x: npt.ArrayLike, cov_x: npt.ArrayLike, mean_y: npt.ArrayLike, cov_y: npt.ArrayLike
) -> float:
    """Squared Frechet distance of two Gaussians.

    As `frechet_distance`, with the factors from symmetric eigendecompositions.

    Parameters
    ----------
    mean_x, mean_y
        Shape (d,).
    cov_x, cov_y
        Shape (d, d), symmetric, positive semidefinite up to rounding. Cost: d^3.

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, or a matrix that is no covariance.
    """
    means = [np.asarray(mean, np.float64) for mean in (mean_x, mean_y)]
    covariances = [np.asarray(cov, np.float64) for cov in (cov_x, cov_y)]
    d = means[0].size
    for mean, cov in zip(means, covariances, strict=True):
        if mean.shape != (d,) or cov.shape != (d, d):
            raise ValueError(
                f"the mean has shape {mean.shape} and the covariance {cov.shape};"
                f" give ({d},) and ({d}, {d})"
            )
        if not (np.isfinite(mean).all() and np.isfinite(cov).all()):
            raise ValueError("a moment is NaN or infinite; drop the rows that made it so")
    return _from_factors(means[0] - means[1], _root(covariances[0]), _root(covariances[1]))


def frechet_infinity(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    rng: np.random.Generator,
    points: int = 15,
    repeats: int = 4,
) -> float:
    """Frechet distance extrapolated to infinite samples.

    The distance of random shares f of **both** samples is fitted by a line in 1 / f, which is read
    at 0. (Chong & Forsyth shrink only the generated sample, since theirs is the only small one.)

    Parameters
    ----------
    x, y
        Shapes (n, d) and (m, d), at least 20 rows each; below some 4 d rows the bias is not yet
        linear in 1 / n and part of it stays.
    rng
        Source of the shares.
    points
        Number of sizes, evenly spaced from 1/2 of the rows to all.
    repeats
        Draws of every size. Cost: points repeats times that of `frechet_distance`; four halve the
        noise of one.

    Returns
    -------
    float
        In squared units of the features; slightly negative values occur when the distributions are
        equal.

    Raises
    ------
    ValueError
        As `frechet_distance`; for fewer than 20 rows or 2 points.

    References
    ----------
    Chong & Forsyth 2020, Effectively unbiased FID and Inception Score and where to find them.
    """
    if points < 2 or repeats < 1:
        raise ValueError(f"points is {points} and repeats {repeats}; at least 2 and 1 are needed")
    a, b = as_matrices(x, y, least=20)
    shares = np.linspace(0.5, 1.0, points)
    values = np.empty((points, repeats))
    for row, share in enumerate(shares):
        # All rows are all rows: the last point needs no repeats.
        for column in range(repeats if share < 1 else 1):
            parts = [
                sample[np.sort(rng.permutation(len(sample))[: round(share * len(sample))])]
                for sample in (a, b)
            ]
            values[row, column] = frechet_distance(*parts)
        if share == 1:
            values[row] = values[row, 0]
    _, intercept = np.polyfit(1 / shares, values.mean(axis=1), 1)
    return float(intercept)


def _moments(x: npt.NDArray[np.floating]) -> tuple[Matrix, Matrix]:
    """Mean, and a factor R, shape (min(n, d), d), with ``R^T R`` the unbiased covariance."""
    n, d = x.shape
    mean = x.mean(axis=0, dtype=np.float64)
    factor = np.empty((0, d))
    for block in row_blocks(n, d):
        factor = np.concatenate([factor, x[block] - mean])
        if len(factor) > d:
            factor = np.asarray(np.linalg.qr(factor, mode="r"))
    return mean, factor / np.sqrt(n - 1)


def _root(cov: Matrix) -> Matrix:
    """A factor R with ``R^T R`` the given covariance."""
    scale = np.abs(cov).max()
    if not np.allclose(cov, cov.T, rtol=0, atol=1e-8 * scale):
        raise ValueError("a covariance is not symmetric; give numpy.cov(x, rowvar=False)")
    values, vectors = np.linalg.eigh((cov + cov.T) / 2)
    if values[0] < -1e-6 * scale * len(cov):
        raise ValueError(
            f"a covariance has the eigenvalue {values[0]:g}; give a positive semidefinite matrix"
        )
    return np.asarray(np.sqrt(np.maximum(values, 0))[:, None] * vectors.T)


def _from_factors(difference: Matrix, factor_x: Matrix, factor_y: Matrix) -> float:
    """Distance from the difference of the means and factors of both covariances."""
    overlap = np.linalg.svd(factor_x @ factor_y.T, compute_uv=False).sum()
    trace = (factor_x**2).sum() + (factor_y**2).sum()
    return max(0.0, float(difference @ difference + trace - 2 * overlap))
