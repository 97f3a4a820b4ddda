"""What a curated corpus says of a sample beside its bytes: the source's own columns, and facts."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from datakit.corpora.layout import normal_split
from datakit.corpora.metadata import (
    CAPTION_COLUMNS,
    DATE_COLUMNS,
    LABEL_COLUMNS,
    LANGUAGE_COLUMNS,
    SPLIT_COLUMNS,
    as_text,
    find_column,
)
from datakit.curation.outcome import Outcome
from datakit.curation.outputs.output import Output, Source

__all__ = ["FACTS", "Fields", "facts_of", "fill", "json_line", "split_name"]

FACTS = {
    "label": ("label", LABEL_COLUMNS),
    "split": ("split", SPLIT_COLUMNS),
    "caption": ("caption", CAPTION_COLUMNS),
    "language": ("language", LANGUAGE_COLUMNS),
    "date": ("date", DATE_COLUMNS),
}
"""Fact -> its column where the source has none, and those that a corpus takes it from."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Fields:
    """The columns of the records of a layout, found by a pass over all of them.

    Parameters
    ----------
    source
        What is written.
    reserved
        Columns that the layout writes itself.

    Attributes
    ----------
    columns
        Of the source's records, in the order in which they come.
    facts
        Fact -> column that says it, for facts that are known of any sample.
    kinds
        Column -> Python types of its values.
    """

    def __init__(self, source: Source, reserved: Sequence[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self.kinds: dict[str, set[type]] = {}
        for output in source.outputs() if source.has_records else ():
            for name, value in output.record.items():
                kinds = self.kinds.setdefault(self._free(name), set())
                if value is not None:
                    kinds.add(type(value))
        self.columns = list(self.kinds)
        self.facts = {
            fact: find_column(self._readable(source), wanted) or usual
            for fact, (usual, wanted) in FACTS.items()
            if source.counts.get(fact) and (fact != "caption" or source.modality == "image")
        }

    @property
    def names(self) -> list[str]:
        """All columns."""
        return list(dict.fromkeys([*self.columns, *self.facts.values()]))

    def own(self, output: Output) -> dict[str, Any]:
        """The source's record of an output, under names that the layout leaves free."""
        return {self._free(name): value for name, value in output.record.items()}

    def _free(self, name: str) -> str:
        return f"{name}_" if name in self._reserved else name

    def _readable(self, source: Source) -> list[str]:
        """Columns that facts are read from again: not that of the texts."""
        return [name for name in self.columns if name != source.text_column]


def facts_of(outcome: Outcome, modality: str) -> dict[str, str]:
    """The facts that are known; a text has no caption."""
    told = {name: getattr(outcome, name) for name in FACTS}
    if modality == "text":
        del told["caption"]
    return {name: value for name, value in told.items() if value is not None}


def fill(record: dict[str, Any], facts: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """Enter facts that a record does not say as they are read.

    Parameters
    ----------
    record
        Column -> value.
    facts
        Fact -> value.
    columns
        Fact -> column.
    """
    for fact, value in facts.items():
        name = columns[fact]
        said = as_text(record.get(name)) or None
        if (normal_split(said) if fact == "split" else said) != value:
            record[name] = value


def json_line(record: Mapping[str, Any]) -> str:
    """A record as JSON on one line; bytes as base64, half characters as U+FFFD."""
    return _SURROGATE.sub("\ufffd", json.dumps(record, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def split_name(outcome: Outcome) -> str:
    """The split, as a part of a file name; "data" where the corpus has none."""
    split = outcome.split or "data"
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in split)[:80]
