"""Which samples each arm trains on: as many of each, other ones for every seed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datakit.benchmarks.material import ENOUGH, Design

SIZES = st.integers(1, 3_000)
WITHOUT = "without drop blurry"


@given(SIZES, SIZES, SIZES, st.integers(0, 50), st.booleans())
def test_in_halves_raw_and_curated_have_as_many_rows(raw, curated, clean, seed, independent):
    sizes = {"raw": raw, "curated": curated, "clean": clean, WITHOUT: clean}
    design = Design(sizes, independent or Design.of(sizes).halves, 3)
    assert design.halves == (independent or curated >= ENOUGH * raw)
    rows = {arm: design.rows(arm, seed) for arm in design.arms}
    for arm, (source, found) in rows.items():
        assert source == ("raw" if arm == "random" else arm)
        assert len(np.unique(found)) == len(found) == design.n_samples(arm) > 0
        assert found.min() >= 0
        assert found.max() < sizes[source]
    n = {arm: len(found) for arm, (_, found) in rows.items()}
    if design.halves:
        half = max(1, min(raw, curated) // 2)
        assert n == {"raw": half, "curated": half} | dict.fromkeys(
            ("clean", WITHOUT), min(clean, half)
        )
    else:
        assert n == {
            "raw": raw, "curated": curated, "random": curated, "clean": clean,
            WITHOUT: min(clean, curated),
        }  # fmt: skip


def test_raw_repeated_three_times_is_no_larger_than_raw():
    design = Design.of({"raw": 300, "curated": 900})
    assert {design.n_samples(arm) for arm in design.arms} == {150}


def subsets(design, arm):
    return {tuple(design.rows(arm, seed)[1].tolist()) for seed in range(24)}


def test_another_seed_of_the_whole_draws_other_subsets():
    for sizes, arm in (({"raw": 400, "curated": 100}, "random"),
                       ({"raw": 400, "curated": 390}, "raw")):  # fmt: skip
        drawn = [subsets(Design.of(sizes, seed), arm) for seed in range(4)]
        assert [len(found) for found in drawn] == [24] * 4
        assert len(set.union(*drawn)) == 4 * 24
        assert subsets(Design.of(sizes, 0), arm) == subsets(Design.of(sizes), arm)
        saved = Design.saved({"sizes": sizes, "seed": 2})
        assert subsets(saved, arm) == drawn[2]


def test_an_arm_without_a_step_is_no_larger_than_curated_and_anew_for_every_seed():
    design = Design.of({"raw": 1000, "curated": 500, WITHOUT: 700, "without keep": 400})
    assert len(subsets(design, WITHOUT)) == 24
    assert {len(rows) for rows in subsets(design, WITHOUT)} == {500}
    assert subsets(design, "without keep") == {tuple(range(400))}
    # Where the arm is raw again, so is its run: the same rows as random's.
    same = Design.of({"raw": 700, "curated": 500, WITHOUT: 700})
    for seed in range(5):
        assert same.rows(WITHOUT, seed)[1].tolist() == same.rows("random", seed)[1].tolist()


def test_what_is_saved_says_whether_there_are_halves():
    sizes = {"raw": 1000, "curated": 100}
    assert not Design.saved({"sizes": sizes}).halves
    assert Design.saved({"sizes": sizes, "halves": True}).halves
    assert not Design.saved({"sizes": sizes | {"curated": 950}, "halves": False}).halves
