"""The damage that a wrong step from bytes to text has left in a text.

Counted are unlikely sequences of characters (ftfy's heuristic), characters of East Asia whose bytes
in a legacy encoding are UTF-8, and replacement characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import TextBlock
from datakit.sample import Column

__all__ = ["MOJIBAKE_COLUMNS", "locate_mojibake", "mojibake"]

MOJIBAKE_COLUMNS: tuple[Column, ...] = (
    Column(
        "mojibake_rate",
        "float",
        "",
        "sequences of characters that hardly occur outside of wrongly decoded text, per character",
        0,
        1,
        "ftfy 6.3 badness.badness (Speer 2019)",
    ),
    Column(
        "misread_rate",
        "float",
        "",
        "share of the characters beyond ASCII whose bytes in GB18030, Shift-JIS, Big5 or Korean "
        "are UTF-8 for letters of East Asia: UTF-8 read as one of these",
        0,
        1,
    ),
    Column(
        "replacement_rate",
        "float",
        "",
        "share of replacement characters (U+FFFD) in the text",
        0,
        1,
    ),
)

_PLAIN = "\u00a0·–—‘’“”…"  # alone, and among ASCII and Han, these are never unlikely
_SPOT = re.compile("[^\x00-\x7f]{2,}|[\x80-\x9fÂÃŒœ]")
_BASIC = "".join(map(chr, range(0x80, 0xD800))) + "".join(map(chr, range(0xE000, 0x10000)))
_REACH = 8  # characters on either side of a spot that an unlikely sequence can have
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff61-\uff9f]")
_MISREAD_AS = ("cp932", "big5hkscs", "cp949")


def mojibake(block: TextBlock) -> dict[str, npt.NDArray[np.float64]]:
    """How much wrongly decoded text is in every document.

    A document of ASCII characters costs nothing. Rates of an empty document are 0.

    Returns
    -------
    dict
        One array of shape (d,) for every column of `MOJIBAKE_COLUMNS`.
    """
    out = {column.name: np.zeros(len(block)) for column in MOJIBAKE_COLUMNS}
    beyond = [i for i, text in enumerate(block.texts) if not text.isascii()]
    if not beyond:
        return out
    texts = [block.texts[i] for i in beyond]
    out["mojibake_rate"][beyond] = [len(_unlikely(text)) / len(text) for text in texts]
    out["replacement_rate"][beyond] = [text.count("\ufffd") / len(text) for text in texts]
    out["misread_rate"][beyond] = _misread(texts)
    return out


@cache
def _suspect() -> re.Pattern[str]:
    """One of the characters without which no alternative of ftfy's expression matches."""
    from ftfy.badness import MOJIBAKE_CATEGORIES

    known = re.compile("[" + "".join(MOJIBAKE_CATEGORIES.values()) + "]")
    return re.compile("[" + "".join(sorted(set(known.findall(_BASIC)) - set(_PLAIN))) + "]")


def _unlikely(text: str) -> list[tuple[int, int]]:
    """What ftfy's expression finds, looked for only where it can be."""
    if not _suspect().search(text):
        return []
    from ftfy.badness import BADNESS_RE

    out, begin, end = [], 0, -1
    for spot in _SPOT.finditer(text):
        if spot.start() - _REACH > end:
            out += [m.span() for m in BADNESS_RE.finditer(text, begin, end)] if end > 0 else []
            begin = max(spot.start() - _REACH, 0)
        end = min(spot.end() + _REACH, len(text))
    return out + [m.span() for m in BADNESS_RE.finditer(text, begin, end)] if end > 0 else out


def _misread(texts: Sequence[str]) -> list[float]:
    """Share of the characters beyond ASCII whose legacy bytes are UTF-8 of East Asian letters."""
    out = [0.0] * len(texts)
    east = [i for i, text in enumerate(texts) if _EAST_ASIAN.search(text)]
    for encoding in ("gb18030", *_MISREAD_AS):
        data = [_legacy_bytes(texts[i], encoding) for i in east]
        for i, bytes_, n in zip(east, data, _n_utf8(data), strict=True):
            n_beyond = len(texts[i]) - len(texts[i].encode("ascii", "ignore"))
            n_high = len(bytes_) - len(texts[i]) + n_beyond
            out[i] = max(out[i], min(3 * n / max(2 * n_beyond, n_high), 1.0))
    return out


def _legacy_bytes(text: str, encoding: str) -> bytes:
    if encoding == "gb18030":  # has every character
        return text.encode(encoding, "ignore")
    try:  # What was read in this encoding can be written in it.
        return text.replace("\ufffd", "").encode(encoding)
    except UnicodeEncodeError:
        return b""


def _n_utf8(data: list[bytes]) -> list[int]:
    """How many kana, Han, Hangul or wide punctuation marks of UTF-8 are in each, shape (n,)."""
    ends = np.cumsum([len(d) + 1 for d in data])
    codes = np.frombuffer(b"\0".join([*data, b"\0\0"]), np.uint8)
    first, later = codes[:-2], (codes & 0xC0) == 0x80
    found = np.flatnonzero((first >= 0xE3) & (first <= 0xEF) & later[1:-1] & later[2:])
    return np.diff(np.searchsorted(found, ends), prepend=0).tolist()


def locate_mojibake(text: str) -> list[tuple[int, int]]:
    """Spans of a text that look wrongly decoded, in order."""
    if text.isascii():
        return []
    spans = _unlikely(text) + [m.span() for m in re.finditer("\ufffd+", text)]
    for line in re.finditer(r"[^\x00-\x7f](?:[^\n]*[^\x00-\x7f])?", text):
        if _misread([line[0]])[0] >= 0.5:
            spans.append(line.span())
    out: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out
