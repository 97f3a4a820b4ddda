"""Where sentences begin and end, in English and Chinese, and texts whose sentences are shuffled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import ClassVar, NamedTuple

import numpy as np

from datakit.transforms.text_augment_edits import Edit, check_rate, counted, rewritten
from datakit.transforms.transform import Content

__all__ = ["Sentence", "SentenceShuffle", "find_sentences"]

_OPENING, _CLOSING = "“「『（(\\[【《", "”」』）)\\]】》"
_MARK = re.compile(
    f"(?P<end>[.!?…。！？]+)(?P<close>[’'\"{_CLOSING}]*)"
    f'|(?P<open>[{_OPENING}])|(?P<shut>[{_CLOSING}])|(?P<quote>")'
    "|(?P<line>\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])"
)
_WIDE = re.compile("[。！？]")
_VISIBLE = re.compile(r"\S")
_LAST_WORD = re.compile(r"[\w.]+\.$")
# Abbreviations that stand before a capital letter or a number inside of a sentence.
_SHORT = (
    "mr mrs ms dr prof st rev gen col capt lt sgt sen rep gov pres hon jr sr no nos vol vols pp p "
    "fig figs eq eqs sec ch ed eds cf vs v al approx ca art arts inc ltd corp co dept univ mt ft "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
_LOOK_BACK = 24  # characters: no abbreviation is longer


class Sentence(NamedTuple):
    """A sentence, or what is left of a line before or behind its sentences.

    Parameters
    ----------
    start, end
        First and past-the-last position, without the white space around.
    line
        Number of its line.
    whole
        Whether it surely begins and ends here: it ends with a terminal mark, and does not go on
        from the line before.
    """

    start: int
    end: int
    line: int
    whole: bool


def find_sentences(text: str) -> list[Sentence]:
    """The sentences of every line, in order; together they are all that is visible in the text.

    A sentence ends at 。！？ or at . ! ? … before white space and no small letter, outside of
    brackets and quotes that opened in the line; after abbreviations and initials it goes on. Every
    line is a paragraph: where a sentence goes over its end, both parts are not `whole`.
    """
    found: list[Sentence] = []
    goes_on = False  # from the line before
    for number, (start, end, bounds) in enumerate(_lines(text)):
        ended = True
        for begin, stop in pairwise([start, *bounds, end]):
            visible = _VISIBLE.search(text, begin, stop)
            if visible:
                ended = stop in bounds
                first = visible.start()
                last = first + len(text[first:stop].rstrip())
                found.append(Sentence(first, last, number, ended and not goes_on))
                goes_on = False
        goes_on = not ended
    return found


def _lines(text: str) -> Iterator[tuple[int, int, list[int]]]:
    """First and past-the-last position of every line, and where sentences end in it."""
    start, depth, quoted = 0, 0, False
    bounds: list[int] = []
    for mark in _MARK.finditer(text):
        kind = mark.lastgroup
        if kind == "line":
            yield start, mark.start(), bounds
            start, depth, quoted, bounds = mark.end(), 0, False, []
        elif kind == "open":
            depth += 1
        elif kind == "shut":
            depth = max(depth - 1, 0)
        elif kind == "quote":
            quoted = not quoted
        else:
            close = mark["close"]
            depth = max(depth - sum(c not in "’'\"" for c in close), 0)
            quoted ^= close.count('"') % 2 == 1
            if not depth and not quoted and _ends_sentence(text, mark):
                bounds.append(mark.end())
    yield start, len(text), bounds


def _ends_sentence(text: str, mark: re.Match[str]) -> bool:
    after = _VISIBLE.search(text, mark.end())
    spaced = after is None or after.start() > mark.end()
    if _WIDE.search(mark["end"]):
        # Behind a quotation its sentence may go on: “你好！”他说。
        return spaced or not mark["close"] or (after is not None and after[0] in "“「『《")
    if not spaced or (after is not None and after[0].islower()):
        return False
    word = _LAST_WORD.search(text, max(0, mark.start() - _LOOK_BACK), mark.start() + 1)
    if mark["end"] != "." or word is None:
        return True
    shortened = word[0][:-1]
    initial = len(shortened) == 1 and shortened.isupper() and shortened != "I"
    return not (
        initial
        or "." in shortened
        or shortened.lower() in _ABBREVIATIONS
        or _is_number_of_item(text, word)
    )


def _is_number_of_item(text: str, word: re.Match[str]) -> bool:
    """Whether the dot belongs to a number at the beginning of a line, as in "1. Introduction"."""
    begins = not text[max(0, word.start() - 1) : word.start()].strip(" \t")
    before = text[max(0, word.start() - _LOOK_BACK) : word.start()].rstrip(" \t")
    return begins and word[0][:-1].isdigit() and (not before or before[-1] in "\n\r")


@dataclass(frozen=True)
class SentenceShuffle:
    """The sentences of a paragraph in another order.

    Every line is a paragraph, and what stands between sentences stays where it is. Parts of
    sentences that go over the end of a line stay as well: hard-wrapped text changes little.

    Parameters
    ----------
    rate
        Probability of every paragraph with two sentences or more, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "sentence_shuffle"
    modality: ClassVar[str] = "text"

    rate: float = 1.0

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with its sentences moved, and how many have."""
        text: str = content.value
        whole = (sentence for sentence in find_sentences(text) if sentence.whole)
        edits: list[Edit] = []
        for _, group in groupby(whole, lambda sentence: sentence.line):
            slots = list(group)
            if len(slots) < 2 or rng.random() >= self.rate:
                continue
            for slot, k in zip(slots, rng.permutation(len(slots)).tolist(), strict=True):
                moved = text[slots[k].start : slots[k].end]
                if moved != text[slot.start : slot.end]:
                    edits.append((slot.start, slot.end, moved))
        return rewritten(content, edits, counted(len(edits), "sentence", "moved"))
