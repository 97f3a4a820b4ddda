"""What differs between two documents, word by word (character by character in East Asia)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import combinations

from datakit.reports.visible import visible

__all__ = ["MOST_TOKENS", "Piece", "collapsed", "differences", "differs_in", "tokens"]

MOST_TOKENS = 400
"""Words a side that are compared, behind what both begin and before what both end with."""

_CONTEXT = 14  # words shown of equal text beside a difference
_LONG = 120  # words shown of one long difference
_MOST_CHARS = 1_500  # of one piece, whatever its words are

_WIDE = "\u2e80"
_EAST_ASIA = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U0001b000-\U0001b2ff\U00020000-\U0003347f"
_TOKEN = re.compile(rf"\s*(?:[{_EAST_ASIA}]|[^\W{_EAST_ASIA}]{{1,80}}|[^\w\s]|\Z)")

Piece = tuple[str, list[str]]
""" "=" in both, "-" in the first only, "+" in the second only; and the words."""


def tokens(text: str) -> list[str]:
    """Words, East Asian characters and marks, each with the white space before it.

    Parameters
    ----------
    text
        Any text: the tokens together are the text.
    """
    return [token for token in _TOKEN.findall(text) if token]


def differences(first: str, second: str) -> list[Piece]:
    """How to make the second text of the first.

    Words that differ only in the white space before them are equal, and stand as in the first.

    Parameters
    ----------
    first, second
        The texts.

    Returns
    -------
    list of Piece
        "=" and "-" pieces together are the first text, "=" and "+" pieces the second, both up to
        the words that are compared.
    """
    a, b = tokens(first), tokens(second)
    x, y = [token.strip() for token in a], [token.strip() for token in b]
    least = min(len(a), len(b))
    head = next((i for i in range(least) if x[i] != y[i]), least)
    most = least - head
    tail = next((i for i in range(most) if x[-1 - i] != y[-1 - i]), most)
    ends = len(a) - tail, len(b) - tail
    stop, halt = min(ends[0], head + MOST_TOKENS), min(ends[1], head + MOST_TOKENS)
    pieces: list[Piece] = [("=", a[:head])]
    matcher = SequenceMatcher(None, x[head:stop], y[head:halt], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(("=", a[head + i : head + j]))
        else:
            pieces += [("-", a[head + i : head + j]), ("+", b[head + k : head + m])]
    if (stop, halt) == ends:
        pieces.append(("=", a[ends[0] :]))
    return [piece for piece in pieces if piece[1]]


def collapsed(pieces: list[Piece]) -> list[tuple[str, str]]:
    """The differences as visible text, with little of what is equal around them.

    Parameters
    ----------
    pieces
        From `differences`.

    Returns
    -------
    list of (kind, text)
        The kinds of `Piece`, and "…" for what is left out, with its length as text.
    """
    shown: list[tuple[str, str]] = []
    for number, (kind, words) in enumerate(pieces):
        if kind == "=":
            before = _CONTEXT if number else 0
            behind = _CONTEXT if number < len(pieces) - 1 else 0
        else:
            before, behind = _LONG * 3 // 4, _LONG // 4
        if len(pieces) == 1:
            before = _LONG
        if len(words) <= before + behind + 8:
            shown.append((kind, _clipped("".join(words))))
            continue
        left_out = ("…", f"{len(words) - before - behind:,} {_unit(words)}")
        begin, end = words[:before], words[len(words) - behind :] if behind else []
        shown += [(kind, _clipped("".join(begin))), left_out, (kind, _clipped("".join(end)))]
    return [piece for piece in shown if piece[1]]


def _unit(words: list[str]) -> str:
    n_wide = sum(word.strip() >= _WIDE for word in words)
    return "characters" if 2 * n_wide > len(words) else "words"


def _clipped(text: str) -> str:
    half = _MOST_CHARS // 2
    return visible(text if len(text) <= _MOST_CHARS else f"{text[:half]} … {text[-half:]}")


def differs_in(first: str, second: str) -> str:
    """What two texts that count as equal differ in: "case, white space"; "" for nothing.

    Parameters
    ----------
    first, second
        Texts that are equal when their white space, case, width and punctuation are ignored.
    """
    if first == second:
        return ""
    ways: dict[str, Callable[[str], str]] = {
        "width or compatibility forms": lambda text: unicodedata.normalize("NFKC", text),
        "case": str.casefold,
        "punctuation": lambda text: re.sub(r"[^\w\s]|_", "", text),
        "white space": lambda text: "".join(text.split()),
    }
    for size in range(1, len(ways) + 1):
        for names in combinations(ways, size):
            x, y = first, second
            for name in names:
                x, y = ways[name](x), ways[name](y)
            if x == y:
                return ", ".join(names)
    return "form"
