"""The lines that most documents share, as text: what reports show of menus and notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from datakit.profiles.files import atomic

if TYPE_CHECKING:
    import pandas as pd

    from datakit.profiles.profile import Profile

__all__ = ["KEPT", "LINE_ISSUE", "lines_of", "read_lines", "wanted_lines", "write_lines"]

LINE_ISSUE = "line "
"""Begins the name under which a task gives back a line."""

KEPT = 60
"""Lines that are kept: more than are shown, so that profiles can be merged."""

_COLUMNS = ["line_hash", "n_documents", "sample_id", "text"]


def wanted_lines(profile: Profile, most: int = KEPT) -> pd.DataFrame:
    """The lines that most documents share: line_hash, n_documents, sample_id of an example.

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
        Of lines, as ``datakit.measures.text_fingerprints.line_hashes`` gives them.
    """
    from datakit.measures.text_fingerprints import line_hashes

    missing = set(hashes)
    if not missing:
        return
    for number, start, end in line_hashes(text):
        if number in missing:
            missing.remove(number)
            yield number, start, end


def write_lines(profile: Profile, lines: pd.DataFrame, texts: Mapping[int, str]) -> None:
    """Write shared_lines.parquet: line_hash, n_documents, sample_id, text; the most shared first.

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
    kinds = [pa.uint64(), pa.int64(), pa.string(), pa.string()]
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
    return pd.read_parquet(file) if file.exists() else pd.DataFrame(columns=_COLUMNS)
