"""Uniqueness: duplicate groups per sample."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from datakit.validators.estimate import Estimate, from_relative_sd

__all__ = ["uniqueness"]


def uniqueness(groups: npt.NDArray[np.int64]) -> Estimate:
    """Duplicate groups per sample.

    ``U = G / n``, one over the mean group size m. The relative variance is the larger of that of
    a rate, ``(1 - U) / G``, and of that of a ratio over drawn groups, ``var(m) / (mean(m)^2 G)``:
    whether copies come one by one or a sample with all of its copies, no corpus tells. One pair is
    added to the sizes for the variance alone, since no copies seen is not certainty that there
    are none (without copies this gives the standard deviation of Wilson's interval).

    Parameters
    ----------
    groups
        Group of every sample, shape (n,), n >= 1.

    References
    ----------
    Cochran 1977, Sampling techniques, chapters 3 and 9: rates, and ratios from whole clusters.
    """
    sizes = np.unique(groups, return_counts=True)[1]
    padded = np.append(sizes, 2)
    one_by_one = 1 - len(padded) / padded.sum()
    in_clusters = padded.var() / padded.mean() ** 2
    relative_sd = math.sqrt(max(one_by_one, in_clusters) / len(padded))
    return from_relative_sd(len(sizes) / len(groups), relative_sd)
