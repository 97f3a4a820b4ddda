"""Resolve a recipe against a profile: one edit with its reason for every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.curation.plan import Plan
from datakit.curation.plan_checks import COPIES
from datakit.curation.pool import Pool
from datakit.curation.recipe_text import recipe_yaml
from datakit.errors import InputError
from datakit.profiles.files import sha256_of

if TYPE_CHECKING:
    import pandas as pd

    from datakit.curation.recipe import Recipe
    from datakit.profiles.profile import Profile

__all__ = ["resolve"]


def resolve(profile: Profile, recipe: Recipe, reference: Profile | None = None) -> Plan:
    """What becomes of every sample; the corpus itself is not needed.

    Selections are applied in their order, each to what those before it left. What stays is cleaned
    by the steps that are for all samples, and by those that are for an issue that it has.

    Parameters
    ----------
    profile
        Of the corpus.
    recipe
        For the same modality.
    reference
        The profile that ``balance: {to: reference}`` follows.

    Returns
    -------
    Plan
        The same for the same input, in any process.

    Raises
    ------
    InputError
        The recipe is for another modality, or names what the profile does not have.
    """
    if recipe.modality != profile.modality:
        raise InputError(
            f"the recipe is for {recipe.modality}s, and the profile is of {profile.modality}s: "
            "give a recipe for these"
        )
    pool = Pool(profile, recipe.seed, reference)
    verdict = _Verdict(len(pool))
    for selection in recipe.select:
        for choice in selection.select(pool):
            pool.take(choice)
            verdict.reason[choice.rows] = choice.reason
            verdict.evidence[choice.rows] = choice.evidence
    return Plan(
        _table(pool, recipe, verdict),
        recipe_yaml(recipe),
        profile.modality,
        profile.location,
        str(profile.path),
        sha256_of(profile.path / "manifest.json"),
        recipe.seed,
    )


class _Verdict:
    """What selections said last about each of n rows."""

    def __init__(self, n: int) -> None:
        self.reason: npt.NDArray[np.object_] = np.full(n, "", object)
        self.evidence: npt.NDArray[np.object_] = np.full(n, "", object)


def _table(pool: Pool, recipe: Recipe, verdict: _Verdict) -> pd.DataFrame:
    import pandas as pd

    steps, causes = _cleaning(pool, recipe)
    extra = recipe.augment.copies if recipe.augment is not None else 0
    outputs = pool.copies * (1 + extra)
    edit = np.where(outputs > 1, "repeat", np.where([bool(s) for s in steps], "change", "keep"))
    edit[~pool.alive] = "drop"
    reason, evidence = verdict.reason.copy(), verdict.evidence.copy()
    for i, what in enumerate(edit.tolist()):
        if what == "drop":
            steps[i] = []
            continue
        if causes[i] and reason[i]:
            evidence[i] = "; ".join(filter(None, [evidence[i], f"to clean: {causes[i]}"]))
        elif not reason[i]:
            reason[i] = f"to clean: {causes[i]}" if causes[i] else "meets the recipe"
        if what == "repeat":
            steps[i] = [*steps[i], f"{COPIES}{outputs[i]}"]
    return pd.DataFrame(
        {
            "sample_id": pd.Series(pool.sample_ids, dtype=object),
            "path": pd.Series(pool.paths, dtype=object),
            "edit": pd.Series(edit.tolist(), dtype=object),
            "reason": pd.Series(reason, dtype=object),
            "evidence": pd.Series(evidence, dtype=object),
            "steps": pd.Series(steps, dtype=object),
            "content_hash": _plain(pool.rows["content_hash"]),
        }
    )


def _cleaning(pool: Pool, recipe: Recipe) -> tuple[list[list[str]], list[str]]:
    """Names of the steps that are tried on every row, and the issues that they are for."""
    steps: list[list[str]] = [[] for _ in range(len(pool))]
    causes: list[list[str]] = [[] for _ in range(len(pool))]
    for step in recipe.clean:
        name = step.transform.name
        if not step.only:
            for told in steps:
                told.append(name)
            continue
        flags = {issue: pool.flag(issue) for issue in step.only}
        for i in np.flatnonzero(np.any(list(flags.values()), axis=0)).tolist():
            steps[i].append(name)
            causes[i] += [issue for issue in step.only if flags[issue][i]]
    return steps, [", ".join(dict.fromkeys(found)) for found in causes]


def _plain(column: pd.Series) -> pd.Series:
    """Texts, and None where there is none."""
    import pandas as pd

    values = [value if isinstance(value, str) else None for value in column.tolist()]
    return pd.Series(values, dtype=object)
