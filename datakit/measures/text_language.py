"""The language a document is written in: py3langid's model, run over many documents at once.

py3langid (BSD-3, a fork of Lui & Baldwin's langid.py) reads the bytes of a text through an
automaton of byte n-grams and scores the n-grams seen with a naive Bayes model of 140 languages.
Its arrays are used as they are; only the walk is done for all documents of a block together. The
automaton never looks back further than its longest n-gram, so a long walk can be cut into short
ones that are walked side by side.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import TextBlock
from datakit.sample import Column

__all__ = ["LANGUAGE_COLUMNS", "language", "language_sample", "languages", "locate_language"]

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

LANGUAGE_COLUMNS: tuple[Column, ...] = (
    Column(
        "language",
        "string",
        "",
        "likeliest language: ISO 639-1 code, ISO 639-3 where there is none, zxx for what is no "
        "language; empty where a document has no letter",
        source="py3langid 0.4 (Lui & Baldwin 2012, langid.py)",
    ),
    Column(
        "language_score",
        "float",
        "",
        "probability of the language among the 140 that the model knows",
        0,
        1,
        "py3langid 0.4, scores divided by the square root of the length in bytes",
    ),
)

_WINDOWS = 3
_WINDOW_CHARS = 80
_WINDOW_BYTES = 120
_WHOLE_CHARS = 2 * _WINDOW_CHARS
_STEPS = 16  # bytes that one walk of the automaton reports on
_RESET = 0xFF  # never a byte of UTF-8: leads from every state back to the first
_NO_LETTERS = bytes(c for c in range(256) if not chr(c).isalpha() or c > 127)

# Members of a macrolanguage that has a code of two letters (ISO 639-3, table of macrolanguages),
# and single languages whose ISO 639-1 code py3langid does not use.
_CODES = {
    "wuu": "zh",
    "yue": "zh",
    "ary": "ar",
    "arz": "ar",
    "sdh": "ku",
    "uzs": "uz",
    "fuv": "ff",
    "gug": "gn",
    "hbo": "he",
    "kik": "ki",
}


@dataclass(frozen=True)
class _Model:
    """py3langid's arrays, arranged for walking.

    Parameters
    ----------
    next_row
        Shape (r * 256,): the automaton's next row, by row * 256 + byte.
    features
        int32, shape (r * 256,): the n-gram that the byte completes, -1 for none.
    reach
        Longest n-gram in bytes: a row depends on so many bytes at most.
    weights
        float32, shape (f, 142): log probability of every n-gram in every class.
    priors
        float32, shape (142,).
    codes
        The distinct codes of the classes.
    classes, more
        Shape (number of codes,): the class of every code; pairs of code and another class of it.
    """

    next_row: npt.NDArray[np.unsignedinteger]
    features: npt.NDArray[np.int32]
    reach: int
    weights: Floats
    priors: Floats
    codes: tuple[str, ...]
    classes: tuple[int, ...]
    more: tuple[tuple[int, int], ...]


@cache
def _model() -> _Model:
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    weights, priors, labels, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    names = [_CODES.get(label, label) for label in labels]
    codes = tuple(dict.fromkeys(names))
    classes = tuple(names.index(code) for code in codes)
    next_state = np.frombuffer(moves, np.dtype(f"u{moves.itemsize}"))
    row_of = np.frombuffer(rows, np.dtype(f"u{rows.itemsize}"))
    return _Model(
        row_of[next_state],
        np.asarray(features, np.int32)[next_state],
        _reach(next_state.reshape(-1, 256), row_of),
        np.asarray(weights, np.float32),
        np.asarray(priors, np.float32),
        codes,
        classes,
        tuple((codes.index(n), i) for i, n in enumerate(names) if i not in classes),
    )


def _reach(moves: npt.NDArray[np.unsignedinteger], rows: npt.NDArray[np.unsignedinteger]) -> int:
    """How many bytes lead from the first state of the automaton to the farthest one."""
    seen = np.zeros(len(rows), bool)
    seen[0] = True
    border = np.zeros(1, np.int64)
    depth = 0
    while len(border):
        after = np.unique(moves[rows[border]]).astype(np.int64)
        border = after[~seen[after]]
        seen[border] = True
        depth += 1
    return depth - 1


def languages() -> tuple[str, ...]:
    """Every code that the column ``language`` can hold, sorted."""
    return tuple(sorted(_model().codes))


def language(block: TextBlock) -> dict[str, npt.NDArray[np.float64] | list[str]]:
    """The language of every document.

    Only `language_sample` of a document is read. Chinese and its varieties are one language here,
    as are Arabic, Kurdish, Uzbek and theirs: the probabilities of a macrolanguage are summed.

    Returns
    -------
    dict
        ``language``: list of d codes, "" where a document has no letter; ``language_score``:
        shape (d,), NaN there.
    """
    samples = [language_sample(text) for text in block.texts]
    codes, scores = [""] * len(block), np.full(len(block), np.nan)
    lettered = [i for i, sample in enumerate(samples) if sample]
    if lettered:
        model = _model()
        likely = _probabilities([samples[i] for i in lettered], model)
        best = likely.argmax(axis=1)
        scores[lettered] = likely[np.arange(len(best)), best].clip(0, 1)
        for i, winner in zip(lettered, best.tolist(), strict=True):
            codes[i] = model.codes[winner]
    return {"language": codes, "language_score": scores}


def language_sample(text: str) -> str:
    """What the language of a document is told from: "" where there is no letter.

    A document of up to 160 characters is taken whole. Of a longer one, three windows of 80
    characters lie at its beginning, middle and end; the two with the most letters
    are taken (the earlier ones of equals), each cut to 120 bytes of UTF-8.
    """
    if len(text) <= _WHOLE_CHARS:
        return text if _n_letters(text) else ""
    last = len(text) - _WINDOW_CHARS
    windows = [
        text[begin : begin + _WINDOW_CHARS]
        for begin in [last * k // (_WINDOWS - 1) for k in range(_WINDOWS)]
    ]
    letters = [_n_letters(window) for window in windows]
    order = sorted(range(_WINDOWS), key=lambda k: -letters[k])
    return " ".join(_cut(windows[k]) for k in sorted(order[:2]) if letters[k])


def _n_letters(text: str) -> int:
    if text.isascii():
        return len(text.encode().translate(None, _NO_LETTERS))
    return sum(map(str.isalpha, text))


def _cut(text: str) -> str:
    """The first 120 bytes of a text, without the character that the cut goes through."""
    if text.isascii():
        return text
    head = text.encode("utf-8", "surrogatepass")[:_WINDOW_BYTES]
    begin = len(head) - 1
    while head[begin] & 0xC0 == 0x80:
        begin -= 1
    try:
        head[begin:].decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        head = head[:begin]
    return head.decode("utf-8", "surrogatepass")


def _encode(text: str) -> bytes:
    """The bytes that py3langid reads of a text."""
    if text.isascii():
        return (text.lower() if text.isupper() else text).encode()
    lower = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", lower).encode("utf-8", "surrogatepass")


def _probabilities(samples: list[str], model: _Model) -> npt.NDArray[np.float64]:
    """Probability of every code, shape (n, number of codes)."""
    data = [_encode(sample) for sample in samples]
    lengths = np.fromiter(map(len, data), np.int64, len(data))
    seen = _n_grams(data, lengths, model)
    logs = (seen @ model.weights).astype(np.float64)
    # A text without any known n-gram says nothing: all classes are equally likely.
    logs += model.priors * (np.diff(seen.indptr) > 0)[:, None]
    logs /= np.sqrt(lengths)[:, None]
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    out = shares[:, model.classes]
    for code, column in model.more:
        out[:, code] += shares[:, column]
    return np.asarray(out / shares.sum(axis=1, keepdims=True))


def _n_grams(data: list[bytes], lengths: Integers, model: _Model) -> Any:
    """log(1 + count) of every n-gram in every text: a sparse matrix, shape (n, f)."""
    from scipy.sparse import csr_array

    reset = bytes([_RESET])
    found = _walk(np.frombuffer(reset.join(data) + reset, np.uint8), model)
    bits = len(model.weights).bit_length()
    keys = np.repeat(np.arange(len(data)) << bits, lengths + 1) | found
    keys = keys[found >= 0]
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(first, append=len(keys)).astype(np.float32)
    keys = keys[first]
    bounds = np.searchsorted(keys, np.arange(len(data) + 1) << bits)
    columns = keys & ((1 << bits) - 1)
    return csr_array((np.log1p(counts), columns, bounds), (len(data), len(model.weights)))


def _walk(data: npt.NDArray[np.uint8], model: _Model) -> npt.NDArray[np.int32]:
    """The n-gram that every byte completes, -1 for none; shape (n,).

    Walks of `_STEPS` bytes go side by side, each begun so far ahead that it no longer matters
    where it began.
    """
    lanes = -(-len(data) // _STEPS)
    padded = np.full(model.reach + lanes * _STEPS, _RESET, np.int64)
    padded[model.reach : model.reach + len(data)] = data
    windows = np.lib.stride_tricks.sliding_window_view(padded, _STEPS + model.reach)
    steps = windows[::_STEPS].T.copy()
    row = np.zeros(lanes, np.int64)
    for places in steps:
        places += row << 8
        row = model.next_row.take(places).astype(np.int64)
    return model.features.take(steps[model.reach :].T.ravel())[: len(data)]


def locate_language(text: str) -> list[tuple[int, int]]:
    """The lines of a document that are in another language than its sample, as spans.

    Lines of fewer than 20 letters are too short to tell.
    """
    whole = language(TextBlock([text]))["language"][0]
    spans, begin = [], 0
    for line in text.splitlines(keepends=True):
        spans.append((begin, begin + len(line.rstrip())))
        begin += len(line)
    spans = [(a, b) for a, b in spans if sum(map(str.isalpha, text[a:b])) >= 20]
    if not spans or not whole:
        return []
    found = language(TextBlock([text[a:b] for a, b in spans]))["language"]
    return [span for span, code in zip(spans, found, strict=True) if code != whole]
