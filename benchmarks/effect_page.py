"""The page of the benchmark's studies: what is in CACHE in, docs/benchmark/studies.md out.

  python benchmarks/effect_page.py CACHE [CACHE ...] [--out docs/benchmark/studies.md]

CACHE holds what effect_null.py, effect_planted.py, effect_texts.py and effect_scores.py wrote; any
part may be missing, and several folders are read as one. Figures go between markers such as
`<!-- begin: null -->` and `<!-- end: null -->` of the page, pictures into img/ beside it. All that
stands outside the markers stays, so that it can be written by hand. A section that CACHE has
nothing for is emptied; one that the page has no markers for is not written.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from effect.page import planted_section, summary_section
from effect.page_null import null_section
from effect.page_scores import scores_section

Json = dict[str, Any]

SAMPLED = "mix"
ARMS = ("raw", "curated", "clean")
KNOWN = ("metric", "arms", "verdict")
"""Fields without which a file is no result."""

SKELETON = """# What the benchmark found

Studies of `datakit bench` on data whose defects are known because they were planted. Figures and
pictures are generated from the results.

<!-- begin: summary -->
<!-- end: summary -->

## Where nothing differs

<!-- begin: null -->
<!-- end: null -->

## Planted defects: digits

<!-- begin: planted-mnist -->
<!-- end: planted-mnist -->

## Planted defects: photographs

<!-- begin: planted-cifar -->
<!-- end: planted-cifar -->

## Planted defects: English texts

<!-- begin: texts-en -->
<!-- end: texts-en -->

## Planted defects: Chinese texts

<!-- begin: texts-zh -->
<!-- end: texts-zh -->

## Do the scores predict the model?

<!-- begin: scores -->
<!-- end: scores -->

## How it was made

```sh
python benchmarks/effect_null.py MNIST CACHE
python benchmarks/effect_planted.py DATA CACHE
python benchmarks/effect_texts.py TEXTS CACHE --languages zh
python benchmarks/effect_texts.py TEXTS CACHE --languages en --defects mix
python benchmarks/effect_texts.py TEXTS CACHE --languages en --seeds 4 \\
    --defects duplicates wrong_language gibberish boilerplate
python benchmarks/effect_scores.py DATA CACHE --seeds 3
python benchmarks/effect_page.py CACHE
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("caches", metavar="CACHE", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmark/studies.md"))
    args = parser.parse_args()
    for cache in args.caches:
        if not cache.is_dir():
            parser.error(f"{cache} is no folder: give one that a study wrote into")
    try:
        page = args.out.read_text("utf-8") if args.out.exists() else SKELETON
        names = marked(page)
        writers = sections(args.caches, args.out.parent / "img")
    except ValueError as error:
        parser.error(str(error))
    if not writers:
        parser.error(f"nothing to show in {', '.join(map(str, args.caches))}: run a study first")
    for name in names:
        page = replaced(page, name, writers[name]() if name in writers else "")
        print(f"{name}: {'written' if name in writers else 'nothing in CACHE, left out'}")
    for name in (name for name in writers if name not in names):
        print(f"{name}: {args.out} has no '<!-- begin: {name} -->' and end of it, not written")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    partial_file = args.out.with_name(f".{args.out.name}.partial")
    partial_file.write_text(page, "utf-8")
    os.replace(partial_file, args.out)


def sections(caches: Sequence[Path], images: Path) -> dict[str, Callable[[], str]]:
    """What writes each section that there are results of, with its pictures."""
    writers: dict[str, Callable[[], str]] = {}
    planted: dict[str, list[Json]] = {}
    for one in results(caches, "planted-*.json", "set", "case", "fates", "steps"):
        planted.setdefault(f"planted-{one['set']}", []).append(one)
    for one in results(caches, "texts-*.json", "settings", "counts", "steps"):
        planted.setdefault(f"texts-{one['settings']['language']}", []).append(one)
    order = [name for name in marked(SKELETON) if name in planted]
    planted = {name: planted[name] for name in dict.fromkeys([*order, *planted])}
    if planted:
        writers["summary"] = partial(summary_section, planted)
    if null := results(caches, "null-*.json", "kind", "pair"):
        writers["null"] = partial(null_section, null, images)
    for name, cases in planted.items():
        grids = sampled(caches, name.partition("-")[2])
        writers[name] = partial(planted_section, name, cases, grids, images)
    for cache in caches:
        if (file := cache / "summary.json").exists():
            summary = read(file, ("points", "rhos", "dimensions", "model", "preset", "seeds"))
            if any(point["relative"] is not None for point in summary["points"]):
                writers["scores"] = partial(scores_section, summary, images)
    return writers


def results(caches: Sequence[Path], pattern: str, *fields: str) -> list[Json]:
    """Files of a pattern in the order of their names, of all folders; of equal names the last."""
    files = {file.name: file for cache in caches for file in cache.glob(pattern)}
    return [read(files[name], (*KNOWN, *fields)) for name in sorted(files)]


def read(file: Path, fields: Sequence[str]) -> Json:
    """A JSON object; ValueError where it is none or lacks a field."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or (lost := [name for name in fields if name not in found]):
        what = f"no '{lost[0]}' in it" if isinstance(found, dict) else "no JSON object"
        raise ValueError(f"{file}: {what}, expected a study's result; run its study again")
    return found


def sampled(caches: Sequence[Path], name: str) -> dict[str, Path]:
    """Arm -> grid of samples of the mixed defects of a data set, those that there are."""
    files = {arm: f"samples/{name}-{SAMPLED}-{arm}.png" for arm in ARMS}
    return {
        arm: cache / file
        for arm, file in files.items()
        for cache in caches
        if (cache / file).exists()
    }


def marked(page: str) -> list[str]:
    """Names of the sections that a page has markers for, in order; ValueError says what is off."""
    found = re.findall(r"<!-- (begin|end): ([\w-]+) -->", page)
    names = [name for _, name in found[::2]]
    pairs = [(word, name) for name in names for word in ("begin", "end")]
    if found != pairs or len(set(names)) < len(names):
        shown = ", ".join(f"{word} {name}" for word, name in found)
        raise ValueError(
            f"the page's markers are {shown}; every '<!-- begin: X -->' needs its "
            "'<!-- end: X -->' behind it, once: put it back"
        )
    return names


def replaced(page: str, name: str, text: str) -> str:
    """A page with new text between the markers of a section."""
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    before, _, rest = page.partition(begin)
    inside = f"\n\n{text.strip()}\n\n" if text else "\n"
    return before + begin + inside + end + rest.partition(end)[2]


if __name__ == "__main__":
    main()
