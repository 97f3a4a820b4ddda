"""What the HTML report shows, as plain values: computed here, drawn by report.js."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.measures.image_columns import IMAGE_COLUMNS
from datakit.measures.modality import modality
from datakit.profiles.row_schema import COMMON_COLUMNS
from datakit.profiles.shown_texts import shown_samples
from datakit.reports.atlas import Atlas, build_atlas
from datakit.reports.distributions import category, grouped, histogram, rounded
from datakit.reports.next_steps import next_steps
from datakit.reports.projection import project
from datakit.reports.text_cards import TextCards, shared_line_table
from datakit.reports.visible import short_path, visible

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile
    from datakit.validators.score import Component, Score

__all__ = ["report_data"]

GROUPS = 12
POINTS = 2_000
_CATEGORIES = {
    "image": ("format", "mode", "suffix", "label", "split", "status"),
    "text": (
        "language",
        "script",
        "label",
        "split",
        "encoding",
        "declared_language",
        "suffix",
        "status",
    ),
}
_COLOURED_BY = {
    "image": ("label", "issue", "split"),
    "text": ("label", "language", "issue", "split"),
}


def report_data(profile: Profile, card: Mapping[str, Score]) -> dict[str, Any]:
    """Everything that the page shows.

    Parameters
    ----------
    profile, card
        A profile and its scores.
    """
    made = _of_texts(profile) if profile.modality == "text" else _of_images(profile)
    names = _CATEGORIES[profile.modality]
    return {
        "modality": profile.modality,
        "corpus": profile.location,
        "n": profile.n_samples,
        "bytes": profile.n_bytes,
        "encoder": None if profile.encoder is None else profile.encoder["name"],
        "version": profile.manifest["datakit"],
        "notes": sorted(profile.manifest["notes"].items()),
        "scores": [_score(card[name]) for name in card],
        "steps": next_steps(profile.issues, profile.modality),
        "categories": [c for c in (category(profile.rows, name) for name in names) if c],
    } | made


def _of_images(profile: Profile) -> dict[str, Any]:
    atlas = build_atlas(profile.thumbnails)
    rows = profile.rows
    charts = [histogram(rows, column) for column in IMAGE_COLUMNS]
    mapped = _map(profile)
    if mapped is not None:
        mapped["thumb"] = [atlas.places.get(i) for i in mapped.pop("ids")]
    return {
        "issues": _issues(profile, lambda part: _pictures(part, profile, atlas)),
        "columns": [chart for chart in charts if chart],
        "sizes": _sizes(rows),
        "map": mapped,
        "atlas": {"src": atlas.source, "cell": atlas.cell, "columns": atlas.columns},
    }


def _of_texts(profile: Profile) -> dict[str, Any]:
    cards = TextCards(profile)
    size = next(column for column in COMMON_COLUMNS if column.name == "bytes")
    mapped = _map(profile)
    if mapped is not None:
        ids = mapped.pop("ids")
        mapped["path"] = [short_path(path, 80) for path in mapped["path"]]
        mapped["text"] = [cards.head(i) for i in ids]
        mapped["lang"] = [cards.language(i) for i in ids]
        for by in mapped["by"].values():
            by["names"] = [visible(name) for name in by["names"]]
    return {
        "corpus": visible(profile.location),
        "issues": _issues(profile, cards.of),
        "groups": grouped(profile.rows, (size, *modality("text").columns)),
        "lines": shared_line_table(profile),
        "map": mapped,
        "atlas": None,
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
        "parts": [[c.name, c.value, c.n, _meaning(c)] for c in score.components],
    }


def _meaning(component: Component) -> str:
    tested = "" if component.p is None else f"; permutation test p = {component.p:.3f}"
    return component.meaning + tested


def _issues(
    profile: Profile, shown: Callable[[pd.DataFrame], dict[str, Any]]
) -> list[dict[str, Any]]:
    out = []
    for issue, part in profile.issues.groupby("issue"):
        n = int(part["sample_id"].nunique())
        entry = {"name": issue, "n": n, "rate": n / max(profile.n_samples, 1)}
        out.append(entry | shown(part))
    return sorted(out, key=lambda entry: (-entry["n"], entry["name"]))


def _pictures(part: pd.DataFrame, profile: Profile, atlas: Atlas) -> dict[str, Any]:
    errors = dict(zip(profile.rows["sample_id"], profile.rows["error"], strict=True))
    if not part["group"].notna().any():
        records = shown_samples(part).to_dict("records")
        return {"items": [_item(row, atlas, errors) for row in records]}
    names = part["group"].drop_duplicates()
    shown = part[part["group"].isin(set(names.head(GROUPS)))]
    groups = [
        [_item(row, atlas, errors) for row in group.head(4).to_dict("records")]
        for _, group in shown.groupby("group", sort=False)
    ]
    return {"n_groups": len(names), "groups": groups}


def _item(row: Mapping[Any, Any], atlas: Atlas, errors: Mapping[str, Any]) -> dict[str, Any]:
    error = errors.get(row["sample_id"])
    return {
        "path": row["path"],
        "thumb": atlas.places.get(row["sample_id"]),
        "value": rounded(row["value"]),
        "limit": rounded(row["threshold"]),
        "error": error[:200] if isinstance(error, str) else None,
    }


def _sizes(rows: pd.DataFrame) -> list[list[int]]:
    counts = rows.groupby(["width", "height"]).size().sort_values(ascending=False).head(400)
    sides = counts.index.to_frame().astype(int).to_numpy().tolist()
    return [[w, h, n] for (w, h), n in zip(sides, counts.tolist(), strict=True)]


def _map(profile: Profile) -> dict[str, Any] | None:
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
        "ids": rows["sample_id"].tolist(),
        "by": {
            name: _codes(values)
            for name in _COLOURED_BY[profile.modality]
            if (values := rows["sample_id"].map(first) if name == "issue" else rows[name])
            .notna()
            .any()
        },
    }


def _codes(values: pd.Series) -> dict[str, Any]:
    """The commonest eleven values and the number of each point's, -1 for others and none."""
    names = values.value_counts().head(11).index.tolist()
    place = {name: i for i, name in enumerate(names)}
    return {"names": [str(n)[:40] for n in names], "code": [place.get(v, -1) for v in values]}
