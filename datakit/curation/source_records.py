"""What the source of a corpus tells of its samples beside what they are: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datakit.corpora.corpus import Corpus

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SourceRecords", "text_column_of", "types_of"]


def text_column_of(corpus: Corpus) -> str:
    """The column that the texts of a corpus were in, and will be in where it becomes a table."""
    if corpus.modality == "text":
        for _, column, _ in _records(corpus):
            return column or "text"
    return "text"


def types_of(corpus: Corpus) -> dict[str, pa.DataType]:
    """Arrow types of the columns of a corpus, where these have some."""
    find = getattr(corpus, "column_types", None)
    return {} if find is None else find()


class SourceRecords:
    """Gives the record of one sample after the other; the source is read again alongside.

    Parameters
    ----------
    corpus
        A corpus; one that has no records tells nothing.
    text_column
        What the column of the texts is called in all records.
    """

    def __init__(self, corpus: Corpus, text_column: str) -> None:
        self._records = _records(corpus)
        self._text_column = text_column
        self._is_text = corpus.modality == "text"
        self._next = next(self._records, None)

    def __bool__(self) -> bool:
        """Whether anything is left to tell."""
        return self._next is not None

    def of(self, sample_id: str) -> dict[str, Any]:
        """All that is told of a sample, in its order; its text is None.

        Parameters
        ----------
        sample_id
            Not before the one that was asked for last.
        """
        while self._next is not None and self._next[0] < sample_id:
            self._next = next(self._records, None)
        if self._next is None or self._next[0] != sample_id:
            return {}
        _, column, load = self._next
        record = load()
        if not self._is_text or not column:
            return record
        # Files of one corpus may call their texts differently.
        named = {self._text_column if name == column else name: record[name] for name in record}
        return named | {self._text_column: None}


def _records(corpus: Corpus) -> Iterator[Any]:
    find = getattr(corpus, "records", None)
    return iter(()) if find is None else find()
