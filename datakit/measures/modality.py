"""What a kind of sample has to bring along to be measured: the one list of modalities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from datakit.sample import Column

__all__ = ["MODALITIES", "Modality", "ShardMeasure", "UndecodableError", "modality"]

MODALITIES = ("image", "text")


class UndecodableError(Exception):
    """The bytes are not a whole sample of their modality. `status` is the row's status."""

    def __init__(self, cause: str, status: str = "unreadable") -> None:
        super().__init__(cause)
        self.status = status


class ShardMeasure(Protocol):
    """Measures the samples of one shard: takes them one by one, finishes them together."""

    def take(self, position: int, data: bytes, row: dict[str, Any]) -> Any:
        """Decode one sample and enter what is known at once into its row.

        Returns
        -------
        object
            What an encoder takes: pixels, or text.

        Raises
        ------
        UndecodableError
            The bytes are not a whole sample.
        """

    def finish(self, rows: list[dict[str, Any]]) -> None:
        """Enter everything else into the rows of the samples that were taken."""


@dataclass(frozen=True)
class Modality:
    """One kind of sample.

    Parameters
    ----------
    name
        "image" or "text".
    columns
        What is measured of a sample, in the order of the table.
    fingerprints
        Columns that only the search for duplicates reads.
    shard_measure
        Makes the measure of one shard, from whether to measure every sample by itself (so that a
        crash names the guilty one) and from what to look for (evaluation items), or None.
    decode
        Bytes of a sample -> what an encoder takes; raises `UndecodableError`.
    shard_size
        Samples in a shard: as many as are worth a call.
    libraries
        Packages whose version can change a measured value.
    """

    name: str
    columns: tuple[Column, ...]
    fingerprints: tuple[Column, ...]
    shard_measure: Callable[[bool, Any], ShardMeasure]
    decode: Callable[[bytes], Any]
    shard_size: int
    libraries: tuple[str, ...]


def modality(name: str) -> Modality:
    """The modality of that name; its libraries are imported now.

    Raises
    ------
    ValueError
        There is none.
    """
    if name == "image":
        from datakit.measures.image import IMAGE

        return IMAGE
    if name == "text":
        from datakit.measures.text import TEXT

        return TEXT
    raise ValueError(f"modality {name!r}: give one of {', '.join(MODALITIES)}")
