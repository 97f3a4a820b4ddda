"""Captions in the rows of images: measured with every run, since they change by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.encoders.encoder import Encoder
from datakit.measures.caption import caption_measures
from datakit.sample import Sample

__all__ = ["enter_captions"]


def enter_captions(
    rows: list[dict[str, Any]],
    samples: Sequence[Sample],
    vectors: Sequence[npt.NDArray[np.float16] | None],
    encoder: Encoder | None,
) -> None:
    """Enter what is measured of the captions, and how well they agree with their images.

    Parameters
    ----------
    rows, samples, vectors
        Of one shard.
    encoder
        What embedded the images; one with ``encode_captions`` embeds captions as well.
    """
    captioned = [i for i, s in enumerate(samples) if s.caption is not None and s.caption.strip()]
    if not captioned:
        return
    captions = [str(samples[i].caption) for i in captioned]
    for i, measured in zip(captioned, caption_measures(captions), strict=True):
        rows[i] |= measured
    encode = getattr(encoder, "encode_captions", None)
    seen = [(i, c) for i, c in zip(captioned, captions, strict=True) if vectors[i] is not None]
    if encode is None or not seen:
        return
    for (i, _), text in zip(seen, encode([c for _, c in seen]), strict=True):
        image = np.asarray(vectors[i], np.float32)
        length = float(np.linalg.norm(image) * np.linalg.norm(text))
        rows[i]["caption_agreement"] = float(image @ text) / length if length else None
