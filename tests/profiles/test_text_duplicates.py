import hashlib
import random
import time
from collections import defaultdict
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.measures.text_block import blocks
from datakit.measures.text_fingerprints import N_BANDS, SKETCH_SIZE, fingerprints
from datakit.profiles.groups import exact_groups
from datakit.profiles.text_duplicates import (
    MIN_JACCARD,
    SAME_TEXT,
    _prefix_pairs,
    _Sketches,
    near_text_groups,
)

WORDS = [f"w{i}" for i in range(4000)]


def rows_of(texts):
    columns = defaultdict(list)
    for _, block in blocks(texts):
        for name, values in fingerprints(block).items():
            columns[name] += values
    columns["content_hash"] = [
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts
    ]
    columns["status"] = ["ok" if text.strip() else "empty" for text in texts]
    return pd.DataFrame(columns)


def document(rng, n=200):
    return rng.sample(WORDS, n)


def edited(words, rng, rate):
    return [rng.choice(WORDS) if rng.random() < rate else word for word in words]


def packed(sets):
    return [np.sort(np.array(list(one), "<u4")).tobytes() for one in sets]


def rows_with(bands, sets):
    """Rows of documents with given band keys and sets of shingles."""
    names = [f"{i:032x}" for i in range(len(sets))]
    keys = [np.array(one, "<u8").tobytes() for one in bands]
    return pd.DataFrame(
        {
            "status": "ok",
            "content_hash": names,
            "text_hash": names,
            "minhash": keys,
            "shingles": packed(sets),
        }
    )


def jaccard(a, b):
    return len(a & b) / len(a | b)


def test_exact_groups_join_equal_bytes_and_equal_folded_texts():
    texts = ["One text, here.", "other", "ONE TEXT HERE", "One text, here.", "", "...", "", "!"]
    rows = rows_of(texts)
    assert exact_groups(rows, SAME_TEXT) == [[0, 2, 3]]
    rows.loc[1, "content_hash"] = rows.loc[3, "content_hash"]
    assert exact_groups(rows, SAME_TEXT) == [[0, 1, 2, 3]]
    assert exact_groups(rows.iloc[:0], SAME_TEXT) == []


def test_planted_copies_are_found_and_others_not():
    rng = random.Random(0)
    base = [document(rng) for _ in range(300)]
    near = [[*edited(words, rng, 0.005)[:199], "z"] for words in base[:50]]
    cut = [words[:180] for words in base[50:100]]
    longer = [words + document(rng, 20) for words in base[100:150]]
    half = [base[150 + i][:100] + base[200 + i][100:] for i in range(50)]
    texts = [" ".join(words) for words in base + near + cut + longer + half]
    groups = near_text_groups(rows_of(texts))
    found, planted = (
        {tuple(sorted(group)) for group, _ in groups},
        {(i, 300 + i) for i in range(150)},
    )
    assert found <= planted
    assert len(found) >= 148
    for group, similarity in groups:
        assert similarity[0] == 1
        sets = [{tuple(texts[i].split()[k:][:5]) for k in range(len(texts[i].split()) - 4)}
                for i in group]  # fmt: skip
        assert similarity[1] == pytest.approx(jaccard(*sets))


def test_one_of_a_group_of_exact_copies_is_in_the_near_group():
    rng = random.Random(1)
    words = document(rng)
    texts = [" ".join(words), " ".join(words).upper(), " ".join(words[:190]), "a b c d e f g"]
    ((members, _),) = near_text_groups(rows_of(texts))
    assert sorted(members) == [0, 2]


def test_members_are_near_the_centre_and_chains_do_not_link():
    rng = random.Random(2)
    long = document(rng, 600)
    texts = [" ".join(long[k : k + 300]) for k in range(0, 300, 20)]
    rows = rows_of(texts)
    seen = []
    for members, similarity in near_text_groups(rows):
        assert min(similarity) >= MIN_JACCARD
        assert max(members) - min(members) <= 4
        seen += members
    assert len(seen) == len(set(seen))


def test_short_documents_and_empty_ones_have_no_near_copies():
    assert near_text_groups(rows_of(["four words are few", "four words are fewer", "", "!"])) == []
    assert near_text_groups(rows_of(["five words are not few"])) == []


def test_sketches_of_long_documents_estimate_the_similarity():
    rng = np.random.default_rng(0)
    errors = []
    for n_first, n_second, n_both in ((3000, 3000, 2500), (900, 1300, 880), (5000, 1100, 1000)):
        for _ in range(40):
            picked = rng.choice(2**32, n_first + n_second - n_both, replace=False)
            sets = [picked[:n_first], picked[n_first - n_both :]]
            sketches = _Sketches(packed([np.sort(one)[:SKETCH_SIZE] for one in sets]))
            truth = n_both / len(picked)
            (estimate,) = sketches.jaccard(np.array([[0, 1]]))
            errors.append((estimate - truth) / np.sqrt(truth * (1 - truth) / SKETCH_SIZE))
    assert np.abs(errors).max() < 4
    assert abs(np.mean(errors)) < 3 / np.sqrt(len(errors))


sets_of_few = st.lists(
    st.sets(st.integers(0, 30), min_size=1, max_size=25), min_size=2, max_size=12
)


@settings(max_examples=200, deadline=None)
@given(sets_of_few, st.sampled_from([0.5, 0.7, 0.8, 1.0]))
def test_similarity_and_prefix_filter_against_all_pairs(sets, threshold):
    sketches = _Sketches(packed(sets))
    every = np.array(list(combinations(range(len(sets)), 2)))
    expected = [jaccard(sets[a], sets[b]) for a, b in every.tolist()]
    assert sketches.jaccard(every).tolist() == expected
    found = _prefix_pairs(np.arange(len(sets)), sketches, threshold).tolist()
    pairs = zip(every.tolist(), expected, strict=True)
    assert all(pair in found for pair, share in pairs if share >= threshold)


def test_a_chunk_of_one_pair_gives_what_all_at_once_give(monkeypatch):
    rng = np.random.default_rng(1)
    sketches = _Sketches(packed([set(rng.integers(0, 60, 50).tolist()) for _ in range(20)]))
    every = np.array(list(combinations(range(20), 2)))
    expected = sketches.jaccard(every)
    monkeypatch.setattr("datakit.profiles.text_duplicates._CHUNK", 1)
    np.testing.assert_array_equal(sketches.jaccard(every), expected)


def crowd(sets, rng):
    """All documents share the first key, and no other."""
    bands = rng.integers(1, 2**63, (len(sets), N_BANDS))
    bands[:, 0] = 7
    return rows_with(bands, sets)


@pytest.fixture
def n_compared(monkeypatch):
    """How many pairs were compared."""
    counts = []
    plain = _Sketches.jaccard

    def counted(self, pairs):
        counts.append(len(pairs))
        return plain(self, pairs)

    monkeypatch.setattr(_Sketches, "jaccard", counted)
    return counts


def test_ten_thousand_copies_of_one_text_are_one_star(n_compared):
    rng = np.random.default_rng(2)
    base = rng.choice(2**32, 200, replace=False)
    sets = []
    for _ in range(10_000):
        own = base.copy()
        own[rng.integers(0, 200, 8)] = rng.integers(0, 2**32, 8)
        sets.append(set(own.tolist()))
    begin = time.process_time()
    ((members, similarity),) = near_text_groups(crowd(sets, rng))
    assert time.process_time() - begin < 10
    assert len(members) == 10_000
    assert min(similarity) >= MIN_JACCARD
    assert sum(n_compared) < 100_000


def test_near_pairs_in_a_crowd_with_one_form_are_all_found(n_compared):
    rng = np.random.default_rng(3)
    form = rng.choice(2**32, 100, replace=False).tolist()
    sets = [set(form + rng.integers(0, 2**32, 100).tolist()) for _ in range(9_000)]
    copies = [set(sorted(one)[:185]) for one in sets[:1000]]
    begin = time.process_time()
    groups = near_text_groups(crowd(sets + copies, rng))
    assert time.process_time() - begin < 15
    assert sorted(sorted(group) for group, _ in groups) == [[i, 9000 + i] for i in range(1000)]
    assert sum(n_compared) < 200_000


def test_a_crowd_of_many_families_is_taken_apart(n_compared):
    rng = np.random.default_rng(4)
    form = rng.choice(2**32, 100, replace=False).tolist()
    sets = []
    for _ in range(100):
        family = rng.integers(0, 2**32, 100)
        for _ in range(30):
            own = family.copy()
            own[rng.integers(0, 100, 5)] = rng.integers(0, 2**32, 5)
            sets.append(set(form + own.tolist()))
    order = rng.permutation(len(sets)).tolist()
    groups = near_text_groups(crowd([sets[k] for k in order], rng))
    families = sorted(sorted({order[i] // 30 for i in group}) for group, _ in groups)
    assert families == [[k] for k in range(100)]
    assert {len(group) for group, _ in groups} == {30}
    assert sum(n_compared) < 500_000


def test_the_order_of_rows_does_not_change_which_documents_are_near():
    rng = random.Random(5)
    base = [document(rng) for _ in range(60)]
    texts = [" ".join(edited(words, rng, 0.01)) for words in base for _ in range(2)]
    rows = rows_of(texts)
    order = rng.sample(range(len(texts)), len(texts))
    plain = {frozenset(group) for group, _ in near_text_groups(rows)}
    mixed = near_text_groups(rows.iloc[order].reset_index(drop=True))
    assert {frozenset(order[i] for i in group) for group, _ in mixed} == plain
    assert len(plain) >= 55
