"""Planted defects in texts: what they cost a small language model, and what curation brings back.

  python benchmarks/effect_texts.py TEXT_FOLDER CACHE [--languages en zh] [--defects mix ...]
      [--seeds 8] [--workers 2] [--preset quick] [--found]

TEXT_FOLDER has movie_reviews.zip, hotel_zh.csv and udhr2.zip. 2,400 clean documents of a language
are spoiled (effect/texts.py), profiled, curated by the recipe that the profile proposes, and bench
trains on raw, curated, random subsets and clean; 600 clean documents of other sources are held out.

`closed` is (raw - curated) / (raw - clean) in bits per byte: the share of the damage that curation
undoes, with Fieller's 95 % interval over the seeds; none where clean is not surely better. Counted
per kind of defect: documents that were dropped, changed (of these restored: all letters of the
document as it was before, and no others), and left. Of a group of copies one is to stay, whichever.

Restartable: what is in CACHE with the same settings is not made again. With --found nothing is
trained: only what curation does to the documents.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections import Counter
from pathlib import Path

import numpy as np
from effect.gap import closed
from effect.texts import DEFECTS, LANGUAGES, Planted, Texts, letters, plant_texts, texts

import datakit as dk

FATES = ("n", "dropped", "changed", "restored", "left")


def main() -> None:
    args = arguments()
    args.cache.mkdir(parents=True, exist_ok=True)
    for language in args.languages:
        sources: Texts | None = None
        for defect in args.defects:
            name = f"{'found' if args.found else 'texts'}-{language}-{defect}"
            file = args.cache / f"{name}.json"
            settings = {key: getattr(args, key) for key in ("documents", "holdout", "seed")}
            settings |= {"language": language, "defect": defect, "severity": args.severity}
            if not args.found:
                settings |= {"seeds": args.seeds, "preset": args.preset}
            known = json.loads(file.read_text()) if file.exists() else {}
            if known.get("settings") != settings:
                if sources is None:
                    rng = np.random.default_rng([args.seed, LANGUAGES.index(language)])
                    sources = texts(args.folder, language, args.documents, args.holdout, rng)
                known = {"settings": settings} | made(sources, settings, args)
                file.write_text(json.dumps(known, indent=1), encoding="utf-8")
            print(line(known), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--languages", nargs="*", default=LANGUAGES, choices=LANGUAGES)
    parser.add_argument("--defects", nargs="*", default=DEFECTS, choices=DEFECTS)
    parser.add_argument("--severity", type=float, default=1.0)
    parser.add_argument("--documents", type=int, default=2_400)
    parser.add_argument("--holdout", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0, help="of what is planted, and where")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--found", action="store_true", help="curation only, nothing is trained")
    return parser.parse_args()


def made(sources: Texts, settings: dict, args: argparse.Namespace) -> dict:
    """One corpus: planted, written, and found or benched in a folder that goes when all is done."""
    language, defect = settings["language"], settings["defect"]
    rng = np.random.default_rng([args.seed, LANGUAGES.index(language), DEFECTS.index(defect)])
    planted = plant_texts(sources.train, sources.foreign, defect, args.severity, rng)
    names = [f"{number:06d}.txt" for number in rng.permutation(10**6)[: len(planted.documents)]]
    digest = "-".join(str(value) for value in settings.values())
    place = args.cache / "corpora" / digest
    raw = write(planted.documents, names, place / "raw")
    began = time.monotonic()
    if args.found:
        result = found(raw, names, planted, place, args.workers)
    else:
        clean = write(sources.train, names, place / "clean")
        held = write(
            sources.held, [f"{i:06d}.txt" for i in range(len(sources.held))], place / "held"
        )
        result = benched(raw, clean, held, place / "bench", args)
        result |= fates(sole(place / "bench" / "curated"), names, planted)
    result["seconds"] = round(time.monotonic() - began, 1)
    shutil.rmtree(place)
    return result


def write(documents: list[str], names: list[str], folder: Path) -> Path:
    """One file each; nothing where all are there, so that an interrupted benchmark goes on."""
    if not folder.exists():
        partial = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, document in zip(names, documents, strict=True):
            (partial / name).write_bytes(document.encode("utf-8"))
        partial.rename(folder)
    return folder


def sole(folder: Path) -> Path:
    """The one curated corpus in a folder."""
    (marker,) = folder.glob("*/lineage.parquet")
    return marker.parent


def benched(raw: Path, clean: Path, held: Path, out: Path, args: argparse.Namespace) -> dict:
    effect = dk.bench(
        raw,
        None,
        out,
        recipe=None,
        holdout=held,
        clean=clean,
        preset=args.preset,
        seeds=args.seeds,
        seed=args.seed,
        workers=args.workers,
    )
    result = effect.to_json()
    runs = [json.loads(file.read_text()) for file in Path(effect.folder).glob("runs/*/run.json")]
    return result | {
        "halves": effect.halves,
        "closed": closed(effect.arms),
        "closed_random": closed(effect.arms, "random") if "random" in effect.arms else None,
        "cpu_seconds": round(sum(run["cpu_seconds"] for run in runs), 1),
    }


def found(raw: Path, names: list[str], planted: Planted, place: Path, workers: int) -> dict:
    """What the proposed recipe does to a spoiled corpus, as `dk.bench` has it done."""
    profile = dk.profile(raw, place / "raw.profile", encoder="none", workers=workers)
    curated = dk.curate(dk.plan(profile), place / "curated", measure=False, workers=workers)
    return fates(curated.path, names, planted)


def fates(folder: Path, names: list[str], planted: Planted) -> dict:
    """Counts by kind and by way of planting, and the steps that dropped and changed clean ones."""
    curated = dk.Curated(folder)
    parent = {row.sample_id: row.parents[0] for row in curated.lineage.itertuples()}
    after = {parent[s.sample_id]: curated.read(s).decode("utf-8") for s in curated}
    plan = curated.plan.table.set_index("sample_id")
    alive = {name: name in after for name in names}
    for family in range(planted.family.max() + 1):  # of the copies any may stand for the original
        members = sorted(np.flatnonzero(planted.family == family), key=lambda i: planted.ways[i])
        kept = [i for i in members if alive[names[i]]]
        if kept and kept[0] != members[0]:
            alive[names[members[0]]], alive[names[kept[0]]] = True, False
    tally: dict[str, Counter] = {}
    reasons: Counter = Counter()
    for i, name in enumerate(names):
        kind, way = str(planted.kinds[i]), str(planted.ways[i])
        changed = name in after and after[name] != planted.documents[i]
        restored = changed and letters(after[name]) == letters(planted.before[i])
        fate = "dropped" if not alive[name] else "changed" if changed else "left"
        for key in {kind, f"{kind}: {way}" if way else kind}:
            tally.setdefault(key, Counter()).update({"n": 1, fate: 1, "restored": restored})
        if kind == "clean" and fate != "left":
            reasons[f"{fate}: {plan.loc[name, 'reason']}"] += 1
    counts = {key: {fate: tally[key][fate] for fate in FATES} for key in sorted(tally)}
    return {
        "counts": counts,
        "clean_reasons": dict(reasons.most_common()),
        "steps": curated.plan.summary()["reasons"],
    }


def line(known: dict) -> str:
    """Of one corpus: the arms, what was closed, and what became of the defects."""
    settings = known["settings"]
    told = f"{settings['language']} {settings['defect']:14}"
    if "arms" in known:
        arms = {name: arm["mean"] for name, arm in known["arms"].items()}
        told += " ".join(f" {name} {mean:.3f}" for name, mean in arms.items() if mean is not None)
        told += f"  {known['verdict']}"
        share = known["closed"]
        if share is not None and share["low"] is not None:
            value, low, high = (100 * share[key] for key in ("value", "low", "high"))
            told += f"  closed {value:.0f} % ({low:.0f} to {high:.0f})"
    for kind, n in known["counts"].items():
        if ":" not in kind and kind != "clean":
            told += f"  {kind} {n['dropped']}/{n['changed']}/{n['left']} of {n['n']}"
    clean = known["counts"]["clean"]
    told += f"  clean lost {clean['dropped']}, changed {clean['changed']} of {clean['n']}"
    return f"{told}  {known['seconds']:.0f} s"


if __name__ == "__main__":
    main()
