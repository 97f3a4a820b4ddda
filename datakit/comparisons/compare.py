"""Compare two profiles: scores, columns, embeddings, slices, strangers, common contents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from datakit.comparisons.columns import column_shifts
from datakit.comparisons.comparable import check_alike, embedded, why_not_comparable
from datakit.comparisons.comparison import Comparison, EmbeddingShift, Side
from datakit.comparisons.distinct import Distinct, distinct
from datakit.comparisons.embedding_shift import embedding_shift
from datakit.comparisons.overlap import overlap
from datakit.comparisons.scores import score_differences
from datakit.comparisons.slices import slices
from datakit.comparisons.unlike import unlike
from datakit.comparisons.verdict import p_value, verdict

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["compare_profiles"]


def compare_profiles(a: Profile, b: Profile) -> Comparison:
    """What differs between a and b, from the profiles alone.

    One representative of each duplicate group counts, exact and near ones joined: every test,
    effect, distance and rate of columns, embeddings, slices and strangers is of distinct samples.
    Copies are no independent samples, and would make chance look like a shift. The scores and the
    common contents are those of all samples.

    Swapping a and b swaps the sides and the signs and changes nothing else, but
    representativeness, which is that of a against b, and the diversity of texts, whose yardstick
    is b.

    Parameters
    ----------
    a, b
        Two profiles of one modality, embedded by one encoder.

    Raises
    ------
    InputError
        They are of different modalities or encoders.
    """
    check_alike(a, b)
    ours, theirs = distinct(a), distinct(b)
    reason = why_not_comparable(a, b, (ours, theirs))
    sides = None if reason else (embedded(a, ours), embedded(b, theirs))
    if sides is None or a.encoder is None:
        shift = EmbeddingShift(reason=reason)
    else:
        shift = embedding_shift(*sides, str(a.encoder["name"]))
    columns = column_shifts(a.modality, ours, theirs)
    parts = slices(a, b, (ours, theirs), sides)
    common = overlap(a.rows, b.rows)
    p = p_value(shift, columns, parts)
    first, second = _side(a, ours), _side(b, theirs)
    return Comparison(
        a=first,
        b=second,
        modality=a.modality,
        verdict=verdict((first, second), p, shift, columns, parts, common),
        p=p,
        overlap=common,
        embedding=shift,
        scores=score_differences(a, b, reason),
        columns=columns,
        slices=parts,
        unlike_a=None if sides is None else unlike("a", *sides),
        unlike_b=None if sides is None else unlike("b", *sides[::-1]),
        notes=tuple(_notes(a, b)),
    )


def _notes(a: Profile, b: Profile) -> Iterator[str]:
    if a.manifest["measures"] != b.manifest["measures"]:
        yield (
            "a and b were measured by different versions of datakit or its libraries, or with "
            "different settings; columns may differ for that alone: profile both again"
        )


def _side(profile: Profile, samples: Distinct) -> Side:
    readable = int((profile.rows["status"] == "ok").sum())
    return Side(profile.location, profile.n_samples, readable, len(samples))
