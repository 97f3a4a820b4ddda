"""Lines that stand in many documents: menus, footers, licences, forms; from the rows alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.profiles.groups import exact_groups
from datakit.profiles.text_duplicates import SAME_TEXT

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EDGE_RATE",
    "FRAME_DOCUMENTS",
    "FRAME_RATE",
    "MIN_DOCUMENTS",
    "MIN_RATE",
    "MOST_RATE",
    "SharedLines",
    "frame_bounds",
    "shared_lines",
]

MIN_DOCUMENTS = 5
"""Least number of documents that share a line.

Lines of 20 letters and more that stand in 5 of 2,000 film reviews are their forms ("the flying
inkpot rating system"), lines in 3 already sentences that people say.
"""

MIN_RATE = 0.0005
"""Least share of the documents, because a common sentence is in more documents of more: "what
were they thinking" is a line of 0.001 of those reviews, which have one sentence a line."""

FRAME_DOCUMENTS = 20
FRAME_RATE = 0.01
EDGE_RATE = 0.9
"""Least number and share of the documents that have a line which surely belongs to their frame, and
least share of them where it is among the first or last lines.

One line of 2,000 film reviews is so, the heading of one author's ("where's joblo coming from"), and
none of hotel reviews, plays and articles. Headings inside of documents, ingredients of recipes and
refrains are not at the edge.
"""

MOST_RATE = 0.5
"""Largest share of them: what more have is what the corpus is like, such as the words before every
question."""


@dataclass(frozen=True)
class SharedLines:
    """Lines that several documents share.

    Parameters
    ----------
    rate
        Share of the hashed lines of each row's document that are shared, in [0, 1], shape (n,);
        NaN where it has none.
    n_shared
        The number of those lines, shape (n,).
    n_frame
        The number of those that surely belong to a frame: in many documents (see `frame_bounds`),
        and at their edge; shape (n,).
    least
        Documents that a line must be in to be shared.
    table
        ``line_hash`` (uint64, even), ``n_documents``, ``is_frame``, ``example`` (the first row that
        has it), the most shared first. ``datakit.measures.text_line_hashes.line_hashes`` finds the
        line again.
    """

    rate: npt.NDArray[np.float64]
    n_shared: npt.NDArray[np.int64]
    n_frame: npt.NDArray[np.int64]
    least: int
    table: pd.DataFrame


def frame_bounds(n: int) -> tuple[int, int]:
    """Fewest and most of n documents that have a line which surely belongs to their frame."""
    return max(FRAME_DOCUMENTS, math.ceil(FRAME_RATE * n)), math.floor(MOST_RATE * n)


def shared_lines(
    rows: pd.DataFrame, groups: Sequence[Sequence[int]] = (), least: int | None = None
) -> SharedLines:
    """Find the lines that many documents share.

    Parameters
    ----------
    rows
        With ``lines``, ``content_hash`` and ``text_hash``.
    groups
        Row numbers of near duplicates: lines that only they share are no boilerplate, so each
        group counts as one document, as copies with one ``text_hash`` do anyway.
    least
        Documents that a line must be in, at least 2; by default `MIN_DOCUMENTS` or `MIN_RATE` of
        all documents with lines, whichever is more.

    Returns
    -------
    SharedLines
        The share of every document and the table of the lines.
    """
    import pandas as pd

    packed = [value if isinstance(value, bytes) else b"" for value in rows["lines"]]
    sizes = np.fromiter(map(len, packed), np.int64, len(packed)) // 8
    stored = np.frombuffer(b"".join(packed), "<u8")
    hashes, outer = stored & ~np.uint64(1), stored & np.uint64(1)
    owners = np.repeat(np.arange(len(rows)), sizes)
    one_of = _representatives(rows, groups)
    if least is None:
        n_documents = len(np.unique(one_of[sizes > 0]))
        least = max(MIN_DOCUMENTS, math.ceil(MIN_RATE * n_documents))
    order = np.lexsort((one_of[owners], hashes))
    lines, documents = hashes[order], one_of[owners[order]]
    new_line = np.diff(lines, prepend=~lines[:1]) != 0
    new = new_line | (np.diff(documents, prepend=-1) != 0)
    starts = np.flatnonzero(new_line)
    counts = examples = outer_counts = starts
    if len(starts):
        counts = np.add.reduceat(new, starts, dtype=np.int64)
        examples = np.minimum.reduceat(owners[order], starts)
        outer_counts = np.add.reduceat(outer[order], starts, dtype=np.int64)
    many = counts >= least
    fewest, most = frame_bounds(len(rows))
    n_of_line = np.diff(np.append(starts, len(hashes)))
    frame = many & (counts >= fewest) & (counts <= most) & (outer_counts >= EDGE_RATE * n_of_line)
    n_shared, n_frame = (
        np.bincount(owners[order][np.repeat(chosen, n_of_line)], minlength=len(rows))
        for chosen in (many, frame)
    )
    with np.errstate(invalid="ignore"):
        rate = n_shared / sizes
    table = pd.DataFrame(
        {
            "line_hash": lines[starts[many]],
            "n_documents": counts[many],
            "is_frame": frame[many],
            "example": examples[many],
        }
    )
    table = table.sort_values(["n_documents", "line_hash"], ascending=[False, True])
    return SharedLines(rate, n_shared, n_frame, least, table.reset_index(drop=True))


def _representatives(rows: pd.DataFrame, groups: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """The row that stands for each row: copies count as one document."""
    one_of = np.arange(len(rows))
    for copies in exact_groups(rows, SAME_TEXT):
        one_of[copies] = copies[0]
    # A near group has one member of each exact group: its other copies follow that one.
    stands_for = np.arange(len(rows))
    for group in groups:
        stands_for[one_of[list(group)]] = one_of[group[0]]
    return stands_for[one_of]
