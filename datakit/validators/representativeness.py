"""Representativeness: whether the corpus follows the distribution that it should."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError
from datakit.metrics.energy import distances_between, energy_from_matrix
from datakit.metrics.intervals import Z95
from datakit.profiles.embedding import is_fitted_on
from datakit.validators.score import Component, Score

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["representativeness"]

SCALE = 0.01
"""Energy coefficient at which the score has fallen to 1/e; a choice, see the score's page."""

_MOST = 2_000
_LEAST = 20
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
_CATEGORIES = {"image": ("label",), "text": ("label", "language")}

Vectors = npt.NDArray[np.float32]


def representativeness(profile: Profile, reference: Profile | None = None) -> Score:
    """``exp(-max(0, E) / 0.01)`` of the worst part, E the energy coefficient in U-form.

    Parts: the embeddings, each key measured column, and the labels (one-hot). E does not change
    with the sizes of the corpora when nothing else does. The interval is half-sampling's, on E,
    carried through the map. At most 2,000 samples of each side are used, those with the smallest
    content hashes.

    Parameters
    ----------
    profile, reference
        The two profiles; without a reference the score has no value, and says why.

    Raises
    ------
    InputError
        The profiles cannot be compared: other modality or encoder.
    """
    name = "representativeness"
    if reference is None:
        return Score(name, None, reason="no reference: give --reference CORPUS_OR_PROFILE")
    if reference.modality != profile.modality or reference.encoder != profile.encoder:
        raise InputError(
            f"{reference.path} has modality {reference.modality} and encoder {reference.encoder}, "
            f"{profile.path} has {profile.modality} and {profile.encoder}: profile both alike"
        )
    held_out = reference.has_fitted_encoder
    ours, theirs = _chosen(profile, held_out), _chosen(reference, held_out)
    if min(len(ours), len(theirs)) < _LEAST:
        return Score(
            name, None, reason=f"{min(len(ours), len(theirs))} readable samples, {_LEAST} needed"
        )
    rng = np.random.default_rng(0)
    estimates = {
        part: _energy(x, y, rng) for part, (x, y) in _parts(profile, reference, ours, theirs)
    }
    worst = max(estimates, key=lambda part: estimates[part][0])
    energy, sd = estimates[worst]
    return Score(
        dimension=name,
        value=_score(energy),
        low=_score(energy + Z95 * sd),
        high=_score(energy - Z95 * sd),
        n=len(ours),
        method=f"exp(-E/{SCALE}) of the worst part ({worst}), E the energy coefficient in U-form",
        components=tuple(
            Component(part, _score(e), len(ours), f"energy coefficient {e:.4f}")
            for part, (e, _) in estimates.items()
        ),
        evidence=_evidence(estimates),
        advice=f"Look at {worst}: there the corpus differs most from the reference."
        if _score(energy) < 0.9
        else "",
    )


def _score(energy: float) -> float:
    return math.exp(-max(0.0, energy) / SCALE)


def _chosen(profile: Profile, held_out: bool) -> pd.DataFrame:
    """The compared rows; of an encoder fitted on the reference only those it was not fitted on."""
    rows = profile.rows[profile.rows["status"] == "ok"]
    if profile.embeddings is not None:
        rows = rows[rows["sample_id"].isin(set(profile.embeddings.sample_ids))]
    if held_out:
        rows = rows[[not is_fitted_on(content_hash) for content_hash in rows["content_hash"]]]
    return rows.sort_values(["content_hash", "sample_id"]).head(_MOST)


def _parts(
    profile: Profile, reference: Profile, ours: pd.DataFrame, theirs: pd.DataFrame
) -> list[tuple[str, tuple[Vectors, Vectors]]]:
    parts = []
    if profile.embeddings is not None and reference.embeddings is not None:
        parts.append(("embedding", (_vectors(profile, ours), _vectors(reference, theirs))))
    for column in _COLUMNS[profile.modality]:
        x, y = (side[column].dropna().to_numpy(np.float32)[:, None] for side in (ours, theirs))
        if min(len(x), len(y)) >= _LEAST and (np.ptp(x) > 0 or np.ptp(y) > 0):
            parts.append((column, (x, y)))
    for column in _CATEGORIES[profile.modality]:
        values = [side[column].dropna().tolist() for side in (ours, theirs)]
        names = sorted({*values[0], *values[1]})
        if min(map(len, values)) >= _LEAST and len(names) > 1:
            x, y = (
                np.array([[v == name for name in names] for v in s], np.float32) for s in values
            )
            parts.append((column, (x, y)))
    return parts


def _vectors(profile: Profile, rows: pd.DataFrame) -> Vectors:
    assert profile.embeddings is not None
    place = {sample_id: i for i, sample_id in enumerate(profile.embeddings.sample_ids)}
    chosen = [place[sample_id] for sample_id in rows["sample_id"]]
    return profile.embeddings.vectors[chosen].astype(np.float32)


def _energy(x: Vectors, y: Vectors, rng: np.random.Generator) -> tuple[float, float]:
    """E, and its standard error by random halves of both sides of one distance matrix."""
    pooled = np.concatenate([x, y])
    distances = distances_between(pooled, pooled)
    n, m = len(x), len(y)
    halves = []
    for _ in range(30):
        first = rng.permutation(n)[: n // 2]
        second = n + rng.permutation(m)[: m // 2]
        chosen = np.concatenate([first, second])
        halves.append(energy_from_matrix(distances[np.ix_(chosen, chosen)], len(first)))
    return energy_from_matrix(distances, n), float(np.std(halves, ddof=1))


def _evidence(estimates: dict[str, tuple[float, float]]) -> pd.DataFrame:
    import pandas as pd

    ranked = sorted(estimates.items(), key=lambda item: -item[1][0])
    found = [("", part, energy) for part, (energy, _) in ranked]
    return pd.DataFrame(found, columns=["path", "reason", "value"])
