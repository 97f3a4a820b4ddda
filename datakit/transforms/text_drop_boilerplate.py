"""Lines of a web page's frame: menus, footers, notices, and those that a corpus shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

from datakit.errors import InputError
from datakit.measures.text_boilerplate import locate_boilerplate
from datakit.measures.text_boilerplate_phrases import MENU, RULES
from datakit.measures.text_line_hashes import line_hashes
from datakit.transforms.text_content import counted, with_text
from datakit.transforms.transform import Content

__all__ = ["DropBoilerplate"]

_LINE_CHARS = 250  # longer ones are no lines of a frame
_MENU_CHARS = 60
_WORD = re.compile(r"[a-z\xdf-\xf6\xf8-\u024f]+")
_SPACED = {code: " " for code in range(128) if not chr(code).isalpha()}
_NO_WORD = re.compile(r"^[\W_]+")
_EMPTY_LINE = re.compile("\n[ \t\r]*\n")
_BLANK = " \t\r\n"


@dataclass(frozen=True)
class DropBoilerplate:
    """Lines of menus, footers and notices, as `boilerplate` counts them.

    Parameters
    ----------
    lines
        Lines to drop as well: those that many documents of the corpus share. Case, punctuation and
        white space make no difference, and in lines of many letters numbers do not either:
        "12 people found this helpful" is any such line.
    """

    name: ClassVar[str] = "drop_boilerplate"
    modality: ClassVar[str] = "text"

    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.lines, str) or not all(isinstance(line, str) for line in self.lines):
            raise InputError(f"drop_boilerplate lines is {self.lines!r}: give a list of lines")

    def clean(self, content: Content) -> tuple[Content, str]:
        """Drop the lines, and the empty ones around them but for one."""
        text: str = content.value
        n = 0
        while spans := self._spans(text):
            n += len(spans)
            text = _without(text, spans)
        return with_text(content, text), f"{counted(n, 'line')} of boilerplate dropped" if n else ""

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """The lines to drop, in order, without their line ends."""
        spans, candidates, at = [], [], 0
        shared = iter(self._shared(text))
        place = next(shared, len(text))
        for line in text.splitlines(keepends=True):
            bare = line.rstrip("\r\n")
            if place < at + len(line) or (self.lines and bare.strip() in self._wordless):
                spans.append((at, at + len(bare)))
                place = next(shared, len(text)) if place < at + len(line) else place
            elif len(bare) <= _LINE_CHARS and _may_be_frame(bare):
                candidates.append((at, bare))
            at += len(line)
        if candidates:
            # What a line is depends on nothing but the other lines that are found.
            found = dict(locate_boilerplate("\n".join(line for _, line in candidates)))
            place = 0
            for begin, line in candidates:
                if place in found:
                    spans.append((begin, begin + len(line)))
                place += len(line) + 1
        return sorted(spans)

    def _shared(self, text: str) -> list[int]:
        """Where in a text the lines to drop as well have their first words."""
        if not self._hashes:
            return []
        return [start for value, start, _ in line_hashes(text, 1) if value in self._hashes]

    @cached_property
    def _hashes(self) -> frozenset[int]:
        return frozenset(value for line in self.lines for value, _, _ in line_hashes(line, 1))

    @cached_property
    def _wordless(self) -> frozenset[str]:
        """Lines without a word, which only the same characters are like."""
        return frozenset(line.strip() for line in self.lines if not line_hashes(line, 1)) - {""}


@cache
def _calling() -> tuple[dict[str, re.Pattern[str]], re.Pattern[str], frozenset[str]]:
    """What calls for a look at a line.

    Returns
    -------
    rules
        Word in small letters, or character of another script -> the rule it calls.
    others
        One of these characters.
    menu
        All words of the entries of menus, and the characters that others begin with.
    """
    found: dict[str, list[str]] = {}
    for words, rule in RULES:
        for word in words.split():
            found.setdefault(_first(word), []).append(rule)
    rules = {word: re.compile("|".join(some)) for word, some in found.items()}
    others = "".join(word for word in rules if not _WORD.fullmatch(word))
    entries = MENU.split("|")
    menu = frozenset(map(_first, entries)).union(*map(_WORD.findall, entries))
    return rules, re.compile(f"[{re.escape(others)}]"), menu


def _first(phrase: str) -> str:
    match = _WORD.match(phrase.lower())
    return match[0] if match else phrase[0]


def _may_be_frame(line: str) -> bool:
    """Cheap test: whether a rule that is called by the line's words finds something, or a menu."""
    rules, others, menu = _calling()
    lower = line.lower()
    words = lower.translate(_SPACED).split() if line.isascii() else _WORD.findall(lower)
    if not rules.keys().isdisjoint(words) or others.search(line):
        called = rules.keys() & {*words, *others.findall(line)}
        if any(rules[word].search(lower) for word in called):
            return True
    if len(line) > _MENU_CHARS or not menu.issuperset(words):
        return False
    return bool(words) or _NO_WORD.sub("", lower, count=1)[:1] in menu


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without some lines; where they stood between two empty lines, one is left."""
    pieces, at = [], 0
    for begin, end in spans:
        pieces.append(text[at:begin])
        at = max(at, end)
    pieces.append(text[at:])
    kept: list[str] = []
    gap = ""
    for i, piece in enumerate(pieces):
        body = piece.strip(_BLANK)
        if not body:
            gap += piece
            continue
        first = piece.index(body)
        gap += piece[:first]
        if kept:
            kept.append("\n\n" if _EMPTY_LINE.search(gap) else "\n")
        indent = gap[gap.rfind("\n") + 1 :]
        kept += [indent if i else gap, body]
        gap = piece[first + len(body) :]
    return "".join(kept) + (gap if pieces[-1].strip(_BLANK) else "")
