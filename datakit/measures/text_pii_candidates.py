"""Where personal data could stand: found for a whole block at once, before any pattern is tried.

Ordinary text holds almost none of these places, so that the patterns cost almost nothing there.
All positions are positions in the block, in order. A place never reaches over the end of its
document and depends on nothing but its document.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import (
    DIGIT,
    PUNCTUATION,
    SPACE,
    Numbers,
    TextBlock,
)
from datakit.measures.text_pii_span import plain

__all__ = [
    "Places",
    "angles",
    "at_signs",
    "bracketed_at",
    "capitals",
    "chains",
    "colons",
    "dashes",
    "digits",
    "dotted",
    "located",
    "marks",
    "reading",
]

Places = tuple[Numbers, Numbers]

_SEPARATORS = " .-()/+"
_MAX_GAP = 4  # ") (" between two digits
_MIN_DIGITS = 7
_BASIC = 0x10000
_SURROGATES = range(0xD800, 0xE000)


@cache
def _table(characters: str) -> npt.NDArray[np.bool_]:
    """Which of the first 65,536 code points read as one of the characters, in `plain` text."""
    codes = [code for code in range(_BASIC) if code not in _SURROGATES]
    table = np.zeros(_BASIC, np.bool_)
    table[codes] = [c in characters for c in plain("".join(map(chr, codes)))]
    return table


def reading(block: TextBlock, at: Numbers, characters: str) -> npt.NDArray[np.bool_]:
    """Which of the positions hold one of the characters, full-width forms included."""
    return _table(characters)[np.minimum(block.codes[at], _BASIC - 1)]


def located(block: TextBlock, positions: Numbers) -> Iterator[tuple[int, int]]:
    """Document, and place in it, of every position of the block."""
    if not len(positions):
        return iter(())
    documents = block.document_of(positions)
    local = positions - block.starts[documents]
    return zip(documents.tolist(), local.tolist(), strict=True)


def digits(block: TextBlock) -> Numbers:
    """Positions of all digits."""
    return np.flatnonzero((block.flags & DIGIT) > 0)


def marks(block: TextBlock) -> Numbers:
    """Positions of marks and symbols that join no words, such as ``@``, ``<`` and brackets."""
    return block.tokens[0][block.token_flags == PUNCTUATION]


def chains(block: TextBlock, at: Numbers) -> Places:
    """Runs of seven digits or more that only spaces, dots, dashes, ... part.

    Parameters
    ----------
    block
        The documents.
    at
        Positions of all digits, shape (n,).

    Returns
    -------
    (ndarray, ndarray)
        First and past-the-last positions, each shape (m,).
    """
    at = _crowded(at, _MIN_DIGITS, _MAX_GAP)
    gaps = np.diff(at)
    linked = gaps == 1
    wide = np.flatnonzero((gaps > 1) & (gaps <= _MAX_GAP))
    good = reading(block, at[wide] + 1, _SEPARATORS)
    for k in (2, 3):
        inside = gaps[wide] > k
        good[inside] &= reading(block, at[wide[inside]] + k, _SEPARATORS)
    linked[wide[good]] = True
    return _runs(at, linked, _MIN_DIGITS)


def _crowded(at: Numbers, least: int, gap: int) -> Numbers:
    """Those positions that could belong to so many with at most such a gap between."""
    if len(at) < least:
        return at[:0]
    first = at[least - 1 :] - at[: 1 - least] <= gap * (least - 1)
    if not first.any():
        return at[:0]
    crowded = np.zeros(len(at), np.bool_)
    for k in range(least):
        crowded[k : len(at) - least + 1 + k] |= first
    return at[crowded]


def dotted(block: TextBlock, at: Numbers) -> Places:
    """From the first to the last dot of runs of three or more that stand between digits."""
    dots = at[:-1][np.diff(at) == 2] + 1
    dots = dots[reading(block, dots, ".")]
    return _near(block, dots, 4, 3)


def colons(block: TextBlock, at: Numbers) -> Places:
    """From the first to the last of three or more colons, most of them beside a digit."""
    found = _beside(block, at, ":")
    if not len(found):
        return found, found
    double = found[block.codes[found + 1] == ord(":")] + 1
    return _near(block, _sorted(found, double), 20, 3)


def dashes(block: TextBlock, at: Numbers) -> Places:
    """From the first to the last of three or more dashes beside digits, two characters between."""
    return _near(block, _beside(block, at, "-"), 9, 3, step=3)


def _beside(block: TextBlock, at: Numbers, character: str) -> Numbers:
    """Positions of a character that stand directly before or behind a digit, sorted."""
    code = ord(character)
    before = at[block.codes[at - 1] == code] - 1
    behind = at[block.codes[at + 1] == code] + 1
    return _sorted(before[before >= 0], behind)


def _sorted(first: Numbers, second: Numbers) -> Numbers:
    """All positions of both, each once."""
    if not len(first) or not len(second):
        return first if len(first) else second
    both = np.sort(np.concatenate((first, second)))
    return both[np.append(True, np.diff(both) > 0)]


def _near(block: TextBlock, at: Numbers, most: int, least: int, step: int = 1) -> Places:
    """Runs of so many positions of one document, each at most so far from the one before."""
    if len(at) < least:
        return at[:0], at[:0]
    gaps = np.diff(at)
    linked = (gaps <= most) & (gaps % step == 0)
    if np.count_nonzero(linked) < least - 1:
        return at[:0], at[:0]
    document = block.document_of(at)
    linked &= document[1:] == document[:-1]
    return _runs(at, linked, least)


def _runs(at: Numbers, linked: npt.NDArray[np.bool_], least: int) -> Places:
    """First and past-the-last positions of runs of at least so many linked positions."""
    if len(at) < least:
        return at[:0], at[:0]
    breaks = np.flatnonzero(~linked)
    first = np.append(0, breaks + 1)
    last = np.append(breaks, len(at) - 1)
    long = last - first + 1 >= least
    return at[first[long]], at[last[long]] + 1


def capitals(block: TextBlock, at: Numbers) -> Numbers:
    """Positions of two capitals, no letter before them, two digits behind or after a space."""
    near = at[:-1][np.diff(at) == 1]
    near = near[near > 1]
    codes = block.codes
    near = near - (codes[near - 1] == ord(" "))
    near = near[near > 1]
    for k in (1, 2):
        near = near[(codes[near - k] >= ord("A")) & (codes[near - k] <= ord("Z"))]
    before = np.minimum(codes[np.maximum(near - 3, 0)], 128)
    return near[(near < 3) | ~_alphanumeric()[before]] - 2


@cache
def _alphanumeric() -> npt.NDArray[np.bool_]:
    """Which ASCII characters are letters, digits or underscores; false at 128."""
    return np.array([chr(c).isalnum() or c == ord("_") for c in range(128)] + [False])


def at_signs(block: TextBlock, at: Numbers) -> Numbers:
    """Positions of at-signs between two characters that are no spaces."""
    found = at[reading(block, at, "@")]
    found = found[found > 0]
    return found[(block.flags[found - 1] | block.flags[found + 1]) & SPACE == 0]


def bracketed_at(block: TextBlock, at: Numbers) -> Numbers:
    """Positions of brackets that open upon "at" or an at-sign, perhaps after a space."""
    found = at[reading(block, at, "([{<")]
    last = len(block.codes) - 1
    spaced = block.codes[found + 1] == ord(" ")
    first = np.minimum(found + 1 + spaced, last)
    second = np.minimum(first + 1, last)
    spelled = reading(block, first, "Aa") & reading(block, second, "Tt")
    return found[spelled | reading(block, first, "@")]


def angles(block: TextBlock, at: Numbers) -> Numbers:
    """Positions where a run of two or more ``<`` begins, as in a machine-readable zone."""
    found = at[block.codes[at] == ord("<")]
    found = found[block.codes[found + 1] == ord("<")]
    return found[(found == 0) | (block.codes[found - 1] != ord("<"))]
