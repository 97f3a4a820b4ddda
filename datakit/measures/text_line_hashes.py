"""Hashes of the lines of documents, by which those that many documents have are found.

As in the line filters of C4 and Gopher a line that differs by numbers only is the same line, but
only where it is mostly letters; where in its document it stands is kept in the lowest bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from datakit.measures.text_block import (
    DIGIT,
    LETTER,
    NEWLINE,
    UNSPACED,
    Hashes,
    Mask,
    Numbers,
    TextBlock,
    mix,
)
from datakit.measures.text_shingles import MULTIPLIER, Words, words

__all__ = [
    "EDGE_LINES",
    "MIN_LINE_WIDTH",
    "OUTER",
    "LineHashes",
    "find_line_hashes",
    "line_hashes",
]

MIN_LINE_WIDTH = 20
"""Letters and digits of the shortest line that is hashed; East Asian ones count twice, and a run of
numbers that stands for any other counts three."""

EDGE_LINES = 6
"""Lines from the beginning or the end of a document that are its edge, where frames of pages are;
the lowest bit of a stored line hash tells."""

OUTER = np.uint64(1)
_LETTERS_A_NUMBER = 7
_LEAST_WORDS = 3  # "Monday, 3 May" has two, and is a date
_NUMBER_WIDTH = 3
_NUMBER = np.uint64(0x9E6C63D0876A9A47)


class LineHashes(NamedTuple):
    """The lines of all documents of a block that are wide enough, in order.

    Parameters
    ----------
    hashes
        Even numbers, uint64, shape (m,).
    starts, ends
        First position of the first and past-the-last of the last word, each shape (m,).
    outer
        1 for lines at the edge of their document, else 0; uint64, shape (m,).
    """

    hashes: Hashes
    starts: Numbers
    ends: Numbers
    outer: Hashes


def find_line_hashes(block: TextBlock, found: Words, least: int = MIN_LINE_WIDTH) -> LineHashes:
    """Hashes and positions of all lines that are wide enough."""
    none = np.zeros(0, np.int64)
    n = len(found.hashes)
    if not n:
        return LineHashes(none.astype(np.uint64), none, none, none.astype(np.uint64))
    breaks = np.flatnonzero(block.kinds >= NEWLINE)
    edges = np.append(0, np.searchsorted(found.starts, breaks))
    some = np.flatnonzero(edges[1:] > edges[:-1])
    firsts, lasts = edges[some], edges[some + 1]
    widths = found.ends - found.starts
    if found.unspaced is not None:
        widths = widths * (1 + found.is_east_asian)
    values, kept, widths = _folded(block, found.hashes, firsts, widths)
    wide = np.add.reduceat(widths, firsts) >= least
    places = np.cumsum(kept) - 1
    places -= np.repeat(places[firsts], lasts - firsts)
    powers = np.full(int(places.max()) + 1, MULTIPLIER)
    np.multiply.accumulate(powers, out=powers)
    hashes = mix(np.add.reduceat(values * powers[places] * kept, firsts)) & ~OUTER
    starts = found.starts[firsts]
    bounds, number = np.searchsorted(starts, block.bounds), np.arange(len(starts))
    of = block.document_of(starts)
    outer = np.minimum(number - bounds[of], bounds[of + 1] - 1 - number) < EDGE_LINES
    return LineHashes(
        hashes[wide], starts[wide], found.ends[lasts[wide] - 1], outer[wide].astype(np.uint64)
    )


def _folded(
    block: TextBlock, hashes: Hashes, firsts: Numbers, widths: Numbers
) -> tuple[Hashes, Mask, Numbers]:
    """Words of lines, any run of numbers being one word in lines that are mostly of letters.

    Lines that differ by numbers only are one line of a page then: "37 people found this helpful".
    Rows of a table, dates and verses are not: they have few letters for their numbers.

    Parameters
    ----------
    hashes, widths
        Of the words, each shape (w,).
    firsts
        Number of the first word of every line, shape (m,).

    Returns
    -------
    hashes, kept, widths
        What each word counts as; which of them count; and how wide they are.
    """
    flags = block.token_flags[block.is_word]
    number = ((flags & DIGIT) > 0) & ((flags & (LETTER | UNSPACED)) == 0)
    kept = np.ones(len(hashes), bool)
    if not number.any():
        return hashes, kept, widths
    n_words = np.diff(firsts, append=len(hashes))
    n_numbers = np.add.reduceat(number, firsts, dtype=np.int64)
    letters = np.add.reduceat(widths * ~number, firsts)
    mostly = (letters >= _LETTERS_A_NUMBER * n_numbers) & (
        n_words - n_numbers >= np.maximum(_LEAST_WORDS, n_numbers + 1)
    )
    number &= np.repeat(mostly, n_words)
    starts_line = np.zeros(len(hashes), bool)
    starts_line[firsts] = True
    kept[1:] = ~(number[1:] & number[:-1] & ~starts_line[1:])
    folded = np.where(number, _NUMBER, hashes)
    return folded, kept, np.where(number, _NUMBER_WIDTH * kept, widths)


def line_hashes(text: str, least: int = MIN_LINE_WIDTH) -> list[tuple[int, int, int]]:
    r"""The hashed lines of one document, to find again the line that a hash stands for.

    Parameters
    ----------
    text
        The document.
    least
        Width of the shortest line; with 1 every line that has a word.

    Returns
    -------
    list of (hash, start, end)
        In the order of the text, equal lines each time; ``text[start:end]`` is the line from its
        first to its last word. The hash is even: ``lines`` keeps the `MAX_LINES` smallest distinct
        ones, plus 1 for lines at the edge of the document.

    Examples
    --------
    >>> text = "Good morning.\nClick here to subscribe to our newsletter!"
    >>> [text[start:end] for _, start, end in line_hashes(text)]
    ['Click here to subscribe to our newsletter']
    """
    block = TextBlock([text])
    lines = find_line_hashes(block, words(block), least)
    return list(zip(*(values.tolist() for values in lines[:3]), strict=True))
