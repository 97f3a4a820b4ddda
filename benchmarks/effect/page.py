"""The generated sections of the studies' page: figures alone, each from the numbers it shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from effect.planted import DEFECTS as PICTURE_DEFECTS
from effect.plots import BLUE, Row, draw_forest, draw_strips, save_sheet
from effect.texts import DEFECTS as TEXT_DEFECTS

__all__ = ["VERDICTS", "deciding", "forest_row", "planted_section", "summary_section", "table"]

Json = dict[str, Any]

_ARMS = ("raw", "random", "curated", "perfect", "clean")
VERDICTS = ("helps", "no effect found", "hurts", "too few runs")
_SAMPLED = "mix"
_GOAL = 0.8
"""Share of the gap from raw to clean that curation is to close."""

_ORDER = [name for name in (*PICTURE_DEFECTS, *TEXT_DEFECTS) if name != _SAMPLED] + [_SAMPLED]

_METRICS = {"frechet_distance": "Fréchet distance", "bits_per_byte": "bits per byte"}


def name_of(case: Json) -> str:
    """Of a corpus: its case, or the defect of its texts."""
    return str(case["case"] if "case" in case else case["settings"]["defect"])


def _place(name: str) -> int:
    first = name.partition(",")[0]
    return _ORDER.index(first) if first in _ORDER else len(_ORDER)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _signed(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:+.1f} %".replace("-", "−")


def _with_ends(value: str, low: str, high: str) -> str:
    return value if "–" in (low, high) else f"{value} ({low.removesuffix(' %')} to {high})"


def _relative(difference: Json | None) -> str:
    """Such as "−12.1 % (−20.3 to −3.9 %)"."""
    keys = ("relative", "relative_low", "relative_high")
    return _with_ends(*(_signed((difference or {}).get(key)) for key in keys))


def _chance(p: float | None) -> str:
    if p is None:
        return "–"
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def deciding(found: Json) -> Json | None:
    return found["versus_random"] or found["effect"]


def _counted(found: Sequence[Json]) -> str:
    counts = {word: sum(one["verdict"] == word for one in found) for word in VERDICTS}
    return ", ".join(f"{word} {n}" for word, n in counts.items() if n)


def _range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    ends = (_signed(min(known)), _signed(max(known)))
    return ends[0] if len(known) == 1 else f"{ends[0].removesuffix(' %')} to {ends[1]}"


def forest_row(label: str, found: Json, marks: Json, note: str, colour: str) -> Row:
    keys = ("relative", "relative_low", "relative_high")
    ends = [(deciding(found) or {}).get(key) for key in keys]
    value, low, high = (None if end is None else 100 * end for end in ends)
    return Row(label, note, value, low, high, colour, marks)


def _gap(case: Json, key: str = "closed") -> tuple[float, float, float] | None:
    """Share of the gap raw to clean that is closed, with interval; None where there is no gap."""
    share = case.get(key) or {}
    ends = [share.get(key) for key in ("value", "low", "high")]
    raw, clean = (case["arms"].get(arm, {}).get("mean") for arm in ("raw", "clean"))
    if None in (*ends, raw, clean) or clean >= raw or not np.isfinite(ends).all():
        return None
    return ends[0], ends[1], ends[2]


def _goal(cases: Sequence[Json]) -> str:
    gaps = [gap for case in cases if (gap := _gap(case))]
    return f"{sum(value >= _GOAL for value, *_ in gaps)} of {len(gaps)}"


def summary_section(planted: dict[str, list[Json]]) -> str:
    rows = []
    for name, cases in planted.items():
        counts = [str(sum(one["verdict"] == word for one in cases)) for word in VERDICTS]
        effects = _range([(deciding(one) or {}).get("relative") for one in cases])
        label = name.replace("planted", "pictures").replace("-", ": ")
        mix = [_share(_gap(one)) for one in cases if name_of(one) == _SAMPLED]
        rows.append([label, str(len(cases)), *counts, effects, _goal(cases), *(mix or ["–"])])
    head = ["set", "corpora", *VERDICTS, "curated against random", "80 % of the gap reached"]
    head.append(f"gap closed on the {_SAMPLED} (goal: 80 %)")
    return table(head, rows)


def planted_section(name: str, cases: list[Json], grids: dict[str, Path], images: Path) -> str:
    """One data set or language.

    Parameters
    ----------
    name
        Of the section, in names of files.
    cases
        As effect_planted.py or effect_texts.py wrote them.
    grids
        Arm -> its grid of samples, may be empty.
    images
        Where pictures go.
    """
    cases = sorted(cases, key=lambda one: (_place(name_of(one)), name_of(one)))
    metric = _METRICS.get(cases[0]["metric"], cases[0]["metric"])
    rows, strips = [], {}
    for case in cases:
        control = "random" if case["versus_random"] else "raw"
        arms = case["arms"]
        level = arms[control]["mean"] if control in arms else None
        marks = {
            arm: 100 * (arms[arm]["mean"] / level - 1)
            for arm in ("raw", "perfect", "clean")
            if level and arm in arms and arm != control and arms[arm]["mean"] is not None
        }
        label = _plain(name_of(case)) + ("" if control == "random" else " (against raw)")
        note = f"{case['verdict']}  {_relative(deciding(case))}"
        rows.append(forest_row(label, case, marks, note, BLUE))
        strips[_plain(name_of(case))] = {a: arms[a]["values"] for a in _ARMS if a in arms}
    forest, strip = images / f"studies-{name}.svg", images / f"studies-{name}-runs.svg"
    under = f"{metric} against the random subset, % (0 is random, left is better)"
    draw_forest({"": rows}, under, {"curated, 95 % interval": BLUE}, forest)
    draw_strips(strips, metric, strip)
    parts = [
        _told(cases, metric),
        f"![curated against random, by defect](img/{forest.name})\n",
        _effects(cases, 3 if "bits" in metric else 2),
        _remarks(cases),
        f"![{metric} of every run](img/{strip.name})\n",
        "One dot a run, in the order of the seeds; lines are means. Scales differ.\n",
        _fates(cases),
    ]
    if {"raw", "curated"} <= set(grids):
        file = images / f"studies-{name}-samples.png"
        save_sheet(grids, file)
        parts += [f"![samples of {', '.join(grids)}](img/{file.name})\n"]
        parts += [f"What the models of `{_SAMPLED}` draw after training, first seed of each arm.\n"]
    return "\n".join([*parts, _steps(cases)])


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _told(cases: list[Json], metric: str) -> str:
    gaps = [gap for case in cases if (gap := _gap(case))]
    seeds = sorted({len(arm["values"]) for case in cases for arm in case["arms"].values()})
    failed = sum(arm["n_failed"] for case in cases for arm in case["arms"].values())
    runs = sum(len(arm["values"]) for case in cases for arm in case["arms"].values())
    of = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
    ratio = [(deciding(case) or {}).get("relative") for case in cases]
    n_raw = sum(not case["versus_random"] for case in cases)
    instead = f" (in {n_raw}, against raw)" if n_raw else ""
    surely = sum(low >= _GOAL for _, low, _ in gaps)
    without = f" {n} {'has' if n == 1 else 'have'} none." if (n := len(cases) - len(gaps)) else ""
    return (
        f"{len(cases)} corpora, {of} seeds an arm; {failed} of {runs} runs failed. The metric is "
        f"{metric}, lower is better.\n\n- Verdicts: {_counted(cases)}.\n"
        f"- Curated against a random subset of the same size{instead}: {_range(ratio)}.\n"
        f"- Goal of {100 * _GOAL:.0f} % of the gap from raw to clean: reached in {_goal(cases)} "
        f"(the whole interval is above it in {surely}).{without}\n"
    )


def _mean(arm: Json | None, digits: int) -> str:
    if arm is None or arm["mean"] is None:
        return "–"
    spread = "" if arm["sd"] is None else f" ± {arm['sd']:.{digits}f}"
    return f"{arm['mean']:.{digits}f}{spread}" + (
        f" ({arm['n_failed']} failed)" if arm["n_failed"] else ""
    )


def _effects(cases: list[Json], digits: int) -> str:
    gaps = {"closed": "gap closed"}
    if any("possible" in case for case in cases):
        gaps |= {"possible": "by a perfect removal", "closed_of_possible": "of what that closes"}
    arms = [arm for arm in _ARMS if any(arm in case["arms"] for case in cases)]
    rows = []
    for case in cases:
        rows.append(
            [
                _plain(name_of(case)),
                case["verdict"],
                _relative(deciding(case)),
                _chance((deciding(case) or {}).get("p")),
                *(_mean(case["arms"].get(arm), digits) for arm in arms),
                *(_share(_gap(case, key)) for key in gaps),
            ]
        )
    head = ["planted", "verdict", "effect (95 % interval)", "p", *arms, *gaps.values()]
    told = "Gap closed: (raw − curated) / (raw − clean), Fieller's 95 % interval over the seeds "
    told += "that gave all; none ('–') where clean is not surely better."
    if "possible" in gaps:
        told += " Perfect: what nothing was planted in, and nothing else, with as many seeds."
        told += " (Near copies of held-out images, a few in a thousand, stay in it.)"
    told += " Its intervals are of training noise on this one corpus, not of the luck of which "
    told += "samples were spoiled, which the effect's interval is for."
    return f"{table(head, rows)}\n{told}\n"


def _remarks(cases: list[Json]) -> str:
    """What the benchmark says of itself beside its verdicts, once each."""
    said: dict[str, list[str]] = {}
    for case in cases:
        for line in case["reasons"]:
            said.setdefault(line, []).append(_plain(name_of(case)))
    if not said:
        return ""
    lines = [f"- {'; '.join(names)}: {line}" for line, names in said.items()]
    return "\n".join(["What the benchmark adds to its verdicts:\n", *lines, ""])


def _share(gap: tuple[float, float, float] | None) -> str:
    if gap is None:
        return "–"
    return "{:.0f} % ({:.0f} to {:.0f} %)".format(*(100 * x for x in gap)).replace("-", "−")


def _fates(cases: list[Json]) -> str:
    """What became of the planted, by kind, and of the clean beside them."""
    rows, texts = [], "counts" in cases[0]
    fates = ("dropped", "changed", "restored") if texts else ("dropped", "changed")
    for case in cases:
        counts = case["counts"] if texts else case["fates"]
        clean = counts.get("clean", dict.fromkeys(("n", *fates), 0))
        lost = f"{clean['dropped']:,} dropped, {clean['changed']:,} changed of {clean['n']:,}"
        kinds = [kind for kind in counts if kind != "clean" and ":" not in kind]
        for kind in kinds or [None]:
            own = counts[kind] if kind else None
            cells = ["–"] * (len(fates) + 2)
            if own:
                left = own["n"] - own["dropped"] - own["changed"]
                cells = [f"{n:,}" for n in (own["n"], *(own[f] for f in fates), left)]
            first = kind == (kinds or [None])[0]
            label = _plain(name_of(case)) if first else ""
            rows.append([label, _plain(kind or "–"), *cells, lost if first else ""])
    told = "Of copies one is to stay; "
    told += (
        "whichever it is counts as the original." if texts else "an original may go in its place."
    )
    head = ["planted", "kind", "n", *fates, "left", "clean ones lost"]
    return f"What curation did to them. {told}\n\n{table(head, rows)}"


def _steps(cases: list[Json]) -> str:
    """Recipes, or reasons of edits, folded."""
    same: dict[str, list[str]] = {}
    for case in cases:
        steps = case["steps"]
        if isinstance(steps, list):
            body = "```yaml\n" + "\n".join(steps) + "\n```"
        else:
            rows = [[e, r, f"{n:,}"] for e, reasons in steps.items() for r, n in reasons.items()]
            body = table(["edit", "reason", "n"], rows)
        same.setdefault(body, []).append(_plain(name_of(case)))
    parts = [f"**{'; '.join(names)}**\n\n{body}\n" for body, names in same.items()]
    head = "<details><summary>What curation did, step by step</summary>\n"
    return "\n".join([head, *parts, "</details>"])
