"""Small pictures of the samples that reports show, kept in the profile."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.corpora.corpus import Corpus, shards
from datakit.executors.executor import Executor, Watch
from datakit.measures.image_read import read_small
from datakit.measures.modality import UndecodableError
from datakit.profiles.embedding import Subset
from datakit.profiles.files import atomic
from datakit.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings, Profile

__all__ = ["ThumbnailTask", "shown_samples", "thumbnail", "write_thumbnails"]

SIDE = 96
PER_ISSUE = 24
ON_MAP = 300
_SHARD = 128

_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation -> Pillow's transpose method."""


def shown_samples(
    rows: pd.DataFrame, issues: pd.DataFrame, embeddings: Embeddings | None
) -> set[str]:
    """Ids of the samples that a report shows: the worst of every issue, and a part of the map.

    Parameters
    ----------
    rows, issues, embeddings
        Of one profile.
    """
    readable = set(rows.loc[rows["status"] == "ok", "sample_id"])
    shown: set[str] = set()
    for _, part in issues.groupby("issue"):
        if part["group"].notna().any():
            groups = part["group"].drop_duplicates().head(PER_ISSUE // 2)
            members = part[part["group"].isin(groups)].groupby("group")["sample_id"].head(4)
            shown.update(members)
        else:
            badness = (part["value"] - part["threshold"]).abs()
            worst = part.assign(badness=badness).sort_values(
                ["badness", "sample_id"], ascending=[False, True], kind="stable"
            )
            shown.update(worst["sample_id"].head(PER_ISSUE))
    if embeddings is not None:
        embedded = rows[rows["sample_id"].isin(set(embeddings.sample_ids))]
        shown.update(embedded.sort_values(["content_hash", "sample_id"])["sample_id"].head(ON_MAP))
    return shown & readable


@dataclass
class ThumbnailTask:
    """Thumbnails of a shard of samples, as (sample_id, JPEG) pairs."""

    corpus: Corpus

    def __call__(self, shard: list[Sample], watch: Watch) -> list[tuple[str, bytes]]:
        """Decode and shrink; a sample that cannot be read any more has no thumbnail."""
        return list(self._made(shard, watch))

    def _made(self, shard: list[Sample], watch: Watch) -> Iterator[tuple[str, bytes]]:
        for position, sample in enumerate(shard):
            if position in watch.lost:
                continue
            watch.start(position)
            try:
                pixels, orientation = read_small(self.corpus.read(sample), SIDE)
            except (OSError, UndecodableError):
                continue
            yield sample.sample_id, thumbnail(pixels, orientation)
        watch.start(-1)


def thumbnail(pixels: npt.NDArray[np.uint8], orientation: int = 1) -> bytes:
    """A JPEG of at most 96 px a side, upright.

    Parameters
    ----------
    pixels
        uint8, shape (h, w, 3) or (h, w).
    orientation
        EXIF orientation, 1 to 8.
    """
    from PIL import Image

    image = Image.fromarray(pixels)
    if orientation in _TURNS:
        image = image.transpose(Image.Transpose(_TURNS[orientation]))
    ratio = min(1.0, SIDE / max(image.size))
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    small = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def write_thumbnails(profile: Profile, corpus: Corpus, executor: Executor, earlier: Path) -> None:
    """Write thumbnails of the shown samples; those of an earlier profile are taken from there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = shown_samples(profile.rows, profile.issues, profile.embeddings)
    kept = profile.rows[profile.rows["sample_id"].isin(shown)]
    hashes = dict(zip(kept["sample_id"], kept["content_hash"], strict=True))
    known: dict[str, bytes] = {}
    file = earlier / "thumbnails.parquet"
    if file.exists():
        table = pq.read_table(file)
        known = dict(zip(table["content_hash"].to_pylist(), table["jpeg"].to_pylist(), strict=True))
    pictures = {i: known[h] for i, h in hashes.items() if h in known}
    missing = Subset(corpus, shown - set(pictures))
    if missing:
        for made in executor.map(ThumbnailTask(corpus), shards(missing, _SHARD)):
            pictures.update(made)
    ids = sorted(pictures)
    columns = {
        "sample_id": pa.array(ids, pa.string()),
        "content_hash": pa.array([hashes[i] for i in ids], pa.string()),
        "jpeg": pa.array([pictures[i] for i in ids], pa.binary()),
    }
    with atomic(profile.path / "thumbnails.parquet") as temporary:
        pq.write_table(pa.table(columns), temporary, compression="none")
