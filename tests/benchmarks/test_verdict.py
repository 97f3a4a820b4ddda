import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datakit.benchmarks.effect_difference import Difference, paired_difference
from datakit.benchmarks.verdict import runs_needed, verdict_of


def about(mean, half, k=8):
    """A difference whose interval is mean +- half, all of the half width from the spread."""
    sd = half / stats.t.ppf(0.975, k - 1) * math.sqrt(k)
    return Difference(mean, mean - half, mean + half, None, None, None, 0.5, k, sd, 0.0)


def test_an_interval_that_reaches_beyond_the_smallest_effect_rules_nothing_out():
    # In % of the control: the half width is below 20, and a fifth is not ruled out.
    assert verdict_of(about(-19, 19.9), "lower", 20) == "too few runs"
    assert verdict_of(about(19, 19.9), "lower", 20) == "too few runs"
    assert verdict_of(about(-0.1, 19.9), "lower", 20) == "no effect found"
    assert verdict_of(about(0, 20.1), "lower", 20) == "too few runs"
    # Beside 0 by a hair is an effect, however far it reaches.
    assert verdict_of(about(-20.1, 20), "lower", 20) == "helps"


ends = st.tuples(st.floats(-50, 50), st.floats(-50, 50)).map(sorted)


@settings(max_examples=200, deadline=None)
@given(ends, st.floats(0.01, 40), st.integers(3, 30), st.integers(3, 30), st.floats(0, 9))
def test_the_verdict_is_a_function_of_the_interval(interval, smallest, k, other_k, luck):
    low, high = interval
    middle = (low + high) / 2
    one = Difference(middle, low, high, None, None, None, 0.5, k, 1.0, 0.0)
    other = Difference(low, low, high, -0.1, -0.2, 0.0, 0.01, other_k, 7.0, luck, 0.01)
    verdict = verdict_of(one, "lower", smallest)
    assert verdict_of(other, "lower", smallest) == verdict
    truth = "too few runs"
    if high < 0 or low > 0:
        truth = "helps" if high < 0 else "hurts"
    elif -smallest <= low and high <= smallest:
        truth = "no effect found"
    assert verdict == truth


@settings(max_examples=200, deadline=None)
@given(ends, st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 40), st.floats(1, 5))
def test_more_certainty_never_takes_a_verdict_away(interval, left, right, smallest, factor):
    def told(low, high, size):
        difference = Difference(0.0, low, high, None, None, None, 0.5, 8, 1.0, 0.0)
        return verdict_of(difference, "lower", size)

    low, high = interval
    inner = sorted((low + left * (high - low) / 2, high - right * (high - low) / 2))
    # "no effect found" may become an effect that is small, and no verdict another.
    allowed = {
        "helps": {"helps"},
        "hurts": {"hurts"},
        "no effect found": {"no effect found", "helps", "hurts"},
    }
    outer = told(low, high, smallest)
    if outer in allowed:
        assert told(*inner, smallest) in allowed[outer]
        assert told(low, high, factor * smallest) == outer


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0, 1),
    st.floats(0.5, 5),
    st.sampled_from([0.05, 0.0056, 0.0278]),
)
def test_runs_needed_by_counting(seed, share, smallest, level):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 5))
    difference = paired_difference(a, b, share * float((a - b).var(ddof=1)), level)

    ks = np.arange(3, 1001)
    errors = np.sqrt(difference.sd**2 / ks + difference.luck)
    widths = stats.t.ppf(1 - level / 2, ks - 1) * errors
    enough = ks[widths + stats.t.ppf(0.8, ks - 1) * errors <= smallest]
    needed = runs_needed(difference, smallest)
    assert needed == (enough[0] if len(enough) else None)
    if needed is not None:  # without any effect the interval about 0 is within
        assert widths[needed - 3] <= smallest


@pytest.mark.parametrize("k", [3, 5, 8, 14, 30])
@pytest.mark.parametrize("share", [0.0, 0.11, 0.25, 1.0])
def test_so_many_runs_find_the_smallest_effect_in_four_of_five_cases(k, share):
    sd, n = 3.0, 40_000
    luck = share * sd**2
    error = sd * math.sqrt(1 / k + share)
    # The size of effect for which k runs are just enough.
    known = Difference(0.0, -1.0, 1.0, None, None, None, 0.5, 8, sd, luck)
    sizes = error * np.geomspace(1, 20, 400)
    size = next(float(s) for s in sizes if (runs_needed(known, s) or 1001) <= k)

    rng = np.random.default_rng(k)
    offset = rng.normal(0, math.sqrt(luck), (n, 1))  # of the one curated set
    runs = size + offset + rng.normal(0, sd, (n, k))
    half = stats.t.ppf(0.975, k - 1) * np.sqrt(runs.var(axis=1, ddof=1) / k + luck)
    assert 0.75 < (runs.mean(axis=1) > half).mean() < 0.88
    within = np.abs((runs - size).mean(axis=1)) + half <= size
    assert 0.55 < within.mean() < 0.72
