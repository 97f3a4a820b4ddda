"""Sentences that were cut: a beginning or an end without the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.measures.text_marks import CLOSER, ELLIPSIS, PICTURE, TERMINAL, code_marks
from datakit.transforms.text_content import counted, with_text
from datakit.transforms.transform import Content

__all__ = ["TrimSentences"]

_CLOSERS = "\"'\u2018\u2019\u201c\u201d\u00bb\u203a)\\]}\u300d\u300f\u300b\u3009\u3011\uff09\uff02"
_END = re.compile(
    rf"[\u3002\uff01\uff1f\uff61]+[{_CLOSERS}]*"
    rf"|(?<![.!?])[.!?\u203c\u203d\u2047-\u2049\u061f\u06d4\u0964]+[{_CLOSERS}]*(?=\s|$)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'\u201c\u2018])(?:[A-Z]|Mrs?|Ms|Drs?|Prof|St|Sr|Jr|Rev|Gen|Col|Capt|Sgt|Lt|"
    r"Gov|Sen|Rep|Hon|Mt|No|Nos|vs|[Vv]ols?|[Pp]p?|[Ff]igs?|[Ee]d|[Cc]f|[Cc]a|e\.g|i\.e|(?:[A-Za-z]\.)+[A-Za-z])\.$"
)
_OPENERS = " \t\"'\u201c\u2018\u00ab([\u300c\u300e\u300a\u3010\uff08"
_NEXT_LOWER = re.compile(rf"\s[\s{re.escape(_OPENERS)}]*[a-zà-öø-ÿ]")
_CONTINUES = re.compile(
    "\\s*[,;:.!?\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f)\\]\u300d\u300f\uff09]"
)
_START = re.compile(rf"[.!?][{_CLOSERS}]*\s[\s{re.escape(_OPENERS)}]*([^\W\d_])")
_LOWER_SHARE = 0.5  # of sentences that begin with a small letter, from which on that says nothing
_LEAST = 0.5


@dataclass(frozen=True)
class TrimSentences:
    """An unfinished first or last sentence cut off at a sentence boundary.

    The end is unfinished where no mark that ends a sentence, ellipsis or emoji is the last; the
    beginning where a text starts with a small letter, though its sentences start with capitals, or
    with a mark that no sentence starts with. Each is cut only where at least half of the text
    stays. English, Chinese and other languages with the marks ``. ! ? 。！？``.
    """

    name: ClassVar[str] = "trim_sentences"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Cut both ends."""
        text: str = content.value
        said = []
        end = _last_end(text)
        if end < len(text):
            said.append(f"{counted(len(text.rstrip()) - end, 'character')} at the end")
            text = text[:end]
        start = _first_start(text)
        if start:
            said.append(f"{counted(start, 'character')} at the beginning")
            text = text[start:]
        return with_text(
            content, text
        ), f"unfinished sentence cut: {', '.join(said)}" if said else ""


def _last_end(text: str) -> int:
    """Where the last whole sentence ends; the length where nothing is to be cut."""
    if not text or not _is_cut(text):
        return len(text)
    lower = _small_starts(text) > _LOWER_SHARE
    least = max(int(len(text) * _LEAST), 1)
    last = 0
    for match in _END.finditer(text, max(least - 8, 0)):
        if match.end() >= least and _ends_sentence(text, match, lower):
            last = match.end()
    return last or len(text)


def _is_cut(text: str) -> bool:
    marks = code_marks()
    for character in reversed(text[-64:].rstrip()):
        mark = int(marks[ord(character)])
        if mark & (TERMINAL | ELLIPSIS | PICTURE):
            return False
        if not mark & CLOSER and character.isprintable():
            return True
    return False


def _ends_sentence(text: str, match: re.Match[str], lower: bool) -> bool:
    """Whether a mark ends a sentence; `lower`: sentences of this text begin with small letters."""
    if match[0][0] != ".":
        return True
    before = text[max(match.start() - 12, 0) : match.start() + 1]
    continues = not lower and _NEXT_LOWER.match(text, match.end()) is not None
    return not continues and _ABBREVIATION.search(before) is None


def _small_starts(text: str) -> float:
    """Share of the letters behind the end of a sentence that are small."""
    firsts = [match[1] for match in _START.finditer(text)]
    return sum(map(str.islower, firsts)) / len(firsts) if firsts else 0.0


def _first_start(text: str) -> int:
    """Where the first whole sentence begins; 0 where nothing is to be cut."""
    head = text[:256].lstrip(_OPENERS + "\n")
    if not head or not (head[0].islower() or _CONTINUES.match(text)):
        return 0
    lower = _small_starts(text) > _LOWER_SHARE
    if lower and head[0].islower():
        return 0
    for match in _END.finditer(text, 0, int(len(text) * (1 - _LEAST)) + 1):
        start = match.end()
        while text[start : start + 1].isspace():
            start += 1
        if len(text) - start < _LEAST * len(text):
            break
        first = text[start : start + 16].lstrip(_OPENERS)[:1]
        starts = (lower or not first.islower()) and not _CONTINUES.match(text, start)
        if starts and _ends_sentence(text, match, lower):
            return start
    return 0
