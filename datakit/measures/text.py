"""The text modality: decode one by one, measure in blocks of some 260,000 characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from datakit.measures.modality import Modality, UndecodableError
from datakit.measures.text_block import TextBlock
from datakit.measures.text_boilerplate import BOILERPLATE_COLUMNS, boilerplate
from datakit.measures.text_contamination import CONTAMINATION_COLUMNS, Against, contamination
from datakit.measures.text_encoding import Decoded, NotTextError, decode
from datakit.measures.text_fingerprints import FINGERPRINT_COLUMNS, fingerprints
from datakit.measures.text_gibberish import GIBBERISH_COLUMNS, gibberish
from datakit.measures.text_language import LANGUAGE_COLUMNS, language
from datakit.measures.text_markup import MARKUP_COLUMNS, markup
from datakit.measures.text_mojibake import MOJIBAKE_COLUMNS, mojibake
from datakit.measures.text_pii import PII_COLUMNS, pii
from datakit.measures.text_secrets import SECRET_COLUMNS, secrets
from datakit.measures.text_statistics import STATISTICS_COLUMNS, text_statistics
from datakit.sample import Column

__all__ = ["BLOCK_CHARS", "TEXT", "TextShard", "measure_block"]

BLOCK_CHARS = 1 << 18
"""Characters of a block: few enough to stay in the cache, enough to be worth the calls."""

_PARTS: tuple[Callable[[TextBlock], Any], ...] = (
    text_statistics,
    mojibake,
    markup,
    boilerplate,
    language,
    gibberish,
    pii,
    secrets,
    fingerprints,
)


def measure_block(block: TextBlock, against: Against | None = None) -> dict[str, list[Any]]:
    """Every column of every document of a block.

    Parameters
    ----------
    block
        The documents.
    against
        Evaluation items to look for; without them the contamination columns are absent.

    Returns
    -------
    dict
        Column -> one value a document.
    """
    columns: dict[str, list[Any]] = {}
    for part in _PARTS:
        for name, values in part(block).items():
            columns[name] = values if isinstance(values, list) else values.tolist()
    if against is not None:
        for name, values in contamination(block, against).items():
            columns[name] = values.tolist()
    return columns


class TextShard:
    """Measures the documents of one shard; see `ShardMeasure`.

    Parameters
    ----------
    careful
        Measure every document by itself, so that a crash or a hang names it.
    against
        Evaluation items to look for.
    """

    def __init__(self, careful: bool, against: Against | None = None) -> None:
        self._limit = 0 if careful else BLOCK_CHARS
        self._against = against
        self._texts: list[str] = []
        self._rows: list[dict[str, Any]] = []
        self._n_chars = 0

    def take(self, position: int, data: bytes, row: dict[str, Any]) -> str:
        """Decode one document; returns its text."""
        decoded = _decoded(data)
        row |= {"encoding": decoded.encoding, "warning": decoded.warning or None}
        text = decoded.text
        if self._texts and self._n_chars + len(text) > self._limit:
            self._measure()
        self._texts.append(text)
        self._rows.append(row)
        self._n_chars += len(text) + 1
        if not self._limit:
            self._measure()
        return text

    def finish(self, rows: list[dict[str, Any]]) -> None:
        """Measure what still waits."""
        if self._texts:
            self._measure()

    def _measure(self) -> None:
        columns = measure_block(TextBlock(self._texts), self._against)
        names = list(columns)
        for row, values in zip(self._rows, zip(*columns.values(), strict=True), strict=True):
            row.update(zip(names, values, strict=True))
        self._texts, self._rows, self._n_chars = [], [], 0


def _decoded(data: bytes) -> Decoded:
    try:
        decoded = decode(data)
    except NotTextError as error:
        raise UndecodableError(str(error)) from None
    if not decoded.text or decoded.text.isspace():
        raise UndecodableError("the document is empty, or white space only", "empty")
    return decoded


TEXT = Modality(
    name="text",
    columns=(
        Column("declared_language", "string", "", "language that the corpus says it is in"),
        Column("date", "string", "", "date that the corpus gives"),
        Column("encoding", "string", "", "encoding that the bytes were decoded by"),
        *STATISTICS_COLUMNS,
        *MOJIBAKE_COLUMNS,
        *MARKUP_COLUMNS,
        *BOILERPLATE_COLUMNS,
        *LANGUAGE_COLUMNS,
        *GIBBERISH_COLUMNS,
        *PII_COLUMNS,
        *SECRET_COLUMNS,
        *CONTAMINATION_COLUMNS,
    ),
    fingerprints=FINGERPRINT_COLUMNS,
    shard_measure=TextShard,
    decode=lambda data: _decoded(data).text,
    shard_size=1024,
    libraries=(
        "charset-normalizer",
        "ftfy",
        "numpy",
        "phonenumbers",
        "py3langid",
        "python-stdnum",
        "xxhash",
    ),
)
