"""Many documents as one array of code points: what every text measure is computed on.

A measure of one document costs a Python call or more; a measure of a block costs the same call
once for hundreds of documents. So documents lie one behind the other, separated by NUL, and words
are found, hashed and counted for all of them together.

Words follow the default word boundaries of Unicode (UAX #29, rules WB5 to WB13b): letters, digits
and underscores hold together, apostrophes, dots and colons inside of letters join them ("don't"),
and so do dots and commas inside of digits ("3.14"). Scripts that are written without spaces, or
whose spaces do not part words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese, Tibetan),
count by characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

__all__ = [
    "DIGIT",
    "LETTER",
    "MARK",
    "NEWLINE",
    "OTHER",
    "PUNCTUATION",
    "SPACE",
    "TOKENISER",
    "UNSPACED",
    "UPPER",
    "WORD",
    "Codes",
    "Hashes",
    "Numbers",
    "TextBlock",
    "blocks",
    "code_flags",
    "mix",
]

TOKENISER = "words-1"
"""Version of the word rules: columns that count words are comparable only between equal ones."""

Codes = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint16]

SPACE, WORD, LETTER, DIGIT, MARK, UPPER = 1, 2, 4, 8, 16, 32
PUNCTUATION, NEWLINE, UNSPACED, OTHER = 64, 128, 256, 512
_MID_LETTER, _MID_NUMBER = 1024, 2048

_CODES = 0x110000
_ASSIGNED = 0x33480  # beyond are only private use, tags and variation selectors
_NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # those of str.splitlines
# UAX #29: MidLetter, MidNumLet and Single_Quote; MidNum, MidNumLet and Single_Quote.
_MID_NUM_LET = "'.\u2018\u2019\u2024\ufe52\uff07\uff0e"
_MID_LETTERS = _MID_NUM_LET + ":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a"
_MID_NUMBERS = _MID_NUM_LET + ",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\uff0c\uff1b"
_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Hangul letters
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration and zero
    (0x3021, 0x3029),
    (0x3041, 0x30FF),  # kana
    (0x3105, 0x318F),  # Bopomofo, Hangul compatibility letters
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC),  # half-width kana and Hangul
    (0x1B000, 0x1B16F),
    (0x20000, 0x3347F),
)
_MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(_MULTIPLIER, -1, 1 << 64)


@cache
def code_flags() -> Flags:
    """What every code point is, as a sum of `SPACE`, `WORD`, `LETTER`, ...; shape (0x110000,)."""
    kinds = {
        "L": WORD | LETTER,
        "N": WORD | DIGIT,
        "M": WORD | MARK,
        "Z": SPACE,
        "P": PUNCTUATION,
        "S": PUNCTUATION,
        "C": OTHER,
    }
    flags = np.full(_CODES, OTHER, np.uint16)
    categories = [unicodedata.category(chr(code)) for code in range(_ASSIGNED)]
    flags[:_ASSIGNED] = [
        kinds[c[0]] | (UPPER if c in ("Lu", "Lt") else 0) | (WORD if c == "Pc" else 0)
        for c in categories
    ]
    for text, flag in ((_MID_LETTERS, _MID_LETTER), (_MID_NUMBERS, _MID_NUMBER)):
        flags[[ord(c) for c in text]] |= flag
    flags[[ord(c) for c in _NEWLINES]] = SPACE | NEWLINE
    flags[[9, 0x1F]] = SPACE
    flags[0xE0100:0xE01F0] = WORD | MARK  # variation selectors
    for low, high in _UNSPACED_RANGES:
        part = flags[low : high + 1]
        part[(part & (LETTER | DIGIT)) > 0] |= UNSPACED
    flags.setflags(write=False)
    return flags


@cache
def _lower() -> Codes:
    """The lower case of every code point that has a single one."""
    table = np.arange(_CODES, dtype=np.uint32)
    for code in range(0x1E944):
        lower = chr(code).lower()
        if len(lower) == 1:
            table[code] = ord(lower)
    table.setflags(write=False)
    return table


@cache
def _powers(n: int) -> tuple[Hashes, Hashes]:
    """Powers 0 to n - 1 of the hash's multiplier, and of its inverse, modulo 2^64."""
    out = []
    for base in (_MULTIPLIER, _INVERSE):
        powers = np.full(n, base, np.uint64)
        powers[0] = 1
        out.append(np.multiply.accumulate(powers))
    return out[0], out[1]


def mix(hashes: Hashes) -> Hashes:
    """Spread the bits of 64-bit hashes (the finalising step of Stafford's mixers)."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed = mixed * np.uint64(0xD6E8FEB86659FD93)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)))


def blocks(texts: Sequence[str], n_chars: int = 1 << 17) -> Iterator[tuple[int, TextBlock]]:
    """Cut documents into blocks of some `n_chars` characters that stay in the cache.

    Yields
    ------
    (int, TextBlock)
        The number of the block's first document, and the block.
    """
    begin, size = 0, 0
    for i, text in enumerate(texts):
        if size and size + len(text) > n_chars:
            yield begin, TextBlock(texts[begin:i])
            begin, size = i, 0
        size += len(text) + 1
    if size:
        yield begin, TextBlock(texts[begin:])


class TextBlock:
    """Some documents as one array of code points.

    Parameters
    ----------
    texts
        At least one document; lone surrogates are allowed.

    Attributes
    ----------
    codes
        uint32, shape (n,): all documents, each followed by one NUL.
    starts, ends
        Shape (d,): document i is ``codes[starts[i]:ends[i]]``.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        joined = "\0".join(texts) + "\0"
        self.codes: Codes = np.frombuffer(
            joined.encode("utf-32-le", "surrogatepass"), np.uint32
        )
        self.ends: Numbers = np.cumsum(lengths + 1) - 1
        self.starts: Numbers = self.ends - lengths

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def lengths(self) -> Numbers:
        """Characters of every document, shape (d,)."""
        return self.ends - self.starts

    @cached_property
    def flags(self) -> Flags:
        """`code_flags` of every code point, shape (n,); the NULs between documents are spaces."""
        flags = code_flags()[self.codes]
        flags[self.ends] = SPACE | NEWLINE
        return flags

    @cached_property
    def lower(self) -> Codes:
        """`codes` in lower case, shape (n,)."""
        return _lower()[self.codes]

    @cached_property
    def tokens(self) -> tuple[Numbers, Numbers]:
        """First and past-the-last position of every token of all documents, each shape (t,).

        A token is a word, one character of a script without spaces (with its marks), or one
        punctuation mark or symbol; control and format characters count as such symbols.
        """
        flags = self.flags
        word = (flags & (WORD | UNSPACED)) == WORD
        middle = np.flatnonzero(flags & (_MID_LETTER | _MID_NUMBER))
        middle = middle[(middle > 0) & (middle < len(flags) - 1)]
        before, after = flags[middle - 1], flags[middle + 1]
        letters = (before & after & LETTER > 0) & (flags[middle] & _MID_LETTER > 0)
        digits = (before & after & DIGIT > 0) & (flags[middle] & _MID_NUMBER > 0)
        spaced = (before | after) & UNSPACED == 0
        word[middle[(letters | digits) & spaced]] = True
        visible = (flags & SPACE) == 0
        first = visible.copy()
        first[1:] &= ~(word[1:] & word[:-1])
        # A mark belongs to whatever it stands on.
        marks = np.flatnonzero((flags & MARK) > 0)
        marks = marks[marks > 0]
        first[marks[visible[marks - 1]]] = False
        starts = np.flatnonzero(first)
        # A token ends where the next one begins, or at the next space.
        stops = np.flatnonzero(first | ~visible)
        ends = stops[np.searchsorted(stops, starts, side="right")]
        return starts, ends

    @cached_property
    def token_bounds(self) -> Numbers:
        """Shape (d + 1,): the tokens of document i are those from bounds[i] to bounds[i + 1]."""
        return np.searchsorted(self.tokens[0], np.append(self.starts, len(self.codes)))

    @cached_property
    def token_flags(self) -> Flags:
        """The flags of all characters of every token, or-ed; shape (t,)."""
        starts, _ = self.tokens
        if not len(starts):
            return np.zeros(0, np.uint16)
        # Between two tokens there are only spaces, which have no other flag.
        return np.bitwise_or.reduceat(self.flags, starts) & np.uint16(0xFFFF ^ (SPACE | NEWLINE))

    @cached_property
    def is_word(self) -> npt.NDArray[np.bool_]:
        """Which tokens are words: those with a letter, a digit or an underscore; shape (t,)."""
        return np.asarray((self.token_flags & WORD) > 0)

    @cached_property
    def token_hashes(self) -> Hashes:
        """Hash of every token, case kept; shape (t,)."""
        return self.span_hashes(*self.tokens)

    def span_hashes(self, starts: Numbers, ends: Numbers, lower: bool = False) -> Hashes:
        """64-bit hashes of spans of code points: equal spans, equal hashes, in every block.

        Parameters
        ----------
        starts, ends
            First and past-the-last positions, each shape (m,).
        lower
            Hash the lower case.
        """
        _, inverse = _powers(_room(len(self.codes)))
        sums = self._sums_lower if lower else self._sums
        lengths = (ends - starts).astype(np.uint64)
        return mix((sums[ends] - sums[starts]) * inverse[starts] + lengths)

    @cached_property
    def _sums(self) -> Hashes:
        return self._prefix_sums(self.codes)

    @cached_property
    def _sums_lower(self) -> Hashes:
        return self._prefix_sums(self.lower)

    def _prefix_sums(self, codes: Codes) -> Hashes:
        powers, _ = _powers(_room(len(codes)))
        sums = np.empty(len(codes) + 1, np.uint64)
        sums[0] = 0
        np.cumsum((codes + np.uint32(1)) * powers[: len(codes)], out=sums[1:])
        return sums

    def count(self, positions: Numbers) -> Numbers:
        """How many of the given sorted positions lie in every document, shape (d,)."""
        return np.diff(np.searchsorted(positions, np.append(self.starts, len(self.codes))))

    def document_of(self, positions: Numbers) -> Numbers:
        """The document that holds each position, same shape; its NUL counts as its own."""
        return np.searchsorted(self.ends, positions)


def _room(n: int) -> int:
    """A power of two that is at least n + 1, so that few tables of powers are made."""
    return 1 << max(int(n + 1).bit_length(), 18)
