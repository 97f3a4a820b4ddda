"""Text of unknown origin for a page: what cannot be seen is shown, what acts on a page does not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

__all__ = ["short_path", "visible", "with_marks"]

_NAMES = {
    0xAD: "SHY",
    0x61C: "ALM",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
}
"""Names in Unicode's charts. Joiners (U+200C, U+200D) stay: Persian and emoji need them."""

_CONTROL_PICTURES = 0x2400


@cache
def _table() -> dict[int, str]:
    table = {code: chr(_CONTROL_PICTURES + code) for code in range(0x20) if code not in (9, 10)}
    table[0x7F] = "\u2421"
    unnamed = (*range(0x80, 0xA0), *range(0xE0000, 0xE0080), *range(0xD800, 0xE000))
    table |= {code: f"⟨U+{code:04X}⟩" for code in (*unnamed, 0xFFFE, 0xFFFF)}
    table |= {code: f"⟨{name}⟩" for code, name in _NAMES.items()}
    return table


def visible(text: str) -> str:
    r"""The text with every control character as something that can be seen.

    C0 controls become their pictures (U+2400 to U+2421), those of bidirectional writing and other
    invisible ones their names in ⟨⟩; tabs and line ends stay, CR LF becomes one line end.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> visible("a\x00b\u202ec")
    'a␀b⟨RLO⟩c'
    """
    return text.replace("\r\n", "\n").translate(_table())


def with_marks(text: str, spans: Iterable[Iterable[int]]) -> list[str]:
    """Cut a text at its spans: pieces outside and inside of them, in turn.

    Parameters
    ----------
    text
        Any text.
    spans
        (begin, end) pairs in any order; those that reach out of the text are cut, those that
        overlap joined.

    Returns
    -------
    list of str
        An odd number of visible pieces; those with odd numbers are marked.
    """
    pieces: list[str] = []
    at = 0
    for begin, end in sorted((int(a), int(b)) for a, b in spans):
        start, stop = max(begin, at, 0), min(end, len(text))
        if start >= stop:
            continue
        if start == at and len(pieces) > 1:
            pieces[-1] += text[start:stop]
        else:
            pieces += [text[at:start], text[start:stop]]
        at = stop
    return [visible(piece) for piece in [*pieces, text[at:]]]


def short_path(path: str, most: int = 200) -> str:
    """The end of a path, where it tells most.

    Parameters
    ----------
    path
        Of a sample.
    most
        Characters that are kept.
    """
    shown = visible(path).replace("\n", "\u240a").replace("\t", "\u2409")
    return shown if len(shown) <= most else "…" + shown[-most:]
