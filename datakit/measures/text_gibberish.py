"""Whether letters follow one another as they do in words, and Han characters as in Chinese.

Letters are judged by small models that ship with datakit: three letters in a row, fitted on English
and on eight groups of 298 other languages in Latin letters. A document is given the model under
which it is likeliest, so no language has to be known, and gibberish is what fits none. Chinese is
judged by the share of neighbours that are common inside of words. Other scripts have no model:
their values are missing, which is no finding.

A document is judged by up to 600 of its characters, four pieces from its beginning to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import TextBlock
from datakit.measures.text_letters import (
    HAN,
    KANA,
    LATIN,
    MARK,
    N_LETTERS,
    OTHER_LETTER,
    SPACE,
    SYMBOL,
    letter_codes,
    letter_tables,
    letter_trigrams,
)
from datakit.sample import Column

__all__ = [
    "ASSET",
    "GIBBERISH_COLUMNS",
    "STEPS_PER_BIT",
    "gibberish",
    "locate_gibberish",
]

ASSET = Path(__file__).with_suffix(".npz")
"""The fitted models; `benchmarks/fit_gibberish.py` says from what."""

STEPS_PER_BIT = 16
"""Costs in the asset are whole sixteenths of a bit."""

GIBBERISH_COLUMNS: tuple[Column, ...] = (
    Column(
        "letter_bits",
        "float",
        "bits per character",
        "cross-entropy of the Latin letters under the best of the reference models; missing below "
        "20 Latin letters or where most letters are of another script",
        0,
        16,
        "Shannon 1951; trigrams smoothed after Witten & Bell 1991",
    ),
    Column(
        "broken_word_rate",
        "float",
        "",
        "symbols and digits between two Latin letters, per Latin letter; apostrophes, hyphens, "
        "dots, slashes, & @ _ are none",
        0,
        1,
    ),
    Column(
        "common_bigram_rate",
        "float",
        "",
        "share of neighbouring Han characters that are a common pair inside of Chinese words; "
        "missing below 20 pairs, in Japanese, or where most letters are of another script",
        0,
        1,
        "30,000 commonest pairs of the word list of jieba 0.42.1",
    ),
    Column(
        "non_letter_rate",
        "float",
        "",
        "share of visible characters that are no letters: digits, punctuation, symbols",
        0,
        1,
    ),
)

_PIECES, _PIECE_CHARS = 4, 150
_FEWEST = 20
_LANES = 3  # models whose costs are added up in one 64-bit number
_LANE_BITS = 21
_RANKS = 4096


@dataclass(frozen=True)
class _Models:
    """The asset, arranged for reading.

    Parameters
    ----------
    letters
        uint64, shape (3, 27 ** 3): the costs of nine models, three in every number.
    ranks
        uint16, shape (65536,): rank of a Han character plus one, 0 for one in no common pair;
        traditional characters have the rank of their simplified forms.
    pairs
        uint8, shape (4096 * 4096 / 8,): a bit for every pair of ranks.
    """

    letters: npt.NDArray[np.uint64]
    ranks: npt.NDArray[np.uint16]
    pairs: npt.NDArray[np.uint8]


@cache
def _models() -> _Models:
    with np.load(ASSET, allow_pickle=False) as data:
        costs = data["letters"].astype(np.uint64)
        ranks = np.zeros(1 << 16, np.uint16)
        ranks[data["characters"]] = np.arange(1, len(data["characters"]) + 1)
        ranks[data["traditional"]] = ranks[data["simplified"]]
        bits = np.zeros(_RANKS * _RANKS, np.uint8)
        first, second = data["pairs"].astype(np.int64).T + 1
        bits[first * _RANKS + second] = 1
    shifts = np.arange(_LANES, dtype=np.uint64) * np.uint64(_LANE_BITS)
    packed = (costs.reshape(-1, _LANES, N_LETTERS**3) << shifts[:, None]).sum(axis=1)
    return _Models(packed, ranks, np.packbits(bits))


def gibberish(block: TextBlock) -> dict[str, npt.NDArray[np.float64]]:
    """How unlike words every document is.

    Returns
    -------
    dict
        One array of shape (d,) for every column of `GIBBERISH_COLUMNS`; NaN where a value is
        missing.
    """
    codes, ends = _sampled(block)
    letters, kinds = letter_codes(codes)
    if len(kinds) < len(codes):
        marks = np.flatnonzero(letter_tables()[1].take(codes) == MARK)
        ends = ends - np.searchsorted(marks, ends)
        codes = np.delete(codes, marks)
    begins = np.concatenate(([0], ends[:-1]))

    present = np.bincount(kinds, minlength=MARK)
    n_latin, n_other, n_han, n_kana, n_space = (
        _count(kinds == kind, ends) if present[kind] else np.zeros(len(ends), np.int64)
        for kind in (LATIN, OTHER_LETTER, HAN, KANA, SPACE)
    )
    n_letters = n_latin + n_other + n_han + n_kana
    n_visible = ends - begins - n_space
    judged = (n_latin >= _FEWEST) & (2 * n_latin >= n_letters)
    symbols = np.flatnonzero(kinds[1:-1] == SYMBOL) + 1
    between = symbols[(kinds[symbols - 1] == LATIN) & (kinds[symbols + 1] == LATIN)]
    n_broken = np.diff(np.searchsorted(between, ends), prepend=0)
    n_common, n_pairs = _common_pairs(codes, kinds == HAN, ends)
    chinese = (n_pairs >= _FEWEST) & (2 * n_han >= n_letters) & (20 * n_kana < n_han)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "letter_bits": np.where(judged, _bits(letters, ends), np.nan),
            "broken_word_rate": np.where(judged, n_broken / n_latin, np.nan),
            "common_bigram_rate": np.where(chinese, n_common / n_pairs, np.nan),
            "non_letter_rate": np.where(n_visible > 0, 1 - n_letters / n_visible, np.nan),
        }


def _count(mask: npt.NDArray[np.bool_], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many are true before each end and behind the end before it."""
    return np.diff(np.searchsorted(np.flatnonzero(mask), ends), prepend=0)


def _sampled(block: TextBlock) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Up to 600 characters of every document, a space behind each piece; where each ends."""
    lengths = block.lengths
    long = lengths > _PIECES * _PIECE_CHARS
    if not long.any():
        return block.codes, block.ends + 1
    n_pieces = np.where(long, _PIECES, 1)
    of = np.repeat(np.arange(len(lengths)), n_pieces)
    which = np.arange(len(of)) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    sizes = np.where(long[of], _PIECE_CHARS, lengths[of])
    begins = block.starts[of] + (lengths[of] - sizes) * which // (_PIECES - 1)
    stops = np.cumsum(sizes + 1)
    places = np.repeat(begins - (stops - sizes - 1), sizes + 1) + np.arange(stops[-1])
    codes = block.codes.take(places)
    codes[stops - 1] = 0
    return codes, stops[np.cumsum(n_pieces) - 1]


def _bits(letters: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Cross-entropy of every document under its best model, shape (d,); NaN without letters."""
    trigrams, places = letter_trigrams(letters)
    bounds = np.searchsorted(places, ends)
    begins = np.concatenate(([0], bounds[:-1]))
    n = bounds - begins
    out = np.full(len(ends), np.nan)
    some = np.flatnonzero(n)
    if not len(some):
        return out
    mask = np.uint64((1 << _LANE_BITS) - 1)
    best = np.full(len(some), np.inf)
    for packed in _models().letters:
        sums = np.add.reduceat(packed.take(trigrams), begins[some])
        for lane in range(_LANES):
            best = np.minimum(best, (sums >> np.uint64(lane * _LANE_BITS)) & mask)
    out[some] = best / n[some] / STEPS_PER_BIT
    return out


def _common_pairs(
    codes: npt.NDArray[np.uint32], han: npt.NDArray[np.bool_], ends: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Common pairs and all pairs of neighbouring Han characters in every document."""
    places = np.flatnonzero(han[:-1] & han[1:])
    if not len(places):
        return np.zeros(len(ends), np.int64), np.zeros(len(ends), np.int64)
    models = _models()
    first, second = (
        models.ranks.take(np.minimum(codes[places + k], 0xFFFF)).astype(np.int64) for k in (0, 1)
    )
    keys = first * _RANKS + second
    common = (models.pairs.take(keys >> 3) >> (7 - (keys & 7)).astype(np.uint8)) & 1
    bounds = np.searchsorted(places, ends)
    sums = np.concatenate(([0], np.cumsum(common, dtype=np.int64)))
    return np.diff(sums[bounds], prepend=0), np.diff(bounds, prepend=0)


def locate_gibberish(text: str) -> list[tuple[int, int]]:
    """The pieces of some 200 characters that are as unlike words as the document, or more."""
    whole = gibberish(TextBlock([text]))
    spans = [(begin, min(begin + 200, len(text))) for begin in range(0, len(text), 200)]
    if not spans:
        return []
    parts = gibberish(TextBlock([text[a:b] for a, b in spans]))
    worse = (
        (parts["letter_bits"] >= whole["letter_bits"])
        | (parts["common_bigram_rate"] <= whole["common_bigram_rate"])
        | (
            (parts["broken_word_rate"] >= whole["broken_word_rate"])
            & (whole["broken_word_rate"] > 0)
        )
    )
    return [span for span, is_worse in zip(spans, worse.tolist(), strict=True) if is_worse]
