"""The lines that most documents share, as text: what reports show of menus and notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from datakit.profiles.files import atomic

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = [
    "KEPT",
    "LINE_ISSUE",
    "frame_lines",
    "lines_of",
    "read_lines",
    "wanted_lines",
    "write_lines",
]

LINE_ISSUE = "line "
"""Begins the name under which a task gives back a line."""

KEPT = 200
"""Lines that are kept: as many as a proposed recipe names, more than are shown."""

_COLUMNS = ["line_hash", "n_documents", "is_frame", "sample_id", "text"]
_WIDTH = 250  # a longer line is no line of a frame


def wanted_lines(profile: Profile, most: int = KEPT) -> pd.DataFrame:
    """The lines that most documents share: line_hash, n_documents, is_frame, sample_id of one.

    Parameters
    ----------
    profile
        With rows and issues.
    most
        Lines at most.
    """
    from datakit.profiles.shared_lines import shared_lines

    names = ["sample_id", "status", "content_hash", "text_hash", "lines"]
    rows = profile.table.to_table(columns=names).to_pandas()
    near = profile.issues[profile.issues["issue"] == "near_duplicate"]
    place = {sample_id: i for i, sample_id in enumerate(rows["sample_id"])}
    groups = [[place[i] for i in part["sample_id"]] for _, part in near.groupby("group")]
    table = shared_lines(rows, groups).table.head(most)
    ids = rows["sample_id"].to_numpy(object)[table["example"].to_numpy(np.int64)]
    return table.drop(columns="example").assign(sample_id=ids)


def lines_of(text: str, hashes: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """(hash, start, end) of the first place of every line of a document that has such a hash.

    Parameters
    ----------
    text
        The document.
    hashes
        Of lines, as ``datakit.measures.text_line_hashes.line_hashes`` gives them.
    """
    from datakit.measures.text_line_hashes import line_hashes

    missing = set(hashes)
    if not missing:
        return
    for number, start, end in line_hashes(text):
        if number in missing:
            missing.remove(number)
            yield number, start, end


def write_lines(profile: Profile, lines: pd.DataFrame, texts: Mapping[int, str]) -> None:
    """Write shared_lines.parquet, the most shared line first.

    Its columns are line_hash, n_documents, is_frame, sample_id and text.

    Parameters
    ----------
    profile
        Whose directory it is written to.
    lines
        What `wanted_lines` gives.
    texts
        Hash -> line; lines without a text are left out.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = [row for row in lines.to_dict("records") if row["line_hash"] in texts]
    kinds = [pa.uint64(), pa.int64(), pa.bool_(), pa.string(), pa.string()]
    schema = pa.schema(list(zip(_COLUMNS, kinds, strict=True)))
    rows = [row | {"text": texts[row["line_hash"]]} for row in kept]
    with atomic(profile.path / "shared_lines.parquet") as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary, compression="zstd")


def read_lines(profile: Profile) -> pd.DataFrame:
    """What `write_lines` wrote; no rows where nothing was.

    Parameters
    ----------
    profile
        A profile.
    """
    import pandas as pd

    file = profile.path / "shared_lines.parquet"
    found = pd.read_parquet(file) if file.exists() else pd.DataFrame(columns=_COLUMNS)
    return found if "is_frame" in found else found.assign(is_frame=False)


def frame_lines(profile: Profile) -> list[str]:
    """The lines that surely belong to the frame of many documents, the most frequent first.

    Those that are known by their words are left out, and so are those with personal data, which a
    profile does not hold.

    Parameters
    ----------
    profile
        A profile of texts.
    """
    from datakit.measures.text_boilerplate import locate_boilerplate
    from datakit.measures.text_line_hashes import line_hashes

    found = read_lines(profile)
    chosen = found[found["is_frame"].astype(bool)]
    return [
        text
        for number, text in zip(chosen["line_hash"].tolist(), chosen["text"], strict=True)
        if len(text) <= _WIDTH
        and not locate_boilerplate(text)
        and [value for value, _, _ in line_hashes(text)] == [number]  # nothing is blanked in it
    ]
