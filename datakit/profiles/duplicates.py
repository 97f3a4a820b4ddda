"""Groups of duplicates, from rows and embeddings alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["FLAT_GRADIENT", "exact_groups", "near_groups"]

FLAT_GRADIENT = 1.5
"""Pictures with a smaller mean step have no shape to compare: blank pages match each other."""

SMALL_GRAY_CORRELATION = 0.98
"""Least correlation of gray images below 64 px: two handwritten ones reach 0.95 easily."""


def exact_groups(rows: pd.DataFrame) -> list[list[int]]:
    """Row numbers of samples with the same bytes or the same decoded pixels.

    Parameters
    ----------
    rows
        With ``content_hash`` and ``pixel_hash``.

    Returns
    -------
    list of list of int
        Groups of two and more, ordered by their first member.
    """
    parent = list(range(len(rows)))
    # Files that are no images (empty ones, error pages) are not copies of an image.
    counts = rows["status"].isin(("ok", "truncated")).tolist()
    for name in ("content_hash", "pixel_hash"):
        first: dict[str, int] = {}
        for i, value in enumerate(rows[name].tolist()):
            if counts[i] and isinstance(value, str):
                _union(parent, i, first.setdefault(value, i))
    return _components(parent)


def near_groups(
    rows: pd.DataFrame, embeddings: Embeddings | None
) -> list[tuple[list[int], list[float]]]:
    """Groups of images that show the same picture, one member per group of exact copies.

    A group is a star: every member was verified against its centre, the member with the most
    verified pairs, so that chains cannot link unlike images.

    Returns
    -------
    list of (members, similarities)
        Row numbers, the centre first, and each one's similarity to the centre in [0, 1].
    """
    from datakit.profiles.near_duplicates import Fingerprints, near_pairs

    usable = (rows["status"] == "ok").to_numpy() & (rows["gradient"] >= FLAT_GRADIENT).to_numpy()
    for group in exact_groups(rows):
        usable[group[1:]] = False
    numbers = np.flatnonzero(usable)
    if len(numbers) < 2:
        return []
    chosen = rows.iloc[numbers]
    thumbs = np.frombuffer(b"".join(chosen["thumb"]), np.uint8).reshape(-1, 32, 32)
    borders = chosen[[f"border_{side}" for side in ("top", "bottom", "left", "right")]]
    small = chosen[["width", "height"]].min(axis=1).to_numpy() < 64
    drawing = small & (chosen["chroma"] < 3).to_numpy()
    floor = np.where(drawing, SMALL_GRAY_CORRELATION, 0.0)
    vectors = None if embeddings is None else _vectors(chosen["sample_id"].tolist(), embeddings)
    pairs, similarity = near_pairs(Fingerprints(thumbs, borders.to_numpy(), vectors, small, floor))
    return _stars(numbers[pairs], similarity)


def _vectors(sample_ids: list[str], embeddings: Embeddings) -> npt.NDArray[np.float32]:
    """Unit embeddings of the given samples; zeros where one was not embedded."""
    place = {sample_id: k for k, sample_id in enumerate(embeddings.sample_ids)}
    out = np.zeros((len(sample_ids), embeddings.vectors.shape[1]), np.float32)
    for i, sample_id in enumerate(sample_ids):
        k = place.get(sample_id)
        if k is not None:
            out[i] = embeddings.vectors[k]
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)


def _stars(
    pairs: npt.NDArray[np.int64], similarity: npt.NDArray[np.float64]
) -> list[tuple[list[int], list[float]]]:
    neighbours: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), value in zip(pairs.tolist(), similarity.tolist(), strict=True):
        neighbours[a][b] = value
        neighbours[b][a] = value
    groups = []
    # The busiest first; ties by similarity, then by row, so that the order of reading is nothing.
    order = sorted(neighbours, key=lambda i: (-len(neighbours[i]), -sum(neighbours[i].values()), i))
    taken: set[int] = set()
    for centre in order:
        members = sorted(i for i in neighbours[centre] if i not in taken)
        if centre in taken or not members:
            continue
        taken.update([centre, *members])
        groups.append(([centre, *members], [1.0] + [neighbours[centre][i] for i in members]))
    return sorted(groups, key=lambda group: min(group[0]))


def _union(parent: list[int], a: int, b: int) -> None:
    a, b = _root(parent, a), _root(parent, b)
    parent[max(a, b)] = min(a, b)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _components(parent: list[int]) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for i in range(len(parent)):
        groups[_root(parent, i)].append(i)
    return [group for group in groups.values() if len(group) > 1]
