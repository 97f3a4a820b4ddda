"""How much larger the parts of one corpus are than the same parts of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datakit.comparisons.comparison import ALPHA
from datakit.comparisons.slice import Slice
from datakit.metrics.histograms import jensen_shannon
from datakit.metrics.multiple import benjamini_hochberg

__all__ = ["Part", "parts_of", "ranked"]

_CLEAR = 0.001
"""A part that differs at this level is taken out before the rest is looked at."""

Counts = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """One part of a partition: samples in a and b, and those of them that are tested."""

    name: str
    counts: Counts
    tested: Counts


def parts_of(kind: str, parts: Sequence[Part], total: Counts, tested: Counts) -> list[Slice]:
    """Slices of one partition, the one with the largest divergence first.

    Where one part grows all others shrink. So the part that differs most is taken first, and,
    where it differs clearly, out of both sides before the next. A part counts as different where
    it is so by its share of everything and by its share of what is left: p is the larger of both.
    At least half of either side is left in.

    Parameters
    ----------
    kind
        Of the slices.
    parts
        Disjoint parts.
    total, tested
        Samples of a and b in all, and those of them that are tested.
    """
    left, left_tested, waiting = total, tested, list(parts)
    found: list[Slice] = []
    while waiting:
        first = max(waiting, key=lambda part: _order(part, left))
        waiting.remove(first)
        given = _fisher(first.tested, left_tested)
        p = max(given, _fisher(first.tested, tested))
        k, l = first.counts
        found.append(
            Slice(
                name=first.name,
                kind=kind,
                a_count=k,
                b_count=l,
                a_rate=k / total[0],
                b_rate=l / total[1],
                divergence=_divergence(first.counts, total),
                p=p,
                p_adjusted=p,
            )
        )
        rest = _less(left, first.counts)
        if given < _CLEAR and 2 * rest[0] >= total[0] and 2 * rest[1] >= total[1]:
            left, left_tested = rest, _less(left_tested, first.tested)
    return found


def ranked(slices: Sequence[Slice]) -> list[Slice]:
    """With p-values adjusted over all; the largest significant divergence first."""
    adjusted = benjamini_hochberg([s.p for s in slices])
    tested = [replace(s, p_adjusted=float(q)) for s, q in zip(slices, adjusted, strict=True)]
    return sorted(tested, key=lambda s: (s.p_adjusted >= ALPHA, -s.divergence, s.name))


def _order(part: Part, left: Counts) -> tuple[float, int, str]:
    """By divergence; of equal ones that which one side has not, so that it is named."""
    return round(_divergence(part.counts, left), 9), -min(part.counts), part.name


def _less(counts: Counts, other: Counts) -> Counts:
    return counts[0] - other[0], counts[1] - other[1]


def _divergence(part: Counts, total: Counts) -> float:
    """Jensen-Shannon divergence of being in the part, in bits; 0 where a side has nothing left."""
    (k, l), (n, m) = part, total
    if not n or not m:
        return 0.0
    return jensen_shannon([k, n - k], [l, m - l]) ** 2


def _fisher(part: Counts, total: Counts) -> float:
    from scipy.stats import fisher_exact

    (k, l), (n, m) = part, total
    if not n or not m:
        return 1.0
    return float(fisher_exact([[k, n - k], [l, m - l]]).pvalue)
