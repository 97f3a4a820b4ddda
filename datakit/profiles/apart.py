"""Images of another kind than the bulk, by what was measured of them.

Drawings among photographs are known by their even areas (`flat_among_detailed`), the rest by being
apart (`far_from_bulk`).

Distances to near neighbours find what is alone. Junk comes in numbers (photographs among scanned
digits), so that each has its like; but no chain of small steps leads from it to the bulk. This is
the clustering of Ester, Kriegel, Sander & Xu 1996 (DBSCAN) with one cluster that counts; by a few
neighbours at a time, since at this distance every image may have all others for neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.rules import Mask

if TYPE_CHECKING:
    import pandas as pd
    from scipy.spatial import KDTree

__all__ = ["far_from_bulk", "flat_among_detailed"]

Values = npt.NDArray[np.float64]

_COLUMNS = (
    *("luma_p5", "luma_p25", "luma_p50", "luma_p75", "luma_p95"),
    *("contrast", "gradient", "colourfulness"),
)
"""What a recompressed copy keeps: its entropy and rate of black pixels may be far from those of a
drawing on pure black."""

_SKEWED = ("gradient", "colourfulness")

_TOLD = frozenset(("blurry", "too_dark", "too_bright", "low_information", "low_contrast", "noisy"))
_TOLD |= {"letterboxed", "over_compressed"}
"""Issues that say already what is strange about an image."""

_NEIGHBOURS = 5
_LEAST = 100
_BASE = 20_000
"""Images that the bulk is found among, at most."""

_DETAILED = 0.2
"""Even pixels of the usual image of a corpus of photographs, at most: .00 in small ones (CIFAR-10),
.03 in ImageNet's, .07 in these at 256 px and JPEG quality 40; scanned digits have .76."""

_BULK = 0.5
"""Share of the images that the bulk has at least, or else there is none."""


def far_from_bulk(
    rows: pd.DataFrame, flagged: Mapping[str, Mask], limit: float
) -> tuple[npt.NDArray[np.int64], Values]:
    """Images that no chain of steps connects with the bulk of the corpus.

    Every image is a point of eight measured columns (light, contrast, detail, colour), each in
    units of its standard deviation. The usual step is the median distance to the 5th nearest
    neighbour. Images with five neighbours within `limit` usual steps are cores, cores within that
    distance of each other are connected, and the bulk is what most of them make up. What is farther
    than that from every core of the bulk is apart.

    Images with an issue that tells as much already (blurry, too dark ...) are left out throughout,
    and so is a label most of whose images are apart: that is a class.

    Parameters
    ----------
    rows
        Of a profile of images.
    flagged
        Issue -> which rows have it.
    limit
        In usual steps.

    Returns
    -------
    numbers, values
        Row numbers in ascending order, and how many usual steps the nearest core of the bulk is
        away. None where fewer than 100 different images are left, or no half of them is connected.
    """
    from scipy.spatial import KDTree

    nothing = np.zeros(0, np.int64), np.zeros(0)
    numbers = np.flatnonzero(_judged(rows, flagged))
    points = _points(rows.iloc[numbers])
    base = points[_different(rows.iloc[numbers])]
    if len(base) < _LEAST:
        return nothing
    distances = KDTree(base).query(base, _NEIGHBOURS + 1)[0][:, -1]
    step = float(np.median(distances[distances > 0])) if distances.any() else 0.0
    bulk = None if step == 0 else _bulk(base[distances <= limit * step], limit * step)
    if bulk is None or bulk.n < _BULK * len(base):
        return nothing
    away = bulk.query(points, workers=-1)[0] / step
    far = (away > limit) & ~_classes(rows["label"].iloc[numbers], away > limit)
    return numbers[far], away[far]


def flat_among_detailed(
    rows: pd.DataFrame, flagged: Mapping[str, Mask], limit: float
) -> tuple[npt.NDArray[np.int64], Values]:
    """Drawings, lettering and pictures with an even part among photographs.

    Light and grain make hardly two neighbouring pixels of a photograph equal; most pixels of a logo
    are. Images with an issue that tells as much already are left out throughout, and so is a label
    most of whose images are flat.

    Parameters
    ----------
    rows
        Of a profile of images.
    flagged
        Issue -> which rows have it.
    limit
        Share of pixels that are exactly as light as the next one.

    Returns
    -------
    numbers, values
        Row numbers in ascending order, and their shares. None where fewer than 100 different
        images are left, or half of them have more than a fifth of such pixels.
    """
    numbers = np.flatnonzero(_judged(rows, flagged))
    rates = rows["flat_rate"].iloc[numbers].to_numpy(float, na_value=0.0)
    flat = rates > limit
    # To tell copies apart takes long, and most corpora of photographs hold no drawing.
    base = rates[_different(rows.iloc[numbers])] if flat.any() else rates[:0]
    if len(base) < _LEAST or np.median(base) > _DETAILED:
        return np.zeros(0, np.int64), np.zeros(0)
    flat &= ~_classes(rows["label"].iloc[numbers], flat)
    return numbers[flat], rates[flat]


def _judged(rows: pd.DataFrame, flagged: Mapping[str, Mask]) -> Mask:
    judged: Mask = rows[list(_COLUMNS)].notna().all(axis=1).to_numpy(copy=True)
    for issue in _TOLD & set(flagged):
        judged &= ~flagged[issue]
    return judged


def _points(rows: pd.DataFrame) -> Values:
    """Shape (n, 8), each column of standard deviation 1."""
    columns = [rows[name].to_numpy(float) for name in _COLUMNS]
    logs = [
        np.log1p(np.maximum(values, 0)) if name in _SKEWED else values
        for name, values in zip(_COLUMNS, columns, strict=True)
    ]
    points = np.stack(logs, axis=1)
    spread = points.std(axis=0) if len(points) else np.ones(len(_COLUMNS))
    return np.asarray(points / np.where(spread > 1e-9, spread, 1.0))


def _different(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One of each set of copies, those with the smallest hashes where there are many."""
    hashes = rows["content_hash"].astype(str).to_numpy()
    same = rows["pixel_hash"].fillna("").astype(str).to_numpy()
    _, first = np.unique(np.where(same == "", hashes, same), return_index=True)
    return np.asarray(first[np.argsort(hashes[first], kind="stable")[:_BASE]])


def _bulk(cores: Values, reach: float) -> KDTree | None:
    """The cores of the largest connected set, to be searched."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    if len(cores) <= _NEIGHBOURS:
        return None
    away, near = KDTree(cores).query(cores, _NEIGHBOURS + 1, distance_upper_bound=reach)
    i, j = np.nonzero(np.isfinite(away))
    pairs = coo_matrix((np.ones(len(i)), (i, near[i, j])), shape=(len(cores), len(cores)))
    _, parts = connected_components(pairs, directed=False)
    inside = parts == np.bincount(parts).argmax()
    while True:  # five neighbours do not show every connection
        bulk = KDTree(cores[inside])
        left = np.flatnonzero(~inside)
        reached = np.isfinite(bulk.query(cores[left], distance_upper_bound=reach)[0])
        if not reached.any():
            return bulk
        inside |= np.isin(parts, parts[left[reached]])


def _classes(labels: pd.Series, far: Mask) -> Mask:
    """Rows of the labels that are mostly apart."""
    import pandas as pd

    shares = pd.Series(far, index=labels.index).groupby(labels).mean()
    return np.asarray(labels.map(shares).to_numpy(float, na_value=0.0) > 0.5)
