"""What an image file is called, and what it begins with."""

from __future__ import annotations

__all__ = ["IMAGE_SUFFIXES", "looks_like_image"]

IMAGE_SUFFIXES = frozenset(
    (
        ".apng",
        ".avif",
        ".avifs",
        ".blp",
        ".bmp",
        ".bw",
        ".cur",
        ".dcx",
        ".dds",
        ".dib",
        ".flc",
        ".fli",
        ".ftc",
        ".ftu",
        ".gbr",
        ".gif",
        ".icb",
        ".icns",
        ".ico",
        ".im",
        ".j2c",
        ".j2k",
        ".jfif",
        ".jif",
        ".jp2",
        ".jpc",
        ".jpe",
        ".jpeg",
        ".jpf",
        ".jpg",
        ".jpx",
        ".mpo",
        ".msp",
        ".pbm",
        ".pcx",
        ".pfm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".psd",
        ".qoi",
        ".ras",
        ".rgb",
        ".rgba",
        ".sgi",
        ".spi",
        ".tga",
        ".tif",
        ".tiff",
        ".vda",
        ".vst",
        ".webp",
        ".xbm",
        ".xpm",
    )
)
"""Suffixes of the formats that Pillow decodes by itself, without external programs."""

_MAGIC = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",  # TIFF
    b"MM\x00*",
    b"II+\x00",  # BigTIFF
    b"MM\x00+",
    b"8BPS",  # Photoshop
    b"qoif",
    b"DDS ",
    b"icns",
    b"\x00\x00\x01\x00",  # ICO
    b"\x00\x00\x00\x0cjP  ",  # JPEG 2000
    b"\xff\x4f\xff\x51",
    b"BLP2",
    b"\x01\xda",  # SGI
)


def looks_like_image(head: bytes) -> bool:
    """Whether a file that begins with `head` (32 bytes) is an image by its magic bytes."""
    if head.startswith(_MAGIC):
        return True
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return True
    if head[:2] == b"BM" and len(head) >= 18:
        return head[14:18] in (b"\x28\0\0\0", b"\x0c\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
    return head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in b" \t\r\n"
