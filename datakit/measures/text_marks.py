"""The marks that end sentences, and those that may follow them."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from datakit.measures.text_block import Kinds

__all__ = ["CLOSER", "ELLIPSIS", "PICTURE", "QUOTE", "TERMINAL", "code_marks"]

TERMINAL, CLOSER, QUOTE, ELLIPSIS, PICTURE = 1, 2, 4, 8, 16

# Unicode 15.1, PropList.txt, Sentence_Terminal: first and last of each run.
_SENTENCE_TERMINAL = (
    "21-21 2e-2e 3f-3f 589-589 61d-61f 6d4-6d4 700-702 7f9-7f9 837-837 839-839 83d-83e 964-965 "
    "104a-104b 1362-1362 1367-1368 166e-166e 1735-1736 17d4-17d5 1803-1803 1809-1809 1944-1945 "
    "1aa8-1aab 1b4e-1b4f 1b5a-1b5b 1b5e-1b5f 1b7d-1b7f 1c3b-1c3c 1c7e-1c7f 2024-2024 203c-203d "
    "2047-2049 2cf9-2cfb 2e2e-2e2e 2e3c-2e3c 2e53-2e54 3002-3002 a4ff-a4ff a60e-a60f a6f3-a6f3 "
    "a6f7-a6f7 a876-a877 a8ce-a8cf a92f-a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb-abeb fe12-fe12 "
    "fe15-fe16 fe52-fe52 fe56-fe57 ff01-ff01 ff0e-ff0e ff1f-ff1f ff61-ff61 10a56-10a57 "
    "10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143 111c5-111c6 111cd-111cd "
    "111de-111df 11238-11239 1123b-1123c 112a9-112a9 1144b-1144c 115c2-115c3 115c9-115d7 "
    "11641-11642 1173c-1173e 11944-11944 11946-11946 11a42-11a43 11a9b-11a9c 11c41-11c42 "
    "11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5-16af5 16b37-16b38 16b44-16b44 16e98-16e98 "
    "1bc9f-1bc9f 1da88-1da88"
)
_QUOTES = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u300d\u300f\uff02\uff07"
_ELLIPSES = "\u2026\u22ef"
_PICTURES = ((0x2190, 0x2BFF), (0x1F000, 0x1FAFF))  # arrows to emoji
_ASSIGNED = 0x20000


@cache
def code_marks() -> Kinds:
    """What every code point is as an end of a sentence, as a sum of `TERMINAL`, `CLOSER`, ....

    `TERMINAL` is the property Sentence_Terminal, `CLOSER` a closing bracket or a quotation mark,
    `QUOTE` a quotation mark, `ELLIPSIS` one of a single character, `PICTURE` an emoji or alike.
    Shape (0x110000,).
    """
    marks = np.zeros(0x110000, np.uint8)
    for run in _SENTENCE_TERMINAL.split():
        low, high = (int(code, 16) for code in run.split("-"))
        marks[low : high + 1] |= TERMINAL
    for low, high in _PICTURES:
        marks[low : high + 1] |= PICTURE
    closing = [c for c in range(_ASSIGNED) if unicodedata.category(chr(c)) in ("Pe", "Pf")]
    marks[closing] |= CLOSER
    marks[[ord(c) for c in _QUOTES]] |= CLOSER | QUOTE
    marks[[ord(c) for c in _ELLIPSES]] |= ELLIPSIS
    marks.setflags(write=False)
    return marks
