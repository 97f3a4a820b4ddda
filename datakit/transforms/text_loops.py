"""Where a text is stuck: phrases back to back, and which of their copies are too many."""

from __future__ import annotations

from collections import Counter

import numpy as np

from datakit.measures.text_block import LETTER, TextBlock
from datakit.measures.text_loops import MIN_LOOP

__all__ = ["MIN_LOOP_RATE", "loop_copies"]

MIN_LOOP_RATE = 0.05
"""Share of the text from which on loops are collapsed; `repetitive` begins at 0.08."""

_MIN_MARKS_RATE = 0.08  # of a loop of digits and marks alone: a row of a table is none
_MAX_PERIODS = 8
_PIECE = 3


def loop_copies(text: str) -> list[tuple[int, int]]:
    """Spans of the second and later copies of phrases that are repeated back to back.

    A loop has two copies or more, `MIN_LOOP` words and marks or more, and a letter, or it is a good
    part of the text. What is left of a copy at the end of the text goes too.

    Returns
    -------
    list
        In order, apart; empty where all loops together, their first copies included, are less
        than `MIN_LOOP_RATE` of the text.
    """
    block = TextBlock([text])
    hashes = block.token_hashes
    n_tokens = len(hashes)
    if n_tokens < MIN_LOOP:
        return []
    starts, ends = block.tokens
    letters = (block.token_flags & LETTER) > 0
    taken = np.zeros(n_tokens, np.bool_)
    found: list[tuple[int, int, int]] = []
    for period in _periods(hashes):
        for first, past in _runs(hashes, period):
            if past - first < max(2 * period, MIN_LOOP) or taken[first:past].any():
                continue
            share = int(ends[past - 1] - starts[first]) / len(text)
            if letters[first : first + period].any() or share >= _MIN_MARKS_RATE:
                taken[first:past] = True
                found.append((first, past, period))
    looped = sum(int(ends[past - 1] - starts[first]) for first, past, _ in found)
    if looped < MIN_LOOP_RATE * len(text):
        return []
    spans = []
    for first, past, period in sorted(found):
        whole = past if past == n_tokens else first + (past - first) // period * period
        spans.append((int(ends[first + period - 1]), int(ends[whole - 1])))
    return spans


def _periods(hashes: np.ndarray) -> list[int]:
    """The commonest distances, in tokens, between a run of three tokens and its next place."""
    last: dict[tuple[int, ...], int] = {}
    steps: Counter[int] = Counter()
    values = hashes.tolist()
    for i in range(len(values) - _PIECE + 1):
        piece = tuple(values[i : i + _PIECE])
        if piece in last:
            steps[i - last[piece]] += 1
        last[piece] = i
    likely = [p for p, n in steps.most_common(4 * _MAX_PERIODS) if 2 * n >= p - 2]
    return sorted(likely[:_MAX_PERIODS])


def _runs(hashes: np.ndarray, period: int) -> list[tuple[int, int]]:
    """First and past-the-last token of every stretch that is the same one period on."""
    equal = np.zeros(len(hashes) - period + 2, np.int8)
    equal[1:-1] = hashes[period:] == hashes[:-period]
    edges = np.flatnonzero(equal[1:] != equal[:-1])
    return list(zip(edges[::2].tolist(), (edges[1::2] + period).tolist(), strict=True))
