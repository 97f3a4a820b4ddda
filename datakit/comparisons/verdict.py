"""The comparison in one sentence, and the p-value behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datakit.comparisons.column_shift import SLIGHT, ColumnShift
from datakit.comparisons.comparison import ALPHA, EmbeddingShift, Overlap
from datakit.comparisons.slice import Slice

__all__ = ["p_text", "p_value", "share", "verdict"]

_NAMED = 3
"""Columns and slices that the sentence names."""

_LISTED = 3
_SMALL_SD = 0.05


def p_value(
    embedding: EmbeddingShift, columns: Sequence[ColumnShift], slices: Sequence[Slice]
) -> float:
    """The smallest adjusted p-value of the three, times how many of them there are.

    Benjamini and Hochberg's smallest adjusted value tests that nothing at all differs (Simes
    1986); the three together are taken by Bonferroni. 1 where there is nothing to test.
    """
    families = [[c.p_adjusted for c in columns], [s.p_adjusted for s in slices]]
    if embedding.p is not None:
        families.append([embedding.p])
    smallest = [min(family) for family in families if family]
    return min(1.0, min(smallest) * len(smallest)) if smallest else 1.0


def verdict(
    p: float,
    embedding: EmbeddingShift,
    columns: Sequence[ColumnShift],
    slices: Sequence[Slice],
    overlap: Overlap,
) -> str:
    """Such as "No shift found: p = .41." or "Shifted: embedding p = .005; luma_mean +0.8 sd; ...".

    Parameters
    ----------
    p
        Of the whole.
    embedding, columns, slices, overlap
        Of a comparison, ranked.
    """
    if p >= ALPHA:
        if overlap.both and not overlap.only_a and not overlap.only_b:
            return "No shift found: both hold the same contents."
        return f"No shift found: {p_text(p)}."
    told = []
    if embedding.p is not None and embedding.p < ALPHA:
        told.append(f"embedding {p_text(embedding.p)}, classifier AUC {embedding.c2st_auc:.2f}")
    told += [*_columns(columns), *_slices(slices)]
    return f"Shifted: {'; '.join(told)}." if told else f"Shifted: {p_text(p)}."


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
    for column in [c for c in found if c.kind != "category"][:_NAMED]:
        if column.kind == "missing":
            yield f"{column.name} {share(column.a or 0)} instead of {share(column.b or 0)}"
        elif column.difference_sd is None:
            yield f"{column.name} {column.a or 0:g} instead of {column.b or 0:g}"
        elif abs(column.difference_sd) < _SMALL_SD:
            yield f"{column.name} spread otherwise"
        else:
            yield f"{column.name} {column.difference_sd:+.1f} sd".replace("-", "\u2212")


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
