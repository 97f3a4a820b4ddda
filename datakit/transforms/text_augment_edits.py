"""What the augmenters of texts share: replacements at random places, and the words of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.measures.text_block import UNSPACED, TextBlock, code_flags
from datakit.transforms.transform import Content

__all__ = [
    "Edit",
    "Replacements",
    "Words",
    "check_rate",
    "counted",
    "rewritten",
    "substituted",
]

Edit = tuple[int, int, str]
"""First and past-the-last position of what is replaced, and by what."""

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


def check_rate(name: str, rate: Any) -> None:
    """Refuse what is no share of something.

    Raises
    ------
    InputError
        `rate` is not a number in [0, 1].
    """
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    if not (number and 0 <= rate <= 1):
        raise InputError(f"{name} rate is {rate!r}: give a number from 0 to 1")


def counted(n: int, noun: str, done: str) -> str:
    """A note: "1 word swapped", "12 words swapped"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'} {done}"


def rewritten(content: Content, edits: Iterable[Edit], note: str) -> tuple[Content, str]:
    """The content with its edits made; the same object and "" where they change nothing.

    Parameters
    ----------
    content
        Of a text.
    edits
        In the order of their places, which do not overlap.
    note
        What was done.
    """
    text: str = content.value
    pieces: list[str] = []
    at = 0
    for start, end, piece in edits:
        pieces += (text[at:start], piece)
        at = end
    pieces.append(text[at:])
    changed = "".join(pieces)
    if changed == text:
        return content, ""
    return replace(content, value=changed, data=None), note


class Replacements:
    """Strings of one character or two, and by what each may be replaced.

    Parameters
    ----------
    table
        What stands in a text -> what may stand there instead, each equally often.
    """

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        self._table = table
        self._first = np.zeros(0x110000, np.bool_)
        self._first[[ord(key[0]) for key in table]] = True

    def places(self, text: str) -> Numbers:
        """Where a string of the table may begin, shape (n,)."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return np.flatnonzero(self._first.take(codes))

    def options(self, text: str, at: int) -> list[tuple[int, str]]:
        """What may be put there: how many characters it takes the place of, and what it is."""
        return [
            (size, instead)
            for size in (1, 2)
            for instead in self._table.get(text[at : at + size], ())
            if at + size <= len(text)
        ]


def substituted(
    content: Content, rng: np.random.Generator, rate: float, by: Replacements, done: str
) -> tuple[Content, str]:
    """Replace each string of a table with probability `rate`."""
    text: str = content.value
    places = by.places(text)
    chosen = places[rng.random(len(places)) < rate].tolist()
    edits: list[Edit] = []
    free = 0
    for at, draw in zip(chosen, rng.random(len(chosen)).tolist(), strict=True):
        options = by.options(text, at) if at >= free else []
        if options:
            size, instead = options[int(draw * len(options))]
            free = at + size
            edits.append((at, free, instead))
    return rewritten(content, edits, counted(len(edits), "character", done))


@dataclass(frozen=True)
class Words:
    """The words of a text, as its profile counts them; Han characters and the like one by one.

    Parameters
    ----------
    text
        Of one document.
    """

    text: str

    @cached_property
    def _block(self) -> TextBlock:
        return TextBlock([self.text])

    @cached_property
    def spans(self) -> tuple[Numbers, Numbers]:
        """First and past-the-last position of every word, each shape (n,)."""
        starts, ends = self._block.tokens
        is_word = self._block.is_word
        return starts[is_word], ends[is_word]

    @cached_property
    def alone(self) -> Mask:
        """Which words are characters of a script without spaces between words, shape (n,)."""
        codes = self._block.codes[self.spans[0]]
        return (code_flags().take(codes) & UNSPACED) > 0

    def __len__(self) -> int:
        return len(self.spans[0])

    def noun(self, chosen: Numbers | Mask) -> str:
        """What the chosen words are called: "character" where all of them stand alone."""
        alone = self.alone[chosen]
        return "character" if len(alone) and bool(alone.all()) else "word"
