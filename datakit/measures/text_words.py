"""Words and symbols: the quality signals of Gopher (Rae et al. 2021, table A1)."""

from __future__ import annotations

from functools import cache

import numpy as np

from datakit.measures.text_block import LETTER, Hashes, Mask, Numbers, TextBlock
from datakit.measures.text_hashes import PADDING, SpanHasher
from datakit.measures.text_sums import Columns, Shares, sums_between

__all__ = ["STOP_WORDS", "measure_words"]

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""The eight words of Gopher's stop word rule; a document of English prose has two of them."""


def measure_words(block: TextBlock) -> tuple[Columns, Shares]:
    """Columns of words, each of shape (d,).

    Words are the tokens with a letter, a digit or an underscore; shares of symbols are shares of
    all tokens, which is what datatrove's ``GopherQualityFilter`` divides by.
    """
    starts, ends = block.tokens
    bounds, is_word = block.token_bounds, block.is_word
    n_tokens = bounds[1:] - bounds[:-1]
    words_before = block.words_before[bounds]
    n_words = words_before[1:] - words_before[:-1]
    lengths = (ends - starts) * is_word
    n_word_chars = sums_between(lengths, bounds)
    columns: Columns = {
        "n_words": n_words,
        "n_tokens": n_tokens,
        "mean_word_length": np.where(n_words > 0, n_word_chars / np.maximum(n_words, 1), np.nan),
        "longest_word": _greatest(lengths, bounds),
        "n_stop_words": _n_stop_words(block),
    }
    n_hashes = block.count(block.punctuation[block.punctuation_units == ord("#")])
    return columns, {
        "hash_rate": (n_hashes, n_tokens),
        "ellipsis_rate": (_n_ellipses(block), n_tokens),
        "alpha_word_rate": (sums_between(_has_letter(block), bounds), n_words),
    }


def _greatest(values: Numbers, bounds: Numbers) -> Numbers:
    greatest = np.zeros(len(bounds) - 1, np.int64)
    filled = np.flatnonzero(bounds[1:] > bounds[:-1])
    if len(filled):
        greatest[filled] = np.maximum.reduceat(values, bounds[filled])
    return greatest


def _n_ellipses(block: TextBlock) -> Numbers:
    """How often "..." (without overlap) and "…" stand in every document, shape (d,)."""
    codes = block.punctuation_units
    n_ellipses = block.count(block.punctuation[codes == 0x2026])
    dots = block.punctuation[codes == ord(".")]
    begins = np.ones(len(dots), np.bool_)
    begins[1:] = dots[1:] - dots[:-1] > 1
    first = np.flatnonzero(begins)
    sizes = np.append(first[1:], len(dots))[: len(first)] - first
    n_ellipses += sums_between(sizes // 3, np.searchsorted(dots[first], block.bounds))
    return n_ellipses


def _has_letter(block: TextBlock) -> Mask:
    """Which tokens are words with at least one letter, shape (t,)."""
    starts, ends = block.tokens
    letter = (block.token_kinds & LETTER) > 0
    # Only words that begin with a digit or an underscore have to be looked at further.
    other = np.flatnonzero(block.is_word & ~letter)
    if len(other):
        pairs = np.stack([starts[other], ends[other]], axis=1).ravel()
        letter[other] = (np.bitwise_or.reduceat(block.kinds, pairs)[::2] & LETTER) > 0
    return letter


def _n_stop_words(block: TextBlock) -> Numbers:
    found = np.zeros(len(block), np.int64)
    stop_words = _stop_word_hashes()
    # One byte of the hash sorts most other tokens out.
    likely = np.zeros(256, np.bool_)
    likely[stop_words.view(np.uint8)[::8]] = True
    places = np.flatnonzero(likely.take(block.token_hashes.view(np.uint8)[::8]))
    hashes = block.token_hashes[places]
    bounds = np.searchsorted(places, block.token_bounds)
    for stop_word in stop_words:
        at = np.searchsorted(np.flatnonzero(hashes == stop_word), bounds)
        found += at[1:] > at[:-1]
    return found


@cache
def _stop_word_hashes() -> Hashes:
    joined = "".join(STOP_WORDS).encode() + b"\0" * PADDING
    lengths = np.array([len(word) for word in STOP_WORDS])
    ends = np.cumsum(lengths)
    return SpanHasher(joined, None)(ends - lengths, ends)
