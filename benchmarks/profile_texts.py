"""Documents and megabytes a second on one core: datakit and datatrove's Gopher filters.

  python benchmarks/profile_texts.py [FOLDER | FILE.txt | FILE.zip | FILE.csv ...] [--seconds 60]

Both see the same documents, one after the other in the same process, round by round; CPU seconds
count, the best round of each. `str.split` over the same documents stands beside them, since the
speed of a shared machine changes by the minute. Then the verdicts of datatrove's filters are
compared with its thresholds on our columns. datatrove (with spaCy) is a benchmark-only dependency.
Without paths, texts that ship with Python and its packages are read: docstrings, licences, readmes.
"""

import argparse
import csv
import importlib.util
import io
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from datakit.measures.text import BLOCK_CHARS, measure_block
from datakit.measures.text_block import blocks

# Gopher (Rae et al. 2021, table A1), as datatrove applies it: name of the reason, column, bounds.
QUALITY = (
    ("gopher_short_doc", "n_words", 50, np.inf),
    ("gopher_long_doc", "n_words", -np.inf, 100_000),
    ("gopher_below_avg_threshold", "mean_word_length", 3, np.inf),
    ("gopher_above_avg_threshold", "mean_word_length", -np.inf, 10),
    ("gopher_too_many_hashes", "hash_rate", -np.inf, 0.1),
    ("gopher_too_many_ellipsis", "ellipsis_rate", -np.inf, 0.1),
    ("gopher_too_many_bullets", "bullet_line_rate", -np.inf, 0.9),
    ("gopher_too_many_end_ellipsis", "ellipsis_line_rate", -np.inf, 0.3),
    ("gopher_below_alpha_threshold", "alpha_word_rate", 0.8, np.inf),
    ("gopher_enough_stop_words", "n_stop_words", 2, np.inf),
)
REPETITION = (
    ("dup_para_frac", "duplicate_paragraph_rate", -np.inf, 0.3),
    ("dup_para_char_frac", "duplicate_paragraph_char_rate", -np.inf, 0.2),
    ("dup_line_frac", "duplicate_line_rate", -np.inf, 0.3),
    ("dup_line_char_frac", "duplicate_line_char_rate", -np.inf, 0.2),
    *(
        (f"top_{n}_gram", f"top_{n}gram_rate", -np.inf, limit)
        for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))
    ),
    *(
        (f"duplicated_{n}_n_grams", f"duplicate_{n}gram_rate", -np.inf, 0.2 - n / 100)
        for n in range(5, 11)
    ),
)


def ours(texts):
    """Every column of a text profile: what is timed."""
    parts = [measure_block(block) for _, block in blocks(texts, BLOCK_CHARS)]
    return {name: np.array([v for part in parts for v in part[name]]) for name in parts[0]}


def theirs(texts):
    """Verdicts of datatrove's quality and repetition filters: a reason, or "" for kept."""
    from datatrove.data import Document
    from datatrove.pipeline.filters.gopher_quality_filter import GopherQualityFilter
    from datatrove.pipeline.filters.gopher_repetition_filter import GopherRepetitionFilter

    filters = GopherQualityFilter(), GopherRepetitionFilter()
    verdicts = []
    for text in texts:
        document = Document(text=text, id="")
        results = [one.filter(document) for one in filters]
        verdicts.append(tuple("" if r is True else r[1] for r in results))
    return verdicts


def verdicts_of(columns, rules):
    """The first rule that each document breaks, or ""."""
    found = np.full(len(columns["n_chars"]), "", object)
    for reason, column, low, high in reversed(rules):
        values = columns[column]
        found[(values < low) | (values > high)] = reason
    return found.tolist()


def read(path):
    """The documents of a folder, a text, a zip of texts, or a table with a text column."""
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield file.read_bytes().decode("utf-8", "replace")
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".txt"):
                    yield archive.read(name).decode("utf-8", "replace")
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield max((v for v in row.values() if v), key=len, default="")
    else:
        yield path.read_bytes().decode("utf-8", "replace")


def shipped():
    """Texts that come with Python and its packages."""
    import ast

    for file in sorted(Path(io.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                doc = ast.get_docstring(node)
                if doc and len(doc) > 300:
                    yield doc
    packages = Path(np.__file__).parent.parent
    for pattern in ("*/LICENSE*", "*/METADATA", "*/licenses/*"):
        for file in sorted(packages.glob(pattern)):
            if file.is_file():
                yield file.read_bytes().decode("utf-8", "replace")


def seconds(function, texts):
    begin = time.process_time()
    result = function(texts)
    return time.process_time() - begin, result


def race(tools, texts, budget):
    """Best CPU seconds and last result of every tool, in rounds, for some `budget` seconds."""
    best, results = {}, {}
    spent, n_rounds = 0.0, 0
    while n_rounds < 3 or spent < budget:
        for name, (function, share) in tools.items():
            some = texts[: max(1, int(len(texts) * share))]
            taken, results[name] = seconds(function, some)
            spent += taken
            size = sum(len(t.encode("utf-8", "surrogatepass")) for t in some)
            speed = size / taken, len(some) / taken, taken / sum(map(len, some))
            best[name] = max(best.get(name, speed), speed)
        n_rounds += 1
    return best, results


def compare(columns, verdicts):
    n = len(verdicts)
    for k, (name, rules) in enumerate((("quality", QUALITY), ("repetition", REPETITION))):
        mine = verdicts_of(columns, rules)[:n]
        pairs = Counter((bool(a), bool(b[k])) for a, b in zip(mine, verdicts, strict=True))
        agree = pairs[True, True] + pairs[False, False]
        print(
            f"{name}: {agree} of {n} verdicts agree; both drop {pairs[True, True]}, "
            f"only datakit {pairs[True, False]}, only datatrove {pairs[False, True]}"
        )
        differ = Counter((a, b[k]) for a, b in zip(mine, verdicts, strict=True))
        for (a, b), count in differ.most_common():
            if bool(a) != bool(b):
                print(f"  {count} x datakit {a or 'keeps'}, datatrove {b or 'keeps'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="CPU seconds to spend")
    parser.add_argument("--share", type=float, default=0.1, help="of the documents for datatrove")
    given = parser.parse_args()
    texts = [t for p in given.paths for t in read(p)] if given.paths else list(shipped())
    texts = [t for t in texts if t.strip()]
    order = np.random.default_rng(0).permutation(len(texts))
    texts = [texts[i] for i in order]
    print(
        f"{len(texts)} documents, {sum(map(len, texts)) / max(len(texts), 1):.0f} characters each"
    )
    tools = {"datakit": (ours, 1.0), "str.split": (lambda ts: [t.split() for t in ts], 1.0)}
    if importlib.util.find_spec("datatrove") and importlib.util.find_spec("spacy"):
        theirs(texts[:2])  # loads its tokeniser
        tools["datatrove Gopher quality + repetition"] = theirs, given.share
    else:
        print("datatrove or spaCy is not installed: datakit alone", file=sys.stderr)
    best, results = race(tools, texts, given.seconds)
    for name, (size, n, each) in best.items():
        print(f"{name:40s} {size / 1e6:8.2f} MB/s {n:10.0f} documents/s {each * 1e9:8.1f} ns/char")
    if len(tools) > 2:
        compare(results["datakit"], results["datatrove Gopher quality + repetition"])


if __name__ == "__main__":
    main()
