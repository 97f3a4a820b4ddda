"""Shares of categories: exact counts, against arithmetic, and reproducible draws."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_profiles import MadeProfile
from scipy.stats import chisquare

from datakit.curation.pool import Pool
from datakit.curation.recipe import Recipe
from datakit.curation.resolve import resolve
from datakit.curation.selections.balance import Balance
from datakit.curation.selections.drop import Drop
from datakit.errors import InputError


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("made") / "made.profile"


def outputs(profile, *selections, seed=0, reference=None):
    """Row -> how often it comes out."""
    table = resolve(profile, Recipe("image", selections, seed=seed), reference).table
    copies = [
        next((int(s.partition(":")[2]) for s in steps if s.startswith("copies:")), 1)
        for steps in table["steps"]
    ]
    return np.where(table["edit"] == "drop", 0, copies)


def labelled(place, **counts):
    labels = [name for name, n in counts.items() for _ in range(n)]
    return MadeProfile(place, {"label": np.array(labels, object)})


def shares(profile, copies, by="label"):
    found = Counter()
    for name, n in zip(profile.rows[by], copies, strict=True):
        found[name] += int(n)
    return dict(found)


def test_uniform_keeps_the_size(place):
    profile = labelled(place, cat=60, dog=30, cow=10)
    copies = outputs(profile, Balance(max_copies=9))
    assert sorted(shares(profile, copies).values()) == [33, 33, 34]


def test_a_rare_category_is_not_repeated_beyond_the_limit(place):
    profile = labelled(place, cat=60, dog=39, cow=1)
    copies = outputs(profile, Balance(max_copies=3))
    assert shares(profile, copies) in (
        {"cat": 49, "dog": 48, "cow": 3},
        {"cat": 48, "dog": 49, "cow": 3},
    )
    assert copies.max() == 3


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 12), min_size=2, max_size=5),
    st.lists(st.integers(0, 20), min_size=5, max_size=5),
    st.integers(1, 60),
    st.integers(1, 4),
)
def test_shares_are_those_asked_for_to_less_than_one_sample(place, counts, weights, size, most):
    weights = dict(zip("abcde", weights[: len(counts)], strict=False))
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    profile = labelled(place, **dict(zip("abcde", counts, strict=False)))
    copies = outputs(profile, Balance(to=weights, size=size, max_copies=most))
    found = shares(profile, copies)
    assert copies.max() <= most
    have = dict(zip("abcde", counts, strict=False))
    total = sum(weights.values())
    wanted = {name: size * weights[name] / total for name in have}
    limits = {name: most * have[name] if weights[name] else 0 for name in have}
    assert sum(found.values()) == min(size, sum(limits.values()))
    if all(wanted[name] <= limits[name] - 1 for name in have if weights[name]):
        for name in have:
            assert abs(found[name] - wanted[name]) < 1 + 1e-6
    for name, n in have.items():  # within a category no sample is favoured
        mine = copies[(profile.rows["label"] == name).to_numpy()]
        assert mine.max() - mine.min() <= 1, (name, n)


def test_which_ones_are_drawn_is_fair_and_depends_on_the_seed(place):
    profile = labelled(place, cat=40, dog=10)
    drawn = np.sum(
        [outputs(profile, Balance(size=20), seed=seed)[:40] > 0 for seed in range(200)], axis=0
    )
    assert drawn.sum() == 200 * 10
    assert chisquare(drawn).pvalue > 1e-4
    first, again, other = (outputs(profile, Balance(size=20), seed=s) for s in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


def test_others_do_not_change_who_is_drawn(place):
    profile = labelled(place, cat=40, dog=10)
    ids = profile.rows["sample_id"]
    before = set(ids[outputs(profile, Balance(size=20)) > 0])
    rows = {"label": profile.rows["label"].to_numpy(), "width": np.arange(50.0)}
    fewer = MadeProfile(place, rows)
    after = set(ids[outputs(fewer, Drop(where="width == 3"), Balance(size=20)) > 0])
    assert len(before - after - {ids[3]}) == 0


def test_reference_and_other_columns(place, tmp_path):
    profile = labelled(place, cat=50, dog=50)
    reference = labelled(tmp_path / "other.profile", cat=3, dog=1, cow=9)
    reference.rows.loc[0, "status"] = "unreadable"
    copies = outputs(profile, Balance(to="reference", size=60), reference=reference)
    assert shares(profile, copies) == {"cat": 40, "dog": 20}
    by_split = MadeProfile(place, {"split": np.array(["train"] * 8 + ["test"] * 2, object)})
    copies = outputs(by_split, Balance(by="split", size=8))
    assert shares(by_split, copies, "split") == {"train": 4, "test": 4}


def test_clusters(place, tmp_path):
    rng = np.random.default_rng(0)
    centre = np.repeat(np.eye(8)[:2], [80, 20], axis=0)
    profile = MadeProfile(
        place, {"n": range(100)}, (), list(centre + rng.normal(0, 0.05, (100, 8)))
    )
    clusters = Pool(profile).clusters
    copies = outputs(profile, Balance(by="cluster", size=80))
    found = np.bincount(clusters, copies)
    assert found.max() - found[found > 0].min() <= 1
    other = np.repeat(np.eye(8)[:2], [10, 30], axis=0)
    reference = MadeProfile(tmp_path / "r", {"n": range(40)}, (), list(other))
    copies = outputs(profile, Balance(by="cluster", to="reference"), reference=reference)
    # three quarters of the reference are like the rare fifth, which is repeated three times
    assert copies[80:].sum() == 60
    assert copies[:80].sum() == 40


def test_samples_without_a_category_are_left_alone(place):
    labels = np.array(["cat"] * 6 + ["dog"] * 2 + [None] * 3, object)
    copies = outputs(MadeProfile(place, {"label": labels}), Balance(size=4))
    assert copies.tolist()[-3:] == [1, 1, 1]
    assert copies.sum() == 7


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        (lambda: Balance(to="even"), "give uniform, reference"),
        (lambda: Balance(to={"cat": -1}), "weight of 'cat' is -1"),
        (lambda: Balance(to={"cat": 0}), "no weight above 0"),
        (lambda: Balance(size=0), "at least 1"),
        (lambda: Balance(max_copies=0), "at least 1"),
        (lambda: Balance(to={"cta": 1}), "did you mean 'cat'"),
        (lambda: Balance(to="reference"), "give --reference"),
        (lambda: Balance(by="cluster"), "no embeddings"),
        (lambda: Balance(by="lable"), "did you mean 'label'"),
        (lambda: Balance(by="width"), "a measurement"),
        (lambda: Balance(by="split"), "no sample that is left has one"),
    ],
)
def test_errors(place, selection, told):
    profile = MadeProfile(place, {"label": ["cat", "dog"], "width": [1.5, 2.5]})
    with pytest.raises(InputError, match=told):
        selection().select(Pool(profile))
