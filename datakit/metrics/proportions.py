"""How far two sets of proportions are apart, without bias at small n."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["le_cam"]

Counts = npt.NDArray[np.int64] | npt.NDArray[np.float64]


def le_cam(counts: Counts, reference: Counts, *, exact: bool = False) -> npt.NDArray[np.float64]:
    r"""Vincze-Le Cam divergence of proportions, with the sampling variance taken out.

    ``1/2 sum (p - q)^2 / (p + q)``, where the unbiased estimates of the variances of p and q are
    subtracted from ``(p - q)^2``: 0 in expectation for equal proportions, whatever the sizes and
    however many categories. Dropping a share f of equally common categories gives about f / 2 +
    f^2 / 4, however many there are; the energy coefficient of one-hot vectors would shrink with
    their number.

    Parameters
    ----------
    counts
        Samples per category, shape (..., k), at least two in all.
    reference
        The other side's, shape (..., k).
    exact
        The reference is given proportions, not counts: it has no sampling variance.

    Returns
    -------
    ndarray
        Shape (...,), at most 1; slightly negative at times where the proportions are equal.

    References
    ----------
    Vincze 1981, On the concept and measure of information contained in an observation; Le Cam
    1986, Asymptotic methods in statistical decision theory.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(le_cam(np.array([5000, 0]), np.array([0, 5000]))), 2)
    1.0
    """
    p, noise_p = _proportions(np.asarray(counts, np.float64))
    q, noise_q = _proportions(np.asarray(reference, np.float64))
    squares = (p - q) ** 2 - noise_p - (0 if exact else noise_q)
    total = p + q
    terms = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(terms.sum(axis=-1) / 2)


def _proportions(
    counts: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Proportions, and the unbiased estimates of their variances."""
    n = counts.sum(axis=-1, keepdims=True)
    p = counts / n
    return p, p * (1 - p) / np.maximum(n - 1, 1)
