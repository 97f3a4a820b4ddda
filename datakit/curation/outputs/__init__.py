"""Layouts of curated corpora: one writer a file."""

from __future__ import annotations

from datakit.corpora.corpus import Corpus
from datakit.curation.outputs.folder import write_folder
from datakit.curation.outputs.output import Output, Source, Writer, Written
from datakit.curation.outputs.parquet import write_parquet
from datakit.curation.outputs.records import write_csv, write_jsonl
from datakit.curation.outputs.webdataset import write_webdataset
from datakit.errors import InputError

__all__ = ["LAYOUTS", "Output", "Source", "Writer", "Written", "layout_of"]

LAYOUTS: dict[str, Writer] = {
    "folder": write_folder,
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "webdataset": write_webdataset,
    "hf": write_parquet,  # what `datasets.load_dataset` reads is parquet with a card
}
"""Name of a layout, as ``--to`` takes it -> its writer."""


def layout_of(corpus: Corpus, wanted: str | None) -> str:
    """The layout to write: the wanted one, or the corpus's own.

    Raises
    ------
    InputError
        There is no such layout, or the samples do not go into it.
    """
    if wanted is None:
        return _own_layout(corpus)
    if wanted not in LAYOUTS:
        raise InputError(f"--to {wanted}: give one of {', '.join(LAYOUTS)}")
    if corpus.modality == "image" and wanted in ("jsonl", "csv"):
        raise InputError(
            f"--to {wanted} holds texts, {corpus.location} images: give folder, parquet, hf or "
            "webdataset"
        )
    return wanted


def _own_layout(corpus: Corpus) -> str:
    kind = type(corpus).__name__
    if kind == "Tar":
        return "webdataset"
    if kind == "TextFile":
        return "jsonl"
    if kind not in ("Table", "TextTable"):
        return "folder"
    first = next(iter(corpus), None)
    table = "" if first is None else first.sample_id.rpartition("#")[0].lower()
    if table.endswith(".parquet"):
        # A table of images may only list them.
        listed = first is not None and isinstance(first.source, bytes) and kind == "Table"
        return "folder" if listed else "parquet"
    if kind == "Table":
        return "folder"
    return "csv" if ".csv" in table or ".tsv" in table else "jsonl"
