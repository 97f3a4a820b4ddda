"""Texts without case, width, white space and punctuation, and their hashes.

Two documents that differ in nothing else have one hash: line ends, indentation, straight and
curly quotation marks, composed and decomposed accents, full-width and half-width characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np

from datakit.measures.text_block import DIGIT, LETTER, Codes, Kinds, Numbers, TextBlock

__all__ = ["text_hashes"]

_ASSIGNED = 0x33480  # beyond are only private use, tags and variation selectors
_WHOLE = 0xFFFFFFFF
_LOWER = 0x20  # set in lower-case letters and digits of ASCII
_SAME_RANGES = (  # Han, Hangul, surrogates and private use stay as they are
    (0x3400, 0xA000),
    (0xAC00, 0xD7A4),
    (0xD800, 0xF900),
    (0x17000, 0x18D90),
    (0x20000, 0x2F800),
    (0x30000, _ASSIGNED),
)
_DROPPED_RANGES = ((0xFE00, 0xFE10), (0xE0000, 0xE0080), (0xE0100, 0xE01F0))  # selectors, tags


def text_hashes(block: TextBlock) -> list[str | None]:
    """Hash of the folded text of every document.

    Folded is NFKC, full case folding, NFKC again; then all of Unicode's categories Z (spaces),
    P (punctuation), Cc and Cf (control and format characters), the punctuation and symbols of
    ASCII, and variation selectors are left out. Other symbols stay: emoji are content.

    Returns
    -------
    list of str or None
        XXH3 with 128 bits of the folded text in UTF-32 (little-endian), 32 hexadecimal digits;
        None where nothing is left.
    """
    import xxhash

    codes, kept, whole = _kept(block)
    out: list[str | None] = []
    firsts, lasts = (np.searchsorted(kept, edge).tolist() for edge in (block.starts, block.ends))
    packed = codes.astype("<u4").tobytes()
    for i, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        left = _left(block.texts[i]) if i in whole else packed[4 * first : 4 * last]
        out.append(xxhash.xxh3_128_hexdigest(left) if left else None)
    return out


def _kept(block: TextBlock) -> tuple[Codes | Kinds, Numbers, set[int]]:
    """Folded characters that are left, their positions, and the documents that this is wrong for.

    Wrong it is where a character folds to several, or together with its neighbours.
    """
    keep = (block.kinds & (LETTER | DIGIT)) > 0
    foreign = np.flatnonzero(block.narrow > 127)
    if not len(foreign):
        # Boolean indices cost three times as much.
        kept = np.flatnonzero(keep)
        return block.narrow.take(kept) | np.uint8(_LOWER), kept, set()
    folded = _folded().take(block.units[foreign])
    keep[foreign] = folded > 0
    codes = block.codes | np.uint32(_LOWER)
    codes[foreign] = folded
    kept = np.flatnonzero(keep)
    whole = block.document_of(foreign[folded == _WHOLE])
    return codes.take(kept), kept, set(whole.tolist())


def _left(text: str) -> bytes:
    """The folded characters of one text, the exact way."""
    codes = np.frombuffer(_normal(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes[_folded().take(codes) > 0].astype("<u4").tobytes()


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@cache
def _folded() -> Codes:
    """What every code point is folded to, shape (0x110000,).

    0 where nothing is left, `_WHOLE` where several are left or the neighbours matter.
    """
    table = np.arange(0x110000, dtype=np.uint32)
    joining = set(_joining())
    same = {code for low, high in _SAME_RANGES for code in range(low, high)}
    for code in set(range(_ASSIGNED)) - same:
        left = "".join(c for c in _normal(chr(code)) if not _is_dropped(c))
        joins = not joining.isdisjoint((code, *map(ord, left)))
        table[code] = _WHOLE if joins or len(left) > 1 else ord(left or "\0")
    for low, high in _DROPPED_RANGES:
        table[low:high] = 0
    table.setflags(write=False)
    return table


def _joining() -> Iterator[int]:
    """Code points that may be reordered or composed with what stands before them."""
    yield from (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))  # vowels and finals of Hangul
    for code in range(_ASSIGNED):
        if unicodedata.combining(chr(code)):
            yield code
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            yield int(parts[1], 16)


def _is_dropped(char: str) -> bool:
    if char < "\x80":
        return not char.isalnum()
    category = unicodedata.category(char)
    return category in ("Cc", "Cf") or category[0] in "PZ" or "\ufe00" <= char <= "\ufe0f"
