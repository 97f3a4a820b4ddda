"""Fit the letter models and the list of Chinese character pairs that ship with datakit.

  python benchmarks/fit_gibberish.py --english FILE_OR_FOLDER ... --latin UDHR_FOLDER
      --words jieba/dict.txt --variants TSCharacters.txt [--out FILE]

Run by hand; writes datakit/measures/text_gibberish.npz. The shipped file was fitted on
- English: NLTK movie reviews, the test part of WikiText-2, Shakespeare's plays (char-rnn);
- 298 other languages in Latin letters: the Universal Declaration of Human Rights (NLTK udhr2);
- Chinese: the word frequencies of jieba 0.42.1 (MIT), no running text;
- traditional characters: OpenCC (opencc-python-reimplemented 0.1.7, Apache-2.0).
Only counts of three letters in a row, and which character pairs are common, are kept.

With --leave-out WORD, English files whose path has the word are not used: for tests outside of the
domain.
"""

import argparse
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from datakit.measures.text_block import TextBlock
from datakit.measures.text_gibberish import ASSET, STEPS_PER_BIT
from datakit.measures.text_letters import (
    LATIN,
    N_LETTERS,
    OTHER_LETTER,
    letter_codes,
    letter_trigrams,
)

N_CLUSTERS = 8
N_PAIRS = 30_000
ROUNDS = 12


def counts(texts):
    """How often every three letters in a row occur, shape (27 ** 3,)."""
    total = np.zeros(N_LETTERS**3)
    for text in texts:
        for begin in range(0, len(text), 1 << 20):
            piece = TextBlock([text[begin : begin + (1 << 20)]])
            symbols, _ = letter_codes(piece.codes)
            total += np.bincount(letter_trigrams(symbols)[0], minlength=N_LETTERS**3)
    return total


def costs(n3):
    """Bits of every third letter after two, smoothed after Witten and Bell (1991)."""
    n3 = n3.reshape(N_LETTERS, N_LETTERS, N_LETTERS)
    n2 = n3.sum(axis=0)
    n1 = n2.sum(axis=0)
    shares = (n1 + 0.5) / (n1 + 0.5).sum()

    def interpolated(n, lower):
        n_kinds = (n > 0).sum(axis=-1, keepdims=True)
        weight = n_kinds + 1e-3
        return (n + weight * lower) / (n.sum(axis=-1, keepdims=True) + weight)

    return -np.log2(interpolated(n3, interpolated(n2, shares))).ravel()


def clustered(tables):
    """Group languages by how well one model tells them, as k-means does with distances."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, N_CLUSTERS, len(tables))
    for _ in range(ROUNDS):
        sums = [tables[group == k].sum(axis=0) for k in range(N_CLUSTERS)]
        models = np.stack([costs(s + 0.02 * tables.sum(axis=0)) for s in sums])
        group = (tables @ models.T).argmin(axis=1)
    return models


def mostly_latin(text):
    _, kinds = letter_codes(TextBlock([text]).codes)
    return (kinds == LATIN).sum() > 0.85 * np.isin(kinds, (LATIN, OTHER_LETTER)).sum()


def pairs(path, variants):
    """The commonest pairs of Han characters inside of words, and the characters in them."""
    found = Counter()
    for line in path.read_text("utf-8").splitlines():
        word, n = line.split(" ")[:2]
        for a, b in pairwise(word):
            if all("\u4e00" <= c <= "\u9fff" for c in (a, b)):
                found[variants.get(a, a) + variants.get(b, b)] += int(n)
    best = sorted(pair for pair, _ in sorted(found.items(), key=lambda x: (-x[1], x[0]))[:N_PAIRS])
    characters = sorted({c for pair in best for c in pair})
    rank = {c: i for i, c in enumerate(characters)}
    return characters, np.array([[rank[a], rank[b]] for a, b in best], np.uint16)


def files(paths, leave_out):
    for path in map(Path, paths):
        found = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
        for file in found:
            if not leave_out or leave_out not in str(file):
                yield file.read_text("utf-8", errors="replace").replace("<unk>", " ")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--english", nargs="+", required=True)
    parser.add_argument("--latin", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--variants", type=Path, required=True)
    parser.add_argument("--leave-out", default="")
    parser.add_argument("--out", type=Path, default=ASSET)
    args = parser.parse_args()
    english = costs(counts(files(args.english, args.leave_out)))
    texts = [file.read_text("utf-8", "replace") for file in sorted(args.latin.glob("*.txt"))]
    latin = [text[400:] for text in texts if len(text) > 5000 and mostly_latin(text)]
    print(len(latin), "languages in Latin letters")
    models = np.vstack([english[None], clustered(np.stack([counts([text]) for text in latin]))])
    lines = args.variants.read_text("utf-8").splitlines()
    variants = {a: b.split(" ")[0] for a, b in (line.split("\t") for line in lines)}
    variants = {a: b for a, b in variants.items() if a != b and max(a, b) < "\U00010000"}
    characters, common = pairs(args.words, variants)
    np.savez_compressed(
        args.out,
        letters=np.clip(np.round(models * STEPS_PER_BIT), 0, 255).astype(np.uint8),
        characters=np.array([ord(c) for c in characters], np.uint16),
        pairs=common,
        traditional=np.array([ord(c) for c in variants], np.uint16),
        simplified=np.array([ord(c) for c in variants.values()], np.uint16),
    )
    print(args.out.stat().st_size, "bytes,", len(characters), "characters in pairs")


if __name__ == "__main__":
    main()
