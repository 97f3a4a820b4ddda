"""Metadata cut out of image files, byte by byte: what is coded of the picture stays as it is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from PIL import Image

from datakit.transforms.image_content import orientation_exif

__all__ = ["cut_metadata", "webp_chunks"]

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_EXIF = b"Exif\0\0"
_GPS = 0x8825

Found = tuple[bytes, list[str]] | None


def cut_metadata(data: bytes, turn: int) -> Found:
    """Remove metadata from a JPEG, PNG, WebP or GIF file without decoding it.

    What tells how the picture is shown stays: colour profile and colour space, pixel density,
    animation, and of the EXIF data an orientation other than 1.

    Parameters
    ----------
    data
        The whole file.
    turn
        Its EXIF orientation, 1 to 8.

    Returns
    -------
    data, removed
        The file without metadata, and what was removed, in words; None for files of other
        formats, and for files whose structure is unusual.
    """
    try:
        if data.startswith(_JPEG):
            return _jpeg(data, turn)
        if data.startswith(_PNG):
            return _png(data, turn)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data, turn)
        if data.startswith((b"GIF87a", b"GIF89a")):
            return _gif(data)
    except (IndexError, ValueError):  # it ends within a field
        return None
    return None


# JPEG, ITU-T T.81 Annex B

_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_NAMES = {0xED: "IPTC", 0xFE: "comment"}


def _jpeg(data: bytes, turn: int) -> Found:
    kept, removed = [data[:2]], []
    exif = orientation_exif(turn)
    wanted = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif if turn > 1 else b""
    for marker, segment in _jpeg_segments(data):
        if marker is None:
            removed.append("data after the picture")
        elif (marker & 0xF0) != 0xE0 and marker != 0xFE:
            kept.append(segment)
        elif marker == 0xE0 and segment[4:9] == b"JFIF\0":
            if len(segment) > 18:
                removed.append("thumbnail")
            kept.append(b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0")
        elif (marker == 0xEE and segment[4:9] == b"Adobe") or (
            marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0"
        ):
            kept.append(segment)  # Adobe's tells the colour transform
        elif segment == wanted and wanted not in kept:
            kept.append(segment)
        else:
            removed.append(_jpeg_name(marker, segment))
    if wanted and wanted not in kept:
        kept.insert(2 if kept[1][1] == 0xE0 else 1, wanted)
    return b"".join(kept), removed


def _jpeg_segments(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Marker and bytes of every segment, a scan with its header; None for what follows the end."""
    position = 2
    while True:
        while data[position + 1] == 0xFF:  # fill bytes
            position += 1
        marker = data[position + 1]
        if data[position] != 0xFF or marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD8:
            raise ValueError("stray bytes between segments")
        if marker == 0xD9:
            yield marker, data[position : position + 2]
            if len(data) > position + 2:
                yield None, data[position + 2 :]
            return
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if end < position + 4 or end > len(data):
            raise ValueError("a segment ends after the file")
        if marker == 0xDA:
            found = _SCAN_END.search(data, end)
            end = found.start() if found else len(data)
        yield marker, data[position:end]
        position = end
        if position == len(data):  # the end marker is missing, as of files cut at the very end
            return


def _jpeg_name(marker: int, segment: bytes) -> str:
    body = segment[4:]
    if body.startswith(_EXIF):
        return _exif_name(body)
    if body.startswith(b"http://ns.adobe.com/x"):
        return "XMP"
    if marker == 0xE2 and body.startswith(b"MPF\0"):
        return "index of further pictures"
    if marker == 0xE0:
        return "thumbnail"
    return _JPEG_NAMES.get(marker, f"application data {marker - 0xE0}")


def _exif_name(exif: bytes) -> str:
    tags = Image.Exif()
    try:
        tags.load(exif)
        located = bool(tags.get_ifd(_GPS))
    except Exception:  # broken EXIF is removed like any other
        located = False
    return "EXIF with location" if located else "EXIF"


# PNG, third edition

_PNG_KEPT = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),
        *(b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"pHYs"),
    )
)


def _png(data: bytes, turn: int) -> Found:
    wanted = _png_chunk(b"eXIf", orientation_exif(turn)[len(_EXIF) :]) if turn > 1 else b""
    kept, removed, position = [data[:8]], [], 8
    while True:
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        kind, chunk = data[position + 4 : position + 8], data[position:end]
        if end > len(data):
            return None
        if kind in _PNG_KEPT or (chunk == wanted and wanted not in kept):
            kept.append(chunk)
        else:
            removed.append(_png_name(kind, chunk[8:-4]))
        position = end
        if kind == b"IEND":
            break
    if wanted and wanted not in kept:
        kept.insert(2, wanted)
    if position < len(data):
        removed.append("data after the picture")
    return b"".join(kept), removed


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + check


def _png_name(kind: bytes, body: bytes) -> str:
    if kind == b"eXIf":
        return _exif_name(_EXIF + body)
    if kind in (b"tEXt", b"zTXt", b"iTXt"):
        return "XMP" if body.startswith(b"XML:com.adobe.xmp") else "text"
    return "time" if kind == b"tIME" else f"chunk {kind.decode('latin-1')}"


# WebP, RFC 9649

_WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of every chunk of a WebP file; ValueError where it is cut short."""
    position, end = 12, 8 + int.from_bytes(data[4:8], "little")
    while position + 8 <= end:
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        body = data[position + 8 : position + 8 + length]
        if len(body) < length:
            raise ValueError("a chunk ends after the file")
        yield data[position : position + 4], body
        position += 8 + length + (length & 1)


def _webp(data: bytes, turn: int) -> Found:
    tiff = orientation_exif(turn)[len(_EXIF) :]
    kept, removed = [], []
    for kind, body in webp_chunks(data):
        if kind in _WEBP_KEPT:
            kept.append((kind, body))
        elif kind == b"EXIF" and turn > 1 and body == tiff:
            pass
        elif kind == b"EXIF":
            removed.append(_exif_name(body if body.startswith(_EXIF) else _EXIF + body))
        else:
            removed.append("XMP" if kind == b"XMP " else f"chunk {kind.decode('latin-1')}")
    if kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turn > 1 else 0)
        kept[0] = (b"VP8X", bytes((flags,)) + kept[0][1][1:])
    elif turn > 1:
        return None  # EXIF in a file that must not have any
    if turn > 1:
        kept.append((b"EXIF", tiff))
    if len(data) > 9 + int.from_bytes(data[4:8], "little"):
        removed.append("data after the picture")
    body = b"WEBP" + b"".join(
        kind + len(part).to_bytes(4, "little") + part + b"\0" * (len(part) & 1)
        for kind, part in kept
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body, removed


# GIF89a

_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


def _gif(data: bytes) -> Found:
    position = 13 + _gif_colours(data[10])
    kept, removed = [data[:position]], []
    while data[position] != 0x3B:
        begin, introducer, label = position, data[position], data[position + 1]
        if introducer == 0x2C:
            position += 10 + _gif_colours(data[position + 9]) + 1
        elif introducer == 0x21:
            position += 2
        else:
            return None
        name = data[position + 1 : position + 12]
        while data[position]:
            position += 1 + data[position]
        position += 1
        if introducer == 0x21 and label == 0xFE:
            removed.append("comment")
        elif introducer == 0x21 and label == 0xFF and name not in _GIF_KEPT:
            removed.append("XMP" if name.startswith(b"XMP") else "application data")
        else:
            kept.append(data[begin:position])
    if position + 1 < len(data):
        removed.append("data after the picture")
    return b"".join(kept) + b"\x3b", removed


def _gif_colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
