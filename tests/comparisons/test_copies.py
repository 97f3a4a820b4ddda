"""Copies are no independent samples: a comparison counts one of each duplicate group."""

import numpy as np
import pandas as pd
import pytest
from synthetic import ISSUES, digest, image_rows, profile_of, vectors

from datakit.comparisons.compare import compare_profiles
from datakit.comparisons.distinct import distinct

N = 100


def copied(path, seed, n=N, copies=5, issue="exact_duplicate", order=1):
    """n samples, each several times; near copies have contents of their own."""
    rows, points = image_rows(n, seed), vectors(n, seed)
    many, issues = [], []
    for row in rows:
        for k in range(copies):
            copy = row | {"sample_id": f"{'ab'[k * order % 2]}{k}-{row['sample_id']}"}
            copy["path"] = copy["sample_id"]
            if issue == "near_duplicate" and k:
                copy["content_hash"] = digest(f"{row['content_hash']} {k}")
            many.append(copy)
            found = (copy["sample_id"], copy["path"], issue, 1.0, 1.0, row["sample_id"])
            issues.append(found)
    profile = profile_of(path, many, np.repeat(points, copies, axis=0))
    frame = pd.DataFrame(issues, columns=ISSUES).sort_values(["issue", "sample_id"])
    frame.to_parquet(path / "issues.parquet")
    return profile


@pytest.mark.parametrize("issue", ["exact_duplicate", "near_duplicate"])
def test_copies_of_two_draws_are_no_shift(tmp_path, issue):
    sides = [copied(tmp_path / str(seed), seed, issue=issue) for seed in (1, 2)]
    found = compare_profiles(*sides)
    assert not found.shifted
    assert (found.a.n_samples, found.a.n_readable, found.a.n_distinct) == (500, 500, 100)
    assert (found.embedding.n_a, found.embedding.n_b) == (N, N)
    assert found.unlike_a.n_judged == N
    assert found.unlike_a.n <= 5
    assert found.unlike_a.p > 0.01


@pytest.mark.parametrize("issue", ["exact_duplicate", "near_duplicate"])
def test_copies_change_no_test(tmp_path, issue):
    """Each p-value is that of the corpora without their copies."""
    plain = [copied(tmp_path / f"{seed}", seed, copies=1) for seed in (3, 4)]
    many = [copied(tmp_path / f"many{seed}", seed, copies=4, issue=issue) for seed in (3, 4)]
    one, other = compare_profiles(*plain), compare_profiles(*many)
    assert [c.name for c in one.columns] == [c.name for c in other.columns]
    for x, y in zip(one.columns, other.columns, strict=True):
        assert (x.p, x.effect, x.top) == (y.p, y.effect, y.top)
    labels = [[s for s in c.slices if s.kind == "label"] for c in (one, other)]
    for x, y in zip(*labels, strict=True):
        assert (x.name, x.a_count, x.b_count, x.p) == (y.name, y.a_count, y.b_count, y.p)
    if issue == "exact_duplicate":  # of near ones another representative may come first
        assert one.embedding == other.embedding
        assert one.p == other.p
        for x, y in ((one.unlike_a, other.unlike_a), (one.unlike_b, other.unlike_b)):
            assert (x.n, x.threshold, x.p) == (y.n, y.threshold, y.p)


def test_a_shift_is_found_among_copies(tmp_path):
    rows = [row | {"luma_mean": row["luma_mean"] + 0.2} for row in image_rows(N, 5)]
    shifted = profile_of(tmp_path / "b", rows, vectors(N, 5))
    found = compare_profiles(copied(tmp_path / "a", 6), shifted)
    assert found.shifted
    assert "luma_mean" in found.verdict


def test_the_representative_does_not_follow_from_names(tmp_path):
    """Two corpora of the same contents are not told apart by which copy is called what."""
    ones = [
        copied(tmp_path / str(order), 7, copies=2, issue="near_duplicate", order=order)
        for order in (0, 1)
    ]
    chosen = [set(distinct(profile).readable["content_hash"]) for profile in ones]
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == N
    assert "same contents" in compare_profiles(*ones).verdict


def test_representatives_come_in_no_special_order(tmp_path):
    """Samples with the smallest content hashes are taken first: copies must not be among them."""
    profile = copied(tmp_path / "a", 8, n=400, copies=5, issue="near_duplicate")
    hashes = distinct(profile).readable["content_hash"]
    first = np.array([int(value[:8], 16) for value in hashes]) / 16**8
    assert abs(first.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 400)


def test_unreadable_copies_are_one_content(tmp_path):
    rows = image_rows(40, 9)
    for row in rows[:10]:
        row |= {"status": "unreadable", "content_hash": "f" * 64}
    for row in rows[10:13]:
        row |= {"status": "unreadable", "content_hash": None}
    found = distinct(profile_of(tmp_path / "a", rows, vectors(40, 9)))
    assert len(found) == 27
    assert found.every["status"].value_counts().to_dict() == {"ok": 27, "unreadable": 4}
