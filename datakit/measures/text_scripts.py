"""Scripts of the letters, and characters that no reader sees."""

from __future__ import annotations

from functools import cache

import numpy as np

from datakit.measures.text_block import LETTER, Kinds, Numbers, TextBlock, code_flags
from datakit.measures.text_sums import Columns, Shares, sums_between

__all__ = ["SCRIPTS", "code_scripts", "measure_scripts"]

SCRIPTS = ("latin", "han", "kana", "hangul", "cyrillic", "arabic", "other")
"""Scripts that are told apart, in the order of `code_scripts`."""

_OTHER = SCRIPTS.index("other")
_NAMES = np.array([*SCRIPTS, ""], object)
_BIDI, _ZERO_WIDTH, _NONE = 8, 9, 10
# Unicode 14, Scripts.txt; gaps that hold no letters are bridged.
_RANGES = {
    "latin": (
        (0x0041, 0x02B8),
        (0x02E0, 0x02E4),
        (0x1D00, 0x1D25),
        (0x1D2C, 0x1D5C),
        (0x1D62, 0x1D65),
        (0x1D6B, 0x1D77),
        (0x1D79, 0x1DBE),
        (0x1E00, 0x1EFF),
        (0x2071, 0x209C),
        (0x212A, 0x212B),
        (0x2132, 0x2132),
        (0x214E, 0x214E),
        (0x2160, 0x2188),
        (0x2C60, 0x2C7F),
        (0xA722, 0xA787),
        (0xA78B, 0xA7FF),
        (0xAB30, 0xAB5A),
        (0xAB5C, 0xAB64),
        (0xAB66, 0xAB69),
        (0xFB00, 0xFB06),
        (0xFF21, 0xFF5A),
        (0x10780, 0x107BA),
        (0x1DF00, 0x1DF1E),
    ),
    "han": (
        (0x3005, 0x3007),
        (0x3021, 0x3029),
        (0x3038, 0x303B),
        (0x3400, 0x9FFF),
        (0xF900, 0xFAD9),
        (0x16FE3, 0x16FE3),
        (0x20000, 0x323AF),
    ),
    "kana": (
        (0x3031, 0x3035),
        (0x3041, 0x309F),
        (0x30A1, 0x30FF),
        (0x31F0, 0x31FF),
        (0xFF66, 0xFF9F),
        (0x1AFF0, 0x1B167),
    ),
    "hangul": (
        (0x1100, 0x11FF),
        (0x3131, 0x318E),
        (0xA960, 0xA97C),
        (0xAC00, 0xD7FB),
        (0xFFA0, 0xFFDC),
    ),
    "cyrillic": (
        (0x0400, 0x052F),
        (0x1C80, 0x1C88),
        (0x1D2B, 0x1D2B),
        (0x1D78, 0x1D78),
        (0xA640, 0xA69D),
    ),
    "arabic": (
        (0x0620, 0x06FF),
        (0x0750, 0x077F),
        (0x0870, 0x08C9),
        (0xFB50, 0xFDFB),
        (0xFE70, 0xFEFC),
        (0x1EE00, 0x1EEBB),
    ),
}
# Unicode, PropList.txt, Bidi_Control (UAX #9).
_BIDI_CONTROLS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_ZERO_WIDTHS = (0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)


@cache
def code_scripts() -> Kinds:
    """The script of every letter as an index into `SCRIPTS`; shape (0x110000,).

    Code points that are no letters have values from 8 on.
    """
    letters = (code_flags() & LETTER) > 0
    scripts = np.where(letters, _OTHER, _NONE).astype(np.uint8)
    for script, ranges in _RANGES.items():
        for low, high in ranges:
            scripts[low : high + 1][letters[low : high + 1]] = SCRIPTS.index(script)
    scripts[list(_BIDI_CONTROLS)] = _BIDI
    scripts[list(_ZERO_WIDTHS)] = _ZERO_WIDTH
    scripts.setflags(write=False)
    return scripts


def measure_scripts(block: TextBlock, n_letters: Numbers) -> tuple[Columns, Shares]:
    """Columns of scripts and invisible characters.

    Parameters
    ----------
    n_letters
        Letters of every document, shape (d,).
    """
    counts = np.zeros((len(block), _NONE), np.int64)
    if len(block.wide):
        classes = code_scripts().take(block.wide_codes)
        bounds = np.searchsorted(block.wide, block.bounds)
        for k in range(1, _NONE):
            of_class = classes == k
            if of_class.any():
                counts[:, k] = sums_between(of_class, bounds)
    # Latin are those of no other script, among them all letters below U+0100.
    counts[:, 0] = n_letters - counts[:, 1 : len(SCRIPTS)].sum(axis=1)
    by_script = counts[:, : len(SCRIPTS)]
    shares: Shares = {
        f"{script}_rate": (by_script[:, i], n_letters) for i, script in enumerate(SCRIPTS)
    }
    shares["other_script_rate"] = shares.pop("other_rate")
    dominant = np.where(n_letters > 0, by_script.argmax(axis=1), len(SCRIPTS))
    columns: Columns = {
        "script": _NAMES[dominant],
        "n_bidi_controls": counts[:, _BIDI],
        "n_zero_width": counts[:, _ZERO_WIDTH],
    }
    return columns, shares
