"""Equal bytes in two corpora: what two versions of one corpus share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.comparisons.comparison import Overlap

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["overlap"]


def overlap(a: pd.DataFrame, b: pd.DataFrame) -> Overlap:
    """Count contents on both sides and on one alone.

    Parameters
    ----------
    a, b
        Rows with ``sample_id`` and ``content_hash``; rows without a hash (never read) are left
        out.
    """
    a, b = (rows[rows["content_hash"].notna()] for rows in (a, b))
    contents_a, contents_b = set(a["content_hash"]), set(b["content_hash"])
    both = contents_a & contents_b
    joined = a[["sample_id", "content_hash"]].merge(
        b[["sample_id", "content_hash"]], on="sample_id"
    )
    changed = int((joined["content_hash_x"] != joined["content_hash_y"]).sum())
    return Overlap(
        both=len(both),
        only_a=len(contents_a - both),
        only_b=len(contents_b - both),
        a_rate=_rate(a, both),
        b_rate=_rate(b, both),
        changed=changed if 2 * changed < len(joined) else 0,
    )


def _rate(rows: pd.DataFrame, contents: set[str]) -> float:
    return float(rows["content_hash"].isin(contents).mean()) if len(rows) else 0.0
