"""Near duplicates among documents with known truth: documents a second, recall, precision.

python benchmarks/group_texts.py TEXTS [TEXTS ...] [--n 50000] [--chinese CSV] [--peers]

TEXTS are folders of .txt files, .txt files, .zip files of .txt, or .csv files with a column `text`
or `review`. Spans of 65 words of them are put together three a document, so that unlike documents
share spans, and a fifth of the documents are edited copies. Truth is the exact Jaccard similarity
of all pairs by runs of five words, from an inverted index.
"""

import argparse
import csv
import hashlib
import random
import re
import time
import zipfile
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse

from datakit.measures.text_block import blocks
from datakit.measures.text_fingerprints import N_BANDS, N_ROWS, fingerprints
from datakit.profiles.text_duplicates import near_text_groups

SPAN = 65
PERMUTATIONS = N_BANDS * N_ROWS


def texts_of(path):
    path = Path(path)
    if path.is_dir():
        return [p.read_text("utf-8", "replace") for p in sorted(path.rglob("*.txt"))]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".txt"))
            return [archive.read(name).decode("utf-8", "replace") for name in names]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row.get("text") or row.get("review") or "" for row in csv.DictReader(file)]
    return [path.read_text("utf-8", "replace")]


def edited(words, rng, vocabulary):
    kind = rng.randrange(5)
    if kind == 0:
        rate = rng.choice((0.005, 0.01, 0.02, 0.05))
        return [rng.choice(vocabulary) if rng.random() < rate else word for word in words]
    if kind == 1:
        return words[: int(len(words) * rng.uniform(0.7, 0.98))]
    if kind == 2:
        return words + [rng.choice(vocabulary) for _ in range(rng.randrange(3, 40))]
    if kind == 3:
        cut = rng.randrange(len(words))
        return words[cut:] + words[:cut]
    begin = rng.randrange(len(words) - 20)
    return words[:begin] + words[begin + rng.randrange(1, 20) :]


def english(paths, n, seed=0):
    """Documents of three spans each, one in five an edited copy of another."""
    rng = random.Random(f"group-texts-{seed}")
    words = [word for path in paths for text in texts_of(path) for word in text.split()]
    spans = [words[i : i + SPAN] for i in range(0, len(words) - SPAN, SPAN)]
    order = []
    while len(order) < 3 * n:
        order += rng.sample(range(len(spans)), len(spans))
    threes = (order[i : i + 3] for i in range(0, 3 * (n * 4 // 5), 3))
    base = [[word for k in three for word in spans[k]] for three in threes]
    copies = [edited(rng.choice(base), rng, words) for _ in range(n - len(base))]
    documents = [" ".join(document) for document in base + copies]
    rng.shuffle(documents)
    return documents


def shingles_of(text, n=5):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def truth(documents, least=0.3):
    """(i, j) -> Jaccard similarity, for all pairs with `least` or more."""
    numbers, indices, ends = {}, [], [0]
    for text in documents:
        indices += [numbers.setdefault(shingle, len(numbers)) for shingle in shingles_of(text)]
        ends.append(len(indices))
    found = (np.ones(len(indices), np.int32), indices, ends)
    matrix = scipy.sparse.csr_matrix(found, shape=(len(documents), len(numbers)))
    sizes, transposed = np.diff(ends), matrix.T.tocsr()
    pairs = {}
    for begin in range(0, len(documents), 1000):
        both = (matrix[begin : begin + 1000] @ transposed).tocoo()
        first, second = both.row + begin, both.col
        share = both.data / (sizes[first] + sizes[second] - both.data)
        for k in np.flatnonzero((share >= least) & (first < second)).tolist():
            pairs[int(first[k]), int(second[k])] = float(share[k])
    return pairs


def with_datakit(documents):
    columns = defaultdict(list)
    for _, block in blocks(documents):
        for name, values in fingerprints(block).items():
            columns[name] += values
    columns["content_hash"] = [
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in documents
    ]
    begin = time.process_time()
    groups = near_text_groups(pd.DataFrame({**columns, "status": "ok"}))
    print(f"  (grouping alone {time.process_time() - begin:.2f} CPU-s)")
    verified = {tuple(sorted((group[0], m))) for group, _ in groups for m in group[1:]}
    first = {}
    for i, value in enumerate(columns["text_hash"]):
        verified |= {(first[value], i)} if value in first else set()
        first.setdefault(value, i)
    return verified


def with_rensa(documents):
    from rensa import RMinHash, RMinHashLSH

    index, pairs = RMinHashLSH(0.7, PERMUTATIONS, N_BANDS), set()
    for begin in range(0, len(documents), 1000):
        sets = [shingles_of(text) for text in documents[begin : begin + 1000]]
        hashes = RMinHash.from_token_sets(sets, PERMUTATIONS, 1)
        index.insert_many(hashes, start_key=begin)
        for i, near in enumerate(index.query_all(hashes), begin):
            pairs |= {(j, i) for j in near if j < i}
    return pairs


def with_datasketch(documents):
    from datasketch import MinHash, MinHashLSH

    index, pairs = MinHashLSH(num_perm=PERMUTATIONS, params=(N_BANDS, N_ROWS)), set()
    for i, text in enumerate(documents):
        signature = MinHash(PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in shingles_of(text)])
        pairs |= {(j, i) for j in index.query(signature)}
        index.insert(i, signature)
    return pairs


def clusters(pairs, n):
    parent = list(range(n))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[max(root(a), root(b))] = min(root(a), root(b))
    groups = defaultdict(list)
    for i in range(n):
        groups[root(i)].append(i)
    return [group for group in groups.values() if len(group) > 1]


def evaluate(name, run, documents, known):
    begin = time.process_time()
    pairs = run(documents)
    seconds = time.process_time() - begin
    groups = clusters(pairs, len(documents))
    together = {pair for group in groups for pair in combinations(group, 2)}
    near = [pair for pair, share in known.items() if share >= 0.8]
    edge = [pair for pair, share in known.items() if 0.7 <= share < 0.8]
    best = defaultdict(float)
    for (a, b), share in known.items():
        best[a], best[b] = max(best[a], share), max(best[b], share)
    removed = [i for group in groups for i in group[1:]]
    # Exact copies may be edited ones of no difference: both have truth 1.
    right = sum(known.get(pair, 0.0) >= 0.699 for pair in pairs) / max(len(pairs), 1)
    print(
        f"{name}: {len(documents) / seconds:,.0f} docs/s, recall {share_of(near, together):.4f} "
        f"at J >= .8 and {share_of(edge, together):.3f} at .7 to .8, precision at J >= .7 "
        f"{right:.4f} of {len(pairs):,} linked pairs and "
        f"{np.mean([known.get(pair, 0.0) >= 0.699 for pair in together]):.4f} of "
        f"{len(together):,} in one cluster, removed with best J < .5: "
        f"{sum(best[i] < 0.5 for i in removed)}, < .7: {sum(best[i] < 0.699 for i in removed)}",
        flush=True,
    )


def share_of(pairs, together):
    return sum(pair in together for pair in pairs) / max(len(pairs), 1)


def chinese(path, n=800, seed=0):
    """Recall for edited copies of reviews, and pairs among all others."""
    rng = random.Random(f"group-texts-zh-{seed}")
    # Some reviews are in the file several times but for a character: keep what differs early.
    reviews = list({text[:12]: text for text in texts_of(path) if len(text) >= 20}.values())
    rng.shuffle(reviews)
    reviews = reviews[:6000]
    letters = [char for text in reviews[:300] for char in text]
    edits = {
        "1 % replaced": lambda t: "".join(substituted(t, 0.01, rng, letters)),
        "2 % replaced": lambda t: "".join(substituted(t, 0.02, rng, letters)),
        "last tenth cut": lambda t: t[: int(len(t) * 0.9)],
        "2 % deleted": lambda t: "".join(c for c in t if rng.random() >= 0.02),
    }
    for least in (20, 60, 120):
        originals = rng.sample([i for i, t in enumerate(reviews) if len(t) >= least], n)
        copies = [list(edits.values())[k % 4](reviews[i]) for k, i in enumerate(originals)]
        pairs = with_datakit(reviews + copies)
        groups = clusters(pairs, len(reviews) + n)
        place = {i: k for k, group in enumerate(groups) for i in group}
        for k, kind in enumerate(edits):
            hits = [
                place.get(i, -1) == place.get(len(reviews) + j, -2)
                for j, i in enumerate(originals)
                if j % 4 == k
            ]
            print(f"  {least}+ characters, {kind}: recall {np.mean(hits):.3f}")
        planted = {(i, len(reviews) + j) for j, i in enumerate(originals)}
        print(f"  other pairs: {len([p for p in pairs if p not in planted])} of {len(pairs)}")


def substituted(text, rate, rng, letters):
    return [rng.choice(letters) if rng.random() < rate else char for char in text]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--n", type=int, default=50_000)
    parser.add_argument("--chinese")
    parser.add_argument("--peers", action="store_true", help="rensa and datasketch too")
    options = parser.parse_args()
    documents = english(options.texts, options.n)
    known = truth(documents)
    n_near = sum(share >= 0.8 for share in known.values())
    mean = np.mean([len(text.split()) for text in documents])
    print(f"{len(documents):,} documents of {mean:.0f} words, {n_near:,} pairs with J >= .8")
    evaluate("datakit", with_datakit, documents, known)
    if options.peers:
        evaluate("rensa", with_rensa, documents, known)
        evaluate("datasketch", with_datasketch, documents, known)
        evaluate("datakit again", with_datakit, documents, known)
    if options.chinese:
        chinese(options.chinese)


if __name__ == "__main__":
    main()
