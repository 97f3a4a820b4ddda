"""Characters that nobody sees and no text needs: controls, hidden marks, overrides of direction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.text_content import counted, with_text
from datakit.transforms.transform import Content

__all__ = ["ControlCharacters"]

# Scripts whose letters join or part by ZWJ and ZWNJ (Unicode 15.1, chapter 9.2, 12 and 16).
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ufb50-\ufdff"
    "\ufe70-\ufefc\U00010a00-\U00010aff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
_PICTURE = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\ufe0f"
)
# Thai, Lao, Tibetan, Burmese, Khmer and their like part words by the zero-width space.
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\uaa60-\uaadf"
_MONGOLIAN = "\u1800-\u18af"
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_ASCII_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e007f]"
)
_ESCAPE = r"\x1b\[[0-9;?]{0,16}[mKJHABCDsuhl]"
_LINE_END = r"(?<![\w\s])[\x0b](?!\s)|[\x0b](?![\w\s])|[\x0c\x85]"
_HIDDEN = (
    rf"(?<![{_UNSPACED}])\u200b(?![{_UNSPACED}])"
    rf"|(?<![{_JOINING}])\u200c"
    rf"|(?<![{_JOINING}{_PICTURE}])\u200d|(?<=[{_PICTURE}])\u200d(?![{_PICTURE}])"
    rf"|(?<![{_MONGOLIAN}])\u180e"
    r"|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+"
    r"|[\xad\u202d\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff]"
)
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069"
_CONTROL = r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]"
_NO_DIRECTION = rf"|[{_DIRECTION}]"


def _pattern(last: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<end>{_LINE_END})|(?P<control>{_ESCAPE}|{_CONTROL})"
        rf"|(?P<hidden>{_HIDDEN}{last})|(?P<lone>[\ud800-\udfff])"
    )


_FOR_LEFT_TO_RIGHT, _FOR_RIGHT_TO_LEFT = _pattern(_NO_DIRECTION), _pattern("")


@dataclass(frozen=True)
class ControlCharacters:
    """Control characters, terminal colours, zero-width characters, soft hyphens and overrides.

    Form feeds and vertical tabs between words become line ends. Kept are tabs and line ends,
    joiners in the scripts and emoji that need them, zero-width spaces in Thai, Khmer and the like,
    and, in texts with Arabic or Hebrew letters, the marks of direction. Lone surrogates become
    U+FFFD.
    """

    name: ClassVar[str] = "control_characters"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Take the characters out."""
        text: str = content.value
        if not (_ASCII_CONTROLS if text.isascii() else _SUSPECT).search(text):
            return content, ""
        right_to_left = _RIGHT_TO_LEFT.search(text) is not None
        pattern = _FOR_RIGHT_TO_LEFT if right_to_left else _FOR_LEFT_TO_RIGHT
        counts = dict.fromkeys(("end", "control", "hidden", "lone"), 0)
        while True:
            cleaned = pattern.sub(lambda match: _replacement(match, counts), text)
            if cleaned == text:
                break
            text = cleaned
        said = (
            (counts["control"] + counts["end"], "control character"),
            (counts["hidden"], "hidden character"),
            (counts["lone"], "lone surrogate"),
        )
        note = ", ".join(counted(n, what) for n, what in said if n)
        return with_text(content, text), note and f"{note} removed"


def _replacement(match: re.Match[str], counts: dict[str, int]) -> str:
    group = str(match.lastgroup)
    counts[group] += 1
    return {"end": "\n", "lone": "\ufffd"}.get(group, "")
