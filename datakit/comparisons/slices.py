"""Parts of two corpora whose shares differ: labels, languages, clusters of the embeddings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.clusters import joint_clusters
from datakit.comparisons.column_tests import RARE
from datakit.comparisons.disjoint import LEAST, disjoint
from datakit.comparisons.slice import Example, Slice
from datakit.comparisons.slice_tests import Part, parts_of, ranked

if TYPE_CHECKING:
    import pandas as pd

    from datakit.comparisons.comparable import Embedded
    from datakit.comparisons.distinct import Distinct
    from datakit.profiles.profile import Profile

__all__ = ["SHOWN", "slices"]

SHOWN = 24
"""Slices with examples."""

_EXAMPLES = 8
_COLUMNS = ("label", "language", "declared_language", "caption_language")

Mask = npt.NDArray[np.bool_]
Members = Callable[[str], "pd.DataFrame"]


@dataclass
class _Found:
    """Slices, and for each name its rows on either side."""

    slices: list[Slice] = field(default_factory=list)
    members: dict[str, Members] = field(default_factory=dict)


def slices(
    a: Profile,
    b: Profile,
    samples: tuple[Distinct, Distinct],
    embedded: tuple[Embedded, Embedded] | None,
) -> tuple[Slice, ...]:
    """All slices, those that differ most first, the first ones with examples.

    Counts, rates and tests are of distinct samples. A value of a column that fewer than 10 of them
    have is no slice.

    Parameters
    ----------
    a, b
        Profiles of one modality.
    samples
        Their distinct samples.
    embedded
        Their comparable embeddings, or None.
    """
    rows = {"a": samples[0].readable, "b": samples[1].readable}
    found = _Found()
    for column in _COLUMNS:
        if column in rows["a"]:
            _add_column(found, column, rows)
    if embedded is not None:
        _add_clusters(found, a.modality, *embedded)
    shown = {"a": _shown(a), "b": _shown(b)}
    contents = {"a": set(a.rows["content_hash"]), "b": set(b.rows["content_hash"])}

    def examples(tested: Slice) -> tuple[Example, ...]:
        side, other = ("a", "b") if tested.a_rate > tested.b_rate else ("b", "a")
        return _examples(side, found.members[tested.name](side), shown[side], contents[other])

    return tuple(
        replace(s, examples=examples(s)) if i < SHOWN else s
        for i, s in enumerate(ranked(found.slices))
    )


def _add_column(found: _Found, column: str, rows: dict[str, pd.DataFrame]) -> None:
    known = {side: frame[frame[column].notna()] for side, frame in rows.items()}
    if min(len(frame) for frame in known.values()) < LEAST:
        return
    kind = column.replace("_", " ")
    masks = disjoint(known["a"], known["b"])
    values = [known[side][column] for side in ("a", "b")]
    counts = [v.value_counts() for v in values]
    tested = [v[mask].value_counts() for v, mask in zip(values, masks, strict=True)]
    parts = []
    for value in sorted({*counts[0].index, *counts[1].index}):
        k, l = (int(c.get(value, 0)) for c in counts)
        if k + l < RARE or (k, l) == (len(values[0]), len(values[1])):
            continue
        i, j = (int(c.get(value, 0)) for c in tested)
        parts.append(Part(f"{kind} {value}", (k, l), (i, j)))

        def members(side: str, value: object = value) -> pd.DataFrame:
            return known[side][known[side][column] == value]

        found.members[parts[-1].name] = members
    n, m = (len(v) for v in values)
    found.slices += parts_of(kind, parts, (n, m), (int(masks[0].sum()), int(masks[1].sum())))


def _add_clusters(found: _Found, modality: str, a: Embedded, b: Embedded) -> None:
    rows, masks = {"a": a.rows, "b": b.rows}, disjoint(a.rows, b.rows)
    parts, labels = [], {}
    for cluster in joint_clusters(modality, a, b):
        inside = {"a": cluster.a, "b": cluster.b}
        counts = int(cluster.a.sum()), int(cluster.b.sum())
        tested = int((cluster.a & masks[0]).sum()), int((cluster.b & masks[1]).sum())
        parts.append(Part(cluster.name, counts, tested))
        labels[cluster.name] = cluster.labels

        def members(side: str, inside: dict[str, Mask] = inside) -> pd.DataFrame:
            return rows[side][inside[side]]

        found.members[cluster.name] = members
    total = int(masks[0].sum()), int(masks[1].sum())
    tested_parts = parts_of("cluster", parts, (len(a), len(b)), total) if len(parts) > 1 else []
    found.slices += [replace(s, labels=labels[s.name]) for s in tested_parts]


def _shown(profile: Profile) -> Collection[str]:
    """Samples that a report can show."""
    return set(profile.thumbnails) | set(profile.excerpts["sample_id"])


def _examples(
    side: str, rows: pd.DataFrame, shown: Collection[str], other: Collection[str]
) -> tuple[Example, ...]:
    """Samples of the side that has more of them: those that can be shown, those it alone has."""
    hidden = [sample_id not in shown for sample_id in rows["sample_id"]]
    shared = [content_hash in other for content_hash in rows["content_hash"]]
    keys = ["hidden", "shared", "content_hash", "sample_id"]
    order = rows.assign(hidden=hidden, shared=shared).sort_values(keys).head(_EXAMPLES)
    pairs = zip(order["sample_id"], order["path"], strict=True)
    return tuple(Example(side, str(sample_id), str(path)) for sample_id, path in pairs)
