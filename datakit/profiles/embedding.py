"""Which samples are embedded, and by an encoder fitted on what."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from datakit.corpora.corpus import Corpus
from datakit.encoders.encoder import Encoder, FittedEncoder, Unfitted
from datakit.measures.modality import UndecodableError, modality
from datakit.profiles.files import atomic
from datakit.profiles.part import read_part
from datakit.sample import Sample

__all__ = [
    "FEWEST_HELD_OUT",
    "Subset",
    "fitted",
    "is_fitted_on",
    "smallest_hashes",
    "write_encoder",
]

FEWEST_HELD_OUT = 256
"""Below so many samples an encoder is fitted on all of them, and none is held out."""


class Subset:
    """Some of the samples of a corpus, in its order."""

    def __init__(self, corpus: Corpus, chosen: set[str]) -> None:
        self._corpus, self._chosen = corpus, chosen
        self.location, self.modality, self.notes = corpus.location, corpus.modality, corpus.notes
        self.read = corpus.read

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[Sample]:
        return (sample for sample in self._corpus if sample.sample_id in self._chosen)


def smallest_hashes(paths: Iterable[Path], limit: int) -> dict[str, str]:
    """The readable samples with the smallest (content hash, id): uniform, and mergeable.

    Returns
    -------
    dict
        sample_id -> content hash.
    """

    def candidates() -> Iterator[tuple[str, str]]:
        for path in paths:
            table = read_part(path, ["content_hash", "sample_id", "status"])
            for row in table.to_pylist():
                if row["status"] == "ok":
                    yield row["content_hash"], row["sample_id"]

    chosen = heapq.nsmallest(limit, candidates())
    return {sample_id: content_hash for content_hash, sample_id in chosen}


def is_fitted_on(content_hash: str) -> bool:
    """Whether an encoder is fitted on the sample with this content, rather than held out.

    What a basis was fitted on lies further apart in it than the rest of its kind, so that half
    of the samples are kept for comparing: those with an odd hash.
    """
    return int(content_hash[-1], 16) % 2 == 0


def fitted(encoder: Unfitted, corpus: Corpus, chosen: dict[str, str]) -> FittedEncoder | None:
    """The encoder, fitted on about half of the chosen samples (on all, where they are few).

    Parameters
    ----------
    encoder
        What to fit.
    corpus
        Reads the samples.
    chosen
        sample_id -> content hash.

    Returns
    -------
    FittedEncoder or None
        None where there is nothing to fit on.
    """
    decode = modality(corpus.modality).decode
    halves: tuple[list[Any], list[Any]] = ([], [])
    few = len(chosen) < FEWEST_HELD_OUT
    for sample in Subset(corpus, set(chosen)):
        try:
            content = decode(corpus.read(sample))
        except (UndecodableError, OSError):
            continue
        held_out = not few and not is_fitted_on(chosen[sample.sample_id])
        halves[held_out].append(content)
    return encoder.fit(halves[0], held_out=halves[1]) if halves[0] else None


def write_encoder(folder: Path, encoder: Encoder | None, borrowed: bool) -> None:
    """Write what of an encoder belongs into a profile: the cells, and itself if it was fitted.

    Parameters
    ----------
    folder
        The profile.
    encoder
        What embedded the samples.
    borrowed
        It was fitted on a reference, whose cells this corpus is counted in.
    """
    import numpy as np

    if encoder is None:
        return
    codebook = encoder.codebook()
    if isinstance(encoder, FittedEncoder):
        with atomic(folder / "embeddings" / "encoder.npz") as temporary:
            encoder.save(temporary)
        codebook = encoder.reference_codebook() if borrowed else codebook
    if codebook is not None:
        centroids, hill2 = codebook
        path = folder / "embeddings" / "codebook.npz"
        with atomic(path) as temporary, temporary.open("wb") as file:
            np.savez(file, centroids=centroids, hill2=np.float64(hill2))
