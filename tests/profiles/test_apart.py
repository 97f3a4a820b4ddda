"""Images of another kind than the bulk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.profiles.apart import _COLUMNS, far_from_bulk, flat_among_detailed

LIMIT = 8.0


def rows_of(points: np.ndarray, labels: list[str | None] | None = None) -> pd.DataFrame:
    """Rows whose columns are these points, each another picture."""
    frame = pd.DataFrame(points, columns=list(_COLUMNS))
    frame["content_hash"] = [f"{7919 * i % 100_003:06d}" for i in range(len(points))]
    frame["pixel_hash"] = frame["content_hash"]
    frame["label"] = pd.Series(labels or [None] * len(points), dtype=object)
    return frame


def cloud(seed: int, n: int, middle: float, spread: float = 0.05) -> np.ndarray:
    return np.random.default_rng(seed).normal(middle, spread, (n, len(_COLUMNS)))


def test_junk_is_found_however_many_of_it_there_are() -> None:
    points = np.concatenate([cloud(0, 400, 0.3), cloud(1, 90, 0.9), cloud(2, 1, 5.0)])
    numbers, steps = far_from_bulk(rows_of(points), {}, LIMIT)
    assert set(range(400, 491)) == set(numbers)
    assert (steps > LIMIT).all()
    assert steps[-1] == steps.max()  # the one at 5.0 is the farthest


def test_what_small_steps_lead_to_belongs_to_the_bulk() -> None:
    rng = np.random.default_rng(3)
    middles = np.linspace(0, 4, 600)[:, None]
    numbers, _ = far_from_bulk(
        rows_of(middles + rng.normal(0, 0.05, (600, len(_COLUMNS)))), {}, LIMIT
    )
    assert not len(numbers)


def test_a_class_of_its_own_is_no_junk() -> None:
    points = np.concatenate([cloud(0, 400, 0.3), cloud(1, 60, 0.9), cloud(2, 20, 1.8)])
    labels = ["digit"] * 400 + ["photo"] * 60 + ["digit"] * 20
    numbers, _ = far_from_bulk(rows_of(points, labels), {}, LIMIT)
    assert set(numbers) == set(range(460, 480))


def test_no_bulk_no_junk() -> None:
    kinds = [cloud(i, 150, 1.0 * i) for i in range(3)]
    assert not len(far_from_bulk(rows_of(np.concatenate(kinds)), {}, LIMIT)[0])


def test_too_few_to_tell() -> None:
    points = np.concatenate([cloud(0, 80, 0.3), cloud(1, 10, 3.0)])
    assert not len(far_from_bulk(rows_of(points), {}, LIMIT)[0])


def test_nothing_of_images_that_are_all_the_same() -> None:
    assert not len(far_from_bulk(rows_of(np.full((300, len(_COLUMNS)), 0.5)), {}, LIMIT)[0])


def test_copies_make_no_bulk() -> None:
    """150 different images and 2,000 copies of another: the copies are what is apart."""
    points = np.concatenate([cloud(0, 150, 0.3), np.full((2000, len(_COLUMNS)), 2.0)])
    rows = rows_of(points)
    rows.loc[150:, "pixel_hash"] = "the same"
    numbers, _ = far_from_bulk(rows, {}, LIMIT)
    assert set(numbers) == set(range(150, 2150))


def test_images_that_have_a_name_already_are_left_out() -> None:
    points = np.concatenate([cloud(0, 400, 0.3), cloud(1, 60, 0.9)])
    blurry = np.zeros(460, bool)
    blurry[420:] = True
    gray = np.ones(460, bool)  # says nothing of what is strange
    numbers, _ = far_from_bulk(rows_of(points), {"blurry": blurry, "grayscale": gray}, LIMIT)
    assert set(numbers) == set(range(400, 420))


def test_unreadable_images_are_not_judged() -> None:
    points = np.concatenate([cloud(0, 400, 0.3), cloud(1, 60, 0.9)])
    points[410] = np.nan
    numbers, _ = far_from_bulk(rows_of(points), {}, LIMIT)
    assert set(numbers) == set(range(400, 460)) - {410}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 40), st.floats(0.3, 2.0))
def test_as_dbscan_finds_it(seed: int, n_junk: int, away: float) -> None:
    """Cores of the largest cluster, by scikit-learn; and the order of the rows does not matter."""
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(seed)
    points = np.concatenate([cloud(seed, 200, 0.3), cloud(seed + 1, n_junk, 0.3 + away, 0.2)])
    rows = rows_of(points)
    numbers, steps = far_from_bulk(rows, {}, LIMIT)

    logs = points.copy()
    for name in ("gradient", "colourfulness"):
        column = _COLUMNS.index(name)
        logs[:, column] = np.log1p(np.maximum(logs[:, column], 0))
    scaled = logs / logs.std(axis=0)
    near = NearestNeighbors(n_neighbors=6).fit(scaled).kneighbors(scaled)[0][:, 5]
    reach = LIMIT * np.median(near)
    clusters = DBSCAN(eps=reach, min_samples=6).fit(scaled)
    core = np.zeros(len(points), bool)
    core[clusters.core_sample_indices_] = True
    largest = np.bincount(clusters.labels_[core]).argmax()
    bulk = scaled[core & (clusters.labels_ == largest)]
    away_from = np.linalg.norm(scaled[:, None] - bulk, axis=2).min(axis=1)
    assert set(numbers) == set(np.flatnonzero(away_from > reach))
    assert steps == pytest.approx(away_from[numbers] / np.median(near))

    order = rng.permutation(len(rows))
    again, _ = far_from_bulk(rows.iloc[order].reset_index(drop=True), {}, LIMIT)
    assert set(order[again]) == set(numbers)


def photographs(n: int, n_flat: int, detail: float = 0.05) -> pd.DataFrame:
    """So many images of one kind, then so many of even areas."""
    rows = rows_of(cloud(0, n + n_flat, 0.3))
    rows["flat_rate"] = [detail] * n + [0.9] * n_flat
    return rows


def test_drawings_among_photographs() -> None:
    numbers, rates = flat_among_detailed(photographs(300, 60), {}, 0.7)
    assert set(numbers) == set(range(300, 360))
    assert set(rates) == {0.9}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (photographs(300, 60, detail=0.25), "the others are drawings as well"),
        (photographs(60, 10), "too few images to tell"),
        (photographs(100, 120), "most are flat"),
    ],
)
def test_no_drawings_where_the_corpus_is_of_another_kind(rows: pd.DataFrame, why: str) -> None:
    assert not len(flat_among_detailed(rows, {}, 0.7)[0]), why


def test_drawings_that_are_a_class_or_have_a_name_or_cannot_be_read() -> None:
    rows = photographs(300, 60)
    rows["label"] = ["photo"] * 320 + ["logo"] * 40
    dark = np.zeros(360, bool)
    dark[300:305] = True
    rows.loc[306, "luma_p50"] = np.nan
    numbers, _ = flat_among_detailed(rows, {"too_dark": dark}, 0.7)
    assert set(numbers) == {305, *range(307, 320)}


def test_copies_of_a_drawing_do_not_make_a_corpus_of_drawings() -> None:
    rows = photographs(150, 600)
    rows.loc[150:, "pixel_hash"] = "the same"
    numbers, _ = flat_among_detailed(rows, {}, 0.7)
    assert set(numbers) == set(range(150, 750))
