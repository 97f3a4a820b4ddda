"""Lines, paragraphs and sentences: how they end, how long they are, how often they come again.

A line is what lies between two line ends (those of `str.splitlines`), without the white space
around it; lines of white space only are none. So one trailing space on every line changes nothing,
and neither do CRLF line ends. A paragraph is a run of lines without an empty one in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import NEWLINE, SPACE, Hashes, Mask, Numbers, TextBlock, mix
from datakit.measures.text_marks import CLOSER, ELLIPSIS, QUOTE, TERMINAL, code_marks
from datakit.measures.text_sums import Columns, Shares, sums_between

__all__ = ["Lines", "find_lines", "is_repeated", "measure_lines", "n_sentences"]

_SHORT = 30  # characters; FineWeb (Penedo et al. 2024)
_MIN_WORDS = 3  # C4 (Raffel et al. 2020)
_BULLET = 0x2022
_IDEOGRAPHIC = 0x2E80  # terminal marks from here on need no space behind them
_END = 8


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of all documents of a block that hold something.

    Parameters
    ----------
    starts, ends
        First and past-the-last visible position, each shape (m,).
    first_tokens, past_tokens
        First and past-the-last token, each shape (m,).
    bounds
        Shape (d + 1,): the lines of document i are those from bounds[i] to bounds[i + 1].
    opens
        Which lines begin a paragraph, shape (m,).
    n_newlines
        Line ends of every document, empty lines included, shape (d,).
    """

    starts: Numbers
    ends: Numbers
    first_tokens: Numbers
    past_tokens: Numbers
    bounds: Numbers
    opens: Mask
    n_newlines: Numbers


def find_lines(block: TextBlock) -> Lines:
    """Find the lines of all documents."""
    starts, ends = block.tokens
    breaks = np.flatnonzero((block.kinds & NEWLINE) > 0)
    units = block.units
    carriage = np.flatnonzero(units[breaks] == 13)
    follower = units.take(breaks[carriage] + 1, mode="clip")
    breaks = np.delete(breaks, carriage[follower == 10])
    begins = np.empty(len(breaks), np.int64)
    begins[0] = 0
    begins[1:] = breaks[:-1] + 1
    first = np.searchsorted(starts, begins)
    past = np.append(first[1:], len(starts))
    lines = np.flatnonzero(past > first)
    first, past = first[lines], past[lines]
    bounds = np.searchsorted(begins[lines], block.bounds)
    opens = np.ones(len(lines), np.bool_)
    opens[1:] = lines[1:] - lines[:-1] > 1
    opens[bounds[:-1][bounds[:-1] < len(lines)]] = True
    n_newlines = block.count(breaks) - 1
    return Lines(starts[first], ends[past - 1], first, past, bounds, opens, n_newlines)


def is_repeated(block: TextBlock, starts: Numbers, ends: Numbers, documents: Numbers) -> Mask:
    """Which spans stood in the same document before, character by character.

    Parameters
    ----------
    starts, ends, documents
        First and past-the-last positions of the spans in order, and the document of each;
        shape (m,).

    Returns
    -------
    ndarray of shape (m,)
        True for later copies.
    """
    repeated = np.zeros(len(starts), np.bool_)
    places = np.flatnonzero(np.bincount(documents, minlength=1)[documents] > 1)
    starts, ends, documents = starts[places], ends[places], documents[places]
    # Both ends and the length are enough to sort most spans out; the rest is compared in full.
    heads = block.span_hashes(starts, np.minimum(ends, starts + _END))
    tails = block.span_hashes(np.maximum(starts, ends - _END), ends)
    where = ((ends - starts) << 32) + documents
    keys: Hashes = mix(heads ^ mix(tails + where.astype(np.uint64)))
    order = np.argsort(keys)
    same = keys[order[1:]] == keys[order[:-1]]
    suspects = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    seen = set()
    for i, document in zip(suspects.tolist(), documents[suspects].tolist(), strict=True):
        offset = int(block.starts[document])
        span = document, block.texts[document][int(starts[i]) - offset : int(ends[i]) - offset]
        repeated[places[i]] = span in seen
        seen.add(span)
    return repeated


def measure_lines(block: TextBlock, lines: Lines) -> tuple[Columns, Shares]:
    """Columns of lines and paragraphs, each of shape (d,)."""
    bounds = lines.bounds
    n_lines = bounds[1:] - bounds[:-1]
    columns: Columns = {"n_lines": n_lines, "n_sentences": n_sentences(block)}
    documents = np.repeat(np.arange(len(block)), n_lines)
    lengths = lines.ends - lines.starts
    n_chars = sums_between(lengths, bounds)
    repeated = is_repeated(block, lines.starts, lines.ends, documents)
    n_tokens = block.token_bounds[1:] - block.token_bounds[:-1]
    shares: Shares = {
        "duplicate_line_rate": (sums_between(repeated, bounds), n_lines),
        "duplicate_line_char_rate": (sums_between(lengths * repeated, bounds), n_chars),
        "short_line_rate": (sums_between(lengths <= _SHORT, bounds), n_lines),
        "newline_rate": (lines.n_newlines, n_tokens),
    }
    shares |= _paragraphs(block, lines, documents)
    shares |= _line_ends(block, lines)
    return columns, shares


def _paragraphs(block: TextBlock, lines: Lines, documents: Numbers) -> Shares:
    first = np.flatnonzero(lines.opens)
    last = np.append(first[1:], len(documents))[: len(first)] - 1
    starts, ends, documents = lines.starts[first], lines.ends[last], documents[first]
    bounds = np.searchsorted(documents, np.arange(len(block) + 1))
    repeated = is_repeated(block, starts, ends, documents)
    lengths = ends - starts
    return {
        "duplicate_paragraph_rate": (sums_between(repeated, bounds), bounds[1:] - bounds[:-1]),
        "duplicate_paragraph_char_rate": (
            sums_between(lengths * repeated, bounds),
            sums_between(lengths, bounds),
        ),
    }


def _line_ends(block: TextBlock, lines: Lines) -> Shares:
    """How lines begin and end: bullets, ellipses, terminal marks, and whether C4 keeps them."""
    units, bounds = block.units, lines.bounds
    n_lines = bounds[1:] - bounds[:-1]
    opening, closing = units[lines.starts], units[lines.ends - 1]
    bullet = (opening == ord("-")) | (opening == _BULLET)
    marks = code_marks().take(closing)
    ellipsis = ((marks & ELLIPSIS) > 0) | _ends_in_three_dots(units, lines)
    terminal = (marks & TERMINAL) > 0
    words_before = block.words_before
    n_words = words_before[lines.past_tokens] - words_before[lines.first_tokens]
    kept = (terminal | ((marks & QUOTE) > 0)) & ~ellipsis & (n_words >= _MIN_WORDS)
    return {
        "bullet_line_rate": (sums_between(bullet, bounds), n_lines),
        "ellipsis_line_rate": (sums_between(ellipsis, bounds), n_lines),
        "terminal_line_rate": (sums_between(terminal, bounds), n_lines),
        "c4_line_rate": (sums_between(kept, bounds), n_lines),
    }


def _ends_in_three_dots(units: npt.NDArray[np.unsignedinteger], lines: Lines) -> Mask:
    dots = lines.ends - lines.starts >= 3
    for back in (1, 2, 3):
        dots &= units[np.maximum(lines.ends - back, 0)] == ord(".")
    return dots


def n_sentences(block: TextBlock) -> Numbers:
    """Runs of terminal marks and closing quotes that end something with a word in it, shape (d,).

    A run ends a sentence where white space follows, or where it holds a mark of a script that
    puts none there ("。").
    """
    positions, codes = block.punctuation, block.punctuation_units
    marks = code_marks().take(codes)
    chosen = np.flatnonzero((marks & (TERMINAL | CLOSER)) > 0)
    if not len(chosen):
        return np.zeros(len(block), np.int64)
    positions, codes, marks = positions[chosen], codes[chosen], marks[chosen]
    terminal = (marks & TERMINAL) > 0
    begins = np.flatnonzero(np.append(True, positions[1:] - positions[:-1] > 1))
    last = positions[np.append(begins[1:], len(positions)) - 1]
    spaced = (block.kinds[last + 1] & SPACE) > 0
    ends = spaced & _any_between(terminal, begins)
    if len(block.wide):
        ends |= _any_between(terminal & (codes >= _IDEOGRAPHIC), begins)
    last = last[ends]
    words_before = block.words_before
    n_words = words_before[np.searchsorted(block.tokens[0], last)]
    before = words_before[block.token_bounds[:-1]][block.document_of(last)]
    before[1:] = np.maximum(before[1:], n_words[:-1])
    return block.count(last[n_words > before])


def _any_between(mask: Mask, begins: Numbers) -> Mask:
    """Whether any value from begins[i] to begins[i + 1] is true, shape (k,)."""
    counts = sums_between(mask, np.append(begins, len(mask)))
    return np.asarray(counts > 0)
