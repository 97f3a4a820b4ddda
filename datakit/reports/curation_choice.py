"""Which samples the page of a curated corpus shows: a few of every kind, the same each time."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from datakit.curation.plan import Plan
    from datakit.profiles.profile import Profile

__all__ = ["Choice", "Copies", "Dropped", "Group", "Pair", "Reason", "choose"]

REASONS = 24
DROPPED = {"image": 16, "text": 6}
"""Samples shown of one reason."""

ALL_DROPPED = 208
PAIRS = 50
PARENTS = {"image": 8, "text": 4}
COPIES = {"image": 5, "text": 2}
GROUPS = {"image": 12, "text": 8}
MEMBERS = 3
"""Dropped copies shown beside the one that stays."""

_COPY = "copy of "
_BEHIND = re.compile(r" \(similarity |, which | in ")
"""What may stand behind the path of the copy that stays."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Dropped:
    """A sample of the original corpus, and why it is not in the curated one."""

    sample_id: str
    path: str
    evidence: str


@dataclass(frozen=True)
class Reason:
    """An edit and its reason: how many samples, and some of them."""

    edit: str
    reason: str
    n: int
    samples: list[Dropped]


@dataclass(frozen=True)
class Pair:
    """A sample of the curated corpus and what it was made of."""

    sample_id: str
    path: str
    parents: list[str]
    edits: list[str]


@dataclass(frozen=True)
class Group:
    """Copies: the one that stays, and some of those that were dropped."""

    kept_id: str
    kept_path: str
    n: int
    dropped: list[Dropped]


@dataclass(frozen=True)
class Copies:
    """A sample of the curated corpus and some of its augmented copies."""

    original: Pair
    n: int
    copies: list[Pair]


@dataclass(frozen=True)
class Choice:
    """What is shown.

    Parameters
    ----------
    reasons, n_reasons
        The commonest reasons of every edit, and how many there are.
    changed
        (names of the cleaners, samples, pairs of them), the commonest first.
    n_changed
        Samples whose bytes were changed.
    copies, n_augmented
        Originals with their augmented copies, and the number of all such copies.
    groups, n_groups
        Groups of copies of which some were dropped.
    """

    reasons: list[Reason]
    n_reasons: int
    changed: list[tuple[str, int, list[Pair]]]
    n_changed: int
    copies: list[Copies]
    n_augmented: int
    groups: list[Group]
    n_groups: int


def choose(plan: Plan, lineage: pd.DataFrame, before: Profile) -> Choice:
    """Choose what is shown.

    Parameters
    ----------
    plan
        As it was applied.
    lineage
        Of the curated corpus.
    before
        Of the original one: what it has pictures or excerpts of is preferred.
    """
    seen = set(before.thumbnails) | set(before.excerpts["sample_id"])
    reasons, n_reasons = _reasons(plan, seen)
    changed, n_changed = _changed(lineage)
    copies, n_augmented = _copies(lineage, plan.modality)
    groups, n_groups = _groups(plan, seen)
    return Choice(reasons, n_reasons, changed, n_changed, copies, n_augmented, groups, n_groups)


def spread(n: int, most: int) -> list[int]:
    """At most `most` of the numbers below n, evenly."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int)).tolist() if n else []


def _reasons(plan: Plan, seen: set[str]) -> tuple[list[Reason], int]:
    order = {"drop": 0, "change": 1, "repeat": 2, "keep": 3}
    groups = plan.table.groupby(["edit", "reason"], sort=True)
    parts = [(str(edit), str(reason), part) for (edit, reason), part in groups]
    parts.sort(key=lambda item: (order[item[0]], -len(item[2]), item[1]))
    found = []
    left = ALL_DROPPED
    for edit, reason, part in parts[:REASONS]:
        most = min(DROPPED[plan.modality], left) if edit == "drop" else 1
        samples = _preferred(_dropped(part), most, seen)
        left -= len(samples) if edit == "drop" else 0
        found.append(Reason(edit, reason, len(part), samples))
    return found, len(parts)


def _dropped(part: pd.DataFrame) -> list[Dropped]:
    return list(map(Dropped, part["sample_id"], part["path"], part["evidence"]))


def _preferred(samples: Sequence[Dropped], most: int, seen: set[str]) -> list[Dropped]:
    """Those that the profile has pictures or excerpts of first, evenly from the whole corpus."""
    known = [s for s in samples if s.sample_id in seen]
    chosen = [known[i] for i in spread(len(known), most)]
    others = [s for s in samples if s.sample_id not in seen]
    return chosen + [others[i] for i in spread(len(others), most - len(chosen))]


def _pair(row: Any) -> Pair:
    return Pair(row.sample_id, row.path, list(row.parents), list(row.edits))


def _changed(lineage: pd.DataFrame) -> tuple[list[tuple[str, int, list[Pair]]], int]:
    own = lineage[lineage["seed"].isna() & (lineage["hash_before"] != lineage["hash_after"])]
    names = [" + ".join(dict.fromkeys(e.split(":")[0] for e in edits)) for edits in own["edits"]]
    kinds = _by_key(zip(names, range(len(own)), strict=True))
    kinds = dict(sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])))
    quota = dict.fromkeys(kinds, 0)
    left = min(PAIRS, len(own))
    while left:
        for name in kinds:
            if left and quota[name] < len(kinds[name]):
                quota[name] += 1
                left -= 1
    made = []
    for name, rows in kinds.items():
        some = own.iloc[[rows[i] for i in spread(len(rows), quota[name])]]
        if len(some):
            pairs = [_pair(row) for row in some.itertuples()]
            made.append((name or "encoding", len(rows), pairs))
    return made, len(own)


def _copies(lineage: pd.DataFrame, modality: str) -> tuple[list[Copies], int]:
    mask = lineage["seed"].notna()
    augmented = lineage[mask]
    first = [parents[0] for parents in augmented["parents"]]
    children = _by_key(zip(first, range(len(first)), strict=True))
    own = lineage[~mask]
    place = {parents[0]: i for i, parents in reversed(list(enumerate(own["parents"])))}
    parents = [parent for parent in children if parent in place]
    made = []
    for i in spread(len(parents), PARENTS[modality]):
        rows = children[parents[i]]
        some = augmented.iloc[rows[: COPIES[modality]]]
        original = _pair(next(own.iloc[[place[parents[i]]]].itertuples()))
        made.append(Copies(original, len(rows), [_pair(row) for row in some.itertuples()]))
    return made, len(augmented)


def _groups(plan: Plan, seen: set[str]) -> tuple[list[Group], int]:
    table = plan.table
    gone = table[(table["edit"] == "drop") & table["evidence"].str.startswith(_COPY)]
    ids = dict(zip(table["path"], table["sample_id"], strict=True))
    named = ((_kept(dropped.evidence, ids), dropped) for dropped in _dropped(gone))
    groups = _by_key((path, dropped) for path, dropped in named if path is not None)
    near: list[str] = []
    exact: list[str] = []
    for path, part in groups.items():
        is_near = any("(similarity " in dropped.evidence for dropped in part)
        (near if is_near else exact).append(path)
    most = GROUPS[plan.modality]
    n_near = min(len(near), max(most - len(exact), most * 2 // 3))
    chosen = [near[i] for i in spread(len(near), n_near)]
    chosen += [exact[i] for i in spread(len(exact), most - n_near)]
    made = [
        Group(ids[path], path, len(groups[path]), _preferred(groups[path], MEMBERS, seen))
        for path in chosen
    ]
    return made, len(groups)


def _kept(evidence: str, ids: dict[str, str]) -> str | None:
    """The path in "copy of PATH (similarity 0.9), which is longer"; paths may hold anything."""
    rest = evidence.removeprefix(_COPY)
    ends = [match.start() for match in _BEHIND.finditer(rest)] + [len(rest)]
    return next((rest[:end] for end in ends if rest[:end] in ids), None)


Value = TypeVar("Value")


def _by_key(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
