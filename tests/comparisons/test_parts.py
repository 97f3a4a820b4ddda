import numpy as np
import pandas as pd
from synthetic import digest

from datakit.comparisons.disjoint import disjoint
from datakit.comparisons.kmeans import kmeans
from datakit.comparisons.overlap import overlap
from datakit.comparisons.shared_bins import BINS, shared_bins
from datakit.comparisons.verdict import p_text, share
from datakit.metrics.hill import nearest_cells


def rows(numbers, prefix="x"):
    ids = [f"{prefix}{i}" for i in range(len(numbers))]
    hashes = [None if n is None else digest(str(n)) for n in numbers]
    return pd.DataFrame({"sample_id": ids, "content_hash": hashes})


def test_overlap_counts_contents_and_samples():
    found = overlap(rows([1, 1, 2, 3, None]), rows([2, 4, 5, 5], "y"))
    assert (found.both, found.only_a, found.only_b) == (1, 2, 2)
    assert (found.a_rate, found.b_rate, found.changed) == (0.25, 0.25, 0)


def test_changed_in_place_is_for_versions_only():
    a = list(range(10))
    assert overlap(rows(a), rows([99, *a[1:]])).changed == 1
    assert overlap(rows(a), rows([n + 50 for n in a])).changed == 0


def test_tests_take_what_is_not_shared():
    a, b = list(range(100)), list(range(70, 170))
    masks = disjoint(rows(a), rows(b))
    assert [mask.sum() for mask in masks] == [70, 70]
    subset = disjoint(rows(a[:60]), rows(a))
    assert [mask.sum() for mask in subset] == [60, 40]
    assert [mask.sum() for mask in disjoint(rows(a), rows(a))] == [100, 100]


def test_kmeans_finds_what_is_apart_and_copes_with_copies():
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [20, 0], [0, 20], [20, 20]], np.float32)
    truth = np.repeat(np.arange(4), 50)
    x = centres[truth] + rng.normal(0, 1, (200, 2)).astype(np.float32)
    cells = nearest_cells(x, kmeans(x, 4, np.random.default_rng(1)))
    assert len({(t, c) for t, c in zip(truth, cells, strict=True)}) == 4
    assert len(kmeans(np.ones((50, 3), np.float32), 5, rng)) == 1


def test_histograms_of_both_sides_add_up_in_common_bins():
    rng = np.random.default_rng(0)
    x, y = rng.lognormal(0, 3, 500), rng.lognormal(1, 3, 300)
    found = shared_bins(x, y)
    assert found.log
    assert len(found.edges) == BINS + 1
    assert sorted(found.edges) == list(found.edges)
    assert np.isclose([sum(found.a), sum(found.b)], 1).all()
    assert not shared_bins(x - 1, y).log


def test_numbers_in_sentences():
    assert [p_text(p) for p in (0.41, 0.005, 0.0001, 1.0)] == [
        "p = .41",
        "p = .005",
        "p < .001",
        "p = 1",
    ]
    assert [share(r) for r in (0, 0.0025, 0.1)] == ["0.0 %", "0.25 %", "10.0 %"]
