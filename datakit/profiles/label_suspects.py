"""Labels that look wrong: what the embeddings of the other samples say of every label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.metrics.label_noise import (
    LEAST_PER_CLASS,
    LEAST_SAMPLES,
    LabelNoise,
    label_noise,
)
from datakit.profiles.findings import Findings

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["JudgedLabels", "copy_groups", "judge_labels", "label_suspects"]


@dataclass(frozen=True)
class JudgedLabels:
    """Labels that could be judged.

    Parameters
    ----------
    numbers
        Row numbers of the judged samples, shape (n,).
    names
        Names of the classes, shape (k,).
    labels
        Class number of every judged sample's label, shape (n,).
    noise
        The estimate, with the predicted class and the probability of a wrong label per sample.
    """

    numbers: npt.NDArray[np.int64]
    names: list[str]
    labels: npt.NDArray[np.int64]
    noise: LabelNoise


def judge_labels(
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    groups: npt.NDArray[np.int64],
    skip: npt.NDArray[np.bool_] | None = None,
) -> JudgedLabels | str:
    """Judge the labels of the embedded samples, or say why that cannot be done.

    Classes with fewer than 10 embedded samples are left out.

    Parameters
    ----------
    rows
        The rows of a profile.
    embeddings
        Its embeddings.
    groups
        Group of copies of every row, shape (n,), as `copy_groups` gives it.
    skip
        Rows to leave out, shape (n,).

    Returns
    -------
    JudgedLabels or str
        The judgement, or the reason why there is none. A judgement may still be ``unclear``.
    """
    known = rows["label"].notna().to_numpy()
    if not known.any():
        return "no sample has a label"
    if embeddings is None:
        return "no embeddings: profile with an encoder"
    place = {sample_id: i for i, sample_id in enumerate(rows["sample_id"])}
    numbers = np.array([place[sample_id] for sample_id in embeddings.sample_ids], np.int64)
    judged = known[numbers] if skip is None else known[numbers] & ~skip[numbers]
    names = rows["label"].iloc[numbers[judged]].astype(str)
    counts = names.value_counts()
    large = sorted(counts.index[counts >= LEAST_PER_CLASS])
    if len(large) < 2:
        return (
            f"{len(large)} of {len(counts)} classes with {LEAST_PER_CLASS} embedded samples "
            "or more: 2 needed"
        )
    judged[judged] = names.isin(large).to_numpy()
    if judged.sum() < LEAST_SAMPLES:
        return f"{judged.sum()} embedded samples with a label, {LEAST_SAMPLES} needed"
    numbers = numbers[judged]
    code = {name: i for i, name in enumerate(large)}
    labels = np.array([code[name] for name in rows["label"].iloc[numbers].astype(str)], np.int64)
    vectors = embeddings.vectors[judged].astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return JudgedLabels(numbers, large, labels, label_noise(vectors, labels, groups[numbers]))


def copy_groups(n: int, copies: Iterable[Sequence[int]]) -> npt.NDArray[np.int64]:
    """Group of every row, shape (n,): rows that share a list of copies share a group.

    Parameters
    ----------
    n
        Number of rows.
    copies
        Row numbers of copies of one thing; the lists may overlap.

    Examples
    --------
    >>> copy_groups(5, [[0, 2], [2, 4]]).tolist()
    [0, 1, 0, 2, 0]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = [(group[0], other) for group in copies for other in group[1:]]
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def label_suspects(
    found: Findings,
    rows: pd.DataFrame,
    embeddings: Embeddings | None,
    copies: Iterable[Sequence[int]],
    limit: float,
) -> None:
    """Find the samples whose label is wrong with a probability of at least `limit`.

    None is found where the labels cannot be predicted from the embeddings.

    Parameters
    ----------
    found
        Where they are entered, each with its probability.
    rows, embeddings
        Of the profile.
    copies
        Row numbers of copies of one thing.
    limit
        Probability, in [0, 1].
    """
    judged = judge_labels(rows, embeddings, copy_groups(len(rows), copies))
    if isinstance(judged, str) or judged.noise.unclear:
        return
    wrong = judged.noise.wrong
    suspect = (wrong >= limit) & (wrong > 0)
    found.add("label_suspect", judged.numbers[suspect].tolist(), wrong[suspect].tolist(), limit)
