"""Characters by class, controls, addresses, and the phrases that C4 looks for."""

from __future__ import annotations

import re

import numpy as np

from datakit.measures.text_block import DIGIT, LETTER, UPPER, Numbers, TextBlock
from datakit.measures.text_lines import Lines
from datakit.measures.text_sums import Columns, Shares, sums_between

__all__ = ["measure_phrases", "measure_symbols"]

_HARMFUL = ~np.isin(np.arange(256), (9, 10, 12, 13))
_VISIBLE = re.compile(rb"[!-~]+")
_URL = re.compile(rb"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[!-~]+", re.IGNORECASE)
_LONGEST_SCHEME = 16
# C4 (Raffel et al. 2020), as datatrove's C4QualityFilter spells them: a rare word to look for,
# and the phrases with it.
_POLICIES = {
    b"policy": (b"privacy policy", b"cookie policy"),
    b"cookies": (b"uses cookies", b"use of cookies", b"use cookies"),
    b"terms of use": (b"terms of use",),
}


def measure_symbols(block: TextBlock) -> tuple[Shares, Numbers]:
    """Columns of character classes, and the letters of every document, shape (d,)."""
    kinds, lengths = block.kinds, block.lengths
    n_letters = block.count_where((kinds & LETTER) > 0)
    chars_before = block.chars_before[block.token_bounds]
    n_spaces = lengths - (chars_before[1:] - chars_before[:-1])
    shares: Shares = {
        "upper_rate": (block.count_where((kinds & UPPER) > 0), n_letters),
        "digit_rate": (block.count_where((kinds & DIGIT) > 0), lengths),
        "whitespace_rate": (n_spaces, lengths),
        "punctuation_rate": (block.count(block.punctuation), lengths),
        "url_rate": (_n_url_chars(block), lengths),
        "control_rate": (_n_controls(block), lengths),
    }
    return shares, n_letters


def _n_controls(block: TextBlock) -> Numbers:
    """C0 and C1 controls other than tab, newline, form feed and carriage return, shape (d,)."""
    narrow = block.narrow
    positions = np.flatnonzero((narrow < 32) | ((narrow - np.uint8(127)) < 33))
    harmful = positions[_HARMFUL[narrow[positions]]]
    return block.count(harmful) - 1  # its NUL


def _n_url_chars(block: TextBlock) -> Numbers:
    """Characters inside of web addresses, shape (d,)."""
    chars = np.zeros(len(block), np.int64)
    raw, narrow = block.narrow_lower, block.narrow
    marks, codes = block.punctuation, block.punctuation_units
    colons = marks[codes == ord(":")]
    colons = colons[(narrow[colons + 1] == ord("/")) & (narrow.take(colons + 2, mode="clip") == 47)]
    dots = marks[codes == ord(".")]
    dots = dots[dots >= 3]
    dots = dots[(narrow[dots - 1] | 32 == 119) & (narrow[dots - 2] | 32 == 119)]
    past = 0
    for position in sorted(colons.tolist() + dots.tolist()):
        if position < past:
            continue
        # What makes it an address stands before the position, or at it.
        begin = max(position - _LONGEST_SCHEME, past)
        match = _URL.search(raw, begin, _end_of_word(raw, position))
        if match:
            past = match.end()
            chars[block.document_of(np.array([match.start()]))] += past - match.start()
    return chars


def _end_of_word(raw: bytes, position: int) -> int:
    match = _VISIBLE.match(raw, position)
    return match.end() if match else position


def measure_phrases(block: TextBlock, lines: Lines) -> Columns:
    """Columns of C4's phrases, each of shape (d,); whole phrases in lower case are looked for."""
    raw = block.narrow_lower
    curly = block.punctuation[block.punctuation_units == ord("{")]
    policies: list[int] = []
    for rare, phrases in _POLICIES.items():
        if raw.find(rare) >= 0:
            for phrase in phrases:
                policies += _find_all(raw, phrase)
    lorem = np.array(_find_all(raw, b"lorem ipsum"), np.int64)
    return {
        "has_lorem_ipsum": block.count(lorem) > 0,
        "has_curly_bracket": block.count(curly) > 0,
        "n_javascript_lines": _n_lines(block, lines, _find_all(raw, b"javascript")),
        "n_policy_lines": _n_lines(block, lines, policies),
    }


def _n_lines(block: TextBlock, lines: Lines, positions: list[int]) -> Numbers:
    """How many lines of every document hold one of the positions, shape (d,)."""
    hit = np.zeros(len(lines.starts), np.bool_)
    if positions:
        hit[np.searchsorted(lines.starts, np.array(positions), side="right") - 1] = True
    return sums_between(hit, lines.bounds)


def _find_all(raw: bytes, phrase: bytes) -> list[int]:
    found = []
    position = raw.find(phrase)
    while position >= 0:
        found.append(position)
        position = raw.find(phrase, position + len(phrase))
    return found
