"""What can be in a plan: people edit them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.curation.parameters import near
from datakit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "COPIES", "EDITS", "checked", "copies_of", "digest_of_ids"]

COLUMNS = ("sample_id", "path", "edit", "reason", "evidence", "steps", "content_hash")
"""The columns of a plan, in order."""

EDITS = ("keep", "drop", "change", "repeat")

COPIES = "copies:"
"""Begins the step that says how often a sample comes out in all."""


def copies_of(edit: str, steps: Sequence[str]) -> int:
    """How often a sample comes out: 0 of a dropped one, 1 unless its steps say otherwise."""
    if edit == "drop":
        return 0
    return next((int(s.removeprefix(COPIES)) for s in steps if s.startswith(COPIES)), 1)


def digest_of_ids(sample_ids: Iterable[str]) -> str:
    """SHA-256 of which samples there are."""
    told = "\0".join(sorted(sample_ids))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def checked(
    file: Path,
    table: pd.DataFrame,
    samples: Mapping[str, Any],
    recipe: str,
) -> pd.DataFrame:
    """A plan's table in its order and with plain values.

    Parameters
    ----------
    file
        Of the plan, for messages.
    table
        As it was read.
    samples
        Number and digest of the samples that were planned for.
    recipe
        As YAML.

    Raises
    ------
    InputError
        A sample is missing, new, or there twice; an edit, step or reason is none.
    """
    import pandas as pd

    table = table.sort_values("sample_id", kind="stable", ignore_index=True)
    columns = {name: table[name].tolist() for name in COLUMNS}
    ids = columns["sample_id"]
    if not all(isinstance(sample_id, str) for sample_id in ids):
        raise InputError(f"{file}: a row has no sample_id: every sample is there once")
    twice = next((one for one, other in pairwise(ids) if one == other), None)
    if twice is not None:
        raise InputError(f"{file} has {twice} twice: every sample is there once")
    if len(ids) != samples["n"] or digest_of_ids(ids) != samples["ids"]:
        raise InputError(
            f"{file} has {len(ids):,} samples, not the {samples['n']:,} that it was made for: drop "
            "samples by their edit, not by their row"
        )
    known = _step_names(recipe)
    rows = zip(columns["edit"], columns["reason"], columns["steps"], strict=True)
    steps = []
    for sample_id, (edit, reason, told) in zip(ids, rows, strict=True):
        try:
            steps.append(_steps(edit, reason, told, known))
        except InputError as error:
            raise InputError(f"{file}: {sample_id}: {error}") from None
    columns["steps"] = steps
    for name, otherwise in (("path", ""), ("evidence", ""), ("content_hash", None)):
        texts = [value if isinstance(value, str) else otherwise for value in columns[name]]
        columns[name] = texts
    return pd.DataFrame({n: pd.Series(v, dtype=object) for n, v in columns.items()})


def _steps(edit: Any, reason: Any, told: Any, known: set[str]) -> list[str]:
    """The steps of one row, where the row can be."""
    if edit not in EDITS:
        raise InputError(f"edit is {edit!r}: {near(str(edit), EDITS)}")
    if not isinstance(reason, str) or not reason.strip():
        raise InputError(f"{edit} without a reason: say why")
    steps = [] if told is None else [str(step) for step in told]
    copies = [step.removeprefix(COPIES) for step in steps if step.startswith(COPIES)]
    for step in steps:
        if not step.startswith(COPIES) and step not in known:
            raise InputError(f"no step {step!r} in the recipe: {near(step, sorted(known))}")
    if len(copies) > 1 or any(not n.isdecimal() or int(n) < 1 for n in copies):
        raise InputError(f"steps {steps}: write copies:3 once, for what comes out three times")
    if edit in ("keep", "drop"):
        return []
    if edit == "repeat" and not copies:
        raise InputError("repeat without copies: write copies:3 into its steps, say")
    if edit == "change" and (copies or not steps):
        raise InputError("change goes with the cleaning steps that are tried, and no copies")
    return steps


def _step_names(recipe: str) -> set[str]:
    from datakit.curation.recipe_file import parse_recipe

    return {step.transform.name for step in parse_recipe(recipe, "the plan's recipe").clean}
