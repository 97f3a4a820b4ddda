"""``datakit curate CORPUS_OR_PROFILE``."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.cli.profiling_options import add_opening_options, add_workers
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.curation.curated import Curated
    from datakit.curation.plan import Plan
    from datakit.profiles.profile import Profile

__all__ = ["register", "run", "summary"]

_DESCRIPTION = """\
Make a better corpus: drop what spoils training, keep the best of copies, repair what can be
repaired, add augmented copies. Nothing of the original is changed, every sample's edit has its
reason, and the same plan makes the same bytes.

Without --recipe one is proposed from the issues of the profile; it is written with the result and
says why each step is there. A corpus that is given instead of its profile is profiled first, into
NAME.profile. --dry-run writes only the plan (OUT.plan.parquet), to be reviewed, edited, and applied
with --plan. An interrupted run goes on where it stopped.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "curate",
        help="make a better corpus by a recipe, with lineage",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="CORPUS_OR_PROFILE", help="what to curate")
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="where the curated corpus goes (NAME.curated)"
    )
    parser.add_argument(
        "--recipe", metavar="NAME_OR_FILE", help="what to do (proposed from the profile's issues)"
    )
    parser.add_argument("--plan", metavar="FILE", help="apply this plan instead of a recipe")
    parser.add_argument(
        "--dry-run", action="store_true", help="write the plan only, and say what it would do"
    )
    parser.add_argument(
        "--to",
        metavar="LAYOUT",
        help="folder, jsonl, csv, parquet, webdataset or hf (the layout of the corpus)",
    )
    parser.add_argument(
        "--augment",
        metavar="Nx",
        type=_times,
        help="N times as many samples: 3x adds two augmented copies of each",
    )
    parser.add_argument(
        "--reference", metavar="REF", help="corpus or profile that `balance` and the scores follow"
    )
    add_opening_options(parser)
    add_workers(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Profile, plan, apply, print."""
    began = time.monotonic()
    if options.plan and (options.recipe or options.augment or options.dry_run):
        raise InputError(
            "--plan is applied as it is: leave --recipe, --augment and --dry-run out, or make a "
            "new plan with them"
        )
    from datakit.profiling import corpus_name

    corpus, profile = _source(options)
    out = Path(options.out or f"{corpus_name(corpus.location)}.curated")
    _check(options, corpus, out)
    plan = _plan(options, corpus, profile)
    if options.dry_run:
        file = out.with_name(f"{out.name}.plan.parquet")
        _write_plan(plan, file)
        _show(options, plan, None, file, time.monotonic() - began)
        return 0
    from datakit.corpora.curated import MARKER
    from datakit.curating import curate
    from datakit.reports.progress import Progress

    was_there = (out / MARKER).exists()
    n = int((plan.table["edit"] != "drop").sum())
    with Progress("curating", n) as progress:
        curated = curate(
            plan,
            out,
            corpus=corpus,
            to=options.to,
            reference=options.reference,
            workers=options.workers,
            progress=progress.advance,
        )
    if was_there:
        print(f"{out} is there already, made by the same plan", file=sys.stderr)
    _show(options, curated.plan, curated, out / "plan.parquet", time.monotonic() - began)
    return 0


def _check(options: argparse.Namespace, corpus: Corpus, out: Path) -> None:
    """Refuse what cannot be done before hours of measuring."""
    from datakit.curation.outputs import layout_of
    from datakit.curation.place import check_out

    layout_of(corpus, options.to)
    check_out(out, None if "://" in corpus.location else Path(corpus.location))
    if options.recipe:
        from datakit.curation.recipe_file import load_recipe

        load_recipe(options.recipe)


def _write_plan(plan: Plan, file: Path) -> None:
    """Write a plan; never over one that was edited."""
    from datakit.curation.plan import load_plan

    if file.exists() and load_plan(file) != plan:
        raise InputError(
            f"{file} is there, and is another plan or was edited: apply it with --plan, remove it, "
            "or give another --out"
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {file.parent} cannot be written: {error.strerror}") from error
    plan.write(file)


def _times(given: str) -> int:
    found = re.fullmatch(r"([1-9]\d{0,2})x?", given)
    if not found:
        raise argparse.ArgumentTypeError(f"{given!r}: give 2x, 3x, ...")
    return int(found[1])


def _source(options: argparse.Namespace) -> tuple[Corpus, Profile | None]:
    """The corpus, and its profile where that was given."""
    from datakit import verbs
    from datakit.profiling import is_profile_folder

    how = {"manifest": options.manifest, "text_column": options.text_column}
    if not is_profile_folder(options.source):
        return verbs.open(options.source, **how), None
    profile = verbs.load(options.source)
    try:
        return verbs.open(profile.location, **how), profile
    except InputError as error:
        raise InputError(
            f"the corpus of {options.source} cannot be opened ({error}): give the corpus itself"
        ) from error


def _plan(options: argparse.Namespace, corpus: Corpus, profile: Profile | None) -> Plan:
    from datakit import verbs
    from datakit.curating import plan, recipe_of
    from datakit.curation.plan import load_plan
    from datakit.reports.progress import Progress

    if options.plan:
        return load_plan(Path(options.plan))
    if profile is None:
        with Progress("profiling", len(corpus)) as progress:
            profile = verbs.profile(
                corpus,
                reference=options.reference,
                workers=options.workers,
                progress=progress.advance,
            )
    copies = None if options.augment is None else options.augment - 1
    recipe = recipe_of(profile, options.recipe, copies)
    if recipe.augment is not None and recipe.modality == "image":
        from datakit.transforms.image_augment_leaks import leak_warnings

        for warning in leak_warnings(recipe.augment.steps):
            print(f"note: {warning}", file=sys.stderr)
    return plan(profile, recipe, reference=options.reference, workers=options.workers)


def _show(
    options: argparse.Namespace, plan: Plan, curated: Curated | None, file: Path, seconds: float
) -> None:
    if options.json:
        json.dump(summary(plan, curated, file, seconds), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
        return
    from datakit.curating import scores_of
    from datakit.reports.terminal_curation import print_curation

    print_curation(plan, curated, file, seconds, scores_of(plan, curated))


def summary(plan: Plan, curated: Curated | None, file: Path, seconds: float) -> dict[str, Any]:
    """The JSON object of the command."""
    from datakit.curating import scores_of

    before, after = scores_of(plan, curated)
    edits = plan.table["edit"].value_counts()
    reasons = plan.table["reason"].value_counts()
    return {
        "schema": 1,
        "n_in": len(plan.table),
        "n_out": plan.n_out if curated is None else curated.facts["n_out"],
        "edits": {edit: int(edits.get(edit, 0)) for edit in ("keep", "drop", "change", "repeat")},
        "reasons": {str(reason): int(n) for reason, n in reasons.items()},
        "out": None if curated is None else str(curated.path),
        "plan": str(file),
        "lineage": None if curated is None else str(curated.path / "lineage.parquet"),
        "scores": {"before": before, "after": after},
        **({"reason": "a dry run: only the plan was written"} if curated is None else {}),
        "seconds": round(seconds, 3),
    }
