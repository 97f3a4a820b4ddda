"""What a shift consists of: the parts that moved, the classes, and the kinds of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.metrics.hill import nearest_cells

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile
    from datakit.validators.shift_parts import ShiftPart

__all__ = ["shift_evidence"]

Numbers = npt.NDArray[np.int64]

_CELLS = 6
_GAP = 0.01


def shift_evidence(
    profile: Profile, reference: Profile | None, parts: list[ShiftPart]
) -> pd.DataFrame:
    """The parts, worst first, and the kinds of samples that are too many or too few.

    Returns
    -------
    DataFrame
        ``path`` (the most typical sample of a kind; of the reference, where the corpus has too
        few), ``reason``, ``value`` (the part's distance in scales, or the gap between shares).
    """
    import pandas as pd

    ranked = sorted(parts, key=lambda part: -part.distance / part.scale)
    found = [("", f"{p.name}: {p.meaning}", p.distance / p.scale) for p in ranked]
    if reference is not None:
        found += _kinds(profile, reference)
    return pd.DataFrame(found, columns=["path", "reason", "value"])


def _kinds(profile: Profile, reference: Profile) -> list[tuple[str, str, float]]:
    """The codebook's cells whose shares differ most."""
    a, b = profile.embeddings, reference.embeddings
    if a is None or b is None or profile.codebook is None:
        return []
    centroids = profile.codebook[0]
    cells = [nearest_cells(one.vectors, centroids) for one in (a, b)]
    ours, theirs = (np.bincount(c, minlength=len(centroids)) / len(c) for c in cells)
    gaps = ours - theirs
    found = []
    for cell in np.argsort(-np.abs(gaps), kind="stable")[:_CELLS]:
        if abs(gaps[cell]) >= _GAP:
            shown, number = (profile, cells[0]) if gaps[cell] > 0 else (reference, cells[1])
            path = _typical(shown, np.flatnonzero(number == cell), centroids[cell])
            kind = "many" if gaps[cell] > 0 else "few"
            reason = (
                f"too {kind} samples like this (cluster {cell}): {ours[cell]:.1%} here, "
                f"{theirs[cell]:.1%} in the reference"
            )
            found.append((path, reason, float(gaps[cell])))
    return found


def _typical(profile: Profile, members: Numbers, centroid: npt.NDArray[np.float32]) -> str:
    """Path of the member nearest to the centroid."""
    assert profile.embeddings is not None
    vectors = profile.embeddings.vectors[members].astype(np.float32)
    nearest = members[((vectors - centroid) ** 2).sum(axis=1).argmin()]
    row = profile.rows["sample_id"].searchsorted(profile.embeddings.sample_ids[nearest])
    return str(profile.rows["path"].iloc[row])
