"""Later copies of paragraphs, lines and sentences of a text."""

from __future__ import annotations

import re

__all__ = ["without_copies"]

_MIN_RATE = 0.10  # of the text, in later copies; `repetitive` begins at 0.20
_MIN_LENGTH = 40  # characters, a character of East Asia counting as three
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_PIECE_END = re.compile(r"[\n.!?。！？]+")
_MIN_PIECES_RATE = _MIN_RATE / 2  # white space and marks are no part of pieces
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(
    r"[^\n]+?(?:[。！？]+[\"'”’」』)）]*|(?<![.!?])[.!?]+[\"'”’)]*(?=\s|$)|$)", re.MULTILINE
)


def without_copies(text: str) -> tuple[str, int]:
    """The text without later copies of long passages, and how many of them there were.

    Paragraphs are looked for first, then lines, then sentences; the first kind whose later copies
    are a tenth of the text decides. White space around a passage makes no difference.
    """
    if not _may_have_copies(text):
        return text, 0
    for pattern in (_PARAGRAPH, _LINE, _SENTENCE):
        seen: set[str] = set()
        copies: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            passage = match[0].strip()
            if len(passage) + 2 * len(_EAST_ASIAN.findall(passage)) < _MIN_LENGTH:
                continue
            if passage in seen:
                copies.append(match.span())
            seen.add(passage)
        if sum(end - begin for begin, end in copies) >= _MIN_RATE * len(text) and copies:
            return _without(text, copies), len(copies)
    return text, 0


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the spans and the white space before them."""
    parts, at = [], 0
    for begin, end in spans:
        parts.append(text[at:begin].rstrip())
        at = end
    return "".join(parts) + text[at:]


def _may_have_copies(text: str) -> bool:
    """Cheap test: whether enough of the text stands between marks for the second time."""
    pieces = [piece.strip() for piece in _PIECE_END.split(text)]
    n_all = sum(map(len, pieces))
    return n_all - sum(map(len, set(pieces))) >= _MIN_PIECES_RATE * len(text)
