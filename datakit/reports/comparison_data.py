"""What the HTML shows of a comparison, as plain values: computed here, drawn by comparison.js."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datakit.comparisons.column_shift import SLIGHT, ColumnShift
from datakit.comparisons.comparison import ALPHA, Comparison, ScoreDifference, Side
from datakit.comparisons.slice import Example, Slice
from datakit.comparisons.strange import Unlike
from datakit.reports.atlas import build_atlas
from datakit.reports.distributions import rounded
from datakit.reports.visible import short_path, visible

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["comparison_data"]

_CHARTS, _FEW_CHARTS = 20, 5
"""Most and fewest columns with a picture; the others are lines of a table."""

_SLICES = 12
_STRANGERS = 12
_EXCERPT = 320


def comparison_data(comparison: Comparison, a: Profile, b: Profile) -> dict[str, Any]:
    """Everything that the page shows of a comparison.

    Parameters
    ----------
    comparison
        Of a with b.
    a, b
        The profiles, for thumbnails and excerpts.
    """
    pictures = _Pictures(comparison, {"a": a, "b": b})
    significant = [s for s in comparison.slices if s.p_adjusted < ALPHA]
    columns = [_column(column) for column in comparison.columns]
    n = sum(column.p_adjusted < ALPHA for column in comparison.columns)
    clear = sum(c.p_adjusted < ALPHA and c.effect >= SLIGHT for c in comparison.columns)
    drawn = min(max(clear, _FEW_CHARTS), _CHARTS)
    return {
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "verdict": visible(comparison.verdict),
        "shifted": comparison.shifted,
        "p": comparison.p,
        "notes": list(comparison.notes),
        "overlap": comparison.overlap.to_json(),
        "scores": [{"name": n} | _score(s) for n, s in comparison.scores.items()],
        "embedding": comparison.embedding.to_json(),
        "n_columns": n,
        "charts": columns[:drawn],
        "columns": columns[drawn:],
        "n_slices": len(significant),
        "slices": [_slice(s, pictures) for s in significant[:_SLICES]],
        "others": [_slice(s, pictures) for s in comparison.slices if s.p_adjusted >= ALPHA][:5],
        "unlike": [
            _unlike(side, found, pictures)
            for side, found in (("a", comparison.unlike_a), ("b", comparison.unlike_b))
            if found is not None
        ],
        "atlas": pictures.atlas,
    }


class _Pictures:
    """Thumbnails and excerpts of the samples that are shown."""

    def __init__(self, comparison: Comparison, profiles: dict[str, Profile]) -> None:
        shown = {(e.side, e.sample_id) for e in _examples(comparison)}
        kept = {
            f"{side}/{sample_id}": profiles[side].thumbnails[sample_id]
            for side, sample_id in sorted(shown)
            if sample_id in profiles[side].thumbnails
        }
        atlas = build_atlas(kept)
        self._places = atlas.places
        self.atlas = {"src": atlas.source, "cell": atlas.cell, "columns": atlas.columns}
        self._texts: dict[tuple[str, str], str] = {}
        for side, profile in profiles.items():
            # The beginning of a document (issue "") sorts first and is the one that is kept.
            for row in profile.excerpts.sort_values("issue", kind="stable").to_dict("records"):
                if (side, row["sample_id"]) in shown:
                    self._texts.setdefault((side, row["sample_id"]), row["text"])

    def of(self, example: Example) -> dict[str, Any]:
        """A sample for the page."""
        text = self._texts.get((example.side, example.sample_id))
        return {
            "path": short_path(example.path),
            "thumb": self._places.get(f"{example.side}/{example.sample_id}"),
            "text": None if text is None else visible(text[:_EXCERPT]),
        }


def _examples(comparison: Comparison) -> Iterator[Example]:
    for part in comparison.slices:
        yield from part.examples
    for unlike in (comparison.unlike_a, comparison.unlike_b):
        if unlike is not None:
            yield from (stranger.sample for stranger in unlike.samples)


def _side(side: Side) -> dict[str, Any]:
    copies = side.n_distinct < side.n_readable
    distinct = side.n_distinct if copies else None
    return {"location": visible(side.location), "n": side.n_samples, "distinct": distinct}


def _score(score: ScoreDifference) -> dict[str, Any]:
    names = ("a", "b", "difference", "low", "high", "reason", "differs")
    return {name: getattr(score, name) for name in names}


def _column(column: ColumnShift) -> dict[str, Any]:
    histogram = column.histogram
    return {
        "name": column.name,
        "kind": column.kind,
        "effect": rounded(column.effect),
        "p": column.p_adjusted,
        "sd": rounded(column.difference_sd),
        "a": rounded(column.a),
        "b": rounded(column.b),
        "unit": column.unit,
        "meaning": column.meaning,
        "follows": column.follows,
        "top": [[visible(value)[:80], x, y] for value, x, y in column.top],
        "histogram": None
        if histogram is None
        else {
            "low": rounded(histogram.edges[0]),
            "high": rounded(histogram.edges[-1]),
            "log": histogram.log,
            "a": [rounded(v) for v in histogram.a],
            "b": [rounded(v) for v in histogram.b],
        },
    }


def _slice(part: Slice, pictures: _Pictures) -> dict[str, Any]:
    return {
        "name": visible(part.name)[:120],
        "kind": part.kind,
        "a_rate": part.a_rate,
        "b_rate": part.b_rate,
        "a_count": part.a_count,
        "b_count": part.b_count,
        "p": part.p_adjusted,
        "labels": [[visible(label)[:40], rate] for label, rate in part.labels],
        "side": part.examples[0].side if part.examples else "",
        "examples": [pictures.of(example) for example in part.examples],
    }


def _unlike(side: str, found: Unlike, pictures: _Pictures) -> dict[str, Any]:
    items = [
        pictures.of(s.sample) | {"distance": rounded(s.distance), "nearest": short_path(s.nearest)}
        for s in found.samples[:_STRANGERS]
    ]
    return {
        "side": side,
        "n": found.n,
        "n_judged": found.n_judged,
        "expected": found.expected,
        "threshold": rounded(found.threshold),
        "p": found.p,
        "items": items,
    }
