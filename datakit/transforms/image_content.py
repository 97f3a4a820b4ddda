"""Bytes of an image to content and back: decoded fully, encoded without loss."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageFile

from datakit.measures.image_read import MAX_PIXELS, read_image
from datakit.measures.modality import UndecodableError
from datakit.transforms.image_modes import eight_bits, family
from datakit.transforms.transform import Content

__all__ = [
    "changed",
    "finished",
    "image_content",
    "orientation",
    "orientation_exif",
    "shown_as",
    "turned",
]

COMPRESS_LEVEL = 2
"""Of PNG files: photographs are 4 % larger than at zlib's 6, and written 2.5 times as fast."""

_ORIENTATION = 0x0112
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, orientation: what makes a picture upright; Pillow turns against the clock."""


def image_content(data: bytes, suffix: str) -> Content:
    """Decode one image in full; of several frames the first.

    Of what the file says about itself only what tells how the picture is shown is kept in
    ``value.info``: ``icc_profile``, ``transparency``, and ``exif`` with nothing but an
    orientation other than 1. Further keys tell what the pixels lack: ``n_frames`` above 1, and
    ``bit_depth`` 16 where Pillow reduces the file's 16 bits to 8.

    Parameters
    ----------
    data
        The whole file.
    suffix
        Of the file's name, lower case, with the dot.

    Raises
    ------
    UndecodableError
        Not an image, cut short, damaged, or too large to decode safely; with the cause.
    """
    # A truncated file must fail: other packages switch this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Content(_decoded(data), data, suffix)
    except UndecodableError:
        raise
    except Exception as error:  # decoders raise nearly anything
        read_image(data)  # says what is wrong as the profile does
        raise UndecodableError(f"{type(error).__name__}: {error}") from None


def _decoded(data: bytes) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data))
    form = image.format
    # Photographs may be large; JPEG cannot pack a huge picture into a tiny file as others can,
    # and Pillow itself refuses twice this size.
    if form not in ("JPEG", "MPO") and image.width * image.height > MAX_PIXELS:
        raise UndecodableError(
            f"too large to decode: {image.width} x {image.height} px, limit {MAX_PIXELS} "
            "(decompression bomb?)"
        )
    lacking: dict[str | tuple[int, int], Any] = {}
    if getattr(image, "is_animated", False):
        lacking["n_frames"] = int(getattr(image, "n_frames", 1))
        image.seek(0)
    deep = any(";16" in str(tile[3]) for tile in getattr(image, "tile", ())[:1])
    turn = _tag(image.getexif()) if form == "TIFF" else 1  # Pillow turns these as it loads
    image.load()
    if deep and not image.mode.startswith(("I", "F")):
        lacking["bit_depth"] = 16
    if form != "TIFF" and ("exif" in image.info or form in ("WEBP", "PNG")):
        turn = _tag(image.getexif())
    elif turn > 1:
        image = image.transpose(_TURNS[{6: 8, 8: 6}.get(turn, turn)])
    if "n_frames" in lacking:
        image = image.copy()  # lets go of the file
    told: dict[str | tuple[int, int], Any] = {
        key: image.info[key] for key in ("icc_profile", "transparency") if key in image.info
    }
    if turn > 1:
        told["exif"] = orientation_exif(turn)
    image.info = told | lacking
    return image


def _tag(exif: Image.Exif) -> int:
    value = exif.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def orientation(image: Image.Image) -> int:
    """EXIF orientation of a content's value, 1 (upright) to 8."""
    if "exif" not in image.info:
        return 1
    exif = Image.Exif()
    exif.load(image.info["exif"])
    return _tag(exif)


def orientation_exif(turn: int) -> bytes:
    """EXIF that holds an orientation and nothing else, with its "Exif" header."""
    entry = _ORIENTATION.to_bytes(2, "little") + b"\3\0\1\0\0\0" + bytes((turn, 0, 0, 0))
    return b"Exif\0\0II*\0\x08\0\0\0\1\0" + entry + b"\0\0\0\0"


def turned(image: Image.Image) -> Image.Image:
    """The picture upright, as its orientation says."""
    method = _TURNS.get(orientation(image))
    return image if method is None else image.transpose(method)


def shown_as(image: Image.Image, source: Image.Image) -> Image.Image:
    """Carry over what tells how `source` is shown: orientation, and a profile that still fits."""
    told: dict[str | tuple[int, int], Any] = {
        key: source.info[key] for key in ("icc_profile", "exif") if key in source.info
    }
    if "transparency" in image.info:
        told["transparency"] = image.info["transparency"]
    if family(image.mode) != family(source.mode):
        told.pop("icc_profile", None)
    image.info = told
    return image


def changed(
    content: Content, image: Image.Image, note: str, forget: tuple[str, ...] = ()
) -> tuple[Content, str]:
    """What a cleaner returns that made other pixels.

    Parameters
    ----------
    content
        Before.
    image
        A new object, which this function may tag.
    note
        What was changed; what the pixels lack of the file is added to it.
    forget
        Keys of ``info`` that no longer hold: "icc_profile", "exif".
    """
    before = content.value
    image = shown_as(image, before)
    for key in forget:
        image.info.pop(key, None)
    notes = [note] if note else []
    if "bit_depth" in before.info:
        notes.append(f"{before.info['bit_depth']} bits reduced to 8")
    if "n_frames" in before.info:
        notes.append(f"first of {before.info['n_frames']} frames")
    return Content(image, None, ".png"), "; ".join(notes)


def finished(content: Content) -> Content:
    """The content with bytes: as they are, or a PNG of the value without loss.

    Nothing is written but the pixels and how they are shown (colour profile, orientation). Modes
    that PNG cannot hold become the nearest that it can: inks and other colour spaces RGB, 32-bit
    integers 16 bits where they fit, floating point numbers 8 bits as the measures see them.

    Parameters
    ----------
    content
        Of an image.
    """
    if content.data is not None:
        return content
    image = _writable(content.value)
    buffer = io.BytesIO()
    tags = {"exif": image.info["exif"]} if "exif" in image.info else {}
    image.save(buffer, "PNG", compress_level=COMPRESS_LEVEL, **tags)
    return Content(image, buffer.getvalue(), ".png")


def _writable(image: Image.Image) -> Image.Image:
    if image.mode in _PNG_MODES:
        return image
    if image.mode.startswith("I"):
        levels = np.asarray(image.convert("I"))
        low, top = int(levels.min(initial=0)), int(levels.max(initial=0))
        # The measures take 32-bit values up to 255 as they are, but scale 16-bit ones.
        if image.mode != "I" or (low >= 0 and 255 < top <= 65535):
            return shown_as(Image.fromarray(levels.clip(0, 65535).astype(np.uint16)), image)
    return shown_as(eight_bits(image), image)
