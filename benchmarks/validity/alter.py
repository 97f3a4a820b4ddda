"""Spoiled versions of one sample: what a defect does to an image or a text."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

__all__ = ["ALTER", "NEAR", "N_COPIES", "generator"]

N_COPIES = 9
"""Different near copies of one sample."""

Generator = np.random.Generator


def generator(seed: int, version: str, i: int) -> Generator:
    """The source of chance of one sample in one version."""
    return np.random.default_rng([seed, zlib.crc32(version.encode()), i])


# ------------------------------------------------------------------------------------- images
def _opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw)).convert("RGB")


def _jpeg(picture: Image.Image, quality: int = 92) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _blurred(raw: bytes, rng: Generator) -> bytes:
    picture = _opened(raw)
    return _jpeg(picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 20)))


def _noised(raw: bytes, rng: Generator) -> bytes:
    pixels = np.asarray(_opened(raw), float)
    noisy = np.clip(pixels + rng.normal(0, 40, pixels.shape), 0, 255)
    return _jpeg(Image.fromarray(noisy.astype(np.uint8)))


def _brighter(factor: float) -> Callable[[bytes, Generator], bytes]:
    return lambda raw, rng: _jpeg(ImageEnhance.Brightness(_opened(raw)).enhance(factor))


def _tinted(shift: float) -> Callable[[bytes, Generator], bytes]:
    """Red up, blue down: a wrong white balance."""

    def tint(raw: bytes, rng: Generator) -> bytes:
        pixels = np.asarray(_opened(raw), float) * [1 + shift, 1, 1 - shift]
        return _jpeg(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))

    return tint


def _near_image(raw: bytes, rng: Generator, copy: int) -> bytes:
    """One of nine copies: three qualities, and each plain, mirrored, or made smaller."""
    picture = _opened(raw)
    if copy % 3 == 1:
        picture = ImageOps.mirror(picture)
    if copy % 3 == 2:
        small = [round(0.8 * side) for side in picture.size]
        picture = picture.resize(small, Image.Resampling.LANCZOS)
    return _jpeg(picture, (85, 75, 65)[copy // 3])


def _junk_image(raw: bytes, rng: Generator) -> bytes:
    """In its place a blank picture of one colour, or one of nothing but noise."""
    width, height = _opened(raw).size
    if rng.random() < 0.5:
        return _jpeg(Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)))
    colour = tuple(int(x) for x in rng.integers(60, 200, 3))
    return _jpeg(Image.new("RGB", (width, height), colour))


# -------------------------------------------------------------------------------------- texts
def _is_chinese(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", text))


def _looped(text: str, rng: Generator) -> str:
    """The last phrase again and again, until it is 40 % of the text."""
    if _is_chinese(text):
        phrase = text[10:26]
        return text + phrase * max(3, int(0.4 * len(text) / 0.6 / len(phrase)))
    words = text.split()
    phrase = words[-11:-3]
    times = max(3, int(0.4 * len(words) / 0.6 / len(phrase)))
    return " ".join([*words, *phrase * times])


def _mojibake(text: str, rng: Generator) -> str:
    """UTF-8 that was read as Latin-1; an English text gets the curly quotes that show it."""
    if not _is_chinese(text):
        text = text.replace("'", "\u2019") + " \u201cquite\u201d \u2014 he said."
    return text.encode().decode("latin-1")


def _random_letters(text: str, rng: Generator) -> str:
    if _is_chinese(text):
        codes = iter(rng.integers(0x4E00, 0x9FA5, len(text)).tolist())
        return re.sub("[\u4e00-\u9fff]", lambda match: chr(next(codes)), text)
    letters = iter(rng.integers(97, 123, len(text)).tolist())
    return re.sub("[A-Za-z]", lambda match: chr(next(letters)), text)


_FOOTER = {
    False: "\nClick here to subscribe to our newsletter.\nCopyright 2019 Example Media Ltd. "
    "All rights reserved.\nWe use cookies to improve your experience.",
    True: "\n点击此处订阅我们的电子报,获取最新优惠信息。\n版权所有 未经许可不得转载。",
}


def _with_footer(text: str, rng: Generator) -> str:
    return text + _FOOTER[_is_chinese(text)]


def _near_text(text: str, rng: Generator, copy: int) -> str:
    """A copy in which one place was edited, another place in each copy."""
    if _is_chinese(text):
        at = int(len(text) * (copy + 0.5) / N_COPIES)
        return text[:at] + "很" + text[at + 1 :]
    words = text.split(" ")
    words[int(len(words) * (copy + 0.5) / N_COPIES)] = f"edited{copy}"
    return " ".join(words)


BRIGHTNESS = (1.1, 1.25, 1.5, 1.75, 2.0)
TINT = (0.05, 0.1, 0.2, 0.3, 0.4)

ALTER: dict[str, dict[str, Callable]] = {
    "image": {
        "blurred": _blurred,
        "noisy": _noised,
        "gray": lambda raw, rng: _jpeg(_opened(raw).convert("L")),
        "junk": _junk_image,
        "cut": lambda raw, rng: raw[: int(0.6 * len(raw))],
        "empty": lambda raw, rng: b"",
        **{f"brighter-{k}": _brighter(factor) for k, factor in enumerate(BRIGHTNESS)},
        **{f"tinted-{k}": _tinted(shift) for k, shift in enumerate(TINT)},
    },
    "text": {
        "looped": _looped,
        "mojibake": _mojibake,
        "random": _random_letters,
        "footer": _with_footer,
        "empty": lambda text, rng: "",
    },
}
"""Modality -> version -> what it does to a sample, given its source of chance."""

NEAR: dict[str, Callable] = {"image": _near_image, "text": _near_text}
"""Modality -> one of the near copies of a sample."""
