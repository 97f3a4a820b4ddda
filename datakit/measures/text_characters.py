"""What every code point is: letter, digit, mark, space, punctuation, upper case, or none of these.

The classes are those of the Unicode Character Database as this Python knows it, with the word
classes of UAX #29 (table 3) on top: marks and format characters belong to what they stand on,
letter-like numbers and circled letters are letters, and only decimal digits are digits.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "DIGIT",
    "LETTER",
    "MARK",
    "MID_LETTER",
    "MID_NUMBER",
    "NEWLINE",
    "OTHER",
    "PUNCTUATION",
    "SPACE",
    "UNSPACED",
    "UPPER",
    "WORD",
    "Codes",
    "Flags",
    "Kinds",
    "code_flags",
    "lower_codes",
]

Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.uint16]
Kinds = npt.NDArray[np.uint8]

SPACE, WORD, LETTER, DIGIT, MARK, UPPER = 1, 2, 4, 8, 16, 32
PUNCTUATION, NEWLINE, UNSPACED, OTHER = 64, 128, 256, 512
MID_LETTER, MID_NUMBER = 1024, 2048

_CODES = 0x110000
_ASSIGNED = 0x33480  # beyond are only private use, tags and variation selectors
_NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # those of str.splitlines
_ZERO_WIDTH_SPACE = 0x200B  # a format character that parts words
# UAX #29: MidLetter, MidNumLet and Single_Quote; MidNum, MidNumLet and Single_Quote.
_MID_NUM_LET = "'.\u2018\u2019\u2024\ufe52\uff07\uff0e"
_MID_LETTERS = _MID_NUM_LET + ":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a"
_MID_NUMBERS = (
    _MID_NUM_LET + ",;\u066b\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe50\ufe54\uff0c\uff1b"
)
# UAX #29, ALetter: symbols that count as letters.
_LETTER_SYMBOLS = (
    (0x02C2, 0x02C5),
    (0x02D2, 0x02D7),
    (0x02DE, 0x02DF),
    (0x02E5, 0x02EB),
    (0x02ED, 0x02ED),
    (0x02EF, 0x02FF),
    (0x055A, 0x055C),
    (0x055E, 0x055E),
    (0x058A, 0x058A),
    (0x05F3, 0x05F3),
    (0x070F, 0x070F),
    (0x24B6, 0x24E9),
    (0xA708, 0xA716),
    (0xA720, 0xA721),
    (0xA789, 0xA78A),
    (0xAB5B, 0xAB5B),
    (0x1F130, 0x1F149),
    (0x1F150, 0x1F169),
    (0x1F170, 0x1F189),
)
# UAX #29, Extend, where the general category does not say so: half-width voiced sound marks,
# emoji modifiers, tags and variation selectors.
_MARKS = ((0xFF9E, 0xFF9F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F), (0xE0100, 0xE01EF))
_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Hangul letters
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),  # ideographic iteration and zero
    (0x3021, 0x3035),
    (0x3038, 0x303C),
    (0x3041, 0x30FF),  # kana
    (0x3105, 0x318F),  # Bopomofo, Hangul compatibility letters
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97F),
    (0xA9E0, 0xA9FF),  # Burmese extensions
    (0xAA60, 0xAADF),  # the same, and Tai Viet
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC),  # half-width kana and Hangul
    (0x11700, 0x1174F),  # Ahom
    (0x16FE0, 0x18D8F),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # kana, Nushu
    (0x20000, 0x3347F),
)


@cache
def code_flags() -> Flags:
    """What every code point is, as a sum of `SPACE`, `WORD`, `LETTER`, ...; shape (0x110000,)."""
    kinds = {
        "L": WORD | LETTER,
        "M": WORD | MARK,
        "Z": SPACE,
        "P": PUNCTUATION,
        "S": PUNCTUATION,
        "C": OTHER,
        "Nd": WORD | DIGIT,
        "Nl": WORD | LETTER,
        "No": PUNCTUATION,
        "Pc": WORD | PUNCTUATION,
        "Lu": WORD | LETTER | UPPER,
        "Lt": WORD | LETTER | UPPER,
        "Cf": WORD | MARK | OTHER,
    }
    flags = np.full(_CODES, OTHER, np.uint16)
    categories = [unicodedata.category(chr(code)) for code in range(_ASSIGNED)]
    flags[:_ASSIGNED] = [kinds[c] if c in kinds else kinds[c[0]] for c in categories]
    flags[_ZERO_WIDTH_SPACE] = OTHER
    for low, high in _LETTER_SYMBOLS:
        flags[low : high + 1] = WORD | LETTER
    for low, high in _MARKS:
        flags[low : high + 1] = WORD | MARK
    for text, flag in ((_MID_LETTERS, MID_LETTER), (_MID_NUMBERS, MID_NUMBER)):
        flags[[ord(c) for c in text]] |= flag
    flags[[ord(c) for c in _NEWLINES]] = SPACE | NEWLINE
    flags[[9, 0x1F]] = SPACE
    for low, high in _UNSPACED_RANGES:
        part = flags[low : high + 1]
        part[(part & LETTER) > 0] |= UNSPACED
    flags.setflags(write=False)
    return flags


@cache
def lower_codes() -> Codes:
    """The lower case of every code point that has a single one; shape (0x110000,)."""
    table = np.arange(_CODES, dtype=np.uint32)
    for code in range(0x1E944):
        lower = chr(code).lower()
        if len(lower) == 1:
            table[code] = ord(lower)
    table.setflags(write=False)
    return table
