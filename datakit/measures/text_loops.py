"""Phrases that are repeated back to back, as language models do that are stuck."""

from __future__ import annotations

import numpy as np

from datakit.measures.text_block import Hashes, Mask, Numbers, TextBlock

__all__ = ["MIN_LOOP", "loop_chars"]

MIN_LOOP = 8
"""Tokens that a loop has at least; a word said three times is emphasis."""

_MAX_PERIODS = 4


def loop_chars(
    block: TextBlock, documents: Numbers, trigrams: tuple[Numbers, Mask], joints: Numbers
) -> Numbers:
    """Characters inside of loops: two or more copies of a phrase, one behind the other.

    In a loop of a phrase of p tokens the next place of every trigram is p tokens further on. So
    the distances that are frequent in a document (up to 4 of them) are the periods that are tried.

    Parameters
    ----------
    documents
        The document of every token, shape (t,).
    trigrams
        Places of the repeated trigrams, and which of them are not the first; each shape (m,).
    joints
        Places before each token that are not between two symbols without white space, shape (t,):
        rulers are no loops.

    Returns
    -------
    ndarray of shape (d,)
        White space between the tokens included.
    """
    inside = np.zeros(len(documents), np.bool_)
    bounds = block.token_bounds
    for document, period in _periods(documents, *trigrams):
        first, past = int(bounds[document]), int(bounds[document + 1])
        mine = slice(first, past)
        _mark(block.token_hashes[mine], joints[mine], period, inside[mine])
    chars = np.zeros(len(block), np.int64)
    covered = np.flatnonzero(inside)
    if len(covered):
        starts, ends = block.tokens
        owners = documents[covered]
        parted = (covered[1:] - covered[:-1] > 1) | (owners[1:] != owners[:-1])
        opens = np.append(True, parted)
        closes = np.append(opens[1:], True)
        spans = ends[covered[closes]] - starts[covered[opens]]
        np.add.at(chars, owners[opens], spans)
    return chars


def _periods(documents: Numbers, positions: Numbers, later: Mask) -> list[tuple[int, int]]:
    """Pairs of a document and a period that a loop in it may have."""
    at = np.flatnonzero(later)
    if not len(at):
        return []
    steps = positions[at] - positions[at - 1]
    pairs = (documents[positions[at]] << 32) + steps
    pairs.sort()
    begins = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
    counts = np.append(begins[1:], len(pairs)) - begins
    keys = pairs[begins]
    owners, periods = keys >> 32, keys & 0xFFFFFFFF
    # Two copies of a phrase of p tokens share p - 2 trigrams, less where it repeats itself.
    likely = np.flatnonzero((counts >= 2) & (2 * counts >= periods - 2))
    tried: dict[int, int] = {}
    chosen = []
    for i in likely[np.argsort(-counts[likely], kind="stable")].tolist():
        owner = int(owners[i])
        tried[owner] = tried.get(owner, 0) + 1
        if tried[owner] <= _MAX_PERIODS:
            chosen.append((owner, int(periods[i])))
    return chosen


def _mark(hashes: Hashes, joints: Numbers, period: int, inside: Mask) -> None:
    """Mark the tokens of one document that are inside of loops of one period."""
    equal = np.zeros(len(hashes) - period + 2, np.int8)
    equal[1:-1] = hashes[period:] == hashes[:-period]
    edges = np.flatnonzero(equal[1:] != equal[:-1])
    first, past = edges[::2], edges[1::2] + period
    long = np.flatnonzero(past - first >= max(2 * period, MIN_LOOP))
    proper = joints[first[long] + period] > joints[first[long]]
    for i in long[proper].tolist():
        inside[first[i] : past[i]] = True
