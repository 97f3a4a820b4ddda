"""Repeated n-grams: the repetition signals of Gopher (Rae et al. 2021, table A1).

The variant is that of datatrove's ``GopherRepetitionFilter``. An n-gram is a run of n tokens: of
words and marks in scripts with spaces, of characters in Chinese, Japanese, Korean or Thai, where
an n-gram is some two thirds of n words long and so comes again more often.

Symbols without white space between them, such as rulers and rows of exclamation marks, are one
n-gram after the other in our words and a single token in datatrove's; n-grams of them do not count.

All n-grams of all documents are hashed and sorted once, for n = 2; those of n + 1 tokens can only
be repeated where both n-grams inside of them are, so that each longer n looks at fewer places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from datakit.measures.text_block import Hashes, Mask, Numbers, TextBlock, mix
from datakit.measures.text_loops import loop_chars
from datakit.measures.text_sums import Shares

__all__ = [
    "DUPLICATE_SIZES",
    "TOP_SIZES",
    "NGrams",
    "later_copies",
    "measure_repetition",
    "repeated_ngrams",
]

TOP_SIZES = (2, 3, 4)
DUPLICATE_SIZES = (5, 6, 7, 8, 9, 10)

_LOOP_SIZE = 3
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SORTED_TOGETHER = 1024
_POSITION_BITS = 20  # at least; the same in all but enormous blocks


@dataclass(frozen=True, slots=True)
class NGrams:
    """The places of all n-grams that stand more than once in their document.

    Parameters
    ----------
    size
        n, in tokens.
    positions
        The first token of each, shape (m,); places of one n-gram follow each other, ascending.
    later
        Which of them are not the first of their n-gram in the document, shape (m,).
    """

    size: int
    positions: Numbers
    later: Mask


def measure_repetition(block: TextBlock) -> Shares:
    """Columns of repeated n-grams and loops."""
    bounds = block.token_bounds
    documents = np.repeat(np.arange(len(block)), bounds[1:] - bounds[:-1])
    before = block.chars_before
    joints = _joints_before(block)
    shares: Shares = {}
    for grams in repeated_ngrams(block, documents):
        size = grams.size
        if size in TOP_SIZES:
            top = _top_chars(block, grams, documents, joints)
            shares[f"top_{size}gram_rate"] = top, block.lengths
        if size == _LOOP_SIZE:
            looped = loop_chars(block, documents, (grams.positions, grams.later), joints)
            shares["tail_loop_rate"] = looped, block.lengths
        if size in DUPLICATE_SIZES:
            chars = np.zeros(len(block), np.int64)
            copies = np.sort(grams.positions[grams.later])
            copies = copies[joints[copies + (size - 1)] > joints[copies]]
            first, past = later_copies(copies, size)
            np.add.at(chars, documents[first], before[past] - before[first])
            shares[f"duplicate_{size}gram_rate"] = chars, block.lengths
    return shares


def _joints_before(block: TextBlock) -> Numbers:
    """Places before each token that are not between two symbols without white space, shape (t,).

    An n-gram at i is a piece of a ruler where values i and i + n - 1 are the same.
    """
    starts, ends = block.tokens
    is_word = block.is_word
    joints = np.zeros(len(starts), np.int64)
    joint = is_word[1:] | is_word[:-1] | (starts[1:] > ends[:-1])
    np.cumsum(joint, out=joints[1:])
    return joints


def repeated_ngrams(block: TextBlock, documents: Numbers) -> Iterator[NGrams]:
    """The repeated n-grams of all documents, of 2 to 10 tokens.

    Parameters
    ----------
    documents
        The document of every token, shape (t,).
    """
    hashes, bounds = block.token_hashes, block.token_bounds
    inside = np.ones(max(len(hashes) - 1, 0), np.bool_)
    openings = bounds[(bounds > 0) & (bounds < len(hashes))]
    inside[openings - 1] = False
    longer = mix(hashes[:-1] * _MULTIPLIER + hashes[1:])
    # Told apart by documents, few of them are alike; equal ones of one document stay equal.
    marks = mix(np.arange(len(block), dtype=np.uint64))
    marked = longer ^ np.repeat(marks, bounds[1:] - bounds[:-1])[:-1]
    grams = _repeated(2, marked[inside], np.flatnonzero(inside), documents, bounds)
    yield grams
    held = np.zeros(len(hashes), np.bool_)
    for size in range(3, DUPLICATE_SIZES[-1] + 1):
        held[:] = False
        held[grams.positions] = True
        places = np.flatnonzero(held[:-1] & held[1:])
        longer[places] = mix(longer[places] * _MULTIPLIER + hashes[places + (size - 1)])
        grams = _repeated(size, longer[places], places, documents, bounds)
        yield grams


def _parts(places: Numbers, bounds: Numbers) -> Iterator[slice]:
    """Cut sorted places into runs of whole documents."""
    n_parts = len(places) // _SORTED_TOGETHER + 1
    wanted = np.arange(1, n_parts) * len(places) // n_parts
    at = bounds.searchsorted(places[wanted])
    cuts = [0, *places.searchsorted(bounds[at]).tolist(), len(places)]
    return (slice(a, b) for a, b in pairwise(cuts))


def _repeated(
    size: int, hashes: Hashes, places: Numbers, documents: Numbers, bounds: Numbers
) -> NGrams:
    """Of n-grams with these hashes at these places, those that their document has twice."""
    bits = max(len(documents).bit_length(), _POSITION_BITS)
    low = np.uint64((1 << bits) - 1)
    keys = (hashes & ~low) | places.astype(np.uint64)
    for part in _parts(places, bounds):
        keys[part].sort()  # short runs stay in the innermost cache
    first = np.flatnonzero((keys[1:] ^ keys[:-1]) <= low)
    # Equal n-grams are in the order of their places, hence of their documents.
    earlier, later = ((keys[at] & low).view(np.int64) for at in (first, first + 1))
    first = first[documents[earlier] == documents[later]]
    follows = np.zeros(len(keys) + 1, np.bool_)
    follows[first + 1] = True
    member = follows[:-1] | follows[1:]
    positions = (keys[member] & low).view(np.int64)
    return NGrams(size, positions, follows[:-1][member])


def _top_chars(block: TextBlock, grams: NGrams, documents: Numbers, joints: Numbers) -> Numbers:
    """Characters of the most frequent n-gram of every document, all its places, shape (d,).

    Of equally frequent ones the first counts. White space counts as one character.
    """
    starts, ends = block.tokens
    begins = np.flatnonzero(~grams.later)
    places = grams.positions[begins]
    counts = np.append(begins[1:], len(grams.positions))[: len(begins)] - begins
    proper = joints[places + (grams.size - 1)] > joints[places]
    places, counts = places[proper], counts[proper]
    owners = documents[places]
    most = np.zeros(len(block), np.int64)
    np.maximum.at(most, owners, counts)
    top = np.flatnonzero(counts == most[owners])
    first = np.full(len(block), len(documents), np.int64)
    np.minimum.at(first, owners[top], places[top])
    having = np.flatnonzero(most)
    token = first[having]
    chars = ends[token] - starts[token]
    for _ in range(grams.size - 1):
        token = token + 1
        chars += ends[token] - starts[token] + (starts[token] > ends[token - 1])
    most[having] *= chars
    return most


def later_copies(positions: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Runs of tokens that are later copies of n-grams, read from the front without overlap.

    Where a later copy begins, its tokens count and reading goes on behind it, so that no token
    counts twice; tokens that are left at the end of a run of copies, fewer than n, do not count.

    Parameters
    ----------
    positions
        First tokens of all later copies, ascending, shape (m,).
    size
        n.

    Returns
    -------
    (ndarray, ndarray)
        First and past-the-last token of each run of copies that touch, each shape (r,).
    """
    if not len(positions):
        return positions, positions
    begins = np.flatnonzero(np.append(True, positions[1:] - positions[:-1] > 1))
    first = positions[begins]
    last = positions[np.append(begins[1:], len(positions)) - 1]
    past = first + ((last - first) // size + 1) * size
    # Only a copy in the run before that reaches into this one can shift where reading begins.
    close = np.flatnonzero(first[1:] < last[:-1] + size) + 1
    for i in close.tolist():
        begin = max(int(past[i - 1]), int(first[i]))
        n_copies = max((int(last[i]) - begin) // size + 1, 0)
        first[i], past[i] = begin, begin + n_copies * size
    inside = past > first
    return first[inside], past[inside]
