"""Measure a shard of images: one read and one decode for every column and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import xxhash

from datakit.measures.image_read import Picture, UnreadableImageError, read_image
from datakit.measures.image_statistics import statistics
from datakit.sample import Sample

__all__ = ["MAX_BYTES", "Reader", "measure_images"]

MAX_BYTES = 2**29
"""Largest file that is read: half a gigabyte."""

_BATCH_PIXELS = 2**18


class Reader(Protocol):
    """Reads the bytes of a sample: `Corpus.read`."""

    def __call__(self, sample: Sample) -> bytes:
        """All bytes of one sample."""


@dataclass
class _Batch:
    """Decoded pictures that wait to be measured together."""

    positions: list[int] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    n_pixels: int = 0


def measure_images(
    samples: list[Sample],
    read: Reader,
    start: Callable[[int], None],
    lost: dict[int, str],
    see: Callable[[int, npt.NDArray[np.uint8]], None] | None = None,
    recall: Callable[[int, str], dict[str, Any] | None] | None = None,
) -> list[dict[str, Any]]:
    """One row per sample, in order.

    Parameters
    ----------
    samples
        The images of one shard.
    read
        Gives the bytes of a sample.
    start
        Called with a position before the sample is touched (see `Watch.start`).
    lost
        Position -> cause for samples that killed or hung an earlier worker.
    see
        Called with (position, pixels) for every decoded image: an encoder's way in.
    recall
        Called with (position, content hash) before decoding; a row that it returns is taken
        instead of measuring.

    Returns
    -------
    list of dict
        Column -> value; of an unreadable sample only the columns that are known.
    """
    rows: list[dict[str, Any]] = []
    batches: dict[tuple[int, ...], _Batch] = {}
    for position, sample in enumerate(samples):
        start(position)
        row, data = _read_one(sample, read, lost.get(position))
        rows.append(row)
        known = recall(position, row["content_hash"]) if recall is not None and data else None
        if known is not None:
            row |= known
            continue
        picture = None if data is None else _decode_one(data, row)
        if picture is None:
            continue
        if see is not None:
            see(position, picture.pixels)
        key = (*picture.pixels.shape, picture.scale)
        batch = batches.setdefault(key, _Batch())
        batch.positions.append(position)
        batch.pictures.append(picture)
        batch.n_pixels += picture.pixels.shape[0] * picture.pixels.shape[1]
        if batch.n_pixels + batch.n_pixels // len(batch.positions) > _BATCH_PIXELS:
            _finish(batches.pop(key), rows)
    for batch in batches.values():
        _finish(batch, rows)
    start(-1)
    return rows


def _read_one(
    sample: Sample, read: Reader, lost: str | None
) -> tuple[dict[str, Any], bytes | None]:
    row: dict[str, Any] = {"status": "ok", "error": None, "bytes": sample.n_bytes or 0}
    problem = lost or sample.problem
    if problem is None and (sample.n_bytes or 0) > MAX_BYTES:
        problem = f"file of {sample.n_bytes} bytes, limit {MAX_BYTES}"
    if problem is not None:
        return row | {"status": "unreadable", "error": problem}, None
    try:
        data = read(sample)
    except Exception as error:  # a file system or an archive may raise anything
        return row | {"status": "unreadable", "error": f"{type(error).__name__}: {error}"}, None
    row["bytes"] = len(data)
    row["content_hash"] = hashlib.sha256(data).hexdigest()
    return row, data


def _decode_one(data: bytes, row: dict[str, Any]) -> Picture | None:
    """Decode, and enter into the row what the header and the decoder say."""
    try:
        picture = read_image(data)
    except UnreadableImageError as error:
        row |= {"status": error.status, "error": str(error)}
        return None
    row |= picture.header
    row["transparent_rate"] = picture.transparent_rate
    row["pixel_hash"] = _pixel_hash(picture)
    return picture


def _pixel_hash(picture: Picture) -> str:
    """Equal hashes mean equal pixels; gray stored as RGB counts as other pixels than gray."""
    if picture.stream is not None:
        return "jpeg-" + xxhash.xxh3_128_hexdigest(picture.stream)
    shape = "x".join(map(str, picture.pixels.shape))
    digest = xxhash.xxh3_128_hexdigest(np.ascontiguousarray(picture.pixels).data)
    return f"{shape}-{picture.header['exif_orientation']}-{digest}"


def _finish(batch: _Batch, rows: list[dict[str, Any]]) -> None:
    pictures = batch.pictures
    if len(pictures) == 1:
        stack = pictures[0].pixels[None]
    else:
        stack = np.stack([picture.pixels for picture in pictures])
    columns = statistics(stack, pictures[0].scale)
    thumbs = columns.pop("thumb")
    for position, thumb in zip(batch.positions, thumbs, strict=True):
        rows[position]["thumb"] = thumb.tobytes()
    values = {name: column.tolist() for name, column in columns.items()}
    for k, position in enumerate(batch.positions):
        row = rows[position]
        for name, column in values.items():
            row[name] = column[k]
