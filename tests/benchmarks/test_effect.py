import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datakit.benchmarks.effect import BITS_PER_BYTE, FRECHET, Arm, PrimaryMetric, judge
from datakit.errors import InputError

NAN = float("nan")


def arm(values, n_samples=100):
    return Arm(tuple(float(v) for v in values), n_samples)


def three_arms(seed=0, k=8, shift=0.0, sd=1.0):
    """Raw and random alike around 30, curated shifted."""
    rng = np.random.default_rng(seed)
    common = rng.normal(30, sd, k)
    names = {"raw": 0.0, "curated": shift, "random": 0.0}
    return {name: arm(common + move + rng.normal(0, sd, k)) for name, move in names.items()}


def with_failures(arms, **failed):
    out = dict(arms)
    for name, seeds in failed.items():
        values = list(out[name].values)
        for i in seeds:
            values[i] = NAN
        out[name] = arm(values)
    return out


@pytest.mark.parametrize(
    ("shift", "better", "verdict"),
    [
        (-10, "lower", "helps"),
        (10, "lower", "hurts"),
        (-10, "higher", "hurts"),
        (10, "higher", "helps"),
        (0, "lower", "no effect found"),
    ],
)
def test_verdicts(shift, better, verdict):
    effect = judge(three_arms(shift=shift), PrimaryMetric("m", better, 0.2))
    assert effect.verdict == verdict
    assert effect.decided == (verdict in ("helps", "hurts"))
    assert effect.deciding is effect.versus_random
    assert effect.n_needed is None


def test_the_interval_by_the_formula():
    arms = three_arms(3, shift=-2)
    effect = judge(arms, FRECHET)
    curated, random, raw = (np.array(arms[n].values) for n in ("curated", "random", "raw"))
    d = curated - random
    share = np.clip((random.var(ddof=1) - raw.var(ddof=1)) / d.var(ddof=1), 0.25, 1)
    half = stats.t.ppf(0.975, 7) * d.std(ddof=1) * math.sqrt(1 / 8 + share)
    assert effect.versus_random.low == pytest.approx(d.mean() - half)
    assert effect.versus_random.high == pytest.approx(d.mean() + half)
    # The luck of the curated set is the same whatever it is compared with.
    e = curated - raw
    half = stats.t.ppf(0.975, 7) * math.sqrt(e.var(ddof=1) / 8 + share * d.var(ddof=1))
    assert effect.versus_raw.value == pytest.approx(e.mean())
    assert effect.versus_raw.high == pytest.approx(e.mean() + half)


def test_halves_take_all_of_the_spread_as_luck():
    arms = three_arms(4, shift=-2)
    effect = judge({n: arms[n] for n in ("raw", "curated")}, FRECHET, halves=True)
    d = np.subtract(arms["curated"].values, arms["raw"].values)
    half = stats.t.ppf(0.975, 7) * d.std(ddof=1) * math.sqrt(1 / 8 + 1)
    assert effect.deciding is effect.versus_raw
    assert effect.versus_raw.high == pytest.approx(d.mean() + half)
    assert effect.versus_random is None
    assert effect.to_json()["versus_random"] is None
    assert "against raw" in effect.sentence()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(-8, 8), st.floats(0.1, 100))
def test_order_and_units_do_not_matter(seed, k, shift, unit):
    arms = three_arms(seed, k, shift)
    effect = judge(arms, FRECHET)
    order = np.random.default_rng(seed).permutation(k)
    moved = {n: arm(unit * np.array(a.values)[order]) for n, a in arms.items()}
    other = judge(moved, FRECHET)
    assert other.verdict == effect.verdict
    assert other.n_needed == effect.n_needed
    assert other.versus_random.value == pytest.approx(unit * effect.versus_random.value, abs=1e-9)
    if k > 1:
        assert other.versus_random.p == pytest.approx(effect.versus_random.p)
    # Swapping what is better swaps the words.
    words = {"helps": "hurts", "hurts": "helps"}
    turned = judge(arms, PrimaryMetric("m", "higher"))
    assert turned.verdict == words.get(effect.verdict, effect.verdict)


@pytest.mark.parametrize("k", [1, 2])
def test_never_a_verdict_below_three_seeds(k):
    arms = {"curated": arm([1.0, 1.001][:k]), "random": arm([50.0, 50.001][:k])}
    effect = judge(arms, FRECHET)
    assert effect.verdict == "too few runs"
    assert effect.n_needed == 3
    assert "at least 3" in effect.sentence()


def test_too_few_runs_says_how_many():
    # sd of the difference about 4 of 30: four seeds cannot show a fifth.
    arms = three_arms(0, k=4, sd=3)
    effect = judge(arms, FRECHET)
    assert effect.verdict == "too few runs"
    assert effect.n_needed > 4
    assert f"About {effect.n_needed} seeds per arm would find an effect of 20 %" in (
        effect.sentence()
    )
    # The same arms with a metric where less matters: no number of seeds will do.
    effect = judge(arms, BITS_PER_BYTE)
    assert effect.n_needed is None
    assert "no number of seeds would find an effect of 2 %: it puts 25 % of" in effect.sentence()
    halves = {name: arms[name] for name in ("raw", "curated")}
    assert "it puts 100 % of" in judge(halves, BITS_PER_BYTE, halves=True).sentence()
    # A verdict that is withheld for what is said elsewhere blames no luck.
    withheld = dataclasses.replace(judge(three_arms(), FRECHET), verdict="too few runs")
    assert withheld.sentence().endswith("8 seeds.")


def test_seeds_enough_and_a_difference_in_between():
    # The smallest effect is 1.5 half widths, and the difference .9 of one: neither is ruled out.
    d = np.tile([1.0, -1.0], 4)
    half = stats.t.ppf(0.975, 7) * d.std(ddof=1) * math.sqrt(1 / 8 + 0.25)
    arms = {name: arm([30] * 8) for name in ("raw", "random")}
    arms["curated"] = arm(30 - 0.9 * half + d)
    effect = judge(arms, PrimaryMetric("m", "lower", 1.5 * half / 30))
    assert effect.verdict == "too few runs"
    assert effect.n_needed <= 8
    assert "8 seeds find an effect of" in effect.sentence()
    assert "no number" not in effect.sentence()


def test_a_failed_run_takes_its_pair_with_it():
    arms = three_arms(6, shift=-10)
    failed = judge(with_failures(arms, curated=[2], raw=[5]), FRECHET)
    without = {
        "curated": arm(np.delete(arms["curated"].values, 2)),
        "random": arm(np.delete(arms["random"].values, 2)),
        # var(raw) is over raw's own runs
        "raw": arm(np.delete(arms["raw"].values, 5)),
    }
    kept = judge(without, FRECHET)
    assert failed.versus_random == kept.versus_random
    assert failed.versus_raw.n_seeds == 6
    assert failed.verdict == "helps"
    assert failed.reasons == (
        "raw: 1 of 8 runs failed and are left out.",
        "curated: 1 of 8 runs failed and are left out.",
    )
    assert failed.sentence().startswith("raw: 1 of 8")
    assert failed.arms["curated"].to_json()["values"][2] is None


def test_infinite_values_are_failures():
    arms = three_arms(6, shift=-10)
    values = list(arms["curated"].values)
    values[0] = math.inf
    effect = judge(arms | {"curated": arm(values)}, FRECHET)
    assert effect.versus_random.n_seeds == 7


@pytest.mark.parametrize(
    ("failed", "shift", "verdict"),
    [
        ({"curated": [0, 1, 2]}, -10, "too few runs"),  # the survivors of the winner
        ({"random": [0, 1, 2]}, -10, "helps"),  # the loser's survivors lose all the same
        ({"random": [0, 1, 2]}, 10, "too few runs"),
        ({"curated": [0, 1, 2]}, 10, "hurts"),
        ({"curated": [0, 1, 2], "random": [5, 6, 7]}, -10, "too few runs"),
        ({"curated": [0, 1, 2], "random": [0, 1, 2]}, -10, "too few runs"),
        ({"random": [0, 1, 2]}, 0, "too few runs"),
        ({"curated": [0, 1]}, -10, "helps"),  # a quarter is not more than a quarter
    ],
)
def test_many_failures(failed, shift, verdict):
    effect = judge(with_failures(three_arms(7, shift=shift, sd=0.5), **failed), FRECHET)
    assert effect.verdict == verdict
    name, seeds = next(iter(failed.items()))
    assert effect.reasons[0] == f"{name}: {len(seeds)} of 8 runs failed and are left out."
    if verdict == "too few runs":
        assert effect.n_needed is None
        if shift and effect.deciding.n_seeds >= 3:
            assert "withheld" in effect.sentence()


def test_no_pair_at_all():
    effect = judge({"curated": arm([NAN, 1.0]), "random": arm([1.0, NAN])}, FRECHET)
    assert effect.verdict == "too few runs"
    assert effect.deciding is None
    json.dumps(effect.to_json(), allow_nan=False)
    assert "0 seeds" in effect.sentence()


def test_only_raw_has_pairs():
    arms = {"curated": arm([1, 2, 3]), "raw": arm([2, 3, 5]), "random": arm([NAN] * 3)}
    effect = judge(arms, FRECHET)
    assert effect.versus_random is None
    assert math.isfinite(effect.versus_raw.low)


def test_what_is_needed():
    arms = three_arms()
    with pytest.raises(InputError, match="'random' is needed"):
        judge({n: arms[n] for n in ("raw", "curated")}, FRECHET)
    with pytest.raises(InputError, match="'raw' is needed"):
        judge({n: arms[n] for n in ("random", "curated")}, FRECHET, halves=True)
    with pytest.raises(InputError, match="same seeds"):
        judge(arms | {"raw": arm([1.0])}, FRECHET)


def test_json_and_table():
    arms = three_arms(shift=-10) | {"clean": arm(range(8), 50)}
    effect = judge(with_failures(arms, clean=[0]), FRECHET)
    shown = json.loads(json.dumps(effect.to_json(), allow_nan=False))
    assert shown["verdict"] == "helps"
    assert set(shown["arms"]) == {"raw", "curated", "random", "clean"}
    for key in ("value", "low", "high", "relative", "p", "n_seeds"):
        assert shown["effect"][key] is not None
        assert shown["versus_random"][key] is not None
    means = {n: a["mean"] for n, a in shown["arms"].items()}
    assert shown["effect"]["value"] == pytest.approx(means["curated"] - means["raw"])
    assert shown["versus_random"]["value"] == pytest.approx(means["curated"] - means["random"])
    assert means["clean"] == 4
    table = effect.table().set_index("arm")
    assert table.loc["clean", "n_failed"] == 1
    assert table.loc["curated", "sd"] == pytest.approx(np.std(arms["curated"].values, ddof=1))


def test_the_sentence_names_its_figures():
    sentence = judge(three_arms(shift=-10), FRECHET, level=0.0056).sentence()
    assert sentence.startswith("Curation helps. frechet_distance against a random subset of raw")
    assert "99.4 % interval" in sentence
    assert "8 seeds" in sentence
