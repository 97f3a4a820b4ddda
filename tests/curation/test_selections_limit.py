"""A number of samples: stable random ones, and covering ones against every other choice."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_profiles import MadeProfile
from scipy.stats import chisquare
from test_selections_balance import outputs

from datakit.curation.selections.balance import Balance
from datakit.curation.selections.coverage_order import (
    covering_order,
    facility_location,
    k_center,
    nearest_chosen,
)
from datakit.curation.selections.limit import Limit
from datakit.errors import InputError


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("made") / "made.profile"


def points(seed, m, d=3):
    found = np.random.default_rng(seed).normal(size=(m, d)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def covered(vectors, chosen):
    return float(((1 + vectors @ vectors[list(chosen)].T) / 2).max(axis=1).sum())


def radius(vectors, chosen):
    return float((1 - vectors @ vectors[list(chosen)].T).min(axis=1).max())


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 4))
def test_facility_location_is_near_the_best_of_all_choices(seed, m, n):
    vectors = points(seed, m)
    n = min(n, m)
    chosen = facility_location(vectors, vectors, n)
    assert len(set(chosen.tolist())) == n
    best = max(covered(vectors, some) for some in combinations(range(m), n))
    assert covered(vectors, chosen) >= (1 - 1 / np.e) * best - 1e-3
    # greedy by hand
    taken = []
    for _ in range(n):
        gains = {i: covered(vectors, [*taken, i]) for i in range(m) if i not in taken}
        taken.append(max(gains, key=gains.get))
    assert covered(vectors, chosen) == pytest.approx(covered(vectors, taken), abs=5e-3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 4))
def test_k_center_is_at_most_twice_as_far_as_the_best(seed, m, n):
    vectors = points(seed, m)
    n = min(n, m)
    chosen = k_center(vectors, n)
    assert len(set(chosen.tolist())) == n
    far = min(radius(vectors, some) for some in combinations(range(m), n))
    # 1 - cosine is half the squared distance: twice the distance is four times that
    assert radius(vectors, chosen) <= 4 * far + 1e-4


@pytest.mark.parametrize("n", [1, 7, 300, 900])
def test_k_center_is_the_plain_greedy_choice(n):
    vectors = points(5, 900, 8)
    nearest = np.full(900, -1.0)
    at = int(np.argmax(np.round(vectors @ vectors.mean(axis=0), 5)))
    plain = []
    for _ in range(n):
        plain.append(at)
        nearest = np.maximum(nearest, np.round(vectors @ vectors[at], 5))
        nearest[plain] = np.inf
        at = int(np.argmin(nearest))
    assert k_center(vectors, n).tolist() == plain


def test_k_center_of_equal_vectors_takes_each_once():
    vectors = np.repeat(points(0, 3), 200, axis=0)
    assert sorted(k_center(vectors, 600).tolist()) == list(range(600))


def test_large_sets_are_served_by_a_sample_of_them():
    vectors = points(1, 3_000, 8)
    chosen = covering_order(vectors, 20, np.random.default_rng(0))
    alone = facility_location(vectors, vectors, 20)
    assert covered(vectors, chosen) > 0.995 * covered(vectors, alone)
    rest = [covered(vectors, np.random.default_rng(s).choice(3_000, 20)) for s in range(20)]
    assert covered(vectors, chosen) > max(rest)


def test_nearest_chosen():
    vectors = points(2, 50)
    number, cosine = nearest_chosen(vectors, vectors[:4])
    full = vectors @ vectors[:4].T
    assert number.tolist() == full.argmax(axis=1).tolist()
    assert np.allclose(cosine, full.max(axis=1))


class TestRandom:
    def test_keeps_that_many_evenly(self, place):
        profile = MadeProfile(place, {"width": np.arange(40.0)})
        drawn = np.sum([outputs(profile, Limit(10), seed=seed) for seed in range(200)], axis=0)
        assert drawn.sum() == 2000
        assert chisquare(drawn).pvalue > 1e-4

    @settings(deadline=None)
    @given(st.sets(st.integers(0, 39), max_size=39), st.integers(1, 40))
    def test_those_that_join_only_push_others_out(self, place, new, n):
        def drawn(numbers):
            ids = np.array([f"{i:05d}.png" for i in numbers], object)
            return set(ids[outputs(MadeProfile(place, {"sample_id": ids}), Limit(n)) > 0])

        joined = {f"{i:05d}.png" for i in new}
        before = drawn([i for i in range(40) if i not in new])
        assert drawn(range(40)) - joined <= before

    def test_smaller_limits_are_within_larger_ones(self, place):
        profile = MadeProfile(place, {"width": np.arange(40.0)})
        small, large = (outputs(profile, Limit(n)) > 0 for n in (5, 20))
        assert (small <= large).all()

    def test_counts_repeats(self, place):
        labels = np.array(["cat"] * 30 + ["dog"] * 10, object)
        profile = MadeProfile(place, {"label": labels})
        for n in (7, 25, 39):
            assert outputs(profile, Balance(), Limit(n)).sum() == n


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 40), st.sampled_from(["random", "coverage"]))
def test_fill_repeats_all_as_often_as_each_other(place, m, n, by):
    profile = MadeProfile(place, {"width": np.arange(float(m))}, (), list(points(m, m)))
    copies = outputs(profile, Limit(n, by=by, fill=True))
    assert copies.sum() == n
    assert copies.max() - copies.min() <= 1
    assert outputs(profile, Limit(n, by=by)).sum() == min(n, m)


class TestCoverage:
    def test_takes_from_every_heap(self, place):
        rng = np.random.default_rng(0)
        centres = np.repeat(np.eye(12)[:6], [60, 3, 3, 3, 3, 3], axis=0)
        vectors = list(centres + rng.normal(0, 0.02, centres.shape))
        profile = MadeProfile(place, {"n": range(75)}, (), vectors)
        kept = np.flatnonzero(outputs(profile, Limit(6, by="coverage")))
        heap = np.repeat(np.arange(6), [60, 3, 3, 3, 3, 3])
        assert sorted(heap[kept]) == [0, 1, 2, 3, 4, 5]

    def test_what_has_no_embedding_keeps_its_share(self, place):
        vectors = [None if i % 4 == 0 else points(i, 1)[0] for i in range(40)]
        profile = MadeProfile(place, {"n": range(40)}, (), vectors)
        copies = outputs(profile, Limit(12, by="coverage"))
        assert copies[::4].sum() == 3
        assert copies.sum() == 12

    def test_says_what_covers_a_dropped_one(self, place):
        from datakit.curation.recipe import Recipe
        from datakit.curation.resolve import resolve

        profile = MadeProfile(place, {"n": range(3)}, (), [[1, 0], [1, 0.1], [0, 1]])
        table = resolve(profile, Recipe("image", (Limit(2, by="coverage"),))).table
        dropped = table[table["edit"] == "drop"].iloc[0]
        assert dropped["reason"] == "beyond the limit of 2"
        assert dropped["evidence"] in (
            "covered by 00001.png (cosine 0.995)",
            "covered by 00000.png (cosine 0.995)",
        )

    def test_needs_embeddings(self, place):
        with pytest.raises(InputError, match="no sample has an embedding"):
            outputs(MadeProfile(place, {"n": range(3)}), Limit(2, by="coverage"))


@pytest.mark.parametrize("make", [lambda: Limit(0), lambda: Limit(3, by="best")])
def test_errors(make):
    with pytest.raises(InputError, match="give"):
        make()
