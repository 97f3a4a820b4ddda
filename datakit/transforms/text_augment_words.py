"""Words swapped, left out and put in: easy data augmentation (EDA, Wei & Zou 2019).

Unlike there, white space and case stay, a document is no single sentence, and every word is drawn
by itself rather than a fixed share of them. In scripts without spaces between words, Chinese among
them, the words are single characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from datakit.transforms.text_augment_edits import Edit, Words, check_rate, counted, rewritten
from datakit.transforms.transform import Content

__all__ = ["RandomDelete", "RandomInsert", "RandomSwap"]

Numbers = npt.NDArray[np.int64]

# Cuts at abbreviations as well, and does no harm there: the words to choose from are fewer.
_ENDS = re.compile(
    "(?<=[.!?…])\\s|(?<=[.!?…][\"'”’)])\\s|[。！？\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
)
_BEGINNINGS = "\n\r\t\u3000([{\"'“‘«¿¡"  # behind these no space is left over


@dataclass(frozen=True)
class RandomSwap:
    """Words that change places with others of their sentence.

    Parameters
    ----------
    rate
        Probability of every word to be exchanged with another one of its sentence, in [0, 1]: the
        alpha of EDA. Up to twice as many words move.

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "random_swap"
    modality: ClassVar[str] = "text"

    rate: float = 0.1

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with its words in another order, and how many are elsewhere."""
        text: str = content.value
        words = Words(text)
        starts, ends = words.spans
        taken = _swaps(words, rng, self.rate)
        moved = np.array(sorted(at for at, other in taken.items() if at != other), np.int64)
        others = np.array([taken[at] for at in moved.tolist()], np.int64)
        spans = (positions.tolist() for positions in (starts[moved], ends[moved]))
        origins = zip(starts[others].tolist(), ends[others].tolist(), strict=True)
        edits: list[Edit] = [
            (start, end, text[a:b]) for start, end, (a, b) in zip(*spans, origins, strict=True)
        ]
        return rewritten(content, edits, counted(len(edits), words.noun(moved), "swapped"))


def _swaps(words: Words, rng: np.random.Generator, rate: float) -> dict[int, int]:
    """Which word stands in whose place in the end, for every word that was swapped."""
    starts, _ = words.spans
    bounds = np.array([end.start() for end in _ENDS.finditer(words.text)], np.int64)
    # Characters among characters and words among words: else words would grow together.
    scope = 2 * np.searchsorted(bounds, starts) + words.alone
    order = np.argsort(scope, kind="stable")
    _, firsts, sizes = np.unique(scope[order], return_index=True, return_counts=True)
    first, size = np.repeat(firsts, sizes), np.repeat(sizes, sizes)
    chosen = np.flatnonzero((rng.random(len(order)) < rate) & (size > 1))
    steps = 1 + (rng.random(len(chosen)) * (size[chosen] - 1)).astype(np.int64)
    partners = first[chosen] + (chosen - first[chosen] + steps) % size[chosen]
    taken: dict[int, int] = {}
    for a, b in zip(order[chosen].tolist(), order[partners].tolist(), strict=True):
        taken[a], taken[b] = taken.get(b, b), taken.get(a, a)
    return taken


@dataclass(frozen=True)
class RandomDelete:
    """Words left out, each with the space before it; one word of the text always stays.

    Parameters
    ----------
    rate
        Probability of every word, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "random_delete"
    modality: ClassVar[str] = "text"

    rate: float = 0.1

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text without some of its words, and how many."""
        words = Words(content.value)
        chosen = rng.random(len(words)) < self.rate
        if chosen.all() and len(words):
            chosen[rng.integers(len(words))] = False
        starts, ends = words.spans
        cuts = _cuts(words.text, starts[chosen], ends[chosen])
        note = counted(int(chosen.sum()), words.noun(chosen), "deleted")
        return rewritten(content, cuts, note)


def _cuts(text: str, starts: Numbers, ends: Numbers) -> Iterator[Edit]:
    """What goes with the words: the space before each; the one behind where the text begins."""
    last, last_begins = 0, True  # where the last cut ended, and whether something began there
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        begins = last_begins if start == last else text[start - 1] in _BEGINNINGS
        if begins and text[end : end + 1] == " ":
            end += 1
        elif start > last and text[start - 1] == " ":
            start -= 1
        yield start, end, ""
        last, last_begins = end, begins


@dataclass(frozen=True)
class RandomInsert:
    """Words of the text put in once more, behind words drawn at random.

    EDA puts in synonyms of the text's words; those need a lexicon, see `Synonyms`.

    Parameters
    ----------
    rate
        Probability of every word to have another one put behind it, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "random_insert"
    modality: ClassVar[str] = "text"

    rate: float = 0.1

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with more words, and how many."""
        text: str = content.value
        words = Words(text)
        starts, ends = words.spans
        alone = words.alone
        chosen = np.flatnonzero(rng.random(len(words)) < self.rate)
        draws = rng.random(len(chosen))
        # A character is put behind characters, and a word, with a space, behind words.
        pools = [np.flatnonzero(~alone), np.flatnonzero(alone)]
        edits: list[Edit] = []
        for at, draw in zip(chosen.tolist(), draws.tolist(), strict=True):
            pool = pools[int(alone[at])]
            other = pool[int(draw * len(pool))]
            piece = text[starts[other] : ends[other]]
            end = int(ends[at])
            edits.append((end, end, piece if alone[at] else f" {piece}"))
        note = counted(len(edits), words.noun(chosen), "inserted")
        return rewritten(content, edits, note)
