"""Measure a shard of samples: one read and one decode for every column and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from datakit.measures.modality import Modality, UndecodableError
from datakit.sample import Sample

__all__ = ["MAX_BYTES", "Reader", "measure_shard"]

MAX_BYTES = 2**29
"""Largest sample that is read: half a gigabyte."""


class Reader(Protocol):
    """Reads the bytes of a sample: `Corpus.read`."""

    def __call__(self, sample: Sample) -> bytes:
        """All bytes of one sample."""


def measure_shard(
    kind: Modality,
    samples: list[Sample],
    read: Reader,
    start: Callable[[int], None],
    lost: dict[int, str],
    see: Callable[[int, Any], None] | None = None,
    recall: Callable[[int, str], dict[str, Any] | None] | None = None,
    against: object = None,
) -> list[dict[str, Any]]:
    """One row per sample, in order.

    Parameters
    ----------
    kind
        What the samples are.
    samples
        The samples of one shard.
    read
        Gives the bytes of a sample.
    start
        Called with a position before the sample is touched (see `Watch.start`).
    lost
        Position -> cause for samples that killed or hung an earlier worker.
    see
        Called with (position, content) for every decoded sample: an encoder's way in.
    recall
        Called with (position, content hash) before decoding; a row that it returns is taken
        instead of measuring.
    against
        Evaluation items to look for, see `Modality.shard_measure`.

    Returns
    -------
    list of dict
        Column -> value; of an unreadable sample only the columns that are known.
    """
    rows: list[dict[str, Any]] = []
    measure = kind.shard_measure(bool(lost), against)
    for position, sample in enumerate(samples):
        start(position)
        row, data = _read_one(sample, read, lost.get(position))
        rows.append(row)
        if data is None:
            continue
        known = recall(position, row["content_hash"]) if recall is not None else None
        if known is not None:
            row |= known
            continue
        try:
            content = measure.take(position, data, row)
        except UndecodableError as error:
            row |= {"status": error.status, "error": str(error)}
            continue
        if see is not None:
            see(position, content)
    measure.finish(rows)
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
