"""What counts as a sample in a folder, a bucket or a tar: one description per kind of sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from datakit.corpora.formats import IMAGE_SUFFIXES, looks_like_image

__all__ = [
    "IMAGES",
    "KINDS",
    "PACKED",
    "TABLES",
    "TEXTS",
    "Kind",
]

PACKED = ("", ".gz", ".zst")
"""Suffixes of how a text file or a table may be packed."""

_RECORDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a sample file is called, what it begins with, and what may lie beside it.

    Parameters
    ----------
    modality
        "image" or "text"; "table" for files that hold many samples.
    suffixes
        Lower-case endings of the names of sample files.
    begins_like
        Whether a file that begins with these 32 bytes is a sample, whatever its name; None where
        the name alone decides.
    beside
        Endings of files that belong to a sample of the same stem and hold its caption.
    noun
        For messages: "an image".
    """

    modality: str
    suffixes: tuple[str, ...]
    begins_like: Callable[[bytes], bool] | None
    beside: tuple[str, ...]
    noun: str

    def is_named(self, name: str) -> bool:
        """Whether a file name ends like that of a sample."""
        return name.lower().endswith(self.suffixes)


IMAGES = Kind(
    "image", tuple(sorted(IMAGE_SUFFIXES)), looks_like_image, (".txt", ".caption"), "an image"
)
TEXTS = Kind("text", (".txt", ".text", ".md", ".markdown", ".rst"), None, (), "a text")
TABLES = Kind(
    "table",
    (".parquet", *(suffix + packed for suffix in _RECORDS for packed in PACKED)),
    None,
    (),
    "a table",
)

KINDS = {kind.modality: kind for kind in (IMAGES, TEXTS, TABLES)}
"""Modality -> kind: a corpus keeps the name, which is small to send to a worker."""
