"""Which documents a report shows, and for what: the worst, groups of copies, the map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Embeddings

__all__ = ["shown_groups", "shown_samples", "shown_texts"]

PER_ISSUE = 24
GROUPS = 12
ON_MAP = 2_000

_DIFFERS_IN = {"label_conflict": "label", "split_leak": "split"}


def shown_samples(part: pd.DataFrame) -> pd.DataFrame:
    """The clearest samples of an issue without groups, the worst first.

    Parameters
    ----------
    part
        The issues of one name.
    """
    badness = (part["value"] - part["threshold"]).abs()
    worst = part.assign(badness=badness).sort_values(
        ["badness", "sample_id"], ascending=[False, True], kind="stable"
    )
    return worst.drop_duplicates("sample_id").head(PER_ISSUE)


def shown_groups(part: pd.DataFrame, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The largest groups of an issue, in each the two members to compare first.

    The first is the centre of near duplicates (the first of others), the second the least like
    it, or one whose bytes, label or split differ where there is one.

    Parameters
    ----------
    part
        The issues of one name.
    rows
        The rows of the profile.

    Returns
    -------
    list of DataFrame
        The issues of each group with ``content_hash``, ``label`` and ``split``, at most `GROUPS`.
    """
    sizes = part["group"].value_counts().rename("size").rename_axis("group").reset_index()
    largest = sizes.sort_values(["size", "group"], ascending=[False, True]).head(GROUPS)
    members = part[part["group"].isin(largest["group"])].merge(
        rows[["sample_id", "content_hash", "label", "split"]], "left", "sample_id"
    )
    groups = dict(iter(members.groupby("group")))
    return [_pair_first(groups[name]) for name in largest["group"]]


def _pair_first(group: pd.DataFrame) -> pd.DataFrame:
    ordered = group.sort_values(["value", "sample_id"], ascending=[False, True])
    first, others = ordered.iloc[:1], ordered.iloc[1:]
    if others.empty:
        return ordered
    column = _DIFFERS_IN.get(str(ordered["issue"].iloc[0]), "content_hash")
    unlike = others[others[column].fillna("") != (first[column].iloc[0] or "")]
    pool = others if unlike.empty else unlike
    at = len(pool) - 1 if pool["value"].iloc[-1] < first["value"].iloc[0] else 0
    second = pool.iloc[at : at + 1]
    rest = others.drop(second.index)
    order = [*first.index, *second.index, *rest.index]
    return ordered.loc[order].reset_index(drop=True)


def shown_texts(
    rows: pd.DataFrame, issues: pd.DataFrame, embeddings: Embeddings | None
) -> dict[str, list[str]]:
    """sample_id -> the issues that it is shown for; "" for its place on the map.

    Parameters
    ----------
    rows, issues, embeddings
        Of one profile.
    """
    readable = set(rows.loc[rows["status"] == "ok", "sample_id"])
    shown: dict[str, list[str]] = {}

    def show(ids: Iterable[str], issue: str) -> None:
        for sample_id in ids:
            if sample_id in readable:
                shown.setdefault(sample_id, []).append(issue)

    for name, part in issues.groupby("issue"):
        if part["group"].notna().any():
            for group in shown_groups(part, rows):
                show(group["sample_id"].head(2), str(name))
        else:
            show(shown_samples(part)["sample_id"], str(name))
    if embeddings is not None:
        embedded = rows[rows["sample_id"].isin(set(embeddings.sample_ids))]
        first = embedded.sort_values(["content_hash", "sample_id"])["sample_id"]
        show(first.head(ON_MAP), "")
    return shown
