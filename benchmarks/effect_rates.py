"""False verdicts and power of the rules of `datakit bench`, by Monte Carlo.

  python benchmarks/effect_rates.py [--draws 40000] [--seed 0]

A seed's difference is training noise plus the luck of which samples the sets hold; the luck of a
set that stays is the same in all seeds. What matters is the share of the variance of one difference
that is luck. From 14 pairs of halves of 5,000 MNIST images (rectified flow, 6 seeds each) it is,
for a set against fresh subsets of the same corpus, about 0 (FD in pixel components), .11 (untrained
network) and .18 (trained network), and for halves of two sets 0, .32 and .47; on 20 pairs of each
in the default encoder .28 and .41 (docs/benchmark/studies.md).
"""

from __future__ import annotations

import argparse

import numpy as np

from datakit.benchmarks.effect_difference import half_width, luck_of_halves, luck_of_random
from datakit.benchmarks.effect_looks import look_levels

SEEDS = (3, 4, 6, 8, 12, 24)
COMMON = 0.5
"""Share of the variance of one arm's training noise that is common to all arms of a seed."""
LOOKS = (8, 16, 24)


def noise(rng: np.random.Generator, shape: tuple[int, ...], tails: str) -> np.ndarray:
    """Draws of variance 1: normal, or heavy-tailed (t with 4 degrees of freedom)."""
    if tails == "normal":
        return rng.normal(size=shape)
    return rng.standard_t(4, size=shape) / np.sqrt(2)


def fresh(rng, draws, k, luck, shift=0.0, tails="normal"):
    """Raw, curated and random, shape (draws, k); the variance of curated - random is 1."""
    own = np.sqrt((1 - luck) / 2)
    common = own * np.sqrt(COMMON / (1 - COMMON)) * noise(rng, (draws, k), tails)
    raw, curated, random = (common + own * noise(rng, (draws, k), tails) for _ in range(3))
    curated = curated + np.sqrt(luck) * rng.normal(size=(draws, 1)) - shift
    return raw, curated, random + np.sqrt(luck) * rng.normal(size=(draws, k))


def halves(rng, draws, k, luck, shift=0.0, tails="normal"):
    """Curated and raw, each seed on a half of each; the variance of the difference is 1."""
    own, drawn = np.sqrt((1 - luck) / 2), np.sqrt(luck / 2)
    arms = [
        drawn * (rng.normal(size=(draws, 1)) + rng.normal(size=(draws, k)))
        + own * noise(rng, (draws, k), tails)
        for _ in range(2)
    ]
    return arms[0] - shift, arms[1]


def found(difference, luck, level=0.05):
    """Whether the interval excludes 0."""
    k = difference.shape[-1]
    width = half_width(difference.var(axis=-1, ddof=1), luck, k, level)
    return np.abs(difference.mean(axis=-1)) > width


def fresh_rules(raw, curated, random):
    difference = curated - random
    total = difference.var(axis=-1, ddof=1)
    return {
        "t test": found(difference, 0.0),
        "1/8": found(difference, total / 8),
        "1/4": found(difference, total / 4),
        "datakit": found(difference, luck_of_random(curated, random, raw)),
    }


def halves_rules(curated, raw):
    difference = curated - raw
    total = difference.var(axis=-1, ddof=1)
    return {
        "t test": found(difference, 0.0),
        "1/8": found(difference, total / 8),
        "1/2": found(difference, total / 2),
        "datakit": found(difference, luck_of_halves(curated, raw)),
    }


def in_looks(curated, control, raw=None):
    """Whether an effect was found at any look, and the seeds used; without `raw` it is halves."""
    stopped = np.zeros(len(curated), bool)
    used = np.full(len(curated), LOOKS[-1])
    for k, level in look_levels(LOOKS).items():
        seen = curated[:, :k], control[:, :k]
        luck = luck_of_halves(*seen) if raw is None else luck_of_random(*seen, raw[:, :k])
        now = found(seen[0] - seen[1], luck, level) & ~stopped
        used[now] = k
        stopped |= now
    return stopped, used


def table(title, model, rules, rows, draws, seed):
    """Prints one line per row: percent of draws in which each rule finds an effect."""
    print(f"\n{title}")
    for label, settings in rows:
        cells = []
        for k in SEEDS:
            rng = np.random.default_rng([seed, k])
            rates = rules(*model(rng, draws, k, **settings))
            cells.append(" / ".join(f"{100 * hit.mean():4.1f}" for hit in rates.values()))
        if label == rows[0][0]:
            print(f"{'':26}" + " | ".join(f"k = {k:<22}" for k in SEEDS))
            print(f"{'':26}" + ", ".join(rates))
        print(f"{label:26}" + " | ".join(f"{cell:<26}" for cell in cells))


def told_looks(design, luck, shift, stopped, used):
    rates = f"{100 * stopped.mean():5.1f} {used.mean():5.1f}"
    print(f"{design:13} luck {luck:<5g} effect {shift} sd: {rates}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shares = (0, 0.11, 0.18, 0.28, 0.6, 0.76, 0.9)
    nulls = [(f"luck {luck:g}", {"luck": luck}) for luck in shares]
    tails = [
        (f"luck {luck:g}, heavy tails", {"luck": luck, "tails": "t4"}) for luck in (0, 0.18, 0.6)
    ]
    title = "False verdicts, %, against fresh random subsets"
    table(title, fresh, fresh_rules, nulls + tails, args.draws, args.seed)
    shares = (0, 0.32, 0.41, 0.47, 0.7, 1)
    nulls = [(f"luck {luck:g}", {"luck": luck}) for luck in shares]
    tails = [(f"luck {luck:g}, heavy tails", {"luck": luck, "tails": "t4"}) for luck in (0, 0.47)]
    title = "False verdicts, %, halves of each set"
    table(title, halves, halves_rules, nulls + tails, args.draws, args.seed)
    effects = (1, 1.5, 2, 3, 5, 8)
    rows = [(f"luck .28, effect {e:g} sd", {"luck": 0.28, "shift": e}) for e in effects]
    title = "Power, %, against fresh random subsets (sd: of one difference)"
    table(title, fresh, fresh_rules, rows, args.draws, args.seed)
    rows = [(f"luck .41, effect {e:g} sd", {"luck": 0.41, "shift": e}) for e in effects]
    table("Power, %, halves", halves, halves_rules, rows, args.draws, args.seed)
    levels = ", ".join(f"{k} seeds {level:.4f}" for k, level in look_levels(LOOKS).items())
    print(f"\nIn looks ({levels}): found %, mean number of seeds")
    for shift in (0, 2, 3, 5, 8):
        for luck in (0, 0.11, 0.18, 0.28, 0.6, 0.9) if not shift else (0.28,):
            rng = np.random.default_rng([args.seed, 99])
            raw, curated, random = fresh(rng, args.draws, LOOKS[-1], luck, shift)
            told_looks("fresh subsets", luck, shift, *in_looks(curated, random, raw))
    for luck in (0, 0.32, 0.41, 1):
        rng = np.random.default_rng([args.seed, 99])
        told_looks("halves", luck, 0, *in_looks(*halves(rng, args.draws, LOOKS[-1], luck)))


if __name__ == "__main__":
    main()
