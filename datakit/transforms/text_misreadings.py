"""Text whose bytes were read in the wrong encoding, where East Asian encodings are one of the two.

What ftfy does not know: UTF-8 read as GB18030, Shift-JIS, Big5 or Korean, and text in one of these
read as Latin-1 or Windows-1252.
"""

from __future__ import annotations

import re

from datakit.measures.text_encoding import NotTextError, decode

__all__ = ["may_be_misread", "reread_legacy", "reread_utf8"]

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff61-\uff9f]")
_READ_AS = ("gb18030", "cp932", "big5hkscs", "cp949")
_TRIPLES = re.compile(rb"(?:[\xe3-\xef][\x80-\xbf]{2}){3}")
_MIN_CHARS = 4  # "联通" in GBK is valid UTF-8: a few bytes are by chance, twelve are not
_MIN_SHARE = 0.6  # of the bytes beyond ASCII, which must make up such characters
_MAX_LOST = 0.35  # of the characters: lost bytes, U+FFFD

_SINGLE_BYTE = (("latin-1", "latin-1"), ("sloppy-windows-1252", "windows-1252"))
_LEGACY = {"gb18030": "GBK", "cp950": "Big5", "cp932": "Shift-JIS", "cp949": "EUC-KR"} | {
    "euc_jp": "EUC-JP"
}
_MIN_HIGH = 8
_MIN_HIGH_RATE = 0.3
_PAIR = re.compile("[\x80-\U0010ffff]{2,}")


def may_be_misread(text: str) -> bool:
    """Cheap test: whether any line can be UTF-8 that was read in an East Asian encoding."""
    if not _EAST_ASIAN.search(text):
        return False
    return any(_TRIPLES.search(_encoded(text, encoding)) for encoding in _READ_AS)


def _encoded(text: str, encoding: str) -> bytes:
    """The bytes that were read, without those that were lost; none where it cannot have been."""
    try:
        return text.replace("\ufffd", "").encode(encoding)
    except UnicodeEncodeError:
        return b""


def reread_utf8(line: str) -> tuple[str, str]:
    """A line that was UTF-8 and was read as GB18030 or another, read again.

    Returns
    -------
    (str, str)
        The line, U+FFFD where bytes were lost, and what happened to it; as it was, and "", where
        this cannot be.
    """
    best, note, least = line, "", _MAX_LOST
    for encoding in _READ_AS:
        data = _encoded(line, encoding)
        if not _TRIPLES.search(data):
            continue
        fixed = data.decode("utf-8", "replace")
        n_high = len(data) - len(data.translate(None, bytes(range(128, 256))))
        n_lost = fixed.count("\ufffd")
        n_chars = sum("\u3000" <= c <= "\uffef" for c in fixed)
        right = n_chars >= _MIN_CHARS and 3 * n_chars >= _MIN_SHARE * n_high
        if right and n_lost < least * n_chars:
            best, least = fixed, n_lost / n_chars
            note = f"UTF-8 that was read as {_LEGACY.get(encoding, 'Big5')}"
    return best, note


def reread_legacy(text: str) -> tuple[str, str]:
    """A text that was in an East Asian encoding and was read as Latin-1, read again.

    Returns
    -------
    (str, str)
        As `reread_utf8`.
    """
    n_high = sum(map(len, _PAIR.findall(text)))
    if n_high < _MIN_HIGH or n_high < _MIN_HIGH_RATE * len(text):
        return text, ""
    import ftfy.bad_codecs

    for codec, name in _SINGLE_BYTE:
        ftfy.bad_codecs.search_function(codec)
        try:
            data = text.encode(codec)
            found = decode(data)
        except (UnicodeEncodeError, NotTextError):
            continue
        n_letters = len(_EAST_ASIAN.findall(found.text))
        plain = sum(c > "\x7f" for c in found.text)
        if found.encoding in _LEGACY and not found.warning and 2 * n_letters >= plain:
            return found.text, f"{_LEGACY[found.encoding]} that was read as {name}"
    return text, ""
