"""Where personal data stand in a document: spans, and the windows that are searched for them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

__all__ = ["Span", "Window", "by_document", "masked", "plain", "strongest", "window_of"]

_BEFORE, _AFTER = 32, 8
_URL = re.compile(r"://|www\.", re.IGNORECASE)
_LAST_ASCII_RUN = re.compile(r"[!-~]{1,300}")


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """One finding in a document.

    Parameters
    ----------
    start, end
        First and past-the-last character of the finding: it reads ``text[start:end]``.
    kind
        What was found: ``email``, ``phone``, ``aws_key``, ...
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a document around a candidate, in plain characters.

    Parameters
    ----------
    document
        The whole document, as it is.
    text
        `plain` characters of the document from `offset` on, as many as are needed.
    offset
        Where `text` begins in the document.
    begin, end
        The candidate inside `text`.
    """

    document: str
    text: str
    offset: int
    begin: int
    end: int

    def matches(self, pattern: re.Pattern[str], margin: int = 0) -> Iterator[re.Match[str]]:
        """Matches that begin inside the candidate, or up to `margin` characters before it."""
        for match in pattern.finditer(self.text, max(0, self.begin - margin)):
            if match.start() >= self.end:
                return
            yield match

    def span(self, start: int, end: int, kind: str) -> Span:
        """The span of the document that ``text[start:end]`` is."""
        return Span(self.offset + start, self.offset + end, kind)

    def in_url(self, position: int) -> bool:
        """Whether ``text[position]`` stands in the path or query of a web address."""
        end = self.offset + position
        before = self.document[max(0, end - 300) : end][::-1]
        run = _LAST_ASCII_RUN.match(before)
        return run is not None and _URL.search(run[0][::-1]) is not None


def window_of(document: str, begin: int, end: int) -> Window:
    """Cut the window around ``document[begin:end]``, with some characters before and after."""
    offset = max(0, begin - _BEFORE)
    text = plain(document[offset : end + _AFTER])
    return Window(document, text, offset, begin - offset, end - offset)


@cache
def _plain_table() -> dict[int, int]:
    """Full-width forms, decimal digits of all scripts, dashes and spaces -> ASCII."""
    table = {
        code: ord("0") + unicodedata.decimal(chr(code))
        for code in range(0x80, 0x1FBFA)
        if unicodedata.category(chr(code)) == "Nd"
    }
    table |= {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0x30FC, 0xFE63), ord("-"))
    table |= dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000), ord(" "))
    return table


def plain(text: str) -> str:
    """Write full-width characters, foreign digits, dashes and spaces as ASCII, one for one.

    Positions stay what they are: the result has as many characters as `text`.
    """
    return text if text.isascii() else text.translate(_plain_table())


def strongest(spans: Iterable[Span], strength: Mapping[str, int]) -> list[Span]:
    """Choose spans that do not overlap: the stronger kind wins, then the longer span.

    Parameters
    ----------
    spans
        Findings in any order, possibly overlapping.
    strength
        Kind -> how much it is believed; more is stronger.

    Returns
    -------
    list of Span
        Sorted by position.
    """
    ranked = sorted(set(spans), key=lambda s: (-strength[s.kind], s.start - s.end, s.start, s.kind))
    chosen: list[Span] = []
    by_start = sorted(ranked)
    if all(a.end <= b.start for a, b in pairwise(by_start)):
        return by_start
    for span in ranked:
        at = bisect_left(chosen, span)
        free_before = at == 0 or chosen[at - 1].end <= span.start
        if free_before and (at == len(chosen) or span.end <= chosen[at].start):
            chosen.insert(at, span)
    return chosen


def masked(value: str) -> str:
    """Blank the middle of a finding so that it can be shown: ``ab********yz``.

    At most two characters stay at each end, and never more than half of the value in all; the
    number of stars does not tell the length of a long value.
    """
    keep = min(2, len(value) // 4)
    stars = "*" * min(len(value) - 2 * keep, 8)
    return value[:keep] + stars + value[len(value) - keep :]


def by_document(
    found: Iterable[tuple[int, Span]], strength: Mapping[str, int]
) -> dict[int, list[Span]]:
    """Number of a document -> the `strongest` of its spans, for the documents that hold some."""
    spans: dict[int, list[Span]] = {}
    for document, span in found:
        spans.setdefault(document, []).append(span)
    return {document: strongest(some, strength) for document, some in spans.items()}
