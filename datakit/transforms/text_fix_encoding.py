"""Mojibake: text decoded in the wrong encoding, repaired where its bytes are still known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from datakit.transforms.text_content import counted, with_text
from datakit.transforms.text_misreadings import may_be_misread, reread_legacy, reread_utf8
from datakit.transforms.transform import Content

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

__all__ = ["FixEncoding"]

_ROUNDS = 8  # one for each time that a text went wrong
_NAMES = {
    "sloppy-windows-1252": "windows-1252",
    "utf-8": "UTF-8",
    "utf-8-variants": "UTF-8",
}
_STEPS = {
    "restore_byte_a0": "lost no-break spaces",
    "replace_lossy_sequences": "lost bytes marked",
    "decode_inconsistent_utf8": "UTF-8 that was read as another encoding in places",
    "fix_c1_controls": "windows-1252 that was read as latin-1 in places",
}


@dataclass(frozen=True)
class FixEncoding:
    """Mojibake repaired (by ftfy, and for Chinese, Japanese and Korean beyond it), in words.

    Nothing but the encoding is repaired: quotes, ligatures, widths, entities and line ends stay.
    Where bytes were lost there is U+FFFD.
    """

    name: ClassVar[str] = "fix_encoding"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Read again what was read wrongly."""
        text: str = content.value
        if text.isascii():
            return content, ""
        said: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            fixed = _fixed_once(text, said)
            if fixed == text:
                break
            text = fixed
        if text == content.value:
            return content, ""
        return with_text(content, text), ", ".join(
            f"{what} ({counted(n, 'line')})" if n else what for what, n in said.items()
        )


def _fixed_once(text: str, said: Counter[str]) -> str:
    if may_be_misread(text):
        text = _by_lines(text, reread_utf8, said)
    if _suspect().search(text):
        fixed, note = reread_legacy(text)
        if note:
            said[note] = 0
            return fixed
        text = _by_lines(text, _fixed_by_ftfy, said)
    return text


def _by_lines(text: str, fix: Callable[[str], tuple[str, str]], said: Counter[str]) -> str:
    """Every line for itself: what one of them needs would damage the others."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not line.isascii():
            fixed, note = fix(line)
            if fixed != line:
                lines[i] = fixed
                said[note] += 1
    return "\n".join(lines)


@cache
def _suspect() -> re.Pattern[str]:
    """A character beyond ASCII that mojibake has, other than those that every text has."""
    from ftfy.badness import MOJIBAKE_CATEGORIES

    common = "·–—‘’“”…"
    return re.compile(f"(?![{common}])[" + "".join(MOJIBAKE_CATEGORIES.values()) + "]")


@cache
def _config() -> TextFixerConfig:
    from ftfy import TextFixerConfig

    return TextFixerConfig(normalization=None)


def _fixed_by_ftfy(line: str) -> tuple[str, str]:
    from ftfy import fix_encoding_and_explain

    fixed, steps = fix_encoding_and_explain(line, _config())
    return fixed, ", ".join(dict.fromkeys(_in_words(steps or []))) if fixed != line else ""


def _in_words(steps: Sequence[tuple[str, str]]) -> Iterator[str]:
    read_as = ""
    for action, parameter in steps:
        if action == "encode":
            read_as = _NAMES.get(parameter, parameter)
        elif action == "decode":
            yield f"{_NAMES.get(parameter, parameter)} that was read as {read_as}"
        else:
            yield _STEPS.get(parameter, parameter)
