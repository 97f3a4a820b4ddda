"""The suffix of a sample: of its name where that tells, else of its bytes."""

from __future__ import annotations

from datakit.corpora.formats import looks_like_image
from datakit.corpora.kinds import KINDS

__all__ = ["suffix_of"]

_BEGINS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"GIF8", ".gif"),
    (b"RIFF", ".webp"),
    (b"BM", ".bmp"),
    (b"II", ".tif"),
    (b"MM", ".tif"),
    (b"8BPS", ".psd"),
    (b"qoif", ".qoi"),
    (b"DDS ", ".dds"),
    (b"icns", ".icns"),
    (b"\x00\x00\x01\x00", ".ico"),
    (b"\x00\x00\x00\x0cjP", ".jp2"),
    (b"\xff\x4f\xff\x51", ".j2k"),
    (b"BLP2", ".blp"),
    (b"\x01\xda", ".sgi"),
    (b"P", ".pnm"),
)


def suffix_of(path: str, data: bytes, modality: str) -> str:
    r"""Lower case, with the dot; "" for an image that neither name nor bytes show to be one.

    Parameters
    ----------
    path
        Of the sample in its corpus: of table rows ``train.parquet#000000012``.
    data
        Its bytes.
    modality
        "image" or "text".

    Examples
    --------
    >>> suffix_of("cat/1.JPG", b"", "image")
    '.jpg'
    >>> suffix_of("train.parquet#000000012", b"BM" + bytes(12) + b"\x28\0\0\0", "image")
    '.bmp'
    """
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    suffix = f"{dot}{ending}".lower() if stem else ""
    if suffix in KINDS[modality].suffixes:
        return suffix
    if modality == "text":
        return ".txt"
    if not looks_like_image(data[:32]):
        return ""
    return next((found for begins, found in _BEGINS if data.startswith(begins)), ".avif")
