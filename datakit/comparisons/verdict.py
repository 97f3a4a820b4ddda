"""The comparison in one sentence, and the p-value behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datakit.comparisons.column_shift import SLIGHT, ColumnShift
from datakit.comparisons.comparison import ALPHA, EmbeddingShift, Overlap, Side
from datakit.comparisons.disjoint import LEAST
from datakit.comparisons.slice import Slice

__all__ = ["p_text", "p_value", "share", "verdict"]

_NAMED = 3
"""Columns and slices that the sentence names."""

_LISTED = 3
_SMALL_SD = 0.05

_SLICED = ("label", "language", "declared_language", "caption_language")
"""Columns whose values are slices, which are named as such."""


def p_value(
    embedding: EmbeddingShift, columns: Sequence[ColumnShift], slices: Sequence[Slice]
) -> float | None:
    """The smallest adjusted p-value of the three, times how many of them there are.

    Benjamini and Hochberg's smallest adjusted value tests that nothing at all differs (Simes
    1986); the three together are taken by Bonferroni. None where there is nothing to test.
    """
    families = [[c.p_adjusted for c in columns], [s.p_adjusted for s in slices]]
    if embedding.p is not None:
        families.append([embedding.p])
    smallest = [min(family) for family in families if family]
    return min(1.0, min(smallest) * len(smallest)) if smallest else None


def verdict(
    sides: tuple[Side, Side],
    p: float | None,
    embedding: EmbeddingShift,
    columns: Sequence[ColumnShift],
    slices: Sequence[Slice],
    overlap: Overlap,
) -> str:
    """Such as "No shift found: p = .41." or "Shifted: embedding p = .005; luma_mean +0.8 sd; ...".

    Parameters
    ----------
    sides
        a and b.
    p
        Of the whole, None where nothing was tested.
    embedding, columns, slices, overlap
        Of a comparison, ranked.
    """
    if p is None or p >= ALPHA:
        if overlap.both and not overlap.only_a and not overlap.only_b:
            return "No shift found: both hold the same contents."
        return _untested(*sides) if p is None else f"No shift found: {p_text(p)}."
    told = []
    if embedding.p is not None and embedding.p < ALPHA:
        told.append(f"embedding {p_text(embedding.p)}, classifier AUC {embedding.c2st_auc:.2f}")
    told += [*_columns(columns), *_category(columns), *_slices(slices)]
    if not told:  # whatever small effect it was
        told = [_column(c) for c in columns if c.p_adjusted < ALPHA][:_NAMED]
    return f"Shifted: {'; '.join(told)}."


def _untested(a: Side, b: Side) -> str:
    """Why there is no p-value."""
    if min(a.n_distinct, b.n_distinct) >= LEAST:
        return "No shift found: no column varies, and there is nothing else to compare."
    broken = any(side.n_readable < side.n_samples for side in (a, b))
    copied = any(side.n_distinct < side.n_readable for side in (a, b))
    what = "readable samples" if broken else "samples"
    once = " (copies count once)" if copied else ""
    return f"Too few {what} to tell: {a.n_distinct:,} and {b.n_distinct:,}{once}, {LEAST} needed."


def p_text(p: float) -> str:
    """Such as "p = .41" or "p < .001"."""
    if p < 0.001:
        return "p < .001"
    shown = f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
    return "p = " + (shown.removeprefix("0") if p < 1 else "1")


def share(rate: float) -> str:
    """Such as "10.0 %" or "0.25 %"."""
    return f"{100 * rate:.2f} %" if 0 < rate < 0.01 else f"{100 * rate:.1f} %"


def _columns(columns: Sequence[ColumnShift]) -> Iterator[str]:
    found = [c for c in columns if c.p_adjusted < ALPHA and not c.follows and c.effect >= SLIGHT]
    yield from (_column(c) for c in [c for c in found if c.kind != "category"][:_NAMED])


def _category(columns: Sequence[ColumnShift]) -> Iterator[str]:
    """The value whose rate differs most, of all columns of names that are no slices."""
    found = [
        c
        for c in columns
        if c.kind == "category"
        and c.name not in _SLICED
        and c.p_adjusted < ALPHA
        and c.effect >= SLIGHT
    ]
    if found:
        yield _column(max(found, key=lambda c: abs(c.top[0][1] - c.top[0][2])))


def _column(column: ColumnShift) -> str:
    """Such as "luma_mean +0.8 sd" or "status unreadable 10.0 % instead of 0.0 %"."""
    if column.kind == "category":
        value, a, b = column.top[0]
        return f"{column.name} {value} {share(a)} instead of {share(b)}"
    if column.kind == "missing":
        return f"{column.name} {share(column.a or 0)} instead of {share(column.b or 0)}"
    if column.difference_sd is None:
        return f"{column.name} {column.a or 0:g} instead of {column.b or 0:g}"
    if abs(column.difference_sd) < _SMALL_SD:
        return f"{column.name} spread otherwise"
    return f"{column.name} {column.difference_sd:+.1f} sd".replace("-", "\u2212")


def _slices(slices: Sequence[Slice]) -> Iterator[str]:
    found = [s for s in slices if s.p_adjusted < ALPHA]
    named = [s for s in found if s.kind != "cluster"] or found
    gone = [s for s in named if not s.a_count]
    fresh = [s for s in named if not s.b_count]
    for parts, what in ((gone, "gone"), (fresh, "new")):
        for kind in dict.fromkeys(part.kind for part in parts):
            yield _listed(kind, [s.name for s in parts if s.kind == kind], what)
    if not gone and not fresh:
        for part in named[:_NAMED]:
            yield f"{part.name} {share(part.a_rate)} instead of {share(part.b_rate)}"


def _listed(kind: str, names: list[str], what: str) -> str:
    """Such as "label deer is gone", "labels deer, truck are gone"."""
    if len(names) == 1:
        return f"{names[0]} is {what}"
    shown = ", ".join(name.removeprefix(f"{kind} ") for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{kind}s {shown}{more} are {what}"
