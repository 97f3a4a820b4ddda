"""Bytes of one image -> header facts and pixels, decoded once; never trusted, never repaired."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image, ImageFile, UnidentifiedImageError

from datakit.measures.jpeg_header import JpegHeader, coded_picture, jpeg_header
from datakit.measures.modality import UndecodableError

__all__ = ["MAX_PIXELS", "Picture", "read_image", "read_small"]

MAX_PIXELS = 89_478_485
"""Largest picture that is decoded in full: Pillow's own limit against decompression bombs."""

MAX_CODED_PIXELS = 2**28
"""Largest JPEG header that is believed; progressive ones buffer every coefficient."""

FULL_DECODE_PIXELS = 2**20
"""JPEGs up to a megapixel are decoded in full; larger ones by libjpeg's DCT scaling."""

_BITS = {"1": 1, "I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}


@dataclass
class Picture:
    """One decoded image.

    Parameters
    ----------
    header
        Values of the columns that the header tells (format, width, mode, ...).
    pixels
        uint8, (h, w, 3) or (h, w) for gray; 16-bit data are scaled, alpha is dropped.
    scale
        Denominator of the DCT scaling that was used: 1, 2, 4 or 8.
    stream
        For a scaled JPEG, its coded picture without metadata: equal streams have equal pixels.
    transparent_rate
        Share of pixels that are more than half transparent.
    is_complete
        Whether `pixels` say all that the file holds: no alpha, one frame, 8 bits, no inks.
    """

    header: dict[str, Any]
    pixels: npt.NDArray[np.uint8]
    scale: int = 1
    stream: bytes | None = None
    transparent_rate: float = 0.0
    is_complete: bool = True


def read_image(data: bytes) -> Picture:
    """Decode one image, at reduced scale where it is a large JPEG.

    Parameters
    ----------
    data
        The whole file.

    Raises
    ------
    UndecodableError
        Not an image, cut short, damaged, or too large to decode safely; with the cause.
    """
    if not data:
        raise UndecodableError("the file is empty", "empty")
    header = jpeg_header(data) if data.startswith(b"\xff\xd8\xff") else None
    if header is not None and header.width * header.height <= MAX_CODED_PIXELS:
        # libjpeg's warnings are errors here; what Pillow can still read in full is readable.
        with contextlib.suppress(Exception):
            return _plain_jpeg(data, header)
    return _carefully(data)


def read_small(data: bytes, side: int) -> tuple[npt.NDArray[np.uint8], int]:
    """Pixels for a thumbnail: of a plain JPEG at the smallest scale whose long side is enough.

    Parameters
    ----------
    data
        The whole file.
    side
        Least length of the long side in px, where the picture has as much.

    Returns
    -------
    pixels, orientation
        uint8, (h, w, 3) or (h, w); EXIF orientation, 1 to 8.

    Raises
    ------
    UndecodableError
        As `read_image`.
    """
    header = jpeg_header(data) if data.startswith(b"\xff\xd8\xff") else None
    if header is not None and header.width * header.height <= MAX_CODED_PIXELS:
        with contextlib.suppress(Exception):
            long = max(header.width, header.height)
            scale = max(k for k in (1, 2, 4, 8) if long >= k * side or k == 1)
            return _turbo(data, header, scale), 1
    picture = _carefully(data)
    return picture.pixels, int(picture.header["exif_orientation"])


def _plain_jpeg(data: bytes, header: JpegHeader) -> Picture:
    facts: dict[str, Any] = {
        "format": "JPEG",
        "width": header.width,
        "height": header.height,
        "mode": header.mode,
        "bit_depth": 8,
        "n_frames": 1,
        "exif_orientation": 1,
        "has_icc": header.has_icc,
        "jpeg_quality": None if header.luma_sum is None else _quality(header.luma_sum),
        "warning": None,
    }
    scale = _scale(header.width, header.height)
    pixels = _turbo(data, header, scale)
    return Picture(facts, pixels, scale, coded_picture(data) if scale > 1 else None)


def _carefully(data: bytes) -> Picture:
    """Decode with Pillow, whatever it is; every failure has a cause."""
    # A truncated file must fail: other packages switch this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _decode(data)
        except UndecodableError:
            raise
        except UnidentifiedImageError:
            raise UndecodableError(f"not an image: starts with {data[:8]!r}") from None
        except Image.DecompressionBombError as error:
            raise UndecodableError(f"too large to decode: {error}") from None
        except MemoryError:
            raise UndecodableError("too large to decode: out of memory") from None
        except Exception as error:  # decoders raise nearly anything
            cause = f"{type(error).__name__}: {error}"
            cut = any(word in cause.lower() for word in ("truncat", "premature", "not enough"))
            raise UndecodableError(cause, "truncated" if cut else "unreadable") from None


def _decode(data: bytes) -> Picture:
    image = Image.open(io.BytesIO(data))
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        if width * height > MAX_CODED_PIXELS:
            raise UndecodableError(f"too large to decode: {width} x {height} px")
        header = _header(image)
        if image.mode in ("RGB", "L") and image.format == "JPEG":
            return _decode_jpeg(data, image, header)
    elif width * height > MAX_PIXELS:
        raise UndecodableError(
            f"too large to decode: {width} x {height} px, limit {MAX_PIXELS} (decompression bomb?)"
        )
    else:
        header = _header(image)
    image.load()
    pixels, transparent = _to_uint8(image)
    complete = image.mode in ("RGB", "L", "P", "1") and "transparency" not in image.info
    complete = complete and header["n_frames"] == 1 and header["bit_depth"] <= 8
    return Picture(header, pixels, transparent_rate=transparent, is_complete=complete)


def _decode_jpeg(data: bytes, image: Image.Image, header: dict[str, Any]) -> Picture:
    scale = _scale(*image.size)
    try:
        pixels = _turbo(data, JpegHeader(*image.size, image.mode, False, None), scale)
    except ValueError as error:
        image.load()
        header["warning"] = str(error)
        pixels, _ = _to_uint8(image)
        return Picture(header, pixels)
    return Picture(header, pixels, scale, coded_picture(data) if scale > 1 else None)


def _scale(width: int, height: int) -> int:
    """Denominator of the DCT scaling that a JPEG of this size is measured at."""
    scale = 1
    if width * height > FULL_DECODE_PIXELS:
        while scale < 8 and min(width, height) // (scale * 2) >= 256:
            scale *= 2
    return scale


def _turbo(data: bytes, header: JpegHeader, scale: int) -> npt.NDArray[np.uint8]:
    """Pixels by libjpeg-turbo; its warnings are ValueErrors."""
    pixels = simplejpeg.decode_jpeg(
        data,
        "GRAY" if header.mode == "L" else "RGB",
        min_height=-(-header.height // scale) if scale > 1 else 0,
        min_width=-(-header.width // scale) if scale > 1 else 0,
        min_factor=1,
    )
    return pixels[..., 0] if header.mode == "L" else pixels


def _header(image: Image.Image) -> dict[str, Any]:
    header: dict[str, Any] = {
        "format": image.format,
        "width": image.size[0],
        "height": image.size[1],
        "mode": image.mode,
        "bit_depth": _bit_depth(image),
        "n_frames": 1,
        "exif_orientation": 1,
        "has_icc": "icc_profile" in image.info,
        "jpeg_quality": None,
        "warning": None,
    }
    if getattr(image, "is_animated", False):
        header["n_frames"] = int(getattr(image, "n_frames", 1))
        image.seek(0)
    if "exif" in image.info or image.format in ("TIFF", "WEBP", "PNG"):
        orientation = image.getexif().get(0x0112, 1)
        if isinstance(orientation, int) and 1 <= orientation <= 8:
            header["exif_orientation"] = orientation
    tables = getattr(image, "quantization", None)
    if tables:
        header["jpeg_quality"] = jpeg_quality(tables)
    return header


def _bit_depth(image: Image.Image) -> int:
    bits = image.info.get("bits") or getattr(image, "tag_v2", {}).get(258)
    if isinstance(bits, tuple):
        bits = bits[0]
    if isinstance(bits, int):
        return bits
    tile = getattr(image, "tile", None)
    raw = str(tile[0][3]) if tile and len(tile[0]) > 3 else ""
    return 16 if ";16" in raw else _BITS.get(image.mode, 8)


_STANDARD_LUMA_SUM = 3688
"""Sum of the luma quantisation table at quality 50, ITU-T T.81 Annex K, table K.1."""


def jpeg_quality(tables: dict[int, list[int]]) -> float:
    """Estimate the IJG quality setting from the luma quantisation table.

    Parameters
    ----------
    tables
        Quantisation tables by number, 64 values each, as Pillow gives them.

    Returns
    -------
    float
        Quality in [0, 100]; inverse of libjpeg's ``jpeg_quality_scaling`` at the table's sum.
        At very low quality entries are clipped at 255, so the estimate is a bit high there.
    """
    return _quality(sum(tables[min(tables)]))


def _quality(luma_sum: int) -> float:
    scale = 100.0 * luma_sum / _STANDARD_LUMA_SUM
    quality = 5000.0 / scale if scale > 100 else (200.0 - scale) / 2
    return round(min(100.0, max(0.0, quality)), 1)


def _to_uint8(image: Image.Image) -> tuple[npt.NDArray[np.uint8], float]:
    """Pixels as uint8 RGB or gray, and the share of them that is mostly transparent."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        values = np.asarray(image).astype(np.float32)
        if mode.startswith("I;16") or (mode == "I" and values.max(initial=0) > 255):
            return (values / 257.0).clip(0, 255).astype(np.uint8), 0.0
        top = values.max(initial=0.0)
        scale = 255.0 if mode == "F" and 0 < top <= 1 else 1.0
        return np.nan_to_num(values * scale).clip(0, 255).astype(np.uint8), 0.0
    if mode in ("L", "1"):
        return np.asarray(image.convert("L")), 0.0
    if mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        return np.ascontiguousarray(rgba[..., :3]), float((rgba[..., 3] < 128).mean())
    return np.asarray(image.convert("RGB")), 0.0
