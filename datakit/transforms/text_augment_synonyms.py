"""Words replaced by synonyms from a lexicon that the user gives."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from datakit.errors import InputError
from datakit.transforms.text_augment_edits import Edit, Words, check_rate, counted, rewritten
from datakit.transforms.transform import Content

__all__ = ["Synonyms"]

_FORMS = "a .tsv file (word, then its synonyms, separated by tabs), a .json file, or a mapping"


@dataclass(frozen=True)
class Synonyms:
    """Words replaced by synonyms from a given lexicon; case is kept, inflection is not looked at.

    Chinese words are found from left to right, the longest of the lexicon first; words of one
    character are left alone, as most of these are parts of longer words. A word without synonyms in
    the lexicon is known and stays, which keeps 高兴 from being found in 提高兴趣 where 提高 is
    listed.

    Parameters
    ----------
    lexicon
        Path of a file, or word -> synonym or synonyms: a .json file holds such a mapping, any other
        file has a word and its synonyms on every line, separated by tabs. None ships with datakit.
    rate
        Probability of every word that has synonyms, in [0, 1].

    Raises
    ------
    InputError
        There is no lexicon, it cannot be read, or the rate is no share.
    """

    name: ClassVar[str] = "synonyms"
    modality: ClassVar[str] = "text"

    lexicon: str | Mapping[str, str | Sequence[str]] = ""
    rate: float = 0.1

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)
        if isinstance(self.lexicon, os.PathLike):
            object.__setattr__(self, "lexicon", os.fspath(self.lexicon))
        if not self.lexicon:
            raise InputError(f"synonyms needs a lexicon: give {_FORMS}")
        self._known  # noqa: B018 (a lexicon that cannot be used is said now)

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...]]:
        lexicon = self.lexicon
        return _checked(_read(lexicon) if isinstance(lexicon, str) else lexicon)

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """The first two characters of words -> how long such words are, longest first."""
        lengths: dict[str, set[int]] = {}
        for word in self._known:
            if len(word) > 1:
                lengths.setdefault(word[:2], set()).add(len(word))
        return {begin: sorted(sizes, reverse=True) for begin, sizes in lengths.items()}

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with other words, and how many."""
        text: str = content.value
        found = [place for place in self._places(Words(text)) if place[2]]
        draws = rng.random((len(found), 2))
        edits: list[Edit] = []
        for (start, end, synonyms), (draw, which) in zip(found, draws.tolist(), strict=True):
            if draw < self.rate:
                synonym = synonyms[int(which * len(synonyms))]
                edits.append((start, end, _cased(synonym, text[start:end])))
        note = counted(len(edits), "word", "replaced by synonyms")
        return rewritten(content, edits, note)

    def _places(self, words: Words) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """First and past-the-last position of every word of the lexicon, and its synonyms."""
        text, known = words.text, self._known
        starts, ends = (positions.tolist() for positions in words.spans)
        alone = words.alone.tolist()
        at = 0
        while at < len(starts):
            n = 1
            if alone[at]:
                n = self._length(text, starts, ends, at)
            elif (key := text[starts[at] : ends[at]].lower()) in known:
                yield starts[at], ends[at], known[key]
            if n > 1:
                last = ends[at + n - 1]
                yield starts[at], last, known[text[starts[at] : last]]
            at += n

    def _length(self, text: str, starts: list[int], ends: list[int], at: int) -> int:
        """How many characters the longest word of the lexicon from here on has; else 1."""
        start = starts[at]
        for n in self._lengths.get(text[start : start + 2], ()):
            whole = at + n <= len(ends) and ends[at + n - 1] == start + n
            if whole and text[start : start + n] in self._known:
                return n
        return 1


def _cased(synonym: str, like: str) -> str:
    if len(like) > 1 and like.isupper():
        return synonym.upper()
    return synonym[:1].upper() + synonym[1:] if like[:1].isupper() else synonym


def _read(path: str) -> Any:
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"lexicon {path} cannot be read ({reason}): give {_FORMS}") from None
    if path.lower().endswith(".json"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise InputError(f"lexicon {path} is not JSON ({error}): give {_FORMS}") from None
    rows = (line.split("\t") for line in text.splitlines() if line.strip())
    lexicon: dict[str, list[str]] = {}
    for word, *synonyms in rows:
        lexicon.setdefault(word.strip(), []).extend(filter(None, map(str.strip, synonyms)))
    return lexicon


def _checked(lexicon: Any) -> dict[str, tuple[str, ...]]:
    """Lower-case word -> its synonyms other than itself."""
    if not isinstance(lexicon, Mapping):
        raise InputError(f"the lexicon of synonyms is a {type(lexicon).__name__}: give {_FORMS}")
    known: dict[str, tuple[str, ...]] = {}
    for word, given in lexicon.items():
        synonyms = [given] if isinstance(given, str) else given
        listed = isinstance(synonyms, Sequence) and all(isinstance(s, str) for s in synonyms)
        if not (isinstance(word, str) and word and listed):
            raise InputError(
                f"the lexicon has {word!r}: {given!r}: give a word and a synonym or a list of them"
            )
        key = word.lower()
        known[key] = known.get(key, ()) + tuple(s for s in synonyms if s and s.lower() != key)
    if not any(known.values()):
        raise InputError(f"the lexicon has no synonyms: give {_FORMS}")
    return known
