"""Whether repairs worked: cleaned samples are measured again by the rules that found the issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from datakit.measures.modality import modality
from datakit.measures.shard import Reader, measure_shard
from datakit.profiles.issues import check_thresholds, issue_kind
from datakit.profiles.row_schema import rows_to_table
from datakit.profiles.rules import apply_rules, rule_names
from datakit.profiles.shard_task import place_columns
from datakit.sample import Sample

__all__ = ["remaining"]


def remaining(
    name: str,
    samples: Sequence[Sample],
    read: Reader,
    start: Callable[[int], None],
    wanted: Sequence[Sequence[str]],
    thresholds: Mapping[str, float],
) -> list[str]:
    """The issues that cleaned samples still have.

    Issues that only the whole corpus tells (copies, outliers, odd sizes) are not looked for.

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
        lines = frame["n_boilerplate_lines"].fillna(0).to_numpy(float)
        flagged["boilerplate"] = lines >= limits["boilerplate"]
    unread = (frame["status"] != "ok").to_numpy()
    nothing = np.zeros(len(frame), bool)
    left = []
    for i, issues in enumerate(wanted):
        found = [issue for issue in issues if flagged.get(issue, nothing)[i]]
        left.append("unreadable" if unread[i] else next(iter(found), ""))
    return left
