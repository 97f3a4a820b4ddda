"""Label balance: the effective number of labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from datakit.metrics.hill import hill2
from datakit.metrics.spread import N_CELLS
from datakit.validators.estimate import Estimate, from_relative_sd

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LabelBalance", "label_balance"]

_MOSTLY = 0.5
_FAMILIAR = 0.9
_SLIGHT = 10.0
"""A class with under a tenth of its equal share counts in proportion."""


class LabelBalance(NamedTuple):
    """The estimate, what it was made from, and over-full labels as (label, times its share)."""

    estimate: Estimate
    n: int
    meaning: str
    crowded: list[tuple[str, float]]


def label_balance(labels: pd.Series, reference: pd.Series | None) -> LabelBalance | None:
    """Order-2 effective number of labels, relative to the reference's.

    Without a reference that shares the labels, relative to the number of labels, at most 64: a
    long tail of rare labels is no defect while 64 common ones carry the corpus, and labels are
    looked at no more finely than embeddings are. A label that is too rare to be seen at all is
    not missed then: only a reference tells what is absent.

    Parameters
    ----------
    labels
        Of one representative per duplicate group; missing where there is none.
    reference
        The same of the reference.

    Returns
    -------
    LabelBalance or None
        None where most samples have no label, or labels are names rather than classes: a new
        sample would have an unseen one with a chance above .1 (Good-Turing).

    References
    ----------
    Hill 1973, Diversity and evenness; Good 1953, The population frequencies of species.
    """
    counts = _class_counts(labels)
    if counts is None:
        return None
    effective = min(hill2(counts.to_numpy()), len(counts))
    norm, meaning = min(_carrying(counts), N_CELLS), "of at most"
    shares = counts / counts.sum()
    theirs = None if reference is None else _class_counts(reference)
    allowance = 0 * shares
    if theirs is not None and shares[shares.index.isin(theirs.index)].sum() > _MOSTLY:
        norm, meaning = min(hill2(theirs.to_numpy()), len(theirs)), "of the reference's"
        allowance = (theirs / theirs.sum()).reindex(shares.index, fill_value=0)
    times = (shares / allowance.clip(lower=1 / norm)).tolist()
    estimate = from_relative_sd(effective / norm, _relative_sd(counts.to_numpy()))
    return LabelBalance(
        estimate,
        int(counts.sum()),
        f"effective number of labels, {effective:.1f} {meaning} {norm:.1f}",
        list(zip(counts.index.astype(str), times, strict=True)),
    )


def _carrying(counts: pd.Series) -> float:
    """How many classes there are; one that is far rarer than its equal share counts in part.

    ``sum min(1, c k / (n / 10))`` over k classes: a stray label is no class that is missing, and
    a class that shrinks to nothing does not vanish from one sample to none.
    """
    return float(np.minimum(1, counts * len(counts) * _SLIGHT / counts.sum()).sum())


def _class_counts(labels: pd.Series) -> pd.Series | None:
    """Samples per label, the commonest first; None where they do not tell classes."""
    counts = labels.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    n = int(counts.sum())
    if n < 2 or n <= _MOSTLY * len(labels) or (counts == 1).sum() > (1 - _FAMILIAR) * n:
        return None
    return counts


def _relative_sd(counts: npt.NDArray[np.int64]) -> float:
    """Relative standard error of Simpson's index, both orders of its U-statistic."""
    n = float(counts.sum())
    p = counts / n
    s2, s3 = float((p**2).sum()), float((p**3).sum())
    variance = 4 * max(0.0, s3 - s2**2) / n + 2 * s2 * (1 - s2) / n**2
    return math.sqrt(variance) / s2
