"""The image modality: decode one by one, reduce by size, derive for the whole shard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from datakit.measures.caption import CAPTION_COLUMNS
from datakit.measures.image_columns import IMAGE_COLUMNS
from datakit.measures.image_read import Picture, read_image
from datakit.measures.image_statistics import Reduced, derive, reduce_images
from datakit.measures.modality import Modality
from datakit.sample import Column

__all__ = ["IMAGE", "ImageShard"]

_BATCH_PIXELS = 2**18


@dataclass
class _Batch:
    """Decoded pictures of one size that wait to be reduced together."""

    positions: list[int] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


class ImageShard:
    """Measures the images of one shard; see `ShardMeasure`.

    Parameters
    ----------
    careful
        Measure every image by itself, so that a crash names it.
    against
        Not used: evaluation images are looked for among the fingerprints.
    """

    def __init__(self, careful: bool, against: object = None) -> None:
        self._limit = 0 if careful else _BATCH_PIXELS
        self._waiting: dict[tuple[int, ...], _Batch] = {}
        self._positions: list[int] = []
        self._reduced: list[Reduced] = []

    def take(self, position: int, data: bytes, row: dict[str, Any]) -> npt.NDArray[np.uint8]:
        """Decode one image; returns its pixels, (h, w, 3) or (h, w)."""
        picture = read_image(data)
        row |= picture.header
        row["transparent_rate"] = picture.transparent_rate
        row["pixel_hash"] = _pixel_hash(picture)
        shape = picture.pixels.shape
        key = (*shape, picture.scale)
        batch = self._waiting.setdefault(key, _Batch())
        batch.positions.append(position)
        batch.pictures.append(picture)
        if (len(batch.positions) + 1) * shape[0] * shape[1] > self._limit:
            self._reduce(self._waiting.pop(key))
        return picture.pixels

    def finish(self, rows: list[dict[str, Any]]) -> None:
        """Enter every statistic into the rows."""
        for batch in self._waiting.values():
            self._reduce(batch)
        self._waiting.clear()
        if not self._positions:
            return
        columns = derive(self._reduced)
        thumbs = columns.pop("thumb")
        for position, thumb in zip(self._positions, thumbs, strict=True):
            rows[position]["thumb"] = thumb.tobytes()
        names = list(columns)
        values = zip(*(column.tolist() for column in columns.values()), strict=True)
        for position, row in zip(self._positions, values, strict=True):
            rows[position].update(zip(names, row, strict=True))

    def _reduce(self, batch: _Batch) -> None:
        pixels = [picture.pixels for picture in batch.pictures]
        stack = pixels[0][None] if len(pixels) == 1 else np.stack(pixels)
        self._reduced.append(reduce_images(stack, batch.pictures[0].scale))
        self._positions += batch.positions


def _pixel_hash(picture: Picture) -> str | None:
    """Equal hashes mean equal pixels; gray stored as RGB counts as other pixels than gray.

    None where the pixels we measure are not all that the file holds.
    """
    if not picture.is_complete:
        return None
    if picture.stream is not None:
        turned = picture.header["exif_orientation"]
        return f"jpeg-{turned}-{xxhash.xxh3_128_hexdigest(picture.stream)}"
    shape = "x".join(map(str, picture.pixels.shape))
    digest = xxhash.xxh3_128_hexdigest(np.ascontiguousarray(picture.pixels).data)
    return f"{shape}-{picture.header['exif_orientation']}-{digest}"


IMAGE = Modality(
    name="image",
    columns=(*IMAGE_COLUMNS, *CAPTION_COLUMNS),
    fingerprints=(
        Column("thumb", "binary", "", "gray 32 x 32 thumbnail that near duplicates use"),
    ),
    shard_measure=ImageShard,
    decode=lambda data: read_image(data).pixels,
    shard_size=128,
    libraries=("pillow", "simplejpeg", "opencv-python-headless", "numpy"),
)
