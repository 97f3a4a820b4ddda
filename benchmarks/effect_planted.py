"""What datakit's own curation does to models, on pictures with planted defects.

  python benchmarks/effect_planted.py DATA CACHE [--sets mnist cifar] [--defects junk mix ...]
      [--seeds 8]

DATA holds mnist/ (the two idx files of the test set) and cifar10/ (train/ and test/ with a folder a
class). A clean corpus (5,000 digits; 4,000 photographs of 32 px) is spoiled, profiled, curated by
the recipe that its profile proposes, and benched with the preset "quick" against a clean hold-out
(3,000; 2,000). `clean` is the corpus before it was spoiled: no curation can give back what the
defects took the place of, so that closing the whole gap is more than can be done. `perfect` is what
a perfect removal leaves: all that nothing was planted in, and nothing else. For "imbalance"
the proposed recipe does nothing, since labels of uneven numbers may be wanted; "imbalance,
balanced" is the same corpus by a recipe that asks for it. "junk, 5 %" and "junk, 10 %" are weak
defects (junk alone is 20 %); "mix, vae" is the mix judged by another model than `flow`.
Restartable: what is in CACHE is not done again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from effect.gap import closed
from effect.junk import colour_digits, gray_photographs
from effect.planted import DEFECTS, Planted, plant
from effect.sources import Pictures, cifar, mnist, write
from effect.trained import train

import datakit as dk
from datakit.benchmarks.effect_arm import Arm

SEVERITY = {"junk, 10 %": 0.5, "junk, 5 %": 0.25}
MODELS = {"mix, vae": "vae"}
CASES = (*DEFECTS, "imbalance, balanced", *SEVERITY, *MODELS)

BALANCED = """\
modality: image
select:
  - balance: {by: label, max_copies: 5}
"""


@dataclass(frozen=True)
class Study:
    """Clean pictures, pictures of something else, and those held out."""

    clean: Pictures
    foreign: np.ndarray
    held: Pictures


def study(name: str, data: Path) -> Study:
    rng = np.random.default_rng(20)
    digits, photographs = mnist(data / "mnist"), cifar(data / "cifar10" / "train")
    if name == "mnist":
        order = rng.permutation(len(digits))
        foreign = gray_photographs(photographs.images)
        return Study(digits[order[:5000]], foreign, digits[order[5000:8000]])
    foreign = colour_digits(digits.images, rng)
    return Study(photographs, foreign, cifar(data / "cifar10" / "test"))


def fates(planted: Planted, plan: dk.Plan) -> dict[str, dict[str, int]]:
    """Per kind of defect: how many there were, were dropped, and are to be changed.

    Of a picture and its copies one stays, whichever: it counts as a copy that was not dropped.
    """
    number = plan.table["sample_id"].map(lambda name: int(Path(name).stem)).to_numpy()
    kinds = planted.kinds[number]
    edits = plan.table["edit"].to_numpy()
    return {
        str(kind): {
            "n": int((kinds == kind).sum()),
            "dropped": int(((kinds == kind) & (edits == "drop")).sum()),
            "changed": int(((kinds == kind) & (edits == "change")).sum()),
        }
        for kind in np.unique(planted.kinds)
    }


def planted_case(one: Study, case: str) -> Planted:
    defect = case.partition(",")[0]
    rng = np.random.default_rng(DEFECTS.index(defect))
    return plant(one.clean, one.foreign, defect, SEVERITY.get(case, 1.0), rng)


def benched(name: str, case: str, one: Study, place: Path, seeds: int) -> dict:
    shutil.rmtree(place, ignore_errors=True)
    planted = planted_case(one, case)
    raw = write(planted.pictures, place / "raw")
    clean = write(one.clean, place / "clean")
    held = write(one.held, place / "held", classes=False)  # no classifier for every run
    recipe = None
    if case == "imbalance, balanced":
        recipe = place / "balanced.yaml"
        recipe.write_text(BALANCED)
    began = time.monotonic()
    effect = dk.bench(
        raw,
        None,
        place / "bench",
        recipe=recipe,
        holdout=held,
        model=MODELS.get(case),
        clean=clean,
        seeds=seeds,
    )
    seconds = time.monotonic() - began
    profile = dk.profile(raw, place / "raw.profile", encoder="none")
    found = {
        "set": name,
        "case": case,
        "seconds": round(seconds),
        "fates": fates(planted, dk.plan(profile, recipe)),
        "steps": recipe_steps(profile, recipe),
        "closed": closed(effect.arms),
        **effect.to_json(),
    }
    for arm in effect.arms:
        keep = place.parent / "samples" / f"{name}-{case}-{arm}.png"
        keep.parent.mkdir(exist_ok=True)
        shutil.copy(Path(effect.folder) / "runs" / f"{arm}-000" / "samples.png", keep)
    shutil.rmtree(place)
    return found


def add_perfect(found: dict, one: Study, place: Path) -> dict:
    """Put in the arm `perfect`, how much of the gap it closes, and curation of what it gains.

    Where curation dropped little, arms are halves, and there is no such arm; nor for other models.
    """
    planted = planted_case(one, found["case"])
    sound = planted.kinds == "clean"
    if sound.all() or not found["versus_random"] or found["case"] in MODELS:
        return found
    shutil.rmtree(place, ignore_errors=True)
    seeds = range(len(found["arms"]["raw"]["values"]))
    corpora = {"perfect": lambda: planted.pictures.images[sound]}
    runs = train(one.held.images, corpora, seeds, place)["perfect"]
    shutil.rmtree(place)
    arms = {name: arm(facts["values"], 0) for name, facts in found["arms"].items()}
    own = arms["perfect"] = arm([run["value"] for run in runs], int(sum(sound)))
    found["arms"]["perfect"] = own.to_json()
    found["possible"] = closed(arms | {"curated": own})
    found["closed_of_possible"] = closed(arms | {"clean": own})
    return found


def arm(values: list[float | None], n_samples: int) -> Arm:
    return Arm(tuple(float("nan") if value is None else value for value in values), n_samples)


def recipe_steps(profile: dk.Profile, recipe: Path | None) -> list[str]:
    return dk.plan(profile, recipe).recipe.splitlines()


def line(found: dict) -> str:
    by = found["versus_random"] or found["effect"]
    keys = ("relative", "relative_low", "relative_high")
    change, low, high = (100 * (by[key] or float("nan")) for key in keys)
    told = found["closed"]
    gap = "no gap" if told is None else f"{100 * told['value']:.0f} % of the gap"
    means = " ".join(f"{arm} {facts['mean']:.2f}" for arm, facts in found["arms"].items())
    return (
        f"{found['set']:6}{found['case']:20} {found['verdict']:16} {change:+6.1f} % "
        f"({low:+.1f} to {high:+.1f})  {gap:18} {means}  {found['seconds']} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--sets", nargs="*", default=["mnist", "cifar"])
    parser.add_argument("--defects", nargs="*", default=list(CASES), choices=CASES)
    parser.add_argument("--seeds", type=int, default=8)
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    for name in args.sets:
        one = study(name, args.data)
        for case in args.defects:
            file = args.cache / f"planted-{name}-{case}.json"
            if not file.exists():
                found = benched(name, case, one, args.cache / "corpora", args.seeds)
                file.write_text(json.dumps(found, indent=1))
            found = json.loads(file.read_text())
            if "perfect" not in found["arms"]:
                found = add_perfect(found, one, args.cache / "perfect")
                file.write_text(json.dumps(found, indent=1))
            print(line(found), flush=True)


if __name__ == "__main__":
    main()
