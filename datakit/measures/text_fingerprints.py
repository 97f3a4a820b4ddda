"""What duplicate documents and shared lines are found by.

Every fingerprint is a pure function of its document, so that a saved profile is enough to group
copies, and two profiles can be put one behind the other.

References
----------
Broder 1997, On the resemblance and containment of documents (shingles, bottom-k sketches).
Cohen & Kaplan 2007, Summarizing data using bottom-k sketches.
Leskovec, Rajaraman & Ullman, Mining of massive datasets, section 3.4 (bands and rows).
Li, Owen & Zhang 2012, One permutation hashing (minima over parts of one permutation).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import Hashes, Numbers, TextBlock, mix
from datakit.measures.text_folding import text_hashes
from datakit.measures.text_line_hashes import OUTER, find_line_hashes
from datakit.measures.text_shingles import MULTIPLIER, shingles, words
from datakit.sample import Column

__all__ = [
    "FINGERPRINT_COLUMNS",
    "MAX_LINES",
    "N_BANDS",
    "N_ROWS",
    "SKETCH_SIZE",
    "fingerprints",
]

N_BANDS, N_ROWS = 14, 8
"""Bands and rows of the MinHash signature, those of datatrove and FineWeb."""

SKETCH_SIZE = 1024
"""Most shingles that are kept of a document: a standard error of 0.016 at most in Jaccard."""

MAX_LINES = 256
"""Most line hashes that are kept of a document."""

Values = npt.NDArray[np.uint32] | Hashes

_HALF = np.uint32(1 << 31)

FINGERPRINT_COLUMNS: tuple[Column, ...] = (
    Column(
        "text_hash",
        "string",
        "",
        "XXH3 (128 bits, hex) of the text without white space and ASCII or Unicode punctuation, "
        "compatibility forms, width and case folded; empty where nothing is left",
        source="Unicode UAX #15 NFKC; full case folding",
    ),
    Column(
        "minhash",
        "binary",
        "",
        f"MinHash of the shingles: {N_BANDS} keys of 64 bits, each of {N_ROWS} minima; "
        "0 where there is none; two documents share one with probability 1 - (1 - J^8)^14",
        source="Broder 1997; Leskovec et al., section 3.4",
    ),
    Column(
        "shingles",
        "binary",
        "",
        "sorted 32-bit hashes of the distinct runs of 5 words (3 Han characters), the 1,024 "
        "smallest of them",
        source="Broder 1997; Cohen & Kaplan 2007",
    ),
    Column(
        "lines",
        "binary",
        "",
        "sorted 64-bit hashes of the distinct lines with 20 letters or more (10 East Asian "
        "characters), the 256 smallest of them; numbers are folded where a line has many more "
        "letters; odd for lines among the first or last six of the document",
    ),
)


def fingerprints(block: TextBlock) -> dict[str, list[str | None] | list[bytes | None]]:
    """Fingerprints of every document of a block.

    ``minhash`` holds 14 little-endian uint64, ``shingles`` uint32, ``lines`` uint64. A pair of
    documents with Jaccard similarity J of their shingles shares at least one of the 14 keys with
    probability 1 - (1 - J^8)^14: 0.05 at J = 0.5, 0.56 at 0.7, 0.92 at 0.8, 0.9996 at 0.9.

    Returns
    -------
    dict
        Column of `FINGERPRINT_COLUMNS` -> one value a document, None where there is none.
    """
    found = words(block)
    hashes, bounds = shingles(found)
    values, bounds = _distinct((hashes >> np.uint64(32)).astype("<u4"), bounds)
    lines = find_line_hashes(block, found)
    edges = np.searchsorted(lines.starts, block.bounds)
    return {
        "text_hash": text_hashes(block),
        "minhash": _signatures(values, bounds),
        "shingles": _packed(values, bounds, SKETCH_SIZE),
        "lines": _packed(*_outermost(*_distinct(lines.hashes | lines.outer, edges)), MAX_LINES),
    }


def _distinct(values: Values, bounds: Numbers) -> tuple[Values, Numbers]:
    """The values of every document sorted and once each, and their bounds; sorts in place."""
    edges = bounds.tolist()
    for start, end in pairwise(edges):
        values[start:end].sort()
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    first[bounds[bounds < len(values)]] = True
    kept = np.flatnonzero(first)
    return values.take(kept), np.searchsorted(kept, bounds)


@cache
def _factors() -> Values:
    """Odd multipliers: x -> a x permutes the 32-bit numbers."""
    n = N_BANDS * N_ROWS // 2
    factors = mix(np.arange(1, n + 1, dtype=np.uint64)) >> np.uint64(32)
    return factors.astype(np.uint32) | np.uint32(1)


def _signatures(values: Values, bounds: Numbers) -> list[bytes | None]:
    """The band keys of every document.

    Half of the bands look at the shingles below 2^31, the other half at those from there on,
    which takes half the time. Two documents share a key as often as if all bands looked at all
    shingles, or a little more often (at J = 0.7: 0.56; with 60 shingles 0.60).
    """
    n = len(bounds) - 1
    low = np.searchsorted(np.flatnonzero(values < _HALF), bounds)
    middle = bounds[:-1] + np.diff(low)
    edges = np.stack([bounds[:-1], middle], axis=1).ravel()
    present = np.flatnonzero(np.diff(edges, append=len(values)) > 0)
    bands = np.zeros((2 * n, N_BANDS // 2), "<u8")
    if len(present):
        minima = _minima(values, edges[present])
        rows = minima.reshape(N_BANDS // 2, N_ROWS, len(present))
        weights = np.multiply.accumulate(np.full((N_ROWS, 1), MULTIPLIER))
        keys = mix((rows * weights).sum(axis=1))
        bands[present] = np.maximum(keys.T, np.uint64(1))  # 0 stands for no key
    packed, size = bands.tobytes(), N_BANDS * 8
    some = (np.diff(bounds) > 0).tolist()
    return [packed[i * size : (i + 1) * size] if some[i] else None for i in range(n)]


def _minima(values: Values, starts: Numbers) -> Values:
    """Minimum of every permutation over every run of values, shape (permutations, runs)."""
    factors = _factors()
    out = np.empty((len(factors), len(starts)), np.uint32)
    step = int(np.clip((1 << 17) // len(values), 1, 8))  # what a second-level cache holds
    for k in range(0, len(factors), step):
        permuted = factors[k : k + step, None] * values
        np.minimum.reduceat(permuted, starts, axis=1, out=out[k : k + step])
    return out


def _packed(values: Values, bounds: Numbers, most: int) -> list[bytes | None]:
    """The first `most` values of every document as bytes, None where it has none."""
    packed, size = values.tobytes(), values.itemsize
    return [
        packed[a * size : min(b, a + most) * size] if b > a else None
        for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


def _outermost(values: Values, bounds: Numbers) -> tuple[Values, Numbers]:
    """Of a line that stands at the edge of its document and elsewhere the former, sorted."""
    last = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1] | OUTER, out=last[:-1])
    last[bounds[1:][bounds[1:] > 0] - 1] = True
    kept = np.flatnonzero(last)
    return values.take(kept), np.searchsorted(kept, bounds)
