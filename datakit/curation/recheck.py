"""Whether repairs worked: cleaned samples are measured again by the rules that found the issues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from datakit.curation.proposal_remedies import DROP, REMEDIES
from datakit.measures.modality import modality
from datakit.measures.shard import Reader, measure_shard
from datakit.measures.text_line_hashes import line_hashes
from datakit.profiles.issues import check_thresholds, issue_kind
from datakit.profiles.row_schema import rows_to_table
from datakit.profiles.rules import Mask, apply_rules, rule_names
from datakit.profiles.shard_task import place_columns
from datakit.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["remaining"]


def remaining(
    name: str,
    samples: Sequence[Sample],
    read: Reader,
    start: Callable[[int], None],
    wanted: Sequence[Sequence[str]],
    thresholds: Mapping[str, float],
    lines: Iterable[str] = (),
) -> list[str]:
    """The issues that cleaned samples still have.

    Issues that only the whole corpus tells (copies, outliers, odd sizes) are not looked for. What
    an issue hid and nothing repairs is looked for now: under markup there may be gibberish.

    Parameters
    ----------
    name
        Modality.
    samples
        The samples that were cleaned, with the paths that they would have now.
    read
        Gives the bytes of one as it is now.
    start
        Called with the position of each before it is measured, see `Watch.start`.
    wanted
        Of each, the issues that it was cleaned of.
    thresholds
        Issue -> threshold, instead of the defaults.
    lines
        Those that are boilerplate in this corpus, see `DropBoilerplate`.

    Returns
    -------
    list of str
        Of each the first issue that is left, or "".
    """
    if not samples:
        return []
    kind = issue_kind(name)
    rows = measure_shard(modality(name), list(samples), read, start, {})
    placed = [row | place_columns(sample) for row, sample in zip(rows, samples, strict=True)]
    frame = rows_to_table(placed, name).to_pandas()
    family = None if kind.family is None else kind.family(frame)
    limits = check_thresholds(name, thresholds)
    flagged = {
        issue: mask
        for issue, (mask, _, _) in apply_rules(
            rule_names(kind.rules), frame, kind.derive, limits, family
        ).items()
    }
    if name == "text":
        flagged["boilerplate"] = _boilerplate(frame, limits["boilerplate"], lines)
    unread = (frame["status"] != "ok").to_numpy()
    nothing = np.zeros(len(frame), bool)
    hopeless = {remedy.issue for remedy in REMEDIES[name] if remedy.step == DROP}
    hidden: dict[str, set[str]] = {}
    for rule in kind.rules:
        if rule.issue in hopeless:
            hidden.setdefault(rule.issue, set()).update(rule.unless)
    left = []
    for i, issues in enumerate(wanted):
        asked = dict.fromkeys((*issues, *(k for k, by in hidden.items() if by & set(issues))))
        found = [issue for issue in asked if flagged.get(issue, nothing)[i]]
        left.append("unreadable" if unread[i] else next(iter(found), ""))
    return left


def _boilerplate(frame: pd.DataFrame, limit: float, lines: Iterable[str]) -> Mask:
    """Documents with lines of a frame: known by their words, or because the corpus has them."""
    by_words = frame["n_boilerplate_lines"].fillna(0).to_numpy(float) >= limit
    known = np.array([value for line in lines for value, _, _ in line_hashes(line)], np.uint64)
    if not len(known):
        return np.asarray(by_words)
    packed = [value if isinstance(value, bytes) else b"" for value in frame["lines"]]
    # The lowest bit of a stored hash tells where the line stands.
    stored = (np.frombuffer(value, "<u8") & ~np.uint64(1) for value in packed)
    return np.asarray(by_words | [bool(np.isin(values, known).any()) for values in stored])
