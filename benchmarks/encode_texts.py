"""The text encoder without weights against scikit-learn's TF-IDF and truncated SVD, in one run.

  python benchmarks/encode_texts.py PATH [PATH ...]

Every path is one collection: a folder of text files (labels: its sub-folders; without sub-folders,
the files, cut to pieces of 400 characters), a .csv of label and text, or one text file cut to its
paragraphs of 200 characters and more (labels: the last line like "= Title ="). Both encoders are
fitted on a collection and encode it, held to one core; CPU seconds count, the best of two.

Accuracy: how often the ten nearest others by cosine agree with the label. Correlation: of the
cosines of 20,000 pairs with those of the reference whose decomposition is exact (ARPACK), and, to
judge it by, that of the reference at its defaults with the exact one. Held out: the energy
coefficient between documents that Lsa was fitted on and others of the same collection.
"""

import csv
import os
import re
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from datakit.encoders.lsa import Lsa
from datakit.metrics.energy import energy_coefficient

MOST, PIECE, PIECES_OF_A_FILE = 5000, 400, 30


def read(path):
    """Texts and labels of one collection, in a fixed random order."""
    path = Path(path)
    if path.is_dir():
        files = [f for f in sorted(path.rglob("*")) if f.is_file()]
        files = [f for f in files if f.parent != path] or files
        texts = [f.read_text("utf-8", errors="replace") for f in files]
        if all(f.parent != path for f in files):
            pairs = [(t, f.parent.name) for t, f in zip(texts, files, strict=True)]
        else:
            pairs = [
                (t[i : i + PIECE], f.stem)
                for t, f in zip(texts, files, strict=True)
                for i in range(0, min(len(t), PIECE * PIECES_OF_A_FILE) - PIECE // 2, PIECE)
            ]
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            pairs = [(row[1], row[0]) for row in list(csv.reader(file))[1:] if row[1].strip()]
    else:
        pairs, title = [], "none"
        for line in path.read_text("utf-8", errors="replace").split("\n"):
            if re.fullmatch(r"= [^=].*[^=] =", line.strip()):
                title = line.strip()
            elif len(line) >= 200:
                pairs.append((line.strip(), title))
    order = np.random.default_rng(0).permutation(len(pairs))[:MOST]
    return [pairs[i][0] for i in order], np.array([pairs[i][1] for i in order])


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def accuracy(vectors, labels, k=10):
    names, numbers = np.unique(labels, return_inverse=True)
    cosines = unit(vectors) @ unit(vectors).T
    np.fill_diagonal(cosines, -2)
    near = numbers[np.argsort(-cosines, axis=1, kind="stable")[:, :k]]
    votes = [np.bincount(row, minlength=len(names)).argmax() for row in near]
    return float(np.mean(votes == numbers))


def correlation(a, b):
    i, j = np.random.default_rng(0).integers(0, len(a), (2, 20_000))
    i, j = i[i != j], j[i != j]
    both = [np.einsum("ij,ij->i", unit(x)[i], unit(x)[j]) for x in (a, b)]
    return float(np.corrcoef(both)[0, 1])


def best(function):
    """Result and CPU seconds, the better of two calls."""
    seconds = []
    for _ in range(2):
        begin = time.process_time()
        result = function()
        seconds.append(time.process_time() - begin)
    return result, min(seconds)


def reference(texts, algorithm="randomized"):
    weigh = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    turn = TruncatedSVD(128, algorithm=algorithm, random_state=0)
    turn.fit(weigh.fit_transform(texts))
    return lambda texts: turn.transform(weigh.transform(texts))


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    Lsa.fit(["warm up"]).encode(["warm up"])
    for path in sys.argv[1:]:
        texts, labels = read(path)
        n, size = len(texts), sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
        majority = np.unique(labels, return_counts=True)[1].max() / n
        print(f"{path}: {n} documents, {size:.1f} MB, {len(set(labels))} labels ({majority:.2f})")
        results = {}
        for name, fit in (
            ("lsa", lambda texts: Lsa.fit(texts).encode),
            ("scikit-learn", reference),
        ):
            encode, fitting = best(lambda fit=fit, texts=texts: fit(texts))
            results[name], encoding = best(lambda encode=encode, texts=texts: encode(texts))
            print(
                f"  {name:14s} fit {1e3 * fitting / n:6.2f} ms, {size / fitting:5.2f} MB/s"
                f"   encode {1e3 * encoding / n:6.3f} ms, {n / encoding:6.0f} documents/s,"
                f" {size / encoding:5.1f} MB/s   accuracy {accuracy(results[name], labels):.3f}",
                flush=True,
            )
        exact = reference(texts, "arpack")(texts)
        half = n // 2
        encode = Lsa.fit(texts[:half]).encode
        a, b = encode(texts[:half])[:1000], encode(texts[half:])[:2000]
        print(
            f"  exact          accuracy {accuracy(exact, labels):.3f}; correlation with it: lsa"
            f" {correlation(results['lsa'], exact):.3f}, scikit-learn"
            f" {correlation(results['scikit-learn'], exact):.3f}\n  held out       energy"
            f" {energy_coefficient(a, b[:1000]):.4f}; between others"
            f" {energy_coefficient(b[::2], b[1::2]):.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
