"""The folder that `datakit curate` wrote: which of its files are samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datakit.corpora.corpus import Corpus
from datakit.errors import CorpusError

__all__ = ["MARKER", "OWN", "open_curated"]

MARKER = "curation.json"
"""The file that says that a folder is a curated corpus."""

OWN = frozenset(
    (
        MARKER,
        "README.md",
        "croissant.json",
        "lineage.parquet",
        "plan.parquet",
        "recipe.yaml",
        "report.html",
    )
)
"""Files in the root of a curated corpus that are no samples."""


def open_curated(location: str, path: Path, manifest: str | None) -> Corpus:
    """Open a curated corpus.

    Raises
    ------
    CorpusError
        Its marker cannot be read, or files that it names are not there.
    """
    try:
        facts: dict[str, Any] = json.loads((path / MARKER).read_text(encoding="utf-8"))
        layout, modality = str(facts["layout"]), str(facts["modality"])
        text_column = str(facts.get("text_column", "text"))
        files = [path / str(name) for name in facts["data"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{path / MARKER} cannot be read ({type(error).__name__}): copy the whole curated "
            "corpus again, or remove this file"
        ) from error
    gone = [file.name for file in files if not file.exists()]
    if gone:
        raise CorpusError(
            f"{location} lacks {', '.join(gone[:3])}, which its {MARKER} names: copy the whole "
            "curated corpus again"
        )
    if layout == "folder":
        from datakit.corpora.folder import Folder

        return Folder(location, manifest, modality, apart=OWN)
    if layout == "webdataset":
        from datakit.corpora.tar import Tar

        return Tar(location, files, text_column if modality == "text" else None)
    if modality == "image":
        from datakit.corpora.table import Table

        return Table(location, files)
    from datakit.corpora.text_table import TextTable

    return TextTable(location, [(file.name, file) for file in files], text_column)
