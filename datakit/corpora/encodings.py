"""Which encoding a text file is in, from its first bytes."""

from __future__ import annotations

import codecs

__all__ = ["find_encoding"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: the mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_FEW = 8
"""Up to so many bad bytes are damage to a UTF-8 file; a guess from fewer would be luck."""

_SINGLE_BYTE = {
    "cp1250": ("Croatian", "Czech", "Hungarian", "Polish", "Romanian", "Slovak", "Slovene"),
    "cp1254": ("Turkish",),
    "cp1257": ("Estonian", "Latvian", "Lithuanian"),
    "cp1258": ("Vietnamese",),
    "cp1252": (),
}
"""Windows' encodings of Latin letters, and what is written in them; all else is in cp1252."""


def find_encoding(head: bytes) -> str:
    """Name of the codec for a file that begins with `head`.

    A byte order mark decides. A file without one is UTF-8 when more of its characters beyond
    ASCII are valid UTF-8 than not, or when there are too few to say. Anything else is what
    charset-normalizer finds the most likely, and UTF-8 when it finds nothing.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its end may cut a character
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    text = head.decode("utf-8", "surrogateescape")
    beyond = [char for char in text if char > "\x7f"]
    n_bad = sum("\udc80" <= char <= "\udcff" for char in beyond)
    if n_bad <= _FEW or 2 * n_bad <= len(beyond):
        return "utf-8"
    return _guess(head) or "utf-8"


def _guess(head: bytes) -> str | None:
    from charset_normalizer import from_bytes

    # A line ends with a whole character in every encoding that is told apart here.
    whole = head[: head.rfind(b"\n") + 1] or head[: len(head) // 2 * 2]
    matches = from_bytes(whole)
    best = matches.best()
    if best is None:
        return None
    if best.encoding in _SINGLE_BYTE:
        # Text in one of these is readable in the others, with some letters exchanged.
        page = next((p for p, those in _SINGLE_BYTE.items() if best.language in those), "cp1252")
        if any(match.encoding == page and match.chaos <= best.chaos for match in matches):
            return page
    return "gb18030" if best.encoding in ("gbk", "gb2312") else best.encoding
