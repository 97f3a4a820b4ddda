"""Pairs of images that show the same picture, from rows and embeddings alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.groups import NearPairs, exact_groups

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["FLAT_GRADIENT", "SAME_IMAGE", "near_image_pairs"]

SAME_IMAGE = ("content_hash", "pixel_hash")
"""Columns whose equal values mean equal images: bytes, or decoded pixels."""

FLAT_GRADIENT = 1.5
"""Pictures with a smaller mean step have no shape to compare: blank pages match each other."""

SMALL_GRAY_CORRELATION = 0.98
"""Least correlation of gray images below 64 px: two handwritten ones reach 0.95 easily."""


def near_image_pairs(rows: pd.DataFrame, embeddings: Embeddings | None) -> NearPairs:
    """Verified pairs of images that show the same picture, of one per group of exact copies.

    Returns
    -------
    pairs, similarity
        Row numbers, shape (m, 2), and the correlations of their thumbnails in [0, 1], shape (m,).
    """
    from datakit.profiles.near_duplicates import Fingerprints, near_pairs

    usable = (rows["status"] == "ok").to_numpy() & (rows["gradient"] >= FLAT_GRADIENT).to_numpy()
    for group in exact_groups(rows, SAME_IMAGE):
        usable[group[1:]] = False
    numbers = np.flatnonzero(usable)
    if len(numbers) < 2:
        return np.zeros((0, 2), np.int64), np.zeros(0)
    chosen = rows.iloc[numbers]
    thumbs = np.frombuffer(b"".join(chosen["thumb"]), np.uint8).reshape(-1, 32, 32)
    borders = chosen[[f"border_{side}" for side in ("top", "bottom", "left", "right")]]
    small = chosen[["width", "height"]].min(axis=1).to_numpy() < 64
    drawing = small & (chosen["chroma"] < 3).to_numpy()
    floor = np.where(drawing, SMALL_GRAY_CORRELATION, 0.0)
    vectors = None if embeddings is None else _vectors(chosen["sample_id"].tolist(), embeddings)
    pairs, similarity = near_pairs(Fingerprints(thumbs, borders.to_numpy(), vectors, small, floor))
    return numbers[pairs], similarity


def _vectors(sample_ids: list[str], embeddings: Embeddings) -> npt.NDArray[np.float32]:
    """Unit embeddings of the given samples; zeros where one was not embedded."""
    place = {sample_id: k for k, sample_id in enumerate(embeddings.sample_ids)}
    out = np.zeros((len(sample_ids), embeddings.vectors.shape[1]), np.float32)
    for i, sample_id in enumerate(sample_ids):
        k = place.get(sample_id)
        if k is not None:
            out[i] = embeddings.vectors[k]
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
