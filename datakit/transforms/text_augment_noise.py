"""Noise in Latin letters and digits: slips of the finger, and slips of a scanner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from datakit.transforms.text_augment_edits import Replacements, check_rate, substituted
from datakit.transforms.transform import Content

__all__ = ["KeyboardNoise", "OcrNoise"]

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# How far each row stands to the right of the first, in keys (ANSI INCITS 154).
_OFFSETS = (0.0, 0.5, 0.75, 1.25)
# Every two are taken for one another. Of Tesseract's English list of ambiguities
# (langdata/eng/eng.unicharambigs), those of letters without accents that are read both ways, and
# the letters and digits of one outline in most printed faces.
_CONFUSED = (
    "rn m|in m|cl d|nn rm|ri n|li h|ii u|vv w|VV W|t f|a o|e c|0 o|0 O|1 l|1 I|l I|5 S|8 B|2 Z|6 G"
    "|9 g|9 q|O D|O Q|C G|u v|U V|i j|h b"
)


@dataclass(frozen=True)
class KeyboardNoise:
    """Mistyped letters and digits: a neighbouring key of a QWERTY keyboard instead.

    Natural typing errors after Belinkov & Bisk (2018), "key"; capital letters stay capital. Other
    scripts stay as they are.

    Parameters
    ----------
    rate
        Probability of every Latin letter (without accent) and digit, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "keyboard_noise"
    modality: ClassVar[str] = "text"

    rate: float = 0.02

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with wrong keys, and how many."""
        return substituted(content, rng, self.rate, _keyboard(), "mistyped")


@dataclass(frozen=True)
class OcrNoise:
    """Letters and digits read as others that look like them: l, 1 and I, 0 and O, rn and m.

    Parameters
    ----------
    rate
        Probability of every place where something of such a pair stands, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "ocr_noise"
    modality: ClassVar[str] = "text"

    rate: float = 0.02

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text as badly scanned, and how many places differ."""
        return substituted(content, rng, self.rate, _look_alikes(), "misread")


@cache
def _keyboard() -> Replacements:
    keys = {
        key: (x + offset, y)
        for y, (row, offset) in enumerate(zip(_ROWS, _OFFSETS, strict=True))
        for x, key in enumerate(row)
    }
    table: dict[str, list[str]] = {}
    for key, (x, y) in keys.items():
        near = [k for k, (a, b) in keys.items() if k != key and abs(a - x) <= 1 and abs(b - y) <= 1]
        # Letters are taken for letters and digits for digits: else words would get digits.
        table[key] = [k for k in near if k.isdigit() == key.isdigit()]
    capitals = {key.upper(): [k.upper() for k in near] for key, near in table.items()}
    return Replacements(table | capitals)


@cache
def _look_alikes() -> Replacements:
    table: dict[str, list[str]] = {}
    for pair in _CONFUSED.split("|"):
        a, b = pair.split(" ")
        table.setdefault(a, []).append(b)
        table.setdefault(b, []).append(a)
    return Replacements(table)
