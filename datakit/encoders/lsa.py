"""The text encoder without weights: character n-grams and a latent semantic basis.

A document becomes the counts of its character 1-, 2- and 3-grams, hashed to 2^18 buckets. A count
c of a bucket that df of N documents hold weighs ``(1 + ln c) (1 + ln((1 + N) / (1 + df)))``. The
leading right singular vectors of such weights in a fitting sample make a vector of them (Deerwester
et al. 1990, Indexing by latent semantic analysis). Characters need no word segmenter.

Before n-grams are taken, a document is cut to 20,000 characters (a longer one to 20 pieces of 999
at even distances, the first and the last included), composed (NFC), every character replaced by
the plain form of a full- or half-width one and by its simple case folding, every run of white
space by one space, with none at the edges. No n-gram reaches over a NUL or from piece to piece.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.measures.text_block import TextBlock, blocks

__all__ = ["Lsa"]

Floats = npt.NDArray[np.float32]
Buckets = npt.NDArray[np.uint32]

_VERSION = "lsa-1: 1-3-grams, 18 bits, 20 x 999 of 20000, nfc, width, case, space"
_BITS, _NO_GRAM = 18, np.uint32(0xFFFFFFFF)
_N_COLUMNS = 40_000  # 10 MB; neighbours were as good with 10,000 and no better with all
_N_CHARS, _N_PIECES = 20_000, 20
_FIT_CHARS = 24_000_000  # of all documents together: what bounds the memory of a fit
_BLOCK = 16_000  # characters, so documents too: their number must fit into 32 - 18 bits
# The upper bits of a sum of characters times odd numbers (multiply-shift, Dietzfelbinger 1996).
_MULTIPLIERS = [np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F)]
_SUBLINEAR = (1 + np.log(np.maximum(1, np.arange(1 << 16)))).astype(np.float32)  # 1 + ln c
_ARRAYS = ("buckets", "idf", "basis", "centroids", "hill2")


class Lsa:
    """Latent semantic vectors, of unit length; zero where no n-gram is known, as of empty texts.

    Documents that the basis was fitted on lie further apart than others of their kind: between
    two halves of one collection, one of them fitted on, the energy coefficient is .003 to .05, and
    0 between halves of the rest. Compare collections by documents outside of the fitting sample.

    Parameters
    ----------
    arrays
        ``buckets``, uint32 (m,), the most frequent first, and their ``idf``, float32 (m,);
        ``basis``, float16 (m, dim), orthonormal up to rounding; ``centroids`` of cells, float16
        (k, dim), and the order-2 Hill number of a collection in them, ``hill2``, NaN if k is 0.
    """

    name = "lsa"

    def __init__(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        self.dim = int(arrays["basis"].shape[1])
        digest = hashlib.sha256(_VERSION.encode())
        for key in _ARRAYS:
            digest.update(f"{key} {arrays[key].dtype} {arrays[key].shape}".encode())
            digest.update(np.ascontiguousarray(arrays[key]).tobytes())
        self.digest = digest.hexdigest()[:16]
        self._projection: Floats | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_projection": None}

    @classmethod
    def fit(
        cls, texts: Sequence[str], dim: int = 128, seed: int = 0, held_out: Sequence[str] = ()
    ) -> Lsa:
        """Fit weights and basis on a sample of documents, whose order does not matter.

        Equal texts give equal bits on one machine. Another processor or linear algebra library
        may change the last bits, and with them the digest: keep a basis, do not fit it twice.

        Parameters
        ----------
        texts
            Best 1,000 to 20,000 documents; of all together at most 24 million characters are
            read, of each its share, in pieces. Of the buckets that two documents hold (below 20
            documents: one), the 40,000 with the largest share in the squared weights are kept.
        dim
            Length of a vector; fewer where the sample spans fewer dimensions.
        seed
            Of the random starts of the decomposition and of the cells.
        held_out
            Documents of the same collection that are not in `texts`, best 1,000 or more: k-means
            on one half of them gives the cells, the other half is counted in them.

        Raises
        ------
        InputError
            All texts are blank, or `dim` is below 1.
        """
        from scipy.sparse import vstack
        from sklearn.preprocessing import normalize
        from threadpoolctl import threadpool_limits

        if dim < 1:
            raise InputError(f"dim is {dim}: give at least 1")
        share = max(400, min(_N_CHARS, _FIT_CHARS // max(1, len(texts))))
        cut = sorted(_cut(text, share) for text in texts)
        buckets, idf = _choose(cut)
        if not len(buckets):
            raise InputError(f"all of the {len(texts)} texts are blank: nothing to fit on")
        weights = vstack([part for _, part in _counted(cut, buckets)], format="csr")
        weights.data *= idf[weights.indices]
        weights = normalize(weights, copy=False)
        with threadpool_limits(1):  # the number of threads decides the order of sums
            basis = _right_singular(weights, dim, seed).astype(np.float16)
            empty = np.zeros((0, basis.shape[1]), np.float16), np.array(np.nan)
            encoder = cls(dict(zip(_ARRAYS, (buckets, idf, basis, *empty), strict=True)))
            cells = _cells(encoder.encode(sorted(held_out)), seed)
        return encoder if cells is None else cls(encoder._arrays | cells)

    def save(self, path: str | Path) -> None:
        """Write one .npz file, 264 bytes a bucket at 128 dimensions: at most 11 MB."""
        with open(path, "wb") as file:
            np.savez(file, digest=np.array(self.digest), **self._arrays)

    @classmethod
    def load(cls, path: str | Path) -> Lsa:
        """Read what `save` wrote.

        Raises
        ------
        InputError
            The file cannot be read, is not one of `save`, or was changed.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                encoder = cls({key: file[key] for key in _ARRAYS})
                if str(file["digest"]) != encoder.digest:
                    raise ValueError("changed, or of another version")
        except (OSError, EOFError, LookupError, TypeError, ValueError, zipfile.BadZipFile) as error:
            what = f"{path} is not an lsa encoder ({type(error).__name__}: {error})"
            raise InputError(f"{what}: give a file that Lsa.save wrote") from None
        return encoder

    def prepare(self, text: str) -> str:
        """Shorten a document to the characters that `encode` uses, at most 20,000."""
        return _cut(text, _N_CHARS)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of documents, shape (n, dim), of length 1 or 0, whatever else is in the batch."""
        if self._projection is None:
            basis = self._arrays["basis"].astype(np.float32)
            self._projection = basis * self._arrays["idf"][:, None]
        out = np.zeros((len(texts), self.dim), np.float32)
        cut = [_cut(text, _N_CHARS) for text in texts]
        for begin, counts in _counted(cut, self._arrays["buckets"]):
            out[begin : begin + counts.shape[0]] = _unit(counts @ self._projection)
        return out

    def codebook(self) -> None:
        """No general collection stands behind this encoder: see `reference_codebook`."""

    def reference_codebook(self) -> tuple[Floats, float] | None:
        """Cells of the fit's `held_out`: what another corpus in the same basis is compared with.

        Centroids, shape (k, dim), of k-means with k = 64 (below 1,024 documents, a sixteenth as
        many), and the order-2 Hill number of the other half in them; None below 128 documents.
        """
        centroids = self._arrays["centroids"].astype(np.float32)
        return (centroids, float(self._arrays["hill2"])) if len(centroids) else None


@cache
def _fold() -> Buckets:
    """What every code point counts as, shape (0x110000,)."""
    table = np.arange(0x110000, dtype=np.uint32)
    for code in range(0x1E944):  # beyond, nothing has a case
        character = chr(code)
        kind, *plain = unicodedata.decomposition(character).split() or [""]
        if kind in ("<wide>", "<narrow>"):
            character = chr(int(plain[0], 16))
        folded = character.casefold()
        table[code] = 32 if character.isspace() else ord(folded if len(folded) == 1 else character)
    return table


def _cut(text: str, n_chars: int) -> str:
    """The text if it has at most `n_chars`, else pieces of it, with NUL between them."""
    if len(text) <= n_chars:
        return text
    size = n_chars // _N_PIECES - 1
    begins = (i * (len(text) - size) // (_N_PIECES - 1) for i in range(_N_PIECES))
    return "\0".join(text[begin : begin + size] for begin in begins)


def _grams(block: TextBlock) -> Buckets:
    """Document's number and bucket, in 14 and 18 bits, of every n-gram, sorted."""
    codes, lengths = _fold().take(block.codes), block.lengths + 1
    doubled = (codes == 32) & (np.append(codes[1:], 0) == 32)
    at = np.flatnonzero(doubled)
    lengths -= np.diff(np.searchsorted(at, block.ends), prepend=0)
    codes = np.concatenate([codes[~doubled] if len(at) else codes, np.zeros(2, np.uint32)])
    n = len(codes) - 2
    breaks = np.flatnonzero(codes[:n] == 0)
    for edge in (breaks - 1, breaks + 1, np.zeros(1, np.int64)):
        codes[edge[codes[edge] == 32]] = 0
    breaks = np.flatnonzero(codes[:n] == 0)
    documents = np.repeat(np.arange(len(block), dtype=np.uint32) << np.uint32(_BITS), lengths)
    wide = codes.astype(np.uint64)
    sums, term = np.zeros(n, np.uint64), np.empty(n, np.uint64)
    grams = np.empty((3, n), np.uint32)
    for k in range(3):
        sums += np.multiply(wide[k : n + k], _MULTIPLIERS[k], out=term)
        np.right_shift(sums, np.uint64(64 - _BITS), out=term)
        np.bitwise_or(term, documents, out=grams[k], casting="unsafe")
        for back in range(k + 1):
            grams[k, breaks[breaks >= back] - back] = _NO_GRAM
    keys = np.sort(grams, axis=None)
    return keys[: np.searchsorted(keys, _NO_GRAM)]


def _counted(texts: Sequence[str], kept: Buckets) -> Iterator[tuple[int, Any]]:
    """1 + ln count in the kept buckets, by blocks: first document, sparse (documents, m)."""
    from scipy.sparse import csr_matrix

    column = np.full(1 << _BITS, -1, np.int32)
    column[kept] = np.arange(len(kept))
    composed = [t if t.isascii() else unicodedata.normalize("NFC", t) for t in texts]
    for begin, block in blocks(composed, _BLOCK):
        keys = _grams(block)
        first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        counts = np.diff(first, append=len(keys))
        keys = keys[first]
        columns = column.take(keys & np.uint32((1 << _BITS) - 1))
        known = np.flatnonzero(columns >= 0)
        weights = _SUBLINEAR.take(counts.take(known), mode="clip")
        bounds = np.searchsorted(keys.take(known), np.arange(len(block) + 1) << _BITS)
        entries = (weights, columns.take(known), bounds.astype(np.int32))
        yield begin, csr_matrix(entries, shape=(len(block), len(kept)))


def _unit(vectors: Floats) -> Floats:
    """Rows scaled to length 1; zero rows stay."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1)[:, None], np.float32)


def _choose(texts: Sequence[str]) -> tuple[Buckets, Floats]:
    """Buckets to keep and their idf, each shape (m,)."""
    from sklearn.preprocessing import normalize

    frequency, share = np.zeros(1 << _BITS, np.int64), np.zeros(1 << _BITS)
    for _, part in _counted(texts, np.arange(1 << _BITS, dtype=np.uint32)):
        frequency += np.bincount(part.indices, minlength=1 << _BITS)
        share += np.bincount(part.indices, normalize(part).data ** 2, 1 << _BITS)
    idf = 1 + np.log((1 + len(texts)) / (1 + frequency))
    share *= idf**2
    if len(texts) >= 20 and frequency.max() > 1:
        share[frequency < 2] = 0
    kept = np.argsort(-share, kind="stable")[: min(_N_COLUMNS, np.count_nonzero(share))]
    kept = kept[np.argsort(-frequency[kept], kind="stable")]  # what is read most lies together
    return kept.astype(np.uint32), idf[kept].astype(np.float32)


def _right_singular(weights: Any, dim: int, seed: int) -> Floats:
    """Leading right singular vectors, shape (m, at most dim), the largest entry of each positive.

    Randomised block Krylov iteration (Musco & Musco 2015, algorithm 2) with 3 steps and 10 vectors
    more than asked for: nearer to the exact ones than power iteration with as many products.
    """
    shape = weights.shape[1], min(dim + 10, *weights.shape)
    start = np.random.default_rng(seed).standard_normal(shape, np.float32)
    bases = [np.linalg.qr(weights @ start)[0]]
    for _ in range(3):
        bases.append(np.linalg.qr(weights @ (weights.T @ bases[-1]))[0])
    space = (weights.T @ np.linalg.qr(np.concatenate(bases, axis=1))[0]).astype(np.float64)
    values, turns = np.linalg.eigh(space.T @ space)
    kept = np.flatnonzero(values > 1e-6 * values[-1])[::-1][:dim]
    vectors = space @ (turns[:, kept] / np.sqrt(values[kept]))
    largest = np.abs(vectors).argmax(axis=0)
    return np.asarray(vectors * np.sign(vectors[largest, np.arange(len(kept))]), np.float32)


def _cells(vectors: Floats, seed: int) -> dict[str, Any] | None:
    """Centroids of k-means on every other vector, and the unbiased Hill number of the rest."""
    from sklearn.cluster import KMeans

    vectors = vectors[vectors.any(axis=1)]
    k = min(64, len(vectors) // 16)
    if k < 8:
        return None
    cells = KMeans(k, n_init=4, random_state=seed).fit(vectors[::2])
    counts = np.bincount(cells.predict(vectors[1::2]))
    hill2 = counts.sum() * (counts.sum() - 1) / max(1, (counts * (counts - 1)).sum())
    return {"centroids": cells.cluster_centers_.astype(np.float16), "hill2": np.array(hill2)}
