"""From bytes to text: which encoding a file is in, and what did not fit.

`decode` tries UTF-8 first, then what a byte order mark or the places of NUL bytes say. Of the rest,
charset-normalizer tells the encodings whose letters stand together (Chinese, Cyrillic, ...); where
bytes above 127 stand alone between ASCII letters, the letters that European languages are written
with decide, because there charset-normalizer often takes one code page for another.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Decoded", "NotTextError", "decode"]

_SAMPLE = 1 << 16
_PIECES = 8
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1b") + b"\x7f"
_HIGH = bytes(range(128, 256))
_MAX_CONTROLS = 0.3  # of a file that is UTF-8; random bytes have 0.11 and are not UTF-8
_MAX_LEGACY_CONTROLS = 0.05

# The supersets that browsers decode instead (WHATWG Encoding Standard, labels).
_SUPERSETS = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "koi8_r": "koi8_u",
}
_QUOTES = "‘’‚“”„–—…•«»¡¿°·§©®™€£\u00a0"
_WEST = "éèêëàâçùûüîïôœæ äöüß áéíóúñü ãõçáéíóúâêôà àèéìíòóùú åäö æøåé ðþáéíóúýæö õäöüšž éëïóöüá"
_CENTRE = "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîșşțţ čćđšž ëç"
_ALPHABETS = (
    ("cp1252", _WEST),
    ("cp1250", _CENTRE),
    ("iso8859_2", _CENTRE),
    ("cp1254", "ğışçöüİâî"),
    ("cp1257", "ąčęėįšųūž āčēģīķļņšūž õäöüšž"),
    ("mac_roman", _WEST),
    ("cp850", _WEST),
)
"""Code pages for Latin letters, each with the letters of the languages that are written in it."""

# Where charset-normalizer is believed: no code pages for Latin letters, see the module.
_TRUSTED = re.compile(
    r"gb18030|hz|big5\w*|cp9\d\d|shift_\w+|euc_\w+|johab|iso2022\w*|utf_\w+|cp125[1356]|koi8\w*|cp866|cp1125|"
    r"cp855|kz1048|ptcp154|mac_(?:cyrillic|greek)|iso8859_[5678]|cp8(?:62|64|69|74)|cp7(?:20|37)"
)


class NotTextError(ValueError):
    """Bytes that are no text in any encoding; the message says what was found in them."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was read.

    Parameters
    ----------
    text
        Without byte order mark.
    encoding
        Name of the encoding as Python has it; ``utf-8`` for most.
    warning
        What was done about the bytes that did not fit, "" where there was nothing to do.
    """

    text: str
    encoding: str
    warning: str = ""


def decode(data: bytes) -> Decoded:
    """Read a text whose encoding nobody told.

    Of large files 64 kB are looked at to tell the encoding; then the whole is decoded.

    Raises
    ------
    NotTextError
        If there are too many NUL or control characters for a text, or no encoding fits.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, "byte order mark removed")
    wide = _spaced_by_nuls(data)
    if wide:
        return _decoded(data, wide, "no byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _nearly_utf8(data, error):
            return _decoded(data, "utf-8")
        return _decode_legacy(data)
    escaped = _escaped(data)
    if escaped:
        return _decoded(data, escaped)
    _check_controls(data, _MAX_CONTROLS)
    return Decoded(text, "utf-8")


def _decoded(data: bytes, encoding: str, note: str = "") -> Decoded:
    """Decode with replacement characters where bytes do not fit, and say how many."""
    try:
        return Decoded(data.decode(encoding), encoding, note)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
    n_bad = text.count("\ufffd")
    damage = f"{n_bad} byte sequence{'s' * (n_bad > 1)} not valid in {encoding}, read as U+FFFD"
    return Decoded(text, encoding, f"{note}; {damage}" if note else damage)


def _columns(data: bytes) -> npt.NDArray[np.uint8]:
    """The bytes of a sample in four columns, shape (n, 4); none where the length is odd."""
    head = np.frombuffer(b"" if len(data) % 2 else data[:_SAMPLE], np.uint8)
    return head[: len(head) // 4 * 4].reshape(-1, 4)


def _spaced_by_nuls(data: bytes) -> str:
    """UTF-16 or UTF-32 by the places of its NUL bytes, "" for anything else."""
    if 0 not in data[:_SAMPLE]:
        return ""
    zeros = _columns(data) == 0
    shares = zeros.mean(axis=0) if len(zeros) else np.zeros(4)
    for encoding, full, empty in (
        ("utf-32-le", (2, 3), (0,)),
        ("utf-32-be", (0, 1), (3,)),
        ("utf-16-le", (1, 3), (0, 2)),
        ("utf-16-be", (0, 2), (1, 3)),
    ):
        if shares[list(full)].min() > 0.4 and shares[list(empty)].max() < 0.05:
            return encoding
    return ""


def _east_asian_utf16(data: bytes) -> str:
    """UTF-16 by its high bytes, which are those of Han, kana and Hangul; "" for anything else."""
    pairs = _columns(data).reshape(-1, 2)
    for encoding, column in (("utf-16-le", 1), ("utf-16-be", 0)):
        high, low = pairs[:, column], pairs[:, 1 - column]
        basic = (high == 0) | (high == 0x30) | (high == 0xFF)
        east = ((high >= 0x4E) & (high <= 0x9F)) | ((high >= 0xAC) & (high <= 0xD7))
        if len(high) and (basic | east).mean() > 0.97 and basic.mean() > 0.02:
            return encoding if (low == 0).mean() < 0.05 else ""
    return ""


def _escaped(data: bytes) -> str:
    """ISO-2022-JP or ISO-2022-KR: ASCII bytes with escape sequences; "" for anything else."""
    for mark, encoding in (
        (b"\x1b$B", "iso2022_jp"),
        (b"\x1b$@", "iso2022_jp"),
        (b"\x1b$)C", "iso2022_kr"),
    ):
        if mark in data:
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                return ""
            return encoding
    return ""


def _nearly_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether bytes are UTF-8 but for a few: at most one bad sequence for ten good ones."""
    if error.reason == "unexpected end of data" and error.end - error.start > 1:
        return True  # cut through the last character
    text = data.decode("utf-8", "replace")
    n_bad = text.count("\ufffd")
    n_beyond = len(text) - (len(data) - len(data.translate(None, bytes(range(128)))))
    return n_beyond - n_bad >= 10 * n_bad


def _check_controls(data: bytes, limit: float) -> None:
    n = len(data) - len(data.translate(None, _CONTROLS))
    if n > limit * len(data):
        raise NotTextError(
            f"{n / len(data):.0%} of the {len(data):,} bytes are NUL or control characters; "
            "this looks like a binary file, not like text"
        )


def _decode_legacy(data: bytes) -> Decoded:
    sample = _sample(data)
    wide = _east_asian_utf16(data)
    if wide:
        return _decoded(data, wide, "no byte order mark")
    _check_controls(data, _MAX_LEGACY_CONTROLS)
    n_high = len(data) - len(data.translate(None, _HIGH))
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    if alone * len(data) >= 0.6 * n_high * len(sample):
        return _decoded(data, _latin_encoding(sample))
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise NotTextError(
            f"{n_high:,} of the {len(data):,} bytes are above 127 and fit no text encoding"
        )
    encoding = _SUPERSETS.get(best.encoding, best.encoding)
    return _decoded(data, encoding if _TRUSTED.fullmatch(encoding) else _latin_encoding(sample))


def _sample(data: bytes) -> bytes:
    """The whole, or lines from eight places; only the beginning where there are no lines."""
    if len(data) <= _SAMPLE:
        return data
    size = _SAMPLE // _PIECES
    pieces = []
    for k in range(_PIECES):
        begin = (len(data) - size) * k // (_PIECES - 1)
        piece = data[begin : begin + size]
        # Only behind a line break is it sure that a character begins.
        first, last = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
        if first < last:
            pieces.append(piece[0 if k == 0 else first : last])
    return b"".join(pieces) or data[: _SAMPLE // 4 * 4]


def _latin_encoding(sample: bytes) -> str:
    """The code page in which most letters beyond ASCII are those of one language."""
    counts = np.bincount(np.frombuffer(sample, np.uint8), minlength=256)[128:].tolist()
    best, best_score = "cp1252", -np.inf
    for encoding, alphabets in _ALPHABETS:
        letters = _HIGH.decode(encoding, "replace")
        bad = sum(n for c, n in zip(letters, counts, strict=True) if c < "\xa0" or c == "\ufffd")
        for alphabet in alphabets.split():
            fits = alphabet + alphabet.upper() + _QUOTES
            score = sum(n for c, n in zip(letters, counts, strict=True) if c in fits) - 3 * bad
            if score > best_score:
                best, best_score = encoding, score
    return best
