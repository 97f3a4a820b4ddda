"""One sample of a corpus, and the columns that a row may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Column", "ColumnType", "Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    r"""One image, one document, or one image with its caption, not yet read.

    A sample is small and picklable: it says where the bytes are, its corpus reads them.

    Parameters
    ----------
    sample_id
        Stable name of the sample's place in its corpus: its relative path, or
        ``table#000000012`` for a table row. Samples are ordered by it. Always valid UTF-8:
        undecodable bytes of a file name appear as ``\\xNN`` (and a backslash as ``\\\\``).
    path
        Relative to the corpus, with ``/``, in the same escaping.
    source
        What the sample's corpus needs to read it; opaque to everybody else.
    n_bytes, mtime_ns
        Size and time stamp where the corpus knows them without reading. A sample whose
        ``(sample_id, n_bytes, mtime_ns)`` did not change is taken to be unchanged.
    label, split, caption, language, date
        What the corpus says about the sample; None where it says nothing.
    problem
        Why the bytes cannot be had ("FIFO, not a regular file"); such a sample is never read.
    """

    sample_id: str
    path: str
    source: object = None
    n_bytes: int | None = None
    mtime_ns: int | None = None
    label: str | None = None
    split: str | None = None
    caption: str | None = None
    problem: str | None = None
    language: str | None = None
    date: str | None = None


ColumnType = Literal["string", "bool", "int", "float", "uint64", "binary"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a profile's rows: the schema that the docs are generated from.

    Parameters
    ----------
    name, type, unit, meaning
        As printed in the docs; ``unit`` is "" for a pure number or a text.
    low, high
        The values the column can take, None where unbounded.
    source
        Paper, standard or library that defines the number.
    """

    name: str
    type: ColumnType
    unit: str
    meaning: str
    low: float | None = None
    high: float | None = None
    source: str = ""
