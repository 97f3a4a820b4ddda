"""How much of an evaluation set a document contains: measured with the whole document at hand.

Evaluation items are found by their shingles: runs of five words, in lower case, without
punctuation and white space, so that line breaks, list marks and changed words do not hide an item
as they do when a run of 13 words (Brown et al. 2020, GPT-3, appendix C) must be found unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.measures.text_block import TOKENISER, Hashes, Numbers, TextBlock, blocks
from datakit.measures.text_shingles import shingles, words
from datakit.sample import Column

__all__ = ["COMMON_ITEMS", "CONTAMINATION_COLUMNS", "SHORT_ITEM", "Against", "contamination"]

CONTAMINATION_COLUMNS: tuple[Column, ...] = (
    Column(
        "contamination_rate",
        "float",
        "",
        "largest share of an evaluation item's runs of five words that the document contains; "
        "empty without --against",
        0,
        1,
    ),
    Column("contaminated_by", "int", "", "number of that item, from 0; -1 for none", -1),
)

SHORT_ITEM = 5
"""An item with fewer distinct shingles (nine words) must be there as a whole: of "at the end of
the day" a half is in every other document."""

COMMON_ITEMS = 64
"""Shingles of more items than this say nothing about one ("which of the following is"), and are
left out of the items that have at least as many others."""

# A run of three Han characters, as near duplicates use, is in every other document on the subject.
_HAN_RUN = 5
_FILTER_BITS = 5
_MAX_PAIRS = 1 << 20

_Any64 = TypeVar("_Any64", Hashes, Numbers)


class Against:
    """Evaluation items to look for; picklable, small.

    Parameters
    ----------
    items
        Texts of the evaluation set; those with fewer than five words are ignored.

    Attributes
    ----------
    digest
        32 hexadecimal digits that stand for the items and the way they are compared.
    n_ignored
        Items without a shingle, which no document can contain.

    Raises
    ------
    InputError
        There is no item, or one is not a text.

    Examples
    --------
    >>> against = Against(["What is the airspeed velocity of an unladen swallow?", "Yes."])
    >>> len(against), against.n_ignored
    (2, 1)
    """

    def __init__(self, items: Sequence[str]) -> None:
        wrong = [item for item in items if not isinstance(item, str)]
        if wrong or not len(items):
            given = repr(wrong[0]) if wrong else "no item"
            raise InputError(
                f"evaluation items to look for: {given} given, expected texts, one for each "
                "item; check the file and the field that they are read from"
            )
        self.digest = _digest(items)
        self._n = len(items)
        hashes, owners = _item_shingles(items)
        hashes, owners = _without_common(hashes, owners, len(items))
        self.n_shingles: Numbers = np.bincount(owners, minlength=self._n)
        """Distinct shingles that count, of every item, shape (n,)."""
        self.n_ignored = int((self.n_shingles == 0).sum())
        # Shingle -> items: those of shingle k are owners[bounds[k]:bounds[k + 1]].
        order = np.lexsort((owners, hashes))
        self._owners = owners[order]
        self._hashes, firsts = np.unique(hashes[order], return_index=True)
        self._bounds = np.append(firsts, len(order))
        # Almost every shingle of a document is in no item: one look at a bit map tells.
        bits = max(len(self._hashes).bit_length() + _FILTER_BITS, 10)
        self._shift = np.uint64(64 - bits)
        self._possible = np.zeros(1 << bits, bool)
        self._possible[self._hashes >> self._shift] = True

    def __len__(self) -> int:
        return self._n

    def find(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Places of those of m shingles that are in an item, and the number of each shingle."""
        places = np.flatnonzero(self._possible.take((hashes >> self._shift).view(np.int64)))
        candidates = hashes.take(places)
        numbers = np.searchsorted(self._hashes, candidates)
        found = self._hashes.take(numbers, mode="clip") == candidates
        return places[found], numbers[found]

    def n_items_of(self, numbers: Numbers) -> Numbers:
        """How many items have each of the given shingles."""
        return self._bounds[numbers + 1] - self._bounds[numbers]

    def items_of(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """All items that have the given shingles, and for each the place of its shingle."""
        counts = self.n_items_of(numbers)
        places = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._owners[self._bounds[numbers][places] + within], places


def contamination(
    block: TextBlock, against: Against
) -> dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]:
    """Largest share of an evaluation item that every document contains.

    The share of an item is that of its distinct shingles that are somewhere in the document: an
    item whose every tenth word was changed still has half of them. It is 0 or 1 for an item with
    fewer than `SHORT_ITEM`.

    Returns
    -------
    dict
        ``contamination_rate``, float64 in [0, 1], and ``contaminated_by``, the number of the item
        (the first of equals, -1 where the rate is 0), each shape (d,).
    """
    rate, by = np.zeros(len(block)), np.full(len(block), -1)
    hashes, bounds = shingles(words(block), _HAN_RUN)
    places, numbers = against.find(hashes)
    documents = np.searchsorted(bounds, places, side="right") - 1
    numbers, documents = _distinct(numbers, documents)
    n_pairs = np.cumsum(against.n_items_of(numbers))
    begin = 0
    while begin < len(numbers):
        # Some documents at a time, so that what they share with all items fits the memory.
        most = _MAX_PAIRS + (n_pairs[begin - 1] if begin else 0)
        last = max(int(np.searchsorted(n_pairs, most)) - 1, begin)
        end = int(np.searchsorted(documents, documents[last], side="right"))
        chosen = slice(begin, end)
        owners, shingle_of = against.items_of(numbers[chosen])
        _keep_best(rate, by, documents[chosen][shingle_of], owners, against.n_shingles)
        begin = end
    return {"contamination_rate": rate, "contaminated_by": by}


def _keep_best(
    rate: npt.NDArray[np.float64],
    by: Numbers,
    documents: Numbers,
    items: Numbers,
    n_shingles: Numbers,
) -> None:
    """Set rate and item of every document, given one (document, item) for a shared shingle."""
    pairs, counts = np.unique(documents * len(n_shingles) + items, return_counts=True)
    documents, items = np.divmod(pairs, len(n_shingles))
    sizes = n_shingles[items]
    shares = np.where((sizes >= SHORT_ITEM) | (counts == sizes), counts / sizes, 0.0)
    order = np.lexsort((items, -shares, documents))
    first = order[np.flatnonzero(np.diff(documents[order], prepend=-1))]
    first = first[shares[first] > 0]
    rate[documents[first]] = shares[first]
    by[documents[first]] = items[first]


def _digest(items: Sequence[str]) -> str:
    import xxhash

    state = xxhash.xxh3_128(f"{TOKENISER} {_HAN_RUN} {SHORT_ITEM} {COMMON_ITEMS}".encode())
    for item in items:
        data = item.encode("utf-8", "surrogatepass")
        state.update(f"\n{len(data)}\n".encode())
        state.update(data)
    return str(state.hexdigest())


def _item_shingles(items: Sequence[str]) -> tuple[Hashes, Numbers]:
    """Distinct shingles of every item, and the item of each."""
    hashes, owners = [], []
    for begin, block in blocks(items):
        found, bounds = shingles(words(block), _HAN_RUN)
        hashes.append(found)
        owners.append(begin + np.repeat(np.arange(len(block)), np.diff(bounds)))
    return _distinct(np.concatenate(hashes), np.concatenate(owners))


def _distinct(hashes: _Any64, owners: Numbers) -> tuple[_Any64, Numbers]:
    """Every (owner, hash) once, sorted by owner and hash."""
    order = np.lexsort((hashes, owners))
    hashes, owners = hashes[order], owners[order]
    first = np.ones(len(hashes), bool)
    first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    return hashes[first], owners[first]


def _without_common(hashes: Hashes, owners: Numbers, n_items: int) -> tuple[Hashes, Numbers]:
    """Leave out the shingles that many items have, where an item has as many others."""
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    common = counts[inverse] > COMMON_ITEMS
    n_common = np.bincount(owners, weights=common, minlength=n_items)
    n_others = np.bincount(owners, weights=~common, minlength=n_items)
    keep = ~common | (n_common > n_others)[owners]
    return hashes[keep], owners[keep]
