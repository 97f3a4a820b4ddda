"""Which embeddings of two profiles may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.comparisons.disjoint import LEAST
from datakit.errors import InputError
from datakit.profiles.embedding import FEWEST_HELD_OUT, is_fitted_on

if TYPE_CHECKING:
    import pandas as pd

    from datakit.comparisons.distinct import Distinct
    from datakit.profiles.profile import Profile

__all__ = ["Embedded", "check_alike", "embedded", "why_not_comparable"]


@dataclass(frozen=True)
class Embedded:
    """Distinct samples of one side with their embeddings, the smallest content hashes first.

    Parameters
    ----------
    rows
        Their rows, n of them.
    vectors
        Shape (n, d).
    """

    rows: pd.DataFrame
    vectors: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    def head(self, n: int) -> Embedded:
        """The first n."""
        return Embedded(self.rows.iloc[:n], self.vectors[:n])


def check_alike(a: Profile, b: Profile) -> None:
    """Refuse profiles of two modalities or encoders.

    Raises
    ------
    InputError
        They are.
    """
    if a.modality != b.modality:
        raise InputError(
            f"{a.location} holds {a.modality}s, {b.location} {b.modality}s: give two corpora of "
            "one kind"
        )
    ours, theirs = (p.encoder["name"] if p.encoder is not None else "none" for p in (a, b))
    fitted = a.has_fitted_encoder and b.has_fitted_encoder
    if ours != theirs or (a.encoder != b.encoder and not fitted):
        versions = [p.encoder["digest"] if p.encoder and ours == theirs else "" for p in (a, b)]
        raise InputError(
            f"{a.location} was embedded by {ours} {versions[0]}".rstrip()
            + f", {b.location} by {theirs} {versions[1]}".rstrip()
            + ": profile both with the same --encoder"
        )


def why_not_comparable(a: Profile, b: Profile, samples: tuple[Distinct, Distinct]) -> str:
    """Why the embeddings of two profiles cannot be compared; "" where they can.

    A fitted basis is compared by what it was not fitted on, so it has to be the same, and has to
    have held something out.

    Parameters
    ----------
    a, b
        Profiles that are alike (`check_alike`).
    samples
        The distinct samples of either.
    """
    if a.embeddings is None or b.embeddings is None:
        return "no embeddings: profile with an encoder"
    if a.encoder != b.encoder:
        return (
            "each text profile was embedded in a basis of its own: profile one of the two with "
            "the other as --reference, or give its corpus"
        )
    sizes = [len(p.embeddings.sample_ids) for p in (a, b) if p.embeddings is not None]
    unknown = a.has_fitted_encoder and a.codebook is None and b.codebook is None
    if unknown and min(sizes) < FEWEST_HELD_OUT:
        return f"fewer than {FEWEST_HELD_OUT} documents: the basis was fitted on all of them"
    least = min(len(_rows(p, s)) for p, s in zip((a, b), samples, strict=True))
    if least < LEAST:
        what = "distinct sample" if least == 1 else "distinct samples"
        return f"{least} {what} can be compared in embedding space, {LEAST} are needed"
    return ""


def embedded(profile: Profile, samples: Distinct) -> Embedded:
    """The samples that may be compared: of a fitted basis those that it was not fitted on.

    Copies are left out: a copy is no independent sample, and its nearest neighbour is its copy.

    Parameters
    ----------
    profile
        With embeddings.
    samples
        Its distinct samples.
    """
    assert profile.embeddings is not None
    rows = _rows(profile, samples)
    place = {sample_id: i for i, sample_id in enumerate(profile.embeddings.sample_ids)}
    chosen = [place[sample_id] for sample_id in rows["sample_id"]]
    return Embedded(rows, np.asarray(profile.embeddings.vectors[chosen], np.float32))


def _rows(profile: Profile, samples: Distinct) -> pd.DataFrame:
    assert profile.embeddings is not None
    rows = samples.readable
    rows = rows[rows["sample_id"].isin(set(profile.embeddings.sample_ids))]
    if profile.has_fitted_encoder:
        rows = rows[[not is_fitted_on(content_hash) for content_hash in rows["content_hash"]]]
    return rows.sort_values(["content_hash", "sample_id"]).reset_index(drop=True)
