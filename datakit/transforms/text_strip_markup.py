"""What is left of web pages and wikis: HTML, character references, wiki marks, BBCode, trackers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.text_content import counted, with_text
from datakit.transforms.text_html import plain_references, text_of_html
from datakit.transforms.text_wiki import text_of_wiki
from datakit.transforms.transform import Content

__all__ = ["StripMarkup"]

_MARKS = ("<", "&", "[[", "{{", "[/")
_TRACKER = re.compile(
    r"^.*\b_?(?:gaq|gtag|fbq|dataLayer|adsbygoogle|googletag)\b\s{0,4}[.(=\[|].*\n?", re.MULTILINE
)
_TRACKERS = ("gaq", "gtag", "fbq", "dataLayer", "adsbygoogle", "googletag")
_MAX_CHARS = 100_000_000  # to look at, all rounds together: one for each time of escaping
_ESCAPED_AND = re.compile(r"&(?:amp;)+")


@dataclass(frozen=True)
class StripMarkup:
    """HTML, character references, wiki text and BBCode to plain text.

    Block elements become lines and paragraphs; scripts, styles, comments, navigation and lists of
    short links go. What only looks like markup stays: ``a < b > c``, ``List<String>``, code.
    """

    name: ClassVar[str] = "strip_markup"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Take the markup out."""
        text: str = content.value
        if not any(mark in text for mark in (*_MARKS, *_TRACKERS)):
            return content, ""
        counts = [0, 0, 0, 0]
        before, n_chars = "", 0
        while text != before and n_chars <= _MAX_CHARS:
            before, n_chars = text, n_chars + len(text)
            text = _once(text, counts)
        names = ("HTML tag", "character reference", "wiki mark", "script line")
        note = ", ".join(counted(n, name) for n, name in zip(counts, names, strict=True) if n)
        return with_text(content, text), f"{note} taken out" if text != content.value else ""


def _once(text: str, counts: list[int]) -> str:
    text, n_tags = text_of_html(text)
    text = _ESCAPED_AND.sub("&amp;", text)
    text, n_references = plain_references(text)
    text, n_wiki = text_of_wiki(text)
    n_lines = 0
    if any(name in text for name in _TRACKERS):
        text, n_lines = _TRACKER.subn("", text)
    for i, n in enumerate((n_tags, n_references, n_wiki, n_lines)):
        counts[i] += n
    return text
