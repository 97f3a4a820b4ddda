"""How many labels are wrong, from vectors that tell the classes apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.metrics.lapse import Lapse, fit_lapse

__all__ = ["LEAST_PER_CLASS", "LEAST_SAMPLES", "LabelNoise", "label_noise", "out_of_fold"]

LEAST_PER_CLASS = 10
"""Samples that a class needs: fewer have no mean worth the name."""
LEAST_SAMPLES = 100
"""Samples that the estimate needs."""
LEAST_SKILL = 0.5
"""Skill that the prediction needs: below, hard samples cannot be told from wrong labels."""
LEAST_AGREEMENT = 0.3
"""Agreement above chance that the prediction needs, with no allowance for wrong labels: a weak
prediction must not be excused by the many errors that follow from it."""
WIDEST = 0.3
"""Width of the 95 % interval from which on nothing is known."""

_FOLDS = 10
_BLOCK = 4096


@dataclass(frozen=True)
class LabelNoise:
    """The estimated rate of wrong labels, and what it says about every sample.

    Parameters
    ----------
    lapse
        The fitted curve: its ``rate`` is the rate of wrong labels, with a 95 % interval.
    predicted
        Class that the other samples predict, shape (n,).
    wrong
        Probability that the label is wrong, in [0, 1], shape (n,); 0 where label and prediction
        agree.
    agreement
        Share of labels that agree with the prediction, mean over the classes.
    n_classes
        Number of classes.
    """

    lapse: Lapse
    predicted: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.float64]
    agreement: float
    n_classes: int

    @property
    def skill(self) -> float:
        """How well classes are predicted, net of label noise: 0 is chance, 1 is perfect.

        The agreement above chance, over what wrong labels leave of it: ``(agreement - 1/k) /
        (1 - 1/k - rate)``. 0 where they leave less than a tenth.
        """
        chance = 1 / self.n_classes
        left = 1 - chance - self.lapse.rate
        return (self.agreement - chance) / left if left >= 0.1 * (1 - chance) else 0.0

    @property
    def unclear(self) -> str:
        """Why the rate cannot be told; "" when it can."""
        chance = 1 / self.n_classes
        if (self.agreement - chance) / (1 - chance) < LEAST_AGREEMENT or self.skill < LEAST_SKILL:
            return (
                "labels cannot be predicted from these embeddings: predictions agree with "
                f"{self.agreement:.0%} of them, classes weighted alike"
            )
        if self.lapse.high - self.lapse.low > WIDEST:
            return (
                f"the rate of wrong labels lies between {self.lapse.low:.2f} and "
                f"{self.lapse.high:.2f}: too wide to say anything"
            )
        return ""


def label_noise(
    vectors: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64] | None = None,
) -> LabelNoise:
    """Estimate the share of wrong labels.

    Every sample's class is predicted from the others (`out_of_fold`). Its margin is the log-odds
    of the best class against the rest, over the spread of the margins of that class. As the
    margin grows, prediction and label agree more and more often, up to one minus the rate of wrong
    labels: hard samples have small margins, wrong labels have margins like all others
    (`fit_lapse`).

    The errors of the labels are taken to be independent of how hard a sample is. Wrong labels
    among hard samples only, or flips that stay within two classes that look alike, are partly
    taken for hard samples, and the rate is too low then.

    Parameters
    ----------
    vectors
        Shape (n, d), n >= 100.
    labels
        Class numbers 0 to k - 1, shape (n,); at least 2 classes with 10 samples or more each.
    groups
        Group of every sample, shape (n,): copies of one thing, which are predicted together.
        Otherwise a copy with the same wrong label would confirm it. None: no copies.

    Returns
    -------
    LabelNoise
        Cost: n d^2 + folds d^3; memory: folds d^2, n k and a block of rows.

    Raises
    ------
    ValueError
        Too few samples or classes, or too few samples in a class.

    References
    ----------
    Liu & Tao 2016, Classification with noisy labels by importance reweighting (samples of a
    sure class tell the noise rate); Wichmann & Hill 2001, The psychometric function I (lapse
    rate); Northcutt, Jiang & Chuang 2021, Confident learning (out-of-fold predictions).

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(400) % 2
    >>> vectors = np.random.default_rng(0).normal(size=(400, 4)) + 4 * labels[:, None]
    >>> given = np.where(np.arange(400) < 40, 1 - labels, labels)
    >>> round(label_noise(vectors.astype(np.float32), given).lapse.rate, 2)
    0.1
    """
    counts = np.bincount(labels)
    if len(labels) < LEAST_SAMPLES or len(counts) < 2 or counts.min() < LEAST_PER_CLASS:
        raise ValueError(
            f"{len(labels)} samples in {len(counts)} classes, the smallest with "
            f"{counts.min() if len(counts) else 0}: give {LEAST_SAMPLES} samples or more, in 2 "
            f"classes or more, {LEAST_PER_CLASS} samples or more in each"
        )
    scores = out_of_fold(vectors, labels, np.arange(len(labels)) if groups is None else groups)
    predicted = scores.argmax(axis=1)
    agrees = predicted == labels
    margins = _scaled(_margins(scores), predicted)
    lapse = fit_lapse(margins, agrees, len(counts))
    wrong = np.where(agrees, 0.0, lapse.wrong(margins))
    agreement = float((np.bincount(labels, agrees) / counts).mean())
    return LabelNoise(lapse, predicted, wrong, agreement, len(counts))


def out_of_fold(
    vectors: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Log-posterior of every class, up to a constant, for samples held out of the fit.

    Linear discriminant analysis with the oracle-approximating shrinkage of the covariance, ten
    folds of whole groups. The moments of all folds are summed once; a fold is then left out by
    subtraction.

    Parameters
    ----------
    vectors, labels, groups
        As in `label_noise`.

    Returns
    -------
    ndarray
        Shape (n, k).

    References
    ----------
    Chen, Wiesel, Eldar & Hero 2010, Shrinkage algorithms for MMSE covariance estimation.
    """
    n, d = vectors.shape
    k = int(labels.max()) + 1
    folds = _folds(vectors, groups)
    centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    squares = np.zeros((_FOLDS, d, d))
    sums = np.zeros((_FOLDS, k, d))
    counts = np.zeros((_FOLDS, k))
    for fold in range(_FOLDS):
        members = np.flatnonzero(folds == fold)
        counts[fold] = np.bincount(labels[members], minlength=k)
        for begin in range(0, len(members), _BLOCK):
            rows = members[begin : begin + _BLOCK]
            block = (vectors[rows] - centre).astype(np.float64)
            squares[fold] += block.T @ block
            sums[fold] += np.eye(k)[labels[rows]].T @ block
    all_squares, all_sums, all_counts = squares.sum(axis=0), sums.sum(axis=0), counts.sum(axis=0)
    scores = np.empty((n, k))
    for fold in range(_FOLDS):
        members = folds == fold
        weights, offsets = _discriminant(
            all_squares - squares[fold], all_sums - sums[fold], all_counts - counts[fold]
        )
        scores[members] = (vectors[members] - centre) @ weights + offsets
    return scores


def _discriminant(
    squares: npt.NDArray[np.float64],
    sums: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Weights (d, k) and offsets (k,) of the discriminants, from moments."""
    k, d = sums.shape
    free = max(counts.sum() - k, 1.0)
    means = sums / np.maximum(counts, 1)[:, None]
    covariance = (squares - (means.T * counts) @ means) / free
    trace = max(float(np.trace(covariance)), 1e-12)
    squared = float((covariance * covariance).sum())
    below = (free + 1 - 2 / d) * (squared - trace**2 / d)
    shrinkage = min(1.0, ((1 - 2 / d) * squared + trace**2) / below) if below > 0 else 1.0
    covariance *= 1 - shrinkage
    # A little always stays, so that columns that are constant within classes do no harm.
    covariance[np.diag_indices(d)] += max(shrinkage, 1e-6) * trace / d
    weights = np.linalg.solve(covariance, means.T)
    shares = np.maximum(counts, 0.5) / counts.sum()
    return weights, np.log(shares) - 0.5 * (means.T * weights).sum(axis=0)


def _folds(
    vectors: npt.NDArray[np.float32], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Fold of every sample: by content, so that the order of the rows is nothing."""
    rng = np.random.default_rng(0)
    places = vectors @ rng.normal(size=vectors.shape[1])
    _, numbers = np.unique(groups, return_inverse=True)
    first = np.full(numbers.max() + 1, np.inf)
    np.minimum.at(first, numbers, places)
    ranks = np.empty(len(first), np.int64)
    ranks[np.argsort(first, kind="stable")] = np.arange(len(first))
    return (ranks % _FOLDS)[numbers]


def _margins(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log-odds of the best class against all others together, shape (n,)."""
    ordered = np.sort(scores, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    rest = second + np.log(np.exp(ordered[:, :-1] - second[:, None]).sum(axis=1))
    return best - rest


def _scaled(
    margins: npt.NDArray[np.float64], predicted: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Margins over their spread in the predicted class: flips between two classes shrink the
    margins between these two, which would make them look hard and nothing else.
    """
    sizes = np.maximum(np.bincount(predicted), 1)
    means = np.bincount(predicted, margins) / sizes
    spreads = np.sqrt(np.bincount(predicted, (margins - means[predicted]) ** 2) / sizes)
    # A class that is hardly ever predicted has no spread of its own.
    spreads[sizes < LEAST_PER_CLASS] = margins.std()
    return margins / np.maximum(spreads, 1e-6)[predicted]
