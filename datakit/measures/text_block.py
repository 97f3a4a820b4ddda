"""Many documents as one array of code points: what every text measure is computed on.

A measure of one document costs a Python call or more; a measure of a block costs the same call
once for hundreds of documents. So documents lie one behind the other, separated by NUL, and words
are found, hashed and counted for all of them together.

The words are those of `datakit.measures.text_tokens`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from datakit.measures.memory import keep_freed_memory
from datakit.measures.text_characters import (
    DIGIT,
    LETTER,
    MARK,
    NEWLINE,
    OTHER,
    PUNCTUATION,
    SPACE,
    UNSPACED,
    UPPER,
    WORD,
    Codes,
    Flags,
    Kinds,
    code_flags,
    lower_codes,
)
from datakit.measures.text_hashes import PADDING, Hashes, Numbers, SpanHasher, mix
from datakit.measures.text_tokens import TOKENISER, Mask, find_tokens

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
    "Flags",
    "Hashes",
    "Kinds",
    "Mask",
    "Numbers",
    "TextBlock",
    "blocks",
    "code_flags",
    "mix",
]


def blocks(texts: Sequence[str], n_chars: int = 1 << 18) -> Iterator[tuple[int, TextBlock]]:
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
    starts, ends
        Shape (d,): document i is ``codes[starts[i]:ends[i]]``, and a NUL stands at ``ends[i]``.
    narrow
        uint8, shape (n,): the code points, those from U+0100 on replaced by 255.
    wide
        int64, shape (w,): the positions of the code points from U+0100 on.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        keep_freed_memory()
        self.texts = texts
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.ends: Numbers = np.cumsum(lengths + 1) - 1
        self.starts: Numbers = self.ends - lengths
        joined = "\0".join(texts) + "\0" * (PADDING + 1)
        self._n = len(joined) - PADDING
        self._padded_codes: Codes | None = None
        self.wide: Numbers = np.zeros(0, np.int64)
        try:
            self._raw = joined.encode("latin-1")
        except UnicodeEncodeError:
            codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
            self._padded_codes = codes
            self._raw = _narrowed(codes)
            self.wide = np.flatnonzero(codes > 255)
        self.narrow: Kinds = np.frombuffer(self._raw, np.uint8)[: self._n]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def lengths(self) -> Numbers:
        """Characters of every document, shape (d,)."""
        return self.ends - self.starts

    @cached_property
    def bounds(self) -> Numbers:
        """Shape (d + 1,): `starts`, and n."""
        return np.append(self.starts, self._n)

    @cached_property
    def codes(self) -> Codes:
        """Code points of all documents, each followed by one NUL; uint32, shape (n,)."""
        if self._padded_codes is None:
            return self.narrow.astype(np.uint32)
        return self._padded_codes[: self._n]

    @property
    def units(self) -> Codes | Kinds:
        """The code points in the narrowest type that holds them, shape (n,)."""
        return self.narrow if self._padded_codes is None else self.codes

    @cached_property
    def flags(self) -> Flags:
        """`code_flags` of every code point, shape (n,); the NULs between documents are spaces."""
        table = code_flags()
        high = (table[:256] >> 8).astype(np.uint8).tobytes()
        flags = np.frombuffer(self._raw.translate(high), np.uint8)[: self._n].astype(np.uint16)
        flags <<= 8
        flags |= self.kinds
        flags[self.wide] = self.wide_flags
        flags[self.ends] = SPACE | NEWLINE
        return flags

    @cached_property
    def kinds(self) -> Kinds:
        """The low byte of `flags`, `SPACE` to `NEWLINE`, shape (n,)."""
        table = code_flags()[:256].astype(np.uint8).tobytes()
        translated = bytearray(self._raw).translate(table)
        kinds = np.frombuffer(translated, np.uint8)[: self._n]
        kinds[self.wide] = self.wide_flags.astype(np.uint8)
        kinds[self.ends] = SPACE | NEWLINE
        return kinds

    @cached_property
    def wide_codes(self) -> Codes:
        """`codes` at `wide`, shape (w,)."""
        return self.codes[self.wide] if len(self.wide) else np.zeros(0, np.uint32)

    @cached_property
    def wide_flags(self) -> Flags:
        """`code_flags` at `wide`, shape (w,)."""
        return code_flags().take(self.wide_codes)

    @cached_property
    def lower(self) -> Codes:
        """`codes` in lower case, shape (n,)."""
        return self._padded_lower[: self._n]

    @cached_property
    def narrow_lower(self) -> bytes:
        """`narrow` in lower case; n bytes, and some NULs."""
        return self._raw.translate(lower_codes()[:256].astype(np.uint8).tobytes())

    @cached_property
    def _padded_lower(self) -> Codes:
        codes = np.frombuffer(self.narrow_lower, np.uint8).astype(np.uint32)
        codes[self.wide] = lower_codes().take(self.wide_codes)
        return codes

    @cached_property
    def punctuation(self) -> Numbers:
        """The positions of punctuation marks and symbols, shape (p,)."""
        return np.flatnonzero((self.kinds & PUNCTUATION) > 0)

    @cached_property
    def punctuation_units(self) -> Codes | Kinds:
        """The codes of `punctuation`, shape (p,)."""
        return self.units[self.punctuation]

    @cached_property
    def tokens(self) -> tuple[Numbers, Numbers]:
        """First and past-the-last position of every token of all documents, each shape (t,).

        A token is a word, one character of a script without spaces (with its marks), or one
        punctuation mark or symbol; control and format characters count as such symbols.
        """
        return find_tokens(
            self.kinds,
            self.wide[(self.wide_flags & UNSPACED) > 0],
            (self.punctuation, self.punctuation_units),
        )

    @cached_property
    def token_bounds(self) -> Numbers:
        """Shape (d + 1,): the tokens of document i are those from bounds[i] to bounds[i + 1]."""
        return np.searchsorted(self.tokens[0], self.bounds)

    @cached_property
    def token_flags(self) -> Flags:
        """The flags of all characters of every token, or-ed; shape (t,)."""
        starts, _ = self.tokens
        if not len(starts):
            return np.zeros(0, np.uint16)
        # Between two tokens there are only spaces, which have no other flag.
        return np.bitwise_or.reduceat(self.flags, starts) & np.uint16(0xFFFF ^ (SPACE | NEWLINE))

    @cached_property
    def token_kinds(self) -> Kinds:
        """The `kinds` of the first character of every token, shape (t,)."""
        return np.asarray(self.kinds[self.tokens[0]])

    @cached_property
    def is_word(self) -> Mask:
        """Which tokens are words: those with a letter, a digit or an underscore; shape (t,)."""
        # A token begins with a word character, or with a symbol, or with a mark on nothing.
        return np.asarray((self.token_kinds & (WORD | MARK)) == WORD)

    @cached_property
    def words_before(self) -> Numbers:
        """Words before every token and before the end, shape (t + 1,)."""
        counts = np.zeros(len(self.is_word) + 1, np.int64)
        np.cumsum(self.is_word, out=counts[1:])
        return counts

    @cached_property
    def chars_before(self) -> Numbers:
        """Characters of the tokens before every token and before the end, shape (t + 1,)."""
        starts, ends = self.tokens
        chars = np.zeros(len(starts) + 1, np.int64)
        np.cumsum(ends - starts, out=chars[1:])
        return chars

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
        return (self._hasher_of_lower if lower else self._hasher)(starts, ends)

    @cached_property
    def _hasher(self) -> SpanHasher:
        return SpanHasher(self._raw, self._padded_codes)

    @cached_property
    def _hasher_of_lower(self) -> SpanHasher:
        if self._padded_codes is None:
            return SpanHasher(self.narrow_lower, None)
        return SpanHasher(_narrowed(self._padded_lower), self._padded_lower)

    def count(self, positions: Numbers) -> Numbers:
        """How many of the given sorted positions lie in every document, shape (d,)."""
        if not len(positions):
            return np.zeros(len(self), np.int64)
        places = np.searchsorted(positions, self.bounds)
        return places[1:] - places[:-1]

    def count_where(self, mask: Mask | Kinds) -> Numbers:
        """How many positions of a mask (0 or 1) lie in every document or its NUL, shape (d,)."""
        # Sums of 32 bits are the fastest, and a block has fewer characters than that.
        return np.add.reduceat(mask.view(np.uint8), self.starts, dtype=np.int32).astype(np.int64)

    def document_of(self, positions: Numbers) -> Numbers:
        """The document that holds each position, same shape; its NUL counts as its own."""
        return np.searchsorted(self.ends, positions)


def _narrowed(codes: Codes) -> bytes:
    return np.minimum(codes, 255).astype(np.uint8).tobytes()
