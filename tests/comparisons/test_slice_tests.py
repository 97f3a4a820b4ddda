import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from datakit.comparisons.slice_tests import Part, parts_of, ranked


def made(a, b):
    parts = [Part(f"label {i}", (k, l), (k, l)) for i, (k, l) in enumerate(zip(a, b, strict=True))]
    total = sum(a), sum(b)
    return ranked(parts_of("label", parts, total, total))


def test_what_grew_only_because_another_is_gone_is_not_named():
    a, b = [0, 0, *[100] * 8], [100] * 10
    first, second, *others = made(a, b)
    assert {first.name, second.name} == {"label 0", "label 1"}
    assert first.p_adjusted < 1e-6
    assert (first.a_rate, first.b_rate, first.ratio) == (0, 0.1, 0)
    assert others[0].a_rate == 0.125
    assert all(s.p_adjusted == 1 for s in others)


def test_of_two_equal_halves_the_absent_one_is_named():
    for a in ([0, 500], [500, 0]):
        found = made(a, [500, 500])
        assert [s.a_count for s in found] == [0, 500]
        assert found[1].p_adjusted == 1


def test_everything_is_named_where_nothing_is_common():
    found = made([100, 100, 0, 0], [0, 0, 100, 100])
    assert sum(s.p_adjusted < 0.001 for s in found) >= 3
    assert {bool(s.a_count) for s in found[:3]} == {True, False}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_swapping_the_sides_swaps_them(counts):
    a, b = (list(side) for side in zip(*counts, strict=True))
    if not sum(a) or not sum(b):
        return
    forth, back = made(a, b), made(b, a)
    assert [(s.name, s.a_count, s.b_count, s.divergence) for s in forth] == [
        (s.name, s.b_count, s.a_count, s.divergence) for s in back
    ]
    np.testing.assert_allclose([s.p for s in forth], [s.p for s in back], rtol=1e-9)


def test_the_first_p_is_that_of_a_fourfold_table():
    (found, _) = made([300, 700], [340, 660])
    expected = chi2_contingency([[300, 700], [340, 660]]).pvalue
    assert abs(found.p - expected) < 0.005
