"""White space that nobody sees: line ends, trailing blanks, rows of empty lines, odd spaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.text_content import with_text
from datakit.transforms.transform import Content

__all__ = ["Whitespace"]

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_ODD_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_EMPTY_LINES = re.compile("\n{3,}")


@dataclass(frozen=True)
class Whitespace:
    """Line ends, trailing blanks, runs of empty lines, and spaces that look like plain ones.

    Every line end becomes a line feed, every Unicode space a plain one, several empty lines one;
    blanks at the ends of lines and empty lines around the text go. Indentation, tabs, spaces
    inside of lines and the line end of the last line stay; lines and paragraphs are never joined.
    """

    name: ClassVar[str] = "whitespace"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Tidy up the white space."""
        text: str = content.value
        said = []
        for change, what in (
            (_line_ends, "line ends"),
            (_plain_spaces, "Unicode spaces"),
            (_ends_of_lines, "trailing blanks"),
            (_empty_lines, "empty lines"),
        ):
            tidy = change(text)
            said += [what] * (tidy != text)
            text = tidy
        return with_text(content, text), ", ".join(said) + " tidied up" if said else ""


def _line_ends(text: str) -> str:
    if "\u2029" in text:
        text = text.replace("\u2029", "\n\n")
    return _LINE_END.sub("\n", text)


def _plain_spaces(text: str) -> str:
    return text if text.isascii() else _ODD_SPACE.sub(" ", text)


def _ends_of_lines(text: str) -> str:
    if not (" \n" in text or "\t\n" in text or text[-1:] in (" ", "\t")):
        return text
    return "\n".join(line.rstrip(" \t") for line in text.split("\n"))


def _empty_lines(text: str) -> str:
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    text = text.lstrip("\n")
    return text.rstrip("\n") + "\n" if text.endswith("\n\n") else text
