"""The effect in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from datakit.benchmarks.effect_arm import Arm
from datakit.benchmarks.effect_difference import ALPHA, Difference
from datakit.benchmarks.verdict import HELPS, HURTS, MIN_SEEDS, NO_EFFECT, runs_needed

if TYPE_CHECKING:
    from datakit.benchmarks.effect import Effect

__all__ = ["covered", "failure_lines", "stopped_line", "told"]


def failure_lines(arms: Mapping[str, Arm]) -> tuple[str, ...]:
    """Such as "curated: 3 of 8 runs failed and are left out.", the arm with the most first."""
    failed = sorted(
        ((arm.n_failed, name, len(arm.values)) for name, arm in arms.items() if arm.n_failed),
        key=lambda line: -line[0],
    )
    return tuple(f"{name}: {n} of {k} runs failed and are left out." for n, name, k in failed)


def stopped_line(n_seeds: int, most: int) -> str:
    """That the runs stopped at a look before the last."""
    return f"Stopped after {n_seeds} of {most} seeds: the effect is clear."


def covered(level: float) -> str:
    """How much an interval of that level covers: "95" or, at a look, such as "99.4", in %."""
    return "95" if level == ALPHA else f"{100 * (1 - level):.1f}"


def told(effect: Effect) -> str:
    """The verdict with its figures, in one or two sentences."""
    difference, metric = effect.deciding, effect.metric
    control = "raw" if effect.halves else "a random subset of raw of the same size"
    if difference is None or difference.n_seeds < MIN_SEEDS:
        n = difference.n_seeds if difference else 0
        return (
            f"Too few runs: {n} {'seed' if n == 1 else 'seeds'} with both values,"
            f" at least {MIN_SEEDS} are needed."
        )
    figures = f"{metric.name} against {control}: {_figures(difference)}"
    if effect.verdict == HELPS:
        return f"Curation helps. {figures}"
    if effect.verdict == HURTS:
        return f"Curation hurts. {figures}"
    if effect.verdict == NO_EFFECT:
        size = f"{100 * effect.metric.smallest:g} %"
        return f"No effect found. {figures} Effects beyond {size} either way are ruled out."
    return f"Too few runs. {figures} {_advice(effect)}".rstrip()


def _figures(d: Difference) -> str:
    """Such as "-12.1 (-26.1 %; 95 % interval -30.2 to -21.8 %), p < .001, 8 seeds."."""
    if d.relative is None or d.relative_low is None or d.relative_high is None:
        share, low, high = "", f"{d.low:+.3g}", f"{d.high:+.3g}"
    else:
        share = f"{100 * d.relative:+.1f} %; "
        low, high = f"{100 * d.relative_low:+.1f}", f"{100 * d.relative_high:+.1f} %"
    p = "p < .001" if d.p < 0.001 else "p = " + f"{d.p:.3f}".removeprefix("0")
    interval = f"{covered(d.level)} % interval {low} to {high}"
    text = f"{d.value:+.3g} ({share}{interval}), {p}, {d.n_seeds} seeds."
    return text.replace("-", "\u2212")


def _advice(effect: Effect) -> str:
    size = f"an effect of {100 * effect.metric.smallest:g} %"
    difference, n = effect.deciding, effect.n_needed
    assert difference is not None
    if n is not None and n > difference.n_seeds:
        return f"About {n} seeds per arm would find {size} in four of five cases."
    if n is not None:
        return (
            f"{difference.n_seeds} seeds find {size} in four of five cases; what was found is"
            " between that and none. More seeds, or more data, would narrow the interval."
        )
    if any(arm.n_failed for arm in effect.arms.values()):
        return ""  # runs that fail are not made up for by more runs
    control = effect.arms["raw" if effect.halves else "random"].mean
    if runs_needed(difference, effect.metric.smallest * abs(control)) is not None:
        return ""  # withheld for another reason, which is told first
    share = 100 * difference.luck / difference.sd**2
    return (
        f"By this rule's caution no number of seeds would find {size}: it puts {share:.0f} % of"
        " the variance between seeds down to which samples the sets happen to hold, and that more"
        " seeds do not lower. Use more data, or a hold-out or metric with less noise."
    )
