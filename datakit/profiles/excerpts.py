"""Pieces of the documents that reports show, with the spans that make them an issue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datakit.corpora.corpus import Corpus, shards
from datakit.executors.executor import Executor, Watch
from datakit.measures.modality import UndecodableError, modality
from datakit.profiles.embedding import Subset
from datakit.profiles.files import atomic
from datakit.sample import Sample

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from datakit.profiles.profile import Embeddings, Profile

__all__ = ["Excerpt", "ExcerptTask", "excerpt_schema", "shown_texts", "write_excerpts"]

PER_ISSUE = 24
GROUPS = 12
PER_GROUP = 2
ON_MAP = 1_000
WINDOW = 320
"""Characters of an excerpt around the first span."""

COPY_WINDOW = 1_200
"""Characters that are kept of duplicates, which are shown side by side."""

HEAD = 140
"""Characters shown of a document on the map, under the name of no issue ("")."""

_SHARD = 256
_MAX_SPANS = 12
_GROUPED = ("exact_duplicate", "near_duplicate", "label_conflict", "split_leak")
_WITHOUT_SPANS = 20_000_000  # characters: longer documents are shown by their beginning

Excerpt = tuple[str, str, str, list[list[int]]]
"""sample_id, issue, text, spans in it."""


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
        issue = str(name)
        if part["group"].notna().any():
            groups = part["group"].drop_duplicates().head(GROUPS)
            members = part[part["group"].isin(groups)].groupby("group")["sample_id"]
            show(members.head(PER_GROUP), issue)
        else:
            badness = (part["value"] - part["threshold"]).abs()
            order = part.assign(badness=badness).sort_values(
                ["badness", "sample_id"], ascending=[False, True], kind="stable"
            )
            show(order["sample_id"].head(PER_ISSUE), issue)
    if embeddings is not None:
        embedded = rows[rows["sample_id"].isin(set(embeddings.sample_ids))]
        first = embedded.sort_values(["content_hash", "sample_id"])["sample_id"]
        show(first.head(ON_MAP), "")
    return shown


@dataclass
class ExcerptTask:
    """Excerpts of a shard of documents."""

    corpus: Corpus
    shown: dict[str, list[str]]

    def __call__(self, shard: list[Sample], watch: Watch) -> list[Excerpt]:
        """Decode and cut; a document that cannot be read any more has no excerpt."""
        decode = modality(self.corpus.modality).decode
        found: list[Excerpt] = []
        for position, sample in enumerate(shard):
            if position in watch.lost:
                continue
            watch.start(position)
            try:
                text = decode(self.corpus.read(sample))
            except (UndecodableError, OSError):
                continue
            for issue in self.shown[sample.sample_id]:
                found.append((sample.sample_id, issue, *cut(text, issue)))
        watch.start(-1)
        return found


def cut(text: str, issue: str) -> tuple[str, list[list[int]]]:
    """The piece of a document that shows an issue, and the spans in it.

    Parameters
    ----------
    text
        The document.
    issue
        Name of the issue; "" for the beginning.
    """
    if issue == "":
        return text[:HEAD].strip(), []
    if issue in _GROUPED:
        return text[:COPY_WINDOW], []
    locate = _locators().get(issue)
    spans = sorted(locate(text)) if locate is not None and len(text) < _WITHOUT_SPANS else []
    if not spans:
        return text[:WINDOW], []
    begin = max(0, spans[0][0] - WINDOW // 4)
    end = begin + WINDOW
    inside = [
        [max(a, begin) - begin, min(b, end) - begin] for a, b in spans if a < end and b > begin
    ]
    return text[begin:end], inside[:_MAX_SPANS]


def _locators() -> dict[str, Callable[[str], Sequence[tuple[int, int]]]]:
    from datakit.measures.text_boilerplate import locate_boilerplate
    from datakit.measures.text_gibberish import locate_gibberish
    from datakit.measures.text_markup import locate_markup
    from datakit.measures.text_mojibake import locate_mojibake
    from datakit.measures.text_pii import find_pii
    from datakit.measures.text_secrets import find_secrets

    return {
        "mojibake": locate_mojibake,
        "markup_residue": locate_markup,
        "boilerplate": locate_boilerplate,
        "gibberish": locate_gibberish,
        "pii": lambda text: [(span.start, span.end) for span in find_pii(text)],
        "secret": lambda text: [(span.start, span.end) for span in find_secrets(text)],
        "truncated": lambda text: [(max(0, len(text.rstrip()) - 40), len(text.rstrip()))],
    }


def excerpt_schema() -> pa.Schema:
    """Columns of excerpts.parquet."""
    import pyarrow as pa

    spans = pa.list_(pa.list_(pa.int64()))
    kinds = [pa.string(), pa.string(), pa.string(), spans]
    return pa.schema(list(zip(("sample_id", "issue", "text", "spans"), kinds, strict=True)))


def write_excerpts(profile: Profile, corpus: Corpus, executor: Executor) -> None:
    """Write excerpts.parquet of the shown samples.

    Parameters
    ----------
    profile
        With rows and issues.
    corpus, executor
        Where the documents are, and who reads them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = shown_texts(profile.rows, profile.issues, profile.embeddings)
    found: list[Any] = []
    if shown:
        chosen = Subset(corpus, set(shown))
        for made in executor.map(ExcerptTask(corpus, shown), shards(chosen, _SHARD)):
            found += made
    names = excerpt_schema().names
    # What cannot be stored as UTF-8 (lone surrogates) is shown as a replacement character.
    rows = [dict(zip(names, (i, n, _valid(t), s), strict=True)) for i, n, t, s in found]
    rows.sort(key=lambda row: (row["issue"], row["sample_id"]))
    table = pa.Table.from_pylist(rows, schema=excerpt_schema())
    with atomic(profile.path / "excerpts.parquet") as temporary:
        pq.write_table(table, temporary, compression="zstd")


def _valid(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
