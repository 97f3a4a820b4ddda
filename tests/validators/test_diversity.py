"""Diversity on populations whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.metrics.intervals import wilson
from datakit.profiles.profile import Embeddings
from datakit.validators.diversity import diversity
from datakit.validators.label_balance import label_balance
from datakit.validators.uniqueness import uniqueness

EVEN = np.full(10, 0.1)
CENTRES = np.random.default_rng(0).normal(0, 4, (10, 8))


def profile(vectors, groups=None, labels=None, codebook=None, status="ok"):
    """A profile in memory: ids by row number, exact duplicates by group number."""
    n = len(vectors)
    ids = np.array([f"{i:06d}" for i in range(n)], object)
    rng = np.random.default_rng(n)
    rows = pd.DataFrame(
        {
            "sample_id": ids,
            "path": ids,
            "status": status,
            "label": pd.Series([None] * n if labels is None else list(labels), dtype=object),
            "content_hash": [f"{h:08x}" for h in rng.integers(0, 2**32, n)],
        }
    )
    found = []
    if groups is not None:
        for members in pd.Series(range(n)).groupby(np.asarray(groups)).indices.values():
            if len(members) > 1:
                found += [(ids[i], ids[i], "exact_duplicate", ids[members[0]]) for i in members]
    return SimpleNamespace(
        rows_with={},
        rows=rows,
        issues=pd.DataFrame(found, columns=["sample_id", "path", "issue", "group"]),
        embeddings=Embeddings(ids, np.asarray(vectors, np.float16)),
        codebook=codebook,
        encoder={"name": "any"},
        modality="image",
        n_samples=n,
    )


def modes(n, seed, weights=EVEN):
    """Vectors and labels of a mixture of ten modes."""
    rng = np.random.default_rng(seed)
    mode = rng.choice(10, n, p=np.asarray(weights) / np.sum(weights))
    return CENTRES[mode] + rng.normal(0, 1, (n, 8)), [f"class {m}" for m in mode]


@pytest.fixture(scope="module")
def reference():
    vectors, labels = modes(2000, 1)
    return profile(vectors, labels=labels)


def part(score, name):
    return {component.name: component for component in score.components}.get(name)


def with_copies(vectors, rate, rng):
    n = len(vectors)
    k = n - int(n * rate)
    group = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    return profile(np.asarray(vectors)[group], group)


def test_falls_with_copies_and_only_uniqueness_does(reference):
    vectors, _ = modes(800, 2)
    scores = [
        diversity(with_copies(vectors, rate, np.random.default_rng(0)), reference)
        for rate in (0, 0.2, 0.4, 0.6, 0.8)
    ]
    assert [part(s, "uniqueness").value for s in scores] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2])
    assert all(part(s, "spread").value > 0.9 for s in scores)
    values = [s.value for s in scores]
    assert values == sorted(values, reverse=True)
    assert scores[-1].advice == "Keep one sample of every duplicate group."


@pytest.mark.parametrize("labelled", [False, True])
def test_falls_with_dropped_modes_and_only_spread_does(reference, labelled):
    values = []
    for k in (10, 8, 6, 4, 2):
        vectors, labels = modes(500, k, np.arange(10) < k)
        score = diversity(profile(vectors, labels=labels if labelled else None), reference)
        assert part(score, "uniqueness").value == 1
        assert part(score, "spread").value == pytest.approx(k / 10, abs=0.08)
        values.append(score.value)
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(0.2**0.5, abs=0.05)


@pytest.mark.parametrize("labelled", [False, True])
def test_falls_with_imbalance(reference, labelled):
    values = []
    for severity in (0, 0.15, 0.3, 0.45, 0.6):
        weights = (1 - severity) ** np.arange(10.0)
        vectors, labels = modes(700, int(100 * severity), weights)
        score = diversity(profile(vectors, labels=labels if labelled else None), reference)
        p = weights / weights.sum()
        assert score.value == pytest.approx((1 / (10 * (p**2).sum())) ** 0.5, abs=0.06)
        values.append(score.value)
    assert values == sorted(values, reverse=True)


def test_does_not_follow_the_number_of_samples(reference):
    for weights in (EVEN, np.arange(10) < 5, 0.7 ** np.arange(10.0)):
        found = []
        for n in (300, 3000):
            vectors, labels = modes(n, n, weights)
            group = np.arange(n) // 2 * 2
            corpus = profile(np.asarray(vectors)[group], group, np.asarray(labels)[group])
            found.append(diversity(corpus, reference).value)
        assert np.ptp(found) < 0.04


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 119), min_size=1, max_size=200), st.integers(0, 10**6))
def test_copies_leave_spread_and_labels_as_they_were(copied, seed):
    vectors, labels = modes(120, seed)
    codebook = (CENTRES.astype(np.float32), 9.0)
    group = np.concatenate([np.arange(120), np.array(copied)])
    plain = diversity(profile(vectors, labels=labels, codebook=codebook))
    copies = diversity(profile(vectors[group], group, np.asarray(labels)[group], codebook=codebook))
    for name in ("spread", "label_balance"):
        assert part(copies, name) == part(plain, name)
    assert part(copies, "uniqueness").value == pytest.approx(120 / len(group))
    assert copies.value < plain.value


def test_the_order_of_samples_is_nothing(reference):
    vectors, labels = modes(400, 3)
    group = np.random.default_rng(0).integers(0, 300, 400)
    order = np.random.default_rng(1).permutation(400)
    vectors, labels = vectors[group], np.asarray(labels)[group]
    a = diversity(profile(vectors, group, labels), reference)
    b = diversity(profile(vectors[order], group[order], labels[order]), reference)
    assert a.value == pytest.approx(b.value, abs=1e-12)
    assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=0.01)


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 150),
    n_groups=st.integers(1, 150),
    n_modes=st.integers(1, 10),
    labelled=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_the_interval_holds_the_value_and_both_are_rates(n, n_groups, n_modes, labelled, seed):
    vectors, labels = modes(n, seed, np.arange(10) < n_modes)
    group = np.random.default_rng(seed).integers(0, n_groups, n)
    codebook = (CENTRES.astype(np.float32), 7.0)
    score = diversity(profile(vectors, group, labels if labelled else None, codebook))
    assert 0 < score.low <= score.value <= score.high <= 1
    assert all(0 <= component.value <= 1 for component in score.components)


@pytest.mark.parametrize("weights", [EVEN, np.arange(10) < 5, 0.6 ** np.arange(10.0)])
def test_the_interval_covers_the_population(weights):
    p = weights / np.sum(weights)
    truth = (0.5 * min(1, 1 / (p**2).sum() / 8.0)) ** 0.5
    values, widths, hits = [], [], 0
    for seed in range(80):
        vectors, _ = modes(150, seed, weights)
        sizes = np.random.default_rng([seed, 1]).geometric(0.5, 150)  # two on average
        group = np.repeat(np.arange(150), sizes)
        score = diversity(profile(CENTRES[nearest(vectors)][group], group, codebook=CODEBOOK))
        hits += score.low <= truth <= score.high
        values.append(score.value)
        widths.append(score.high - score.low)
    assert hits >= 72
    assert np.mean(widths) < 1.4 * 2 * 1.96 * np.std(values)


CODEBOOK = (CENTRES.astype(np.float32), 8.0)


def nearest(vectors):
    return ((vectors[:, None] - CENTRES) ** 2).sum(axis=2).argmin(axis=1)


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 5000))
def test_without_copies_uniqueness_is_as_wide_as_wilsons_interval(n):
    estimate = uniqueness(np.arange(n))
    assert (estimate.value, estimate.high) == (1, 1)
    # One side of Wilson's is its full width there; ours is normal, with the same sd.
    assert 1 - estimate.low == pytest.approx((1 - wilson(n, n)[0]) / 2, rel=0.15)


def test_labels_can_only_lower_the_score(reference):
    for seed, weights in enumerate((EVEN, np.arange(10) < 3, 0.5 ** np.arange(10.0))):
        vectors, labels = modes(400, seed, weights)
        for yardstick in (None, reference):
            codebook = (CENTRES.astype(np.float32), 10.0)
            plain = diversity(profile(vectors, codebook=codebook), yardstick)
            named = diversity(profile(vectors, labels=labels, codebook=codebook), yardstick)
            assert named.value <= plain.value


def test_names_rare_labels_and_unlabelled_corpora_are_no_classes():
    unique = pd.Series([f"name {i}" for i in range(500)])
    assert label_balance(unique, None) is None
    mostly_missing = pd.Series(["a", "b"] * 50 + [None] * 300, dtype=object)
    assert label_balance(mostly_missing, None) is None
    some_missing = pd.Series(["a", "b"] * 50 + [None] * 60, dtype=object)
    assert label_balance(some_missing, None).estimate.value == 1
    assert label_balance(some_missing, None).n == 100


def test_a_long_tail_of_labels_is_no_defect_while_common_ones_carry_the_corpus():
    rng = np.random.default_rng(0)
    tail = 1 / np.arange(10, 1010)
    for n in (3000, 30_000):
        labels = pd.Series(rng.choice(1000, n, p=tail / tail.sum()).astype(str))
        assert label_balance(labels, None).estimate.value == 1


def test_labels_are_measured_against_those_of_the_reference_where_it_has_them():
    ours, theirs = pd.Series(["a", "b"] * 50), pd.Series(["a", "b", "c", "d"] * 50)
    assert label_balance(ours, theirs).estimate.value == pytest.approx(0.5, abs=0.01)
    assert label_balance(ours, pd.Series(["x", "y", "z"] * 50)).estimate.value == 1
    assert label_balance(ours, pd.Series([None] * 90, dtype=object)).estimate.value == 1


def test_what_can_be_said_without_embeddings():
    vectors, labels = modes(60, 0, 0.5 ** np.arange(10.0))
    bare = profile(vectors)
    bare.embeddings = None
    score = diversity(bare)
    assert score.value == 1
    assert score.method == "uniqueness; no spread: no encoder"
    group = np.arange(60) // 2
    alone = diversity(profile(vectors, group))
    assert (alone.value, alone.low, alone.high) == pytest.approx(uniqueness(group))
    few = diversity(profile(vectors[:40]))
    assert "40 embeddings, 50 needed" in few.method
    named = diversity(profile(vectors, labels=labels))
    assert "no reference and no codebook" in named.method
    assert named.value == pytest.approx(part(named, "label_balance").value ** 0.5)
    assert diversity(profile(vectors, status="unreadable")).reason == "no sample can be read"


def test_a_reference_of_another_encoder_or_a_small_one(reference):
    vectors, _ = modes(200, 5)
    corpus = profile(vectors, codebook=(CENTRES.astype(np.float32), 10.0))
    other = profile(modes(300, 6)[0])
    other.encoder = {"name": "other"}
    assert "own collection" in diversity(corpus, other).method
    small = profile(modes(100, 7)[0])
    assert "in the encoder's cells" in diversity(corpus, small).method
    assert "fitted on half of it" in diversity(corpus, reference).method


def test_evidence_names_the_largest_groups_then_the_crowded_slices(reference):
    vectors, labels = modes(400, 8, [20, *[1] * 9])
    group = np.arange(400)
    group[1:4], group[10:12] = 0, 10
    score = diversity(profile(vectors, group, labels), reference)
    evidence = score.evidence
    assert evidence["value"].tolist()[:2] == [4, 2]
    assert evidence["path"].tolist()[:2] == ["000000", "000010"]
    reasons = evidence["reason"].tolist()[2:]
    assert reasons[0] == "crowded_label class 0"
    assert "crowded_region" in reasons
    assert score.advice.startswith("Collect samples")


def test_a_stray_label_is_no_missing_class():
    labels = ["cat"] * 400 + ["dog"] * 400
    whole = label_balance(pd.Series(labels), None).estimate.value
    stray = label_balance(pd.Series([*labels, "frog"]), None).estimate.value
    assert whole == 1
    assert stray > 0.95


def test_a_class_that_shrinks_to_nothing_never_raises_balance_by_a_jump():
    values = []
    for least in (200, 100, 50, 20, 10, 5, 2, 0):
        labels = [f"c{i}" for i in range(4) for _ in range(200)] + ["last"] * least
        values.append(label_balance(pd.Series(labels), None).estimate.value)
    assert max(np.abs(np.diff(values))) < 0.12


def test_a_stratified_reference_is_a_fair_yardstick():
    full = pd.Series([f"c{i}" for i in range(10) for _ in range(100)])
    for n in (3, 5, 20):
        few = pd.Series([f"c{i}" for i in range(10) for _ in range(n)])
        assert label_balance(full, few).estimate.value == pytest.approx(1)


def test_spoiled_samples_do_not_count_as_a_kind(reference):
    vectors, labels = modes(600, 4)
    blank = np.tile(CENTRES[:1] * 0.1, (300, 1))
    one = profile(np.concatenate([vectors, blank]), labels=labels + labels[:300])
    mixed = part(diversity(one, reference), "spread").value
    one.rows_with = {"low_information": np.arange(600, 900)}
    clean = part(diversity(one, reference), "spread").value
    assert clean > 0.95 > mixed + 0.2
