"""What the HTML report shows, as plain values: computed here, drawn by report.js."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.measures.image_columns import IMAGE_COLUMNS
from datakit.reports.atlas import Atlas, build_atlas
from datakit.reports.next_steps import next_steps
from datakit.reports.projection import project

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile
    from datakit.validators.score import Score

__all__ = ["report_data"]

BINS = 40
PER_ISSUE = 24
GROUPS = 12
POINTS = 2_000
_CATEGORIES = ("format", "mode", "suffix", "label", "split", "status")


def report_data(profile: Profile, card: Mapping[str, Score]) -> dict[str, Any]:
    """Everything that the page shows.

    Parameters
    ----------
    profile, card
        A profile and its scores.
    """
    rows = profile.rows
    atlas = build_atlas(profile.thumbnails)
    return {
        "corpus": profile.location,
        "n": profile.n_samples,
        "bytes": profile.n_bytes,
        "encoder": None if profile.encoder is None else profile.encoder["name"],
        "version": profile.manifest["datakit"],
        "notes": sorted(profile.manifest["notes"].items()),
        "scores": [_score(card[name]) for name in card],
        "steps": next_steps(profile.issues),
        "issues": _issues(profile, atlas),
        "columns": [c for c in (_histogram(rows, column) for column in IMAGE_COLUMNS) if c],
        "categories": [c for c in (_category(rows, name) for name in _CATEGORIES) if c],
        "sizes": _sizes(rows),
        "map": _map(profile, atlas),
        "atlas": {"src": atlas.source, "cell": atlas.cell, "columns": atlas.columns},
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "name": score.dimension,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "n": score.n,
        "method": score.method,
        "advice": score.advice,
        "reason": score.reason,
        "parts": [[c.name, c.value, c.n, c.meaning] for c in score.components],
    }


def _issues(profile: Profile, atlas: Atlas) -> list[dict[str, Any]]:
    errors = dict(zip(profile.rows["sample_id"], profile.rows["error"], strict=True))
    out = []
    for issue, part in profile.issues.groupby("issue"):
        n = int(part["sample_id"].nunique())
        entry: dict[str, Any] = {"name": issue, "n": n, "rate": n / max(profile.n_samples, 1)}
        if part["group"].notna().any():
            names = part["group"].drop_duplicates()
            entry["n_groups"] = len(names)
            shown = part[part["group"].isin(set(names.head(GROUPS)))]
            entry["groups"] = [
                [_item(row, atlas, errors) for row in group.head(4).to_dict("records")]
                for _, group in shown.groupby("group", sort=False)
            ]
        else:
            badness = (part["value"] - part["threshold"]).abs()
            worst = part.assign(badness=badness).sort_values(
                ["badness", "sample_id"], ascending=[False, True], kind="stable"
            )
            records = worst.head(PER_ISSUE).to_dict("records")
            entry["items"] = [_item(row, atlas, errors) for row in records]
        out.append(entry)
    return sorted(out, key=lambda entry: (-entry["n"], entry["name"]))


def _item(row: Mapping[Any, Any], atlas: Atlas, errors: Mapping[str, Any]) -> dict[str, Any]:
    error = errors.get(row["sample_id"])
    return {
        "path": row["path"],
        "thumb": atlas.places.get(row["sample_id"]),
        "value": _number(row["value"]),
        "limit": _number(row["threshold"]),
        "error": error[:200] if isinstance(error, str) else None,
    }


def _number(value: Any) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{float(value):.4g}")


def _histogram(rows: pd.DataFrame, column: Any) -> dict[str, Any] | None:
    if column.type not in ("float", "int"):
        return None
    values = rows[column.name].dropna().to_numpy(float)
    if not len(values):
        return None
    low, high = (float(v) for v in np.percentile(values, [0.5, 99.5]))
    if low == high:
        low, high = float(values.min()), float(values.max())
    if low == high:
        return {
            "name": column.name,
            "unit": column.unit,
            "meaning": column.meaning,
            "only": _number(low),
        }
    counts, _ = np.histogram(values.clip(low, high), BINS, (low, high))
    return {
        "name": column.name,
        "unit": column.unit,
        "meaning": column.meaning,
        "low": _number(low),
        "high": _number(high),
        "median": _number(float(np.median(values))),
        "counts": counts.tolist(),
    }


def _category(rows: pd.DataFrame, name: str) -> dict[str, Any] | None:
    counts = rows[name].value_counts()
    if counts.empty:
        return None
    top = [[str(value)[:80], int(n)] for value, n in counts.head(12).items()]
    return {"name": name, "n": len(counts), "top": top}


def _sizes(rows: pd.DataFrame) -> list[list[int]]:
    counts = rows.groupby(["width", "height"]).size().sort_values(ascending=False).head(400)
    sides = counts.index.to_frame().astype(int).to_numpy().tolist()
    return [[w, h, n] for (w, h), n in zip(sides, counts.tolist(), strict=True)]


def _map(profile: Profile, atlas: Atlas) -> dict[str, Any] | None:
    embeddings = profile.embeddings
    if embeddings is None or len(embeddings.sample_ids) < 5:
        return None
    order = {sample_id: i for i, sample_id in enumerate(embeddings.sample_ids)}
    rows = profile.rows[profile.rows["sample_id"].isin(order)]
    rows = rows.sort_values(["content_hash", "sample_id"]).head(POINTS)
    vectors = embeddings.vectors[[order[i] for i in rows["sample_id"]]].astype(np.float32)
    points = np.round(project(vectors) * 1000).astype(int)
    first = profile.issues.drop_duplicates("sample_id").set_index("sample_id")["issue"]
    return {
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "path": rows["path"].str.slice(-120).tolist(),
        "thumb": [atlas.places.get(i) for i in rows["sample_id"]],
        "by": {
            name: _codes(values)
            for name, values in (
                ("label", rows["label"]),
                ("issue", rows["sample_id"].map(first)),
                ("split", rows["split"]),
            )
            if values.notna().any()
        },
    }


def _codes(values: pd.Series) -> dict[str, Any]:
    """The commonest eleven values and the number of each point's, -1 for others and none."""
    names = values.value_counts().head(11).index.tolist()
    place = {name: i for i, name in enumerate(names)}
    return {"names": [str(n)[:40] for n in names], "code": [place.get(v, -1) for v in values]}
