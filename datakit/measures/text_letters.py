"""Letters of Latin alphabets as the numbers 1 to 26, and three of them in a row as one number."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import LETTER, code_flags

__all__ = [
    "HAN",
    "JOINER",
    "KANA",
    "LATIN",
    "MARK",
    "N_LETTERS",
    "OTHER_LETTER",
    "SPACE",
    "SYMBOL",
    "letter_codes",
    "letter_tables",
    "letter_trigrams",
]

N_LETTERS = 27
"""Space and the letters a to z; accents are left off."""

_JOINERS = "'’ʼ`´-‐‑–—./&@_·+…"
_BASES = dict(zip("ßøłđæœıþðħŋ", "soldaoitdhn", strict=True))
# Kinds of characters: joiners stand inside of words, marks on other characters.
SPACE, LATIN, OTHER_LETTER, HAN, KANA, SYMBOL, JOINER, MARK = range(8)


@cache
def letter_tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Letter (1 to 26, 0 for none) and kind of every code point, each shape (0x110000,)."""
    flags = code_flags()
    kinds = np.where((flags & LETTER) > 0, OTHER_LETTER, SYMBOL).astype(np.uint8)
    letters = np.zeros(len(kinds), np.uint8)
    for code in range(0x2_0000):
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] in "ZC":
            kinds[code] = SPACE
        elif category[0] == "M":
            kinds[code] = MARK
        elif category[0] == "L" and not 0x2E80 <= code < 0xFF00:
            base = unicodedata.normalize("NFKD", char)[0].lower()
            base = _BASES.get(base, base)
            if "a" <= base <= "z":
                kinds[code], letters[code] = LATIN, ord(base) - 96
    kinds[[ord(c) for c in _JOINERS]] = JOINER
    for low, high, kind in (
        (0x3400, 0x9FFF, HAN),
        (0xF900, 0xFAFF, HAN),
        (0x20000, 0x3347F, HAN),
        (0x3041, 0x30FA, KANA),
    ):
        kinds[low : high + 1] = kind
    return letters, kinds


def letter_codes(
    codes: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Letters and kinds of code points, without the marks that stand on other characters.

    Returns
    -------
    letters
        uint8, shape (m,): 1 to 26 for a Latin letter, accents and case left off; 0 for the rest.
    kinds
        uint8, shape (m,): 1 Latin letter, 2 other letter, 3 Han, 4 kana, 0 space, 5 and more rest.
    """
    letters, kinds = (table.take(codes) for table in letter_tables())
    marks = kinds == MARK
    if marks.any():
        letters, kinds = letters[~marks], kinds[~marks]
    return letters, kinds


def letter_trigrams(
    letters: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Every letter, and every end of a word, with the two letters before it in its word.

    Returns
    -------
    trigrams
        Shape (k,), in [0, 27 ** 3): ``(a * 27 + b) * 27 + c``, 0 where there is no letter.
    places
        Shape (k,): where in `letters` the c of each stands.
    """
    padded = np.concatenate((np.zeros(2, np.uint8), letters))
    places = np.flatnonzero(padded[2:] | padded[1:-1])
    b = padded[places + 1].astype(np.int64)
    # The word before is no part of this one.
    a = np.where(b > 0, padded[places], np.uint8(0))
    return (a * np.int64(N_LETTERS) + b) * N_LETTERS + padded[places + 2], places
