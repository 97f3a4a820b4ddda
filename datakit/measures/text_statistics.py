"""Documents -> the numbers that say what kind of text they are, many documents at once."""

from __future__ import annotations

import re

import numpy as np

from datakit.measures.text_block import MARK, Mask, Numbers, TextBlock
from datakit.measures.text_compression import compressed_sizes
from datakit.measures.text_lines import find_lines, measure_lines
from datakit.measures.text_marks import CLOSER, ELLIPSIS, PICTURE, TERMINAL, code_marks
from datakit.measures.text_repetition import measure_repetition
from datakit.measures.text_scripts import SCRIPTS, measure_scripts
from datakit.measures.text_statistics_columns import STATISTICS_COLUMNS
from datakit.measures.text_sums import Columns, Shares, divide
from datakit.measures.text_symbols import measure_phrases, measure_symbols
from datakit.measures.text_words import measure_words

__all__ = ["STATISTICS_COLUMNS", "text_statistics"]

_MARKED_SCRIPTS = frozenset(SCRIPTS) - {"other"}
_MAX_CLOSERS = 8
_MAX_TAIL = 400
_END = re.compile(r"[.!?\n\u2026\u3002\uff01\uff0e\uff1f\uff61]\s*")


def text_statistics(block: TextBlock) -> Columns:
    """Measure all documents of a block.

    Returns
    -------
    dict
        Column of `STATISTICS_COLUMNS` -> values, each of shape (d,). A share of nothing (of the
        words of an empty document) is NaN. What a document gives depends on nothing around it.
    """
    lines = find_lines(block)
    symbols, n_letters = measure_symbols(block)
    parts: list[tuple[Columns, Shares]] = [
        ({"n_chars": block.lengths}, symbols),
        measure_lines(block, lines),
        measure_words(block),
        (measure_phrases(block, lines), measure_repetition(block)),
        measure_scripts(block, n_letters),
        ({}, {"compression_rate": compressed_sizes(block)}),
    ]
    columns: Columns = {}
    shares: Shares = {}
    for numbers, some in parts:
        columns |= numbers
        shares |= some
    columns |= divide(shares)
    marked = [script in _MARKED_SCRIPTS for script in columns["script"]]
    cut = _ends_mid_sentence(block) & np.array(marked)
    columns["ends_mid_sentence"] = cut
    columns["unfinished_chars"] = _unfinished_chars(block, cut)
    return {column.name: columns[column.name] for column in STATISTICS_COLUMNS}


def _ends_mid_sentence(block: TextBlock) -> Mask:
    """Whether the last token, but for closing quotes and brackets, ends no sentence, shape (d,)."""
    bounds = block.token_bounds
    last = bounds[1:] - 1
    cut = np.zeros(len(block), np.bool_)
    pending = np.flatnonzero(last >= bounds[:-1])
    starts = block.tokens[0]
    for _ in range(_MAX_CLOSERS):
        at = starts[last[pending]]
        marks = code_marks().take(block.units[at])
        # A mark or format character on nothing says nothing, and neither does a control.
        unseen = (block.kinds[at] & MARK > 0) | (block.kinds[at] == 0)
        skipped = ((marks & CLOSER) > 0) | unseen
        ended = (marks & (TERMINAL | ELLIPSIS | PICTURE)) > 0
        cut[pending] = ~ended & ~skipped
        pending = pending[skipped]
        last[pending] -= 1
        pending = pending[last[pending] >= bounds[:-1][pending]]
        if not len(pending):
            break
    return cut


def _unfinished_chars(block: TextBlock, cut: Mask) -> Numbers:
    """Characters after the last end of a sentence or line, where a letter is the last; else 0."""
    sizes = np.zeros(len(block), np.int64)
    for i in np.flatnonzero(cut).tolist():
        tail = block.texts[i][-_MAX_TAIL:].rstrip()
        if tail and tail[-1].isalpha():
            ends = [match.end() for match in _END.finditer(tail)]
            sizes[i] = len(tail) - (ends[-1] if ends else 0)
    return sizes
