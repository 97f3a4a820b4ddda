"""Lines that belong to a web page and not to its text: notices, menus, buttons, legal lines.

A line counts when it is short and a phrase of such lines stands in it, or when it is nothing but
entries of a menu. Sentences of a text that talk about these things ("click here", "copyright") are
longer, or do not have the phrase in the place where a page has it. A menu entry of one word alone
is no finding: such lines count where a document has at least two, or another line of a page.

English, Chinese and, for the commonest phrases, German, French, Spanish and Japanese are known.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import NEWLINE, Hashes, Numbers, TextBlock
from datakit.measures.text_boilerplate_phrases import MENU, RULES
from datakit.sample import Column

__all__ = ["BOILERPLATE_COLUMNS", "boilerplate", "locate_boilerplate"]

BOILERPLATE_COLUMNS: tuple[Column, ...] = (
    Column(
        "n_boilerplate_lines",
        "int",
        "",
        "lines of a web page's frame: cookie and copyright notices, newsletters, log-in, sharing, "
        "policies, menus",
        0,
    ),
    Column("boilerplate_rate", "float", "", "share of characters in such lines", 0, 1),
)

_LINE_CHARS = 250
_MENU_CHARS = 60
_SEPARATOR = re.compile(r"[|•·»«>›/\\\t\u3000]|  | [-–—] ")
_FRINGE = " \t\r\u3000|•·»«>›/\\-–—*#[](){}:：.,。!！?？…→←↑+\"'“”"


@cache
def _menu() -> frozenset[str]:
    return frozenset(MENU.split("|"))


@cache
def _rules() -> dict[int, re.Pattern[str]]:
    """The rule of every word that calls one, by the word's hash in lower, title and upper case."""
    rules: dict[str, list[str]] = {}
    for words, pattern in RULES:
        for word in words.split():
            for form in {word, word.title(), word.upper()}:
                rules.setdefault(form, []).append(pattern)
    # "abonnez-vous" is two tokens: a word counts by its first.
    return {_first_hash(form): re.compile("|".join(found)) for form, found in rules.items()}


def _first_hash(text: str) -> int:
    return int(TextBlock([text]).token_hashes[0])


@cache
def _calling() -> tuple[npt.NDArray[np.bool_], Hashes, npt.NDArray[np.uint8]]:
    """The words that call for a look at their line.

    Returns
    -------
    table
        Shape (65536,), by the last 16 bits of a token's hash: whether it may be such a word.
    hashes
        uint64, shape (k,): those of the words, sorted.
    kinds
        uint8, shape (k,): 1 calls a rule, 2 begins a menu entry, 3 both.
    """
    kinds = dict.fromkeys(_rules(), 1)
    for entry in _menu():
        for form in {entry, entry.title(), entry.upper()}:
            value = _first_hash(form)
            kinds[value] = kinds.get(value, 0) | 2
    hashes = np.array(sorted(kinds), np.uint64)
    table = np.zeros(1 << 16, bool)
    table[hashes.astype(np.uint16)] = True
    return table, hashes, np.array([kinds[value] for value in hashes.tolist()], np.uint8)


def boilerplate(block: TextBlock) -> dict[str, npt.NDArray[np.float64]]:
    """Count the lines of every document that belong to a page's frame.

    Returns
    -------
    dict
        One array of shape (d,) for every column of `BOILERPLATE_COLUMNS`; the rate of an empty
        document is 0.
    """
    first, last = _frame_lines(block)
    of = block.document_of(first)
    n_lines = np.bincount(of, minlength=len(block)).astype(np.float64)
    n_chars = np.bincount(of, last - first, minlength=len(block))
    return {
        "n_boilerplate_lines": n_lines,
        "boilerplate_rate": n_chars / np.maximum(block.lengths, 1),
    }


def locate_boilerplate(text: str) -> list[tuple[int, int]]:
    """The lines of one document that belong to a page's frame, as spans in order."""
    first, last = _frame_lines(TextBlock([text]))
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _frame_lines(block: TextBlock) -> tuple[Numbers, Numbers]:
    """First and past-the-last position of every such line of the block, each shape (k,)."""
    table, words, kinds = _calling()
    hits = np.flatnonzero(table.take(block.token_hashes.astype(np.uint16)))
    places = np.searchsorted(words[:-1], block.token_hashes[hits])
    known = words[places] == block.token_hashes[hits]
    hits, kind = hits[known], kinds[places[known]]
    if not len(hits):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    breaks = np.flatnonzero((block.flags & NEWLINE) > 0)
    lines = np.searchsorted(breaks, block.tokens[0][hits])
    begins, ends = np.where(lines > 0, breaks[lines - 1] + 1, 0), breaks[lines]
    calls = ((kind & 1) > 0) & (ends - begins <= _LINE_CHARS)
    menu = ((kind & 2) > 0) & (ends - begins <= _MENU_CHARS) & _leads(block, hits, begins)
    hits, begins, ends, menu = (x[calls | menu] for x in (hits, begins, ends, menu))
    values = block.token_hashes[hits].tolist()
    documents = block.document_of(begins)
    found: dict[tuple[int, int], tuple[int, bool]] = {}
    for value, begin, end, i, leads in zip(
        values, begins.tolist(), ends.tolist(), documents.tolist(), menu.tolist(), strict=True
    ):
        if found.get((begin, end), (i, False))[1]:
            continue
        shift = int(block.starts[i])
        line = block.texts[i][begin - shift : end - shift].lower()
        rule = _rules().get(value)
        if rule is not None and rule.search(line):
            found[begin, end] = (i, True)
        elif leads and (n_entries := _menu_entries(line)):
            found[begin, end] = (i, n_entries > 1)
    return _counting(found)


def _leads(block: TextBlock, hits: Numbers, begins: Numbers) -> npt.NDArray[np.bool_]:
    """Which tokens are the first of their line, or the second, behind a bullet."""
    before = block.tokens[0][np.maximum(hits - 2, 0)]
    return np.asarray((hits < 2) | (before < begins))


def _counting(found: dict[tuple[int, int], tuple[int, bool]]) -> tuple[Numbers, Numbers]:
    """The lines that count: all but a document's only one, if that is a menu entry."""
    per_document = Counter(i for i, _ in found.values())
    kept = sorted(span for span, (i, sure) in found.items() if sure or per_document[i] > 1)
    spans = np.array(kept, np.int64).reshape(-1, 2)
    return spans[:, 0], spans[:, 1]


@cache
def _menu_words() -> frozenset[str]:
    return frozenset(word for entry in _menu() for word in (entry, *entry.split()))


def _menu_entries(line: str) -> int:
    """Of how many menu entries a line in lower case consists; 0 if there is anything else.

    An entry of several words, or of four Han characters, counts as two: it is no chance.
    """
    menu, words = _menu(), _menu_words()
    bare = line.strip(_FRINGE)
    entries = _SEPARATOR.split(bare)
    if len(entries) == 1 and bare not in menu:
        entries = bare.split()
    # Most lines of plain text are done with here.
    if not bare or not all(word.strip(_FRINGE) in words for word in entries[0].split()):
        return 0
    entries = [bare for bare in (entry.strip(_FRINGE) for entry in entries) if bare]
    if not all(entry in menu for entry in entries):
        return 0
    several = any(" " in entry or (len(entry) > 3 and entry[0] > "\u3000") for entry in entries)
    return len(set(entries)) + several
