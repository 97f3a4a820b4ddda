"""Which samples stay: by issue, expression, score, split, and the best of copies."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_profiles import MadeProfile, copies

from datakit.curation.pool import Pool
from datakit.curation.recipe import Recipe
from datakit.curation.resolve import resolve
from datakit.curation.selections import SELECTIONS, Selection, selection_class
from datakit.curation.selections.deduplicate import Deduplicate
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.keep import Keep
from datakit.curation.selections.separate_splits import SeparateSplits
from datakit.errors import InputError


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("made") / "made.profile"


def edits(profile, *selections):
    return resolve(profile, Recipe(profile.modality, selections)).table


def stay(table):
    return np.flatnonzero((table["edit"] != "drop").to_numpy()).tolist()


def test_every_name_is_a_selection():
    given_fields = {"drop": {"where": "width < 3"}, "keep": {"where": "width < 3"}}
    given_fields |= {"limit": {"n": 3}}
    for name, where in SELECTIONS.items():
        selection = selection_class(where)(**given_fields.get(name, {}))
        assert isinstance(selection, Selection)
        assert selection.name == name


def test_drop_takes_issues_in_order_then_the_expression(place):
    issues = [("blurry", 0, 0.2, None), ("blurry", 1, 0.3, None), ("noisy", 1, 15, None)]
    profile = MadeProfile(place, {"width": [9, 9, 9, 3]}, issues)
    table = edits(profile, Drop(issues=("noisy", "blurry"), where="width < 5"))
    assert table["edit"].tolist() == ["drop"] * 2 + ["keep", "drop"]
    assert table["reason"].tolist() == ["blurry", "noisy", "meets the recipe", "width < 5"]
    assert table["evidence"].tolist() == ["blurry: 0.2", "noisy: 15", "", "width 3"]


def test_the_reason_is_the_rule_and_not_the_why_of_the_recipe(place):
    profile = MadeProfile(place, {"width": [9, 3]})
    assert edits(profile, Drop(where="width < 5", why="too small"))["reason"][1] == "width < 5"


def test_keep_drops_the_others(place):
    profile = MadeProfile(place, {"width": [9, 3, 9]}, [("blurry", 0, 0.2, None)])
    assert stay(edits(profile, Keep(issues=("blurry",)))) == [0]
    assert stay(edits(profile, Keep(where="width > 5"))) == [0, 2]
    assert stay(edits(profile, Keep(issues=("blurry",), where="width > 5 or width < 5"))) == [0]


@given(st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 20))
def test_keep_best_is_the_top_of_the_sorted_values(place, values, twentieths):
    profile = MadeProfile(place, {"sharpness": np.array(values, float)})
    kept = stay(edits(profile, Keep(best=twentieths / 20, by="sharpness")))
    n = -(-twentieths * len(values) // 20)
    order = sorted(range(len(values)), key=lambda i: (-1 if values[i] is None else values[i], -i))
    assert kept == sorted(order[::-1][:n])


def test_a_share_that_rounding_puts_above_a_whole_number_is_that_number(place):
    assert 0.07 * 100 > 7
    profile = MadeProfile(place, {"sharpness": np.arange(100.0)})
    assert len(stay(edits(profile, Keep(best=0.07, by="sharpness")))) == 7


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Drop(), "give issues"),
        (lambda: Drop(where="width <"), "not an expression"),
        (lambda: Keep(), "give issues"),
        (lambda: Keep(best=0.5), "best goes with by"),
        (lambda: Keep(best=1.5, by="width"), "best is 1.5"),
        (lambda: Deduplicate(keep="last"), "give best or first"),
    ],
)
def test_what_makes_no_sense_is_refused(make, told):
    with pytest.raises(InputError, match=told):
        make()


def test_unknown_names_say_the_near_ones(place):
    pool = Pool(MadeProfile(place, {"width": [3], "label": ["a"]}))
    with pytest.raises(InputError, match=r"'blury'.*did you mean 'blurry'"):
        Drop(issues=("blury",)).select(pool)
    with pytest.raises(InputError, match=r"'widht'.*did you mean 'width'"):
        Drop(where="widht < 3").select(pool)
    with pytest.raises(InputError, match="label holds texts"):
        Keep(best=0.5, by="label").select(pool)


def test_an_expression_sees_issues_clusters_and_quality(place):
    vectors = [[1, 0.01 * i] for i in range(5)] + [[0.01 * i, 1] for i in range(5)]
    rows = {"width": [100.0] * 9 + [1.0], "height": [100.0] * 10}
    profile = MadeProfile(place, rows, [("blurry", 0, 0.2, None)], vectors)
    pool = Pool(profile)
    assert np.flatnonzero(pool.column("is_blurry")).tolist() == [0]
    cluster = pool.column("cluster").tolist()
    assert cluster[:5] == [cluster[0]] * 5
    assert cluster[5:] == [1 - cluster[0]] * 5
    assert stay(edits(profile, Drop(where="is_blurry or quality < 0.2"))) == list(range(1, 9))


class TestDeduplicate:
    def test_the_best_of_each_group_stays_and_says_so(self, place):
        rows = {"width": [50.0, 80, 30, 10], "height": [50.0, 80, 30, 10]}
        table = edits(MadeProfile(place, rows, copies("near", [[0, 1, 2]])), Deduplicate())
        assert stay(table) == [1, 3]
        reasons = ["near copy", "best of its copies", "near copy", "meets the recipe"]
        assert table["reason"].tolist() == reasons
        assert table["evidence"].tolist() == [
            "copy of 00001.png (similarity 0.900), which has more detail",
            "of 3 copies",
            "copy of 00001.png (similarity 0.900), which has more detail",
            "",
        ]

    def test_exact_only(self, place):
        issues = copies("near", [[0, 1]]) + copies("exact", [[1, 2], [3, 4]])
        profile = MadeProfile(place, {"width": [1.0] * 5}, issues)
        assert stay(edits(profile, Deduplicate(near=False))) == [0, 1, 3]
        assert stay(edits(profile, Deduplicate())) == [0, 3]

    def test_copies_of_what_is_gone_stay(self, place):
        profile = MadeProfile(place, {"width": [9.0, 3]}, copies("near", [[0, 1]]))
        assert stay(edits(profile, Drop(where="width > 5"), Deduplicate())) == [1]

    def test_first_is_the_first_of_those_that_may_stay(self, place):
        rows = {"width": [1.0, 9, 9], "label": [None, "a", "a"]}
        profile = MadeProfile(place, rows, copies("exact", [[0, 1, 2]]))
        assert stay(edits(profile, Deduplicate(keep="first"))) == [1]

    @pytest.mark.parametrize(
        ("labels", "kept"),
        [
            (["cat", "dog"], []),
            (["cat", "dog", "dog"], [1]),
            (["cat", "cat", "dog", "dog"], []),
            (["cat", "dog", "cow", "cow"], []),
            ([None, "dog"], [1]),
            ([None, "cat", "dog"], []),
            (["cat", "cat", None, None, None], [0]),
        ],
    )
    def test_labels_are_settled_by_a_majority_or_not_at_all(self, place, labels, kept):
        profile = MadeProfile(place, {"label": labels}, copies("near", [list(range(len(labels)))]))
        table = edits(profile, Deduplicate())
        assert stay(table) == kept
        if not kept:
            assert set(table["reason"]) == {
                "copies with different labels, none of them in the majority"
            }

    def test_the_evaluation_side_stays_even_if_it_is_worse(self, place):
        rows = {
            "width": [900.0, 5, 90],
            "height": [900.0, 5, 90],
            "split": ["train", "test", "val"],
        }
        profile = MadeProfile(place, rows, copies("near", [[0, 1, 2]]))
        assert stay(edits(profile, Deduplicate())) == [1]


splits = st.lists(st.sampled_from(["train", "val", "test", "extra", None]), min_size=1, max_size=9)
parts = st.lists(st.integers(0, 3), min_size=9, max_size=9)


def grouped(kind, numbers, n):
    members = [[i for i in range(n) if numbers[i] == g] for g in range(4)]
    return copies(kind, [m for m in members if len(m) > 1])


@settings(deadline=None, max_examples=50)
@given(splits, parts, parts)
def test_no_group_spans_splits_after_any_selection(place, split, near, exact):
    n = len(split)
    issues = grouped("near", near, n) + grouped("exact", exact, n)
    profile = MadeProfile(place, {"split": np.array(split, object)}, issues)
    groups = Pool(profile).groups
    for selection in (SeparateSplits(), Deduplicate()):
        kept = stay(edits(profile, selection))
        for group in set(groups.tolist()):
            seen = {split[i] for i in kept if groups[i] == group} - {None}
            assert len(seen) <= 1
            was = {split[i] for i in range(n) if groups[i] == group} - {None}
            order = ["train", "extra", "val", "test"]
            if was:  # nothing is lost for evaluation
                assert seen == {max(was, key=order.index)}
    assert all(i in stay(edits(profile, SeparateSplits())) for i in range(n) if split[i] is None)


@settings(deadline=None, max_examples=50)
@given(parts, parts, st.permutations(range(9)))
def test_one_of_each_group_stays_whatever_the_other_groups_are(place, near, exact, widths):
    issues = grouped("near", near, 9) + grouped("exact", exact, 9)
    rows = {"width": np.array(widths, float) + 1, "height": np.full(9, 100.0)}
    profile = MadeProfile(place, rows, issues)
    groups = Pool(profile).groups
    kept = stay(edits(profile, Deduplicate()))
    assert Counter(groups[kept]) == Counter(set(groups.tolist()))
    for i in kept:  # widths differ by more than any tolerance only where they are far apart
        assert all(widths[j] <= 1.4 * (widths[i] + 1) for j in range(9) if groups[j] == groups[i])
