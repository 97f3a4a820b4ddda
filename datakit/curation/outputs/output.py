"""One encoded sample on its way into the curated corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from datakit.curation.outcome import Outcome

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Output", "Source", "Writer", "Written"]


@dataclass(frozen=True)
class Output:
    """An outcome and where its bytes are staged.

    Parameters
    ----------
    outcome
        What the sample is.
    staged
        A file of its own, where `shared` is None.
    shared
        The open file that holds the outputs of its shard; it is closed when the next one is
        asked for.
    record
        What the source tells of the sample beside what it is: column -> value, any text None.
    """

    outcome: Outcome
    staged: str
    shared: BinaryIO | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> bytes:
        """The encoded sample."""
        if self.shared is None:
            with open(self.staged, "rb") as file:
                return file.read()
        self.shared.seek(self.outcome.start)
        return self.shared.read(self.outcome.size)

    @property
    def mark(self) -> str:
        """What tells a further copy from the sample itself: "~1"; "" for that."""
        return f"~{self.outcome.copy}" if self.outcome.copy else ""


@dataclass(frozen=True)
class Written:
    """Where an output went.

    Parameters
    ----------
    sample_id
        As the curated corpus calls it when it is opened.
    path
        Relative to the curated corpus, with ``/``.
    outcome
        What it is.
    """

    sample_id: str
    path: str
    outcome: Outcome


@dataclass(frozen=True)
class Source:
    """What is written.

    Parameters
    ----------
    outputs
        Gives the outputs in the order of the samples, as often as it is called.
    modality
        "image" or "text".
    text_column
        What the column of texts is called in tables.
    counts
        Of how many samples label, split, caption, language and date are known, see `fact_counts`.
    has_records
        Whether the source tells anything else of any sample.
    types
        Arrow types of the columns of records, where the source has some.
    """

    outputs: Callable[[], Iterator[Output]]
    modality: str
    text_column: str = "text"
    counts: Mapping[str, int] = field(default_factory=dict)
    has_records: bool = True
    types: Mapping[str, pa.DataType] = field(default_factory=dict)


Writer = Callable[[Source, Path], Iterator[Written]]
"""Writes a source into a folder; yields where each output went."""
