"""Where in a document the reason of an issue stands, and what of it must not be shown."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datakit.measures.text_contamination import Against

__all__ = ["Masked", "Spans", "locate_controls", "locate_repetition", "locators", "merged"]

Spans = list[tuple[int, int]]
"""First and past-the-last characters, sorted, not overlapping."""

_LOOP = 5  # words of the shortest run whose later copies are shown
_TAIL = 40  # characters shown of an end that is none


def locators(against: Against | None = None) -> Mapping[str, Callable[[str], Spans]]:
    """Issue -> what finds its reason in a document; issues without a place are absent.

    Parameters
    ----------
    against
        Evaluation items, where they are at hand.
    """
    from datakit.measures.text_boilerplate import locate_boilerplate
    from datakit.measures.text_gibberish import locate_gibberish
    from datakit.measures.text_language import locate_language
    from datakit.measures.text_markup import locate_markup
    from datakit.measures.text_mojibake import locate_mojibake
    from datakit.measures.text_pii import find_pii
    from datakit.measures.text_secrets import find_secrets

    found: dict[str, Callable[[str], Spans]] = {
        "mojibake": locate_mojibake,
        "markup_residue": locate_markup,
        "boilerplate": locate_boilerplate,
        "gibberish": locate_gibberish,
        "wrong_language": locate_language,
        "control_characters": locate_controls,
        "repetitive": locate_repetition,
        "not_utf8": lambda text: _places(text, "\ufffd"),
        "truncated": _tail,
        "pii": lambda text: [(span.start, span.end) for span in find_pii(text)],
        "secret": lambda text: [(span.start, span.end) for span in find_secrets(text)],
    }
    if against is not None:
        found["contaminated"] = lambda text: _locate_items(text, against)
    return found


class Masked:
    """A document with its personal data and secrets blanked, and where everything went.

    Parameters
    ----------
    text
        The document.

    Attributes
    ----------
    text
        The same with `datakit.measures.text_pii.masked` in the place of every finding.
    """

    def __init__(self, text: str) -> None:
        from datakit.measures.text_pii import find_pii, masked
        from datakit.measures.text_secrets import find_secrets

        found = [(span.start, span.end) for span in (*find_pii(text), *find_secrets(text))]
        pieces, at = [], 0
        self._old: list[tuple[int, int]] = merged(found)
        sizes = []
        for start, end in self._old:
            blank = masked(text[start:end])
            pieces += [text[at:start], blank]
            sizes.append(len(blank))
            at = end
        self.text = "".join([*pieces, text[at:]])
        self._sizes = sizes
        shrunk = [end - start - size for (start, end), size in zip(self._old, sizes, strict=True)]
        self._shifts = [0, *accumulate(shrunk)]
        self._starts = [start for start, _ in self._old]

    def place(self, position: int, end: bool = False) -> int:
        """Where a position of the document is in the masked text.

        Parameters
        ----------
        position
            In the document, 0 to its length.
        end
            Inside of a finding, take its end instead of its beginning.
        """
        number = bisect_right(self._starts, position)
        if number:
            start, stop = self._old[number - 1]
            if position < stop:
                new = start - self._shifts[number - 1]
                inside = end and position > start
                return new + (self._sizes[number - 1] if inside else 0)
        return position - self._shifts[number]

    def spans(self, spans: Iterable[tuple[int, int]]) -> Spans:
        """Spans of the document as spans of the masked text."""
        return merged((self.place(start), self.place(end, end=True)) for start, end in spans)


def merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans sorted, those that overlap joined, empty ones left out."""
    joined: Spans = []
    for start, end in sorted((int(a), int(b)) for a, b in spans if a < b):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def locate_controls(text: str) -> Spans:
    """C0 and C1 controls, but for tab, newline, form feed and carriage return.

    Parameters
    ----------
    text
        The document.
    """
    import re

    pattern = r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
    return [match.span() for match in re.finditer(pattern, text)]


def locate_repetition(text: str) -> Spans:
    """Later copies of runs of words: what the repetition columns count, for one document.

    Parameters
    ----------
    text
        The document.
    """
    from datakit.measures.text_block import TextBlock
    from datakit.measures.text_repetition import repeated_ngrams

    block = TextBlock([text])
    starts, ends = block.tokens
    if len(starts) < _LOOP:
        return []
    for grams in repeated_ngrams(block, np.zeros(len(starts), np.int64)):
        if grams.size == _LOOP:
            first = np.sort(grams.positions[grams.later])
            offset = int(block.starts[0])
            begins, stops = starts[first] - offset, ends[first + _LOOP - 1] - offset
            return merged(zip(begins.tolist(), stops.tolist(), strict=True))
    return []


def _locate_items(text: str, against: Against) -> Spans:
    """Runs of words that are in an evaluation item."""
    from datakit.measures.text_block import TextBlock
    from datakit.measures.text_shingles import WORD_SHINGLE, shingles, words

    block = TextBlock([text])
    found = words(block)
    hashes, _ = shingles(found, WORD_SHINGLE)
    if len(hashes) != len(found.starts) - WORD_SHINGLE + 1:
        return []  # of scripts whose runs have other lengths only the rate is known
    places, numbers = against.find(hashes)
    rare = places[against.n_items_of(numbers) <= 1]
    places = rare if len(rare) else places
    offset = int(block.starts[0])
    begins = found.starts[places] - offset
    stops = found.ends[places + WORD_SHINGLE - 1] - offset
    return merged(zip(begins.tolist(), stops.tolist(), strict=True))


def _tail(text: str) -> Spans:
    end = len(text.rstrip())
    return [(max(0, end - _TAIL), end)] if end else []


def _places(text: str, character: str) -> Spans:
    import re

    return [match.span() for match in re.finditer(re.escape(character) + "+", text)]
