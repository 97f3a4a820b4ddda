"""64-bit hashes of many spans of text at once: equal spans, equal hashes, wherever they stand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.measures.text_characters import Codes

__all__ = ["PADDING", "Hashes", "Numbers", "SpanHasher", "mix"]

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

PADDING = 16
"""Characters that must follow the last span, so that whole words can be read there."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_WIDE = np.uint64(0xC2B2AE3D27D4EB4F)
_LONG = 256
_BYTE_MASKS = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)
_CODE_MASKS = np.array([0, (1 << 32) - 1, (1 << 64) - 1], np.uint64)


def mix(hashes: Hashes) -> Hashes:
    """Spread the bits of 64-bit hashes (the finalising step of Stafford's mixers)."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(29)
    return mixed


class SpanHasher:
    """Hashes of spans of one array of characters.

    A span is read in words of 64 bits: eight characters below U+0100, or two of any kind. What is
    read depends on the characters of the span alone, so that a word has one hash, whatever
    stands around it.

    Parameters
    ----------
    narrow
        n + `PADDING` bytes: the characters, those from U+0100 on replaced by 255.
    codes
        uint32, shape (n + `PADDING`,): the characters; None when all of them are below U+0100.
    """

    def __init__(self, narrow: bytes, codes: Codes | None) -> None:
        self._bytes = np.ndarray((len(narrow) - 7,), "<u8", narrow, strides=(1,))
        self._codes = codes
        if codes is not None:
            self._code_pairs: Hashes = np.ndarray(
                (len(codes) - 1,), "<u8", codes.data, strides=(4,)
            )
            self._n_wide_before = np.zeros(len(codes) + 1, np.int32)
            np.cumsum(codes > 255, out=self._n_wide_before[1:])

    def __call__(self, starts: Numbers, ends: Numbers) -> Hashes:
        """Hashes of m spans, given their first and past-the-last positions; each shape (m,)."""
        lengths = ends - starts
        if self._codes is None:
            folded = _fold(self._bytes, 8, _BYTE_MASKS, starts, lengths)
            folded *= _MULTIPLIER
        else:
            # A single character is its own code, however wide.
            folded = self._codes.take(starts).astype(np.uint64)
            folded *= _MULTIPLIER
            longer = np.flatnonzero(lengths != 1)
            folded[longer] = self._fold_longer(starts[longer], ends[longer], lengths[longer])
        folded += lengths.astype(np.uint64)
        return mix(folded)

    def _fold_longer(self, starts: Numbers, ends: Numbers, lengths: Numbers) -> Hashes:
        folded = _fold(self._bytes, 8, _BYTE_MASKS, starts, lengths)
        folded *= _MULTIPLIER
        wide = np.flatnonzero(self._n_wide_before[ends] > self._n_wide_before[starts])
        if len(wide):
            again = _fold(self._code_pairs, 2, _CODE_MASKS, starts[wide], lengths[wide])
            folded[wide] = again * _WIDE
        return folded


def _fold(words: Hashes, width: int, masks: Hashes, starts: Numbers, lengths: Numbers) -> Hashes:
    """Read spans word by word, `width` characters at a time, and fold them into one word each."""
    folded = np.asarray(words[starts]) & masks.take(np.minimum(lengths, width))
    active = np.flatnonzero(lengths > width)
    done = width
    while len(active) and done < _LONG:
        left = lengths[active] - done
        word = words[starts[active] + done] & masks.take(np.minimum(left, width))
        folded[active] = mix(folded[active]) + word
        active = active[left > width]
        done += width
    for i in active.tolist():
        folded[i] = _fold_long(words, width, masks, int(starts[i]), int(lengths[i]))
    return folded


def _fold_long(words: Hashes, width: int, masks: Hashes, start: int, length: int) -> np.uint64:
    """The same of one long span, as a polynomial of its words."""
    whole, rest = divmod(length, width)
    read = words[start : start + whole * width : width]
    powers = np.full(whole, _MULTIPLIER)
    np.multiply.accumulate(powers, out=powers)
    total = np.uint64((mix(read) * powers).sum(dtype=np.uint64))
    last = words[start + whole * width] & masks[rest]
    return np.uint64(mix(np.array([total]))[0] ^ last)
