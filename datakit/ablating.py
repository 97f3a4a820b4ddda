"""What `bench` trains on: corpora with profiles; curated, also by a recipe without a step."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.benchmarks.bench import Side
    from datakit.corpora.corpus import Corpus
    from datakit.curation.plan import Plan
    from datakit.curation.recipe import Recipe
    from datakit.profiles.profile import Profile

__all__ = ["curated_sides", "short_name", "side_of"]

Mask = npt.NDArray[np.bool_]

_FEW, _LIGHT = 4_000, 4 * 2**20
"""Samples and bytes that one process is done with before others would have started."""


def side_of(
    corpus: Corpus, place: Path, name: str, workers: int | None, known: Path | None = None
) -> Side:
    """A corpus with a profile of its own beside the benchmark: without embeddings, so quick.

    Parameters
    ----------
    corpus
        Of any kind.
    place
        The folder of benchmarks.
    name
        What the profile is called after, with the name of the corpus.
    workers
        Worker processes; None for one per core, 0 for this process.
    known
        Another profile: samples of the same content are not measured again.
    """
    from datakit import verbs
    from datakit.benchmarks.bench import Side

    out = place / "profiles" / f"{name}-{short_name(corpus.location)}.profile"
    out.parent.mkdir(parents=True, exist_ok=True)
    if known is not None and not out.exists():
        # A profile reuses what is at its own place already, by content where that is of another.
        started = out.with_name(f".{out.name}.known")
        shutil.rmtree(started, ignore_errors=True)
        with contextlib.suppress(OSError):  # then all is measured
            shutil.copytree(known, started)
            os.replace(started, out)
    return Side(corpus, verbs.profile(corpus, out, encoder="none", workers=workers))


def curated_sides(
    recipe: Recipe | None,
    raw: Side,
    place: Path,
    ablate: bool,
    workers: int | None,
    held_out: Mask | None = None,
) -> tuple[dict[str, Side], dict[str, str]]:
    """The curated arm, and where asked for one for each step of the recipe left out.

    Parameters
    ----------
    recipe
        None for the one that the profile proposes.
    raw
        What is curated.
    place
        The folder of benchmarks.
    ablate
        Whether steps are left out.
    workers
        Worker processes; None for one per core, 0 for this process.
    held_out
        Rows of raw that no edit may depend on, shape (n,): the plan is made without them. What a
        recipe is proposed for are raw's counts of issues.

    Returns
    -------
    sides : dict of str to Side
        By arm, "curated" first; no two that a model would see the same data of.
    same : dict of str to str
        Arm that is left out -> the one that has its data.

    Raises
    ------
    InputError
        The recipe is not for the corpus, or leaves nothing.
    """
    from datakit.curating import plan, recipe_of
    from datakit.curation.ablation import ablated, edits_of

    seen = raw.profile if held_out is None else _without(raw, held_out, place)
    whole = recipe_of(raw.profile, recipe)  # the one that `curate` would propose
    sides: dict[str, Side] = {}
    same: dict[str, str] = {}
    edits: dict[str, Any] = {}
    data: dict[str, list[str]] = {}
    rows = raw.profile.rows
    unread = set(rows.loc[rows["status"].isin(("unreadable", "empty")), "sample_id"])
    for arm, one in ({"curated": whole} | (ablated(whole) if ablate else {})).items():
        chosen = plan(seen, one)
        if held_out is not None:
            chosen = chosen.with_dropped(rows[held_out], "held out")
        edits[arm] = edits_of(chosen, one, unread)
        twin = next((other for other in sides if edits[other] == edits[arm]), None)
        if twin is None:
            known = sides.get("curated", raw).profile.path
            side = _carried_out(chosen, arm, raw, place, workers, known)
            data[arm] = _data(side)
            twin = next((other for other in sides if data[other] == data[arm]), None)
        if twin is None:
            sides[arm] = side
        else:
            same[arm] = twin
    return sides, same


def short_name(location: str) -> str:
    """What folders of a corpus are called after."""
    from datakit.profiling import corpus_name

    return corpus_name(location).strip("._") or "corpus"


def _without(raw: Side, held_out: Mask, place: Path) -> Profile:
    """A profile of raw without the samples that are held out, for a plan that cannot see them."""
    from datakit.profiles.subset import subset_of

    if held_out.all():
        raise InputError(
            f"nothing is left of {raw.corpus.location} beside the hold-out that is split off it: "
            "give a larger corpus, or --holdout"
        )
    name = f"rest-{short_name(raw.profile.location)}"
    return subset_of(raw.profile, ~held_out, place / "profiles" / name)


def _carried_out(
    plan: Plan, arm: str, raw: Side, place: Path, workers: int | None, known: Path
) -> Side:
    """The curated corpus of a plan, beside the benchmark."""
    from datakit.curating import curate

    if not plan.n_out:
        what = "the recipe" if arm == "curated" else f"the recipe {arm}"
        raise InputError(
            f"{what} drops every sample of {raw.corpus.location}, and nothing is left to train "
            "on: give another --recipe"
        )
    if _is_light(plan, raw):
        workers = 0
    target = place / "curated" / f"{short_name(raw.profile.location)}-{plan.digest[:8]}"
    target.parent.mkdir(parents=True, exist_ok=True)
    corpus = curate(plan, target, corpus=raw.corpus, measure=False, workers=workers)
    return side_of(corpus, place, "curated", workers, known)


def _is_light(plan: Plan, raw: Side) -> bool:
    """Whether this process alone is the quickest to make and measure a curated corpus.

    Not where a sample stays that could not be read: it may be one that kills or hangs a process.
    """
    rows = raw.profile.rows
    rows = rows[
        rows["sample_id"].isin(set(plan.table.loc[plan.table["edit"] != "drop", "sample_id"]))
    ]
    safe = (rows["status"] != "unreadable").all()
    return bool(safe and plan.n_out <= _FEW and rows["bytes"].fillna(0).sum() <= _LIGHT)


def _data(side: Side) -> list[str]:
    """What a model sees of a corpus: the pixels of its images, or its texts, in their order."""
    rows = side.profile.rows
    rows = rows[rows["status"] == "ok"]
    hashes = rows["content_hash"]
    if "pixel_hash" in rows:
        hashes = rows["pixel_hash"].fillna(hashes)
    return [str(value) for value in hashes]
