"""Representativeness: whether the corpus follows the distribution that it should."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.metrics.hill import nearest_cells
from datakit.metrics.intervals import Z95
from datakit.profiles.embedding import FEWEST_HELD_OUT, is_fitted_on
from datakit.validators.copies import representatives
from datakit.validators.score import Component, Score
from datakit.validators.shift_evidence import shift_evidence
from datakit.validators.shift_parts import (
    ShiftPart,
    category_part,
    column_part,
    embedding_part,
    target_part,
)

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile
    from datakit.validators.target import Target

__all__ = ["representativeness"]

_EMBEDDED = 2_000
_ROWS = 20_000
_LEAST = 20
_SPLITS = 30
_COLUMNS = {
    "image": ("luma_mean", "contrast", "colourfulness", "sharpness", "noise", "width", "height"),
    "text": (
        "n_chars",
        "mean_word_length",
        "punctuation_rate",
        "upper_rate",
        "digit_rate",
        "terminal_line_rate",
        "compression_rate",
        "letter_bits",
    ),
}
_CATEGORIES = {"image": ("label", "mode"), "text": ("label", "language")}
_KNOWN = 0.5

Halves = npt.NDArray[np.bool_]


def representativeness(
    profile: Profile, reference: Profile | None = None, target: Target | None = None
) -> Score:
    """How near the corpus is to its reference or target, in the respect where it is farthest.

    Every part is an unbiased distance D (0 in expectation where the distributions are equal,
    whatever the sizes) through ``exp(-max(0, D) / scale)``: the energy coefficient of the
    embeddings (scale 0.01), that of the ranks of each key measured column (0.1), and the Le Cam
    divergence of the proportions of labels, colour modes or languages (0.25).

    The score is the worst part, less what the worst of so many parts shows by chance where the
    distributions are equal (by the permutation tests). The interval is half-sampling's, on the
    distance, carried through the map.

    One representative of every duplicate group is compared, since copies are diversity's
    business; a target is compared with all samples. At most 2,000 embeddings and 20,000 rows of
    each side are used, those with the smallest content hashes.

    Parameters
    ----------
    profile
        The profile.
    reference
        The profile to compare with.
    target
        Proportions to compare with; may stand beside a reference.

    Raises
    ------
    InputError
        The profiles cannot be compared (other modality or encoder), or the target names clusters
        and there are none.
    """
    name = "representativeness"
    if reference is None and target is None:
        return Score(name, None, reason="no reference: give --reference CORPUS_OR_PROFILE")
    parts: list[ShiftPart] = []
    if reference is not None:
        _check(profile, reference)
        few = min(_n_readable(profile), _n_readable(reference))
        if few < _LEAST and target is None:
            return Score(name, None, reason=f"{few} readable samples, {_LEAST} needed")
        if few >= _LEAST:
            parts += _reference_parts(profile, reference)
    if target is not None:
        parts += _target_parts(profile, target)
    if not parts:
        return Score(name, None, reason=f"nothing to compare: {_LEAST} samples are needed")
    loss, sd, worst = _worst(parts)
    value = math.exp(-max(0.0, loss))
    return Score(
        dimension=name,
        value=value,
        low=math.exp(-max(0.0, loss + Z95 * sd)),
        high=math.exp(-max(0.0, loss - Z95 * sd)),
        n=max(part.n for part in parts),
        method=f"exp(-D/{worst.scale}) of the worst part ({worst.name}), D unbiased and less the "
        "worst part's by chance; half-sampling interval",
        components=tuple(
            Component(p.name, math.exp(-max(0.0, p.distance) / p.scale), p.n, p.meaning, p.p)
            for p in parts
        ),
        evidence=shift_evidence(profile, reference, parts),
        advice=f"Look at {worst.name}: {worst.meaning}." if value < 0.9 else "",
    )


def _check(profile: Profile, reference: Profile) -> None:
    if reference.modality != profile.modality or reference.encoder != profile.encoder:
        raise InputError(
            f"{reference.path} has modality {reference.modality} and encoder {reference.encoder}, "
            f"{profile.path} has {profile.modality} and {profile.encoder}: profile both alike"
        )


def _n_readable(profile: Profile) -> int:
    return int((profile.rows["status"] == "ok").sum())


def _worst(parts: list[ShiftPart]) -> tuple[float, float, ShiftPart]:
    """Distance in scales of the worst part, its standard error, and the part.

    Less what the worst part of equal distributions shows by chance: the mean of the largest of
    the relabelled samples' distances.
    """
    worst = max(parts, key=lambda part: part.distance / part.scale)
    null = np.stack([part.null / part.scale for part in parts]).max(axis=0)
    chance = max(0.0, float(null.mean())) if len(parts) > 1 else 0.0
    return worst.distance / worst.scale - chance, worst.sd / worst.scale, worst


def _halves(content_hashes: pd.Series) -> Halves:
    """Random halves, shape (splits, n).

    A sample that is in both corpora falls into the same half of each, so that a corpus is as near
    to itself in its halves as it is as a whole.
    """
    hashes = np.array([int(h[:16], 16) for h in content_hashes], np.uint64)
    halves = np.zeros((_SPLITS, len(hashes)), bool)
    for i in range(_SPLITS):
        step = (i + 1) * 0x9E3779B97F4A7C15 % 2**64
        keys = _mixed(hashes + np.uint64(step))
        halves[i, np.argsort(keys, kind="stable")[: len(keys) // 2]] = True
    return halves


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Stafford's mix of 64 bits, as in SplitMix64 (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _compared(profile: Profile) -> pd.DataFrame:
    """The compared rows, ordered by content hash, which is a random order."""
    chosen = representatives(profile)
    if chosen.sum() < _LEAST:  # hardly more than copies: then they are the corpus
        chosen = (profile.rows["status"] == "ok").to_numpy()
    return profile.rows[chosen].sort_values(["content_hash", "sample_id"]).head(_ROWS)


def _reference_parts(profile: Profile, reference: Profile) -> list[ShiftPart]:
    ours, theirs = (_compared(one) for one in (profile, reference))
    a, b = (_halves(rows["content_hash"]) for rows in (ours, theirs))
    parts = []
    if _same_space(profile, reference):
        x, i = _vectors(profile, ours)
        y, j = _vectors(reference, theirs)
        if min(len(x), len(y)) >= _LEAST:
            parts.append(embedding_part(x, y, (a[:, i], b[:, j])))
    for column in _COLUMNS[profile.modality]:
        u, v = (rows[column].to_numpy(float, na_value=np.nan) for rows in (ours, theirs))
        i, j = np.flatnonzero(np.isfinite(u)), np.flatnonzero(np.isfinite(v))
        if min(len(i), len(j)) >= _LEAST and len({*u[i], *v[j]}) > 1:
            parts.append(column_part(column, u[i], v[j], (a[:, i], b[:, j])))
    for column in _CATEGORIES[profile.modality]:
        p, q = ours[column], theirs[column]
        i, j = (np.flatnonzero(values.notna()) for values in (p, q))
        p, q = p.iloc[i], q.iloc[j]
        if min(len(i), len(j)) >= _LEAST and len({*p, *q}) > 1 and _same_names(p, q):
            parts.append(category_part(column, p, q, (a[:, i], b[:, j])))
    return parts


def _same_names(x: pd.Series, y: pd.Series) -> bool:
    """Whether two sides name things alike: folders of two corpora need not be the same classes."""
    return max(float(x.isin(set(y)).mean()), float(y.isin(set(x)).mean())) >= _KNOWN


def _target_parts(profile: Profile, target: Target) -> list[ShiftPart]:
    rows = profile.rows[profile.rows["status"] == "ok"]
    parts = []
    for column, wanted in target.proportions.items():
        values = _clusters(profile, target) if column == "cluster" else rows[column]
        if len(values) < _LEAST:
            continue
        flags = values.dropna().map(lambda value: isinstance(value, (bool, np.bool_))).any()
        if flags:  # YAML's true is Python's True
            wanted = {value.lower(): share for value, share in wanted.items()}
        halves = _halves(profile.rows["content_hash"].loc[values.index])
        parts.append(target_part(column, _as_written(values, bool(flags)), wanted, halves))
    return parts


def _as_written(values: pd.Series, flags: bool) -> pd.Series:
    """Values as a target names them: 7, not 7.0; "(none)" where there is none."""
    known = values.dropna()
    if known.dtype.kind == "f":  # whole numbers beside missing ones
        known = known.astype("int64")
    known = known.astype(str)
    return (known.str.lower() if flags else known).reindex(values.index, fill_value="(none)")


def _clusters(profile: Profile, target: Target) -> pd.Series:
    """Cell of every embedded sample, by row number."""
    import pandas as pd

    if profile.embeddings is None or profile.codebook is None:
        raise InputError(
            f"{target.source} names clusters, {profile.location} has no embeddings with a codebook"
        )
    centroids = profile.codebook[0]
    unknown = [c for c in target.proportions["cluster"] if c not in map(str, range(len(centroids)))]
    if unknown:
        raise InputError(
            f"{target.source}: there is no cluster {unknown[0]}: the encoder's cells are 0 to "
            f"{len(centroids) - 1}"
        )
    cells = nearest_cells(profile.embeddings.vectors, centroids)
    place = profile.rows["sample_id"].searchsorted(profile.embeddings.sample_ids)
    return pd.Series(cells, index=profile.rows.index[place])


def _same_space(profile: Profile, reference: Profile) -> bool:
    """Whether embeddings may be compared: a basis fitted on few samples was fitted on them all."""
    a, b = profile.embeddings, reference.embeddings
    if a is None or b is None:
        return False
    few = min(len(a.sample_ids), len(b.sample_ids)) < FEWEST_HELD_OUT
    return not (reference.has_fitted_encoder and few)


def _vectors(
    profile: Profile, rows: pd.DataFrame
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Embeddings of the first of the compared rows that have one, and which rows those are.

    Of an encoder fitted on samples only those that it was not fitted on.
    """
    import pandas as pd

    assert profile.embeddings is not None
    place = pd.Index(profile.embeddings.sample_ids).get_indexer(pd.Index(rows["sample_id"]))
    usable = place >= 0
    if profile.has_fitted_encoder:
        usable &= [not is_fitted_on(content_hash) for content_hash in rows["content_hash"]]
    chosen = np.flatnonzero(usable)[:_EMBEDDED]
    return profile.embeddings.vectors[place[chosen]].astype(np.float32), chosen
