"""Whether the files of a saved profile are those that were saved, and can be right at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from datakit.profiles.files import sha256_of, write_json
from datakit.profiles.issue_names import ISSUE_NAMES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from datakit.profiles.profile import Profile

__all__ = ["seal", "wrong_issues", "wrong_scores"]

_SEALED = ("issues.parquet", "scores.json", "embeddings/index.parquet", "embeddings/vectors.npy")
"""What scores and decisions are made from; the manifest has the digests of the rows anyway."""

_ISSUE_COLUMNS = ("sample_id", "path", "issue", "value", "threshold", "group")


def seal(profile: Profile) -> None:
    """Add to the manifest which issues were looked for, and what the files are that it stands for.

    Parameters
    ----------
    profile
        With issues and scores: nothing of it but the report changes afterwards.
    """
    files = [name for name in _SEALED if (profile.path / name).exists()]
    more = {
        "looked_for": list(ISSUE_NAMES[profile.modality]),
        "digests": {name: sha256_of(profile.path / name) for name in files},
    }
    write_json(profile.path / "manifest.json", profile.manifest | more)


def wrong_issues(frame: pd.DataFrame, ids: pa.ChunkedArray, known: Collection[str]) -> str:
    """What cannot be right about issues; "" where nothing is wrong.

    Parameters
    ----------
    frame
        The issues.
    ids
        The ``sample_id`` of every row.
    known
        Names of the issues that were looked for.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = [name for name in _ISSUE_COLUMNS if name not in frame]
    if missing:
        return f"there is no column {missing[0]}"
    unknown = sorted({str(name) for name in frame["issue"].unique()} - set(known))
    if unknown:
        return f"the issue {unknown[0]} was not looked for"
    there = pc.is_in(pa.array(frame["sample_id"], pa.string(), from_pandas=True), value_set=ids)
    n = len(frame) - (pc.sum(there).as_py() or 0)
    return f"{n:,} issues are of samples without a row" if n else ""


def wrong_scores(scores: Mapping[str, Mapping[str, Any]]) -> str:
    """What cannot be right about scores; "" where nothing is wrong.

    Parameters
    ----------
    scores
        As in scores.json: values, intervals and components are in [0, 1], or None.
    """
    for dimension, score in scores.items():
        told = {name: score.get(name) for name in ("value", "low", "high")}
        told |= {part["name"]: part["value"] for part in score.get("components", ())}
        for name, value in told.items():
            if value is not None and not _is_share(value):
                return f"{name} of {dimension} is {value!r}, which is not in [0, 1]"
    return ""


def _is_share(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) <= 1
