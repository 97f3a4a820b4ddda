"""Logistic curves with a lapse rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Lapse", "fit_lapse"]

Floats = npt.NDArray[np.float64]
Bins = tuple[Floats, Floats, Floats]

_BINS = 200
_HALF_CHI2 = 1.9207294103470845
"""Half of the 95th percentile of chi-squared with one degree of freedom."""


@dataclass(frozen=True)
class Lapse:
    """A fitted curve.

    Parameters
    ----------
    rate, low, high
        Lapse rate and its 95 % profile-likelihood interval, in [0, 1 - 1/k].
    slope, offset
        Of the logistic curve.
    accuracy
        Mean of the logistic curve over the samples: the agreement that there would be without
        lapses.
    n_classes
        Number of classes k.
    """

    rate: float
    low: float
    high: float
    slope: float
    offset: float
    accuracy: float
    n_classes: int

    def wrong(self, margins: Floats) -> Floats:
        """Probability of a lapse given that prediction and label disagree, shape (n,)."""
        right = _logistic(self.slope * margins + self.offset)
        lapsed = self.rate * (1 - (1 - right) / (self.n_classes - 1))
        return lapsed / np.maximum(lapsed + (1 - self.rate) * (1 - right), 1e-12)


def fit_lapse(margins: Floats, agrees: npt.NDArray[np.bool_], n_classes: int) -> Lapse:
    """Fit the chance that a prediction agrees with a label, by maximum likelihood.

    ``P(agree | m) = (1 - e) s + e / (k - 1) (1 - s)`` with ``s = 1 / (1 + exp(-(a m + b)))``, the
    chance that the prediction is right; e is the lapse rate. With two classes a margin of zero is
    a coin's toss, and b is 0.

    Parameters
    ----------
    margins
        How sure every prediction is, shape (n,).
    agrees
        Whether it agrees with the label, shape (n,).
    n_classes
        Number of classes k, at least 2.

    Returns
    -------
    Lapse
        Cost: n log n, and a few thousand evaluations on at most 200 bins.

    References
    ----------
    Wichmann & Hill 2001, The psychometric function I: fitting, sampling, and goodness of fit;
    Venzon & Moolgavkar 1988, A method for computing profile-likelihood-based intervals.
    """
    scale = max(float(np.std(margins)), 1e-9)
    bins = _binned(margins / scale, agrees)
    grid = (1 - 1 / n_classes) * np.linspace(0, 1, 31) ** 2
    fits = [_best_curve(bins, float(rate), n_classes, None) for rate in grid]
    losses = np.array([loss for loss, _ in fits])
    i = int(losses.argmin())
    rate, loss, curve = _refine(bins, grid, i, fits[i][1], n_classes)
    outside = losses - loss > _HALF_CHI2
    best = (rate, loss, curve)
    low = _end(bins, best, grid[:i][::-1], outside[:i][::-1], n_classes)
    high = _end(bins, best, grid[i + 1 :], outside[i + 1 :], n_classes)
    slope, offset = float(np.exp(curve[0])) / scale, float(curve[1])
    right = _logistic(slope * margins + offset)
    return Lapse(rate, low, high, slope, offset, float(right.mean()), n_classes)


def _logistic(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


def _binned(margins: Floats, agrees: npt.NDArray[np.bool_]) -> Bins:
    """Mean margin, number of agreements and number of samples of bins of equal size."""
    order = np.lexsort((agrees, margins))
    parts = np.array_split(order, min(_BINS, len(order)))
    return (
        np.array([margins[part].mean() for part in parts]),
        np.array([agrees[part].sum() for part in parts], float),
        np.array([len(part) for part in parts], float),
    )


def _loss(curve: Floats, bins: Bins, rate: float, k: int) -> tuple[float, Floats]:
    """Negative log-likelihood and its gradient in (log slope, offset)."""
    margins, agreements, sizes = bins
    slope = np.exp(curve[0])
    right = _logistic(slope * margins + curve[1])
    gain = (1 - rate) - rate / (k - 1)
    chance = np.clip(gain * right + rate / (k - 1), 1e-9, 1 - 1e-9)
    loss = -(agreements * np.log(chance) + (sizes - agreements) * np.log1p(-chance)).sum()
    slopes = -(agreements / chance - (sizes - agreements) / (1 - chance))
    slopes = slopes * gain * right * (1 - right)
    # A weak prior (normal, sd 2 and 3) keeps the curve finite where classes are separable.
    prior = curve[0] ** 2 / 8 + curve[1] ** 2 / 18
    gradient = np.array([(slopes * slope * margins).sum(), slopes.sum()])
    return float(loss + prior), gradient + np.array([curve[0] / 4, curve[1] / 9])


def _best_curve(bins: Bins, rate: float, k: int, start: Floats | None) -> tuple[float, Floats]:
    """Smallest loss at a lapse rate, and its curve."""
    from scipy.optimize import minimize

    bounds = [(-2.0, 4.0), (0.0, 0.0) if k == 2 else (-6.0, 6.0)]
    starts = [np.zeros(2), np.array([1.2, 0.0])] if start is None else [start]
    fits = [
        minimize(_loss, s, args=(bins, rate, k), jac=True, method="L-BFGS-B", bounds=bounds)
        for s in starts
    ]
    best = min(fits, key=lambda fit: float(fit.fun))
    return float(best.fun), np.asarray(best.x)


def _refine(bins: Bins, grid: Floats, i: int, curve: Floats, k: int) -> tuple[float, float, Floats]:
    """Lapse rate of the smallest loss between the neighbours of a grid point."""
    from scipy.optimize import minimize_scalar

    low, high = float(grid[max(i - 1, 0)]), float(grid[min(i + 1, len(grid) - 1)])
    found = minimize_scalar(
        lambda rate: _best_curve(bins, float(rate), k, curve)[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},
    )
    candidates = [float(found.x), float(grid[i])]
    fits = [_best_curve(bins, rate, k, curve) for rate in candidates]
    best = 0 if fits[0][0] < fits[1][0] else 1
    return candidates[best], fits[best][0], fits[best][1]


def _end(
    bins: Bins,
    best: tuple[float, float, Floats],
    outward: Floats,
    is_outside: npt.NDArray[np.bool_],
    k: int,
) -> float:
    """Where the profile leaves the 95 % region on one side, by bisection.

    The last point of the grid that is inside counts: the region may have gaps.
    """
    rate, loss, curve = best
    last = int(np.flatnonzero(~is_outside).max(initial=-1))
    inside = float(outward[last]) if last >= 0 else rate
    if last + 1 == len(outward):
        return inside
    outside = float(outward[last + 1])
    for _ in range(10):
        middle = (inside + outside) / 2
        value = min(_best_curve(bins, middle, k, start)[0] for start in (curve, None))
        inside, outside = (inside, middle) if value - loss > _HALF_CHI2 else (middle, outside)
    return (inside + outside) / 2
