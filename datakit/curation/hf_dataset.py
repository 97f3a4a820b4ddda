"""A corpus as a Hugging Face `datasets.Dataset`."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from datakit.errors import MissingExtraError

if TYPE_CHECKING:
    import datasets

    from datakit.corpora.corpus import Corpus
    from datakit.curation.torch_dataset_samples import Listed

__all__ = ["to_hf"]

_BATCH_BYTES = 32 * 2**20
_BATCH_ROWS = 1000


def to_hf(corpus: Any, split: str | None = None) -> datasets.Dataset:
    """Make a Hugging Face dataset of a corpus.

    Columns are ``id``; ``image`` (an `Image` feature with the very bytes of the file) or ``text``;
    and of ``label`` (a `ClassLabel`), ``caption``, ``split``, ``language`` and ``date`` those that
    the corpus knows.

    Parameters
    ----------
    corpus
        A curated corpus, a corpus, or anything that `open` takes.
    split
        "train", "val", "test" or what the corpus calls it; None for all samples.

    Returns
    -------
    datasets.Dataset
        Mapped from a temporary file, which is removed when Python ends; save what must last with
        its `save_to_disk`, or write it with ``datakit curate --to hf``.

    Raises
    ------
    InputError
        The corpus cannot be opened, has no such split, or a sample cannot be read.
    MissingExtraError
        The package ``datasets`` is not installed.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import datasets
    except ImportError:
        raise MissingExtraError("datasets", "to_hf", "hf") from None
    from datakit.curation.torch_dataset import opened
    from datakit.curation.torch_dataset_samples import Listed

    found = opened(corpus)
    listed = Listed(found, split)
    facts = [name for name in _FACTS if name in _known(found, listed)]
    listed.check()
    folder = Path(tempfile.mkdtemp(prefix="datakit-hf-"))
    try:
        file = _write(found, listed, _features(found.modality, facts, listed.classes), folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return datasets.Dataset.from_file(str(file))


_FACTS = ("label", "caption", "split", "language", "date")


def _known(corpus: Corpus, listed: Listed) -> set[str]:
    """Which of the facts any sample has; the corpus is listed."""
    known: set[str] = set()
    for sample in corpus:
        listed.takes(sample)
        known |= {name for name in _FACTS if getattr(sample, name) is not None}
    return known


def _features(modality: str, facts: list[str], classes: tuple[str, ...]) -> datasets.Features:
    import datasets

    text = datasets.Value("string")
    content = {"image": datasets.Image()} if modality == "image" else {"text": text}
    told = dict.fromkeys(facts, text)
    if classes:
        told["label"] = datasets.ClassLabel(names=list(classes))
    return datasets.Features({"id": text} | content | told)


def _write(corpus: Corpus, listed: Listed, features: datasets.Features, folder: Path) -> Path:
    """Write the rows as an Arrow stream, which is what such datasets are mapped from."""
    import pyarrow as pa

    file = folder / "data.arrow"
    schema = features.arrow_schema
    numbers = {name: i for i, name in enumerate(listed.classes)}
    rows: list[dict[str, Any]] = []
    held = 0
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
        for row, size in _rows(corpus, listed, list(features), numbers):
            rows.append(row)
            held += size
            if held >= _BATCH_BYTES or len(rows) == _BATCH_ROWS:
                stream.write_batch(pa.RecordBatch.from_pylist(rows, schema))
                rows, held = [], 0
        stream.write_batch(pa.RecordBatch.from_pylist(rows, schema))
    return file


def _rows(
    corpus: Corpus, listed: Listed, columns: list[str], numbers: dict[str, int]
) -> Iterator[tuple[dict[str, Any], int]]:
    """Row and size of each sample of the split."""
    from datakit.curation.torch_dataset_items import content_of, read_sample

    for sample in filter(listed.wants, corpus):
        data = read_sample(corpus, sample)
        row: dict[str, Any] = {name: getattr(sample, name, None) for name in columns}
        row["id"] = sample.sample_id
        if "image" in row:
            row["image"] = {"bytes": data, "path": PurePosixPath(sample.path).name}
        else:
            row["text"] = content_of(corpus.modality, sample, data).value
        if sample.label is not None:
            row["label"] = numbers[sample.label]
        yield row, len(data)
