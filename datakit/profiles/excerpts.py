"""Pieces of the documents that reports show, with the spans that make them an issue.

Personal data and secrets are blanked before anything is kept, so that a profile holds none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datakit.corpora.corpus import Corpus, shards
from datakit.executors.executor import Executor, Watch
from datakit.measures.modality import UndecodableError, modality
from datakit.profiles.embedding import Subset
from datakit.profiles.excerpt_spans import Masked, Spans, locators
from datakit.profiles.files import atomic
from datakit.profiles.line_examples import KEPT, LINE_ISSUE, lines_of, wanted_lines, write_lines
from datakit.profiles.shown_texts import shown_texts
from datakit.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa

    from datakit.measures.text_contamination import Against
    from datakit.profiles.profile import Profile

__all__ = [
    "Excerpt",
    "ExcerptTask",
    "excerpt_schema",
    "merge_excerpts",
    "write_excerpts",
]

WINDOW = 320
"""Characters of an excerpt around the first span."""

COPY_WINDOW = 20_000
"""Characters that are kept of duplicates, which are compared word by word."""

HEAD = 120
"""Characters shown of a document on the map, under the name of no issue ("")."""

_WIDE = "\u2e80"  # from here on characters are twice as wide
_SHARD = 256
_MAX_SPANS = 40
_COMMON = 20_000  # shared lines that are marked where they are shown
_MOST = 2_000_000
"""Characters of a document that are looked at: what is behind them is not shown."""

Excerpt = tuple[str, str, str, list[list[int]]]
"""sample_id, issue, text, spans in it."""


@dataclass
class ExcerptTask:
    """Excerpts of a shard of documents.

    Parameters
    ----------
    corpus
        Reads the documents.
    shown
        sample_id -> the issues that it is shown for.
    grouped
        The issues whose documents are compared with each other.
    lines
        sample_id -> hashes of the lines that are taken from it.
    common
        Hashes of lines that many documents share.
    against
        Evaluation items, where they are at hand.
    """

    corpus: Corpus
    shown: Mapping[str, Sequence[str]]
    grouped: frozenset[str] = frozenset()
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    common: frozenset[int] = frozenset()
    against: Against | None = None

    def __call__(self, shard: list[Sample], watch: Watch) -> list[Excerpt]:
        """Decode and cut; a document that cannot be read any more has no excerpt."""
        decode = modality(self.corpus.modality).decode
        locate = locators(self.against)
        found: list[Excerpt] = []
        for position, sample in enumerate(shard):
            if position in watch.lost:
                continue
            watch.start(position)
            try:
                text = decode(self.corpus.read(sample))
            except (UndecodableError, OSError):
                continue
            found += self._cut(sample.sample_id, text[:_MOST], locate)
        watch.start(-1)
        return found

    def _cut(
        self, sample_id: str, text: str, locate: Mapping[str, Callable[[str], Spans]]
    ) -> list[Excerpt]:
        issues, hashes = self.shown.get(sample_id, ()), self.lines.get(sample_id, ())
        if not any(issues) and not hashes:
            return [(sample_id, "", *_head(Masked(text[: 8 * HEAD]).text))]
        masked = Masked(text)
        made: list[Excerpt] = []
        for issue in issues:
            if issue == "":
                piece, spans = _head(masked.text)
            elif issue in self.grouped:
                piece, spans = masked.text[:COPY_WINDOW], []
            else:
                found = locate[issue](text) if issue in locate else []
                if issue == "boilerplate":
                    found = [*found, *((a, b) for _, a, b in lines_of(text, self.common))]
                piece, spans = cut(masked.text, masked.spans(found))
            made.append((sample_id, issue, piece, spans))
        for number, start, end in lines_of(text, hashes):
            line = masked.text[masked.place(start) : masked.place(end, end=True)][:WINDOW]
            made.append((sample_id, f"{LINE_ISSUE}{number}", line, []))
        return made


def _head(text: str) -> tuple[str, list[list[int]]]:
    return " ".join(text[: 4 * HEAD].split())[:HEAD], []


def cut(text: str, spans: Spans) -> tuple[str, list[list[int]]]:
    """The piece of a document around the first span, and the spans in it.

    Parameters
    ----------
    text
        The document.
    spans
        Sorted.

    Returns
    -------
    str, list of [begin, end]
        At most `WINDOW` characters, with "…" in the place of what is left out before and behind,
        and the spans relative to them.
    """
    first = spans[0][0] if spans else 0
    wide = sum(character >= _WIDE for character in text[first : first + WINDOW])
    window = WINDOW if 2 * wide < min(WINDOW, len(text) - first) else WINDOW * 5 // 8
    begin = max(0, min(first - window // 4, len(text) - window // 2))
    end = min(begin + window, len(text))
    before, behind = "…" * (begin > 0), "…" * (end < len(text))
    shift = len(before) - begin
    inside = [
        [max(a, begin) + shift, min(b, end) + shift] for a, b in spans if a < end and b > begin
    ]
    return before + text[begin:end] + behind, inside[:_MAX_SPANS]


def excerpt_schema() -> pa.Schema:
    """Columns of excerpts.parquet."""
    import pyarrow as pa

    spans = pa.list_(pa.list_(pa.int64()))
    kinds = [pa.string(), pa.string(), pa.string(), spans]
    return pa.schema(list(zip(("sample_id", "issue", "text", "spans"), kinds, strict=True)))


def write_excerpts(
    profile: Profile, corpus: Corpus, executor: Executor, against: Against | None = None
) -> None:
    """Write excerpts.parquet and shared_lines.parquet of the shown samples.

    Parameters
    ----------
    profile
        With rows and issues.
    corpus, executor
        Where the documents are, and who reads them.
    against
        The evaluation items that were looked for, so that they can be marked.
    """
    shown = shown_texts(profile.rows, profile.issues, profile.embeddings)
    issues = profile.issues
    grouped = frozenset(issues.loc[issues["group"].notna(), "issue"])
    common = wanted_lines(profile, _COMMON)
    lines = common.head(KEPT)
    hashes = {str(i): part["line_hash"].tolist() for i, part in lines.groupby("sample_id")}
    found: list[Excerpt] = []
    chosen = set(shown) | set(hashes)
    if chosen:
        marked = frozenset(common["line_hash"].tolist())
        task = ExcerptTask(corpus, shown, grouped, hashes, marked, against)
        for made in executor.map(task, shards(Subset(corpus, chosen), _SHARD)):
            found += made
    # What cannot be stored as UTF-8 (lone surrogates) is shown as a replacement character.
    rows = [(i, issue, _valid(text), spans) for i, issue, text, spans in found]
    texts = {issue: text for _, issue, text, _ in rows if issue.startswith(LINE_ISSUE)}
    write_lines(profile, lines, {int(k.removeprefix(LINE_ISSUE)): t for k, t in texts.items()})
    _write(profile, [row for row in rows if row[1] not in texts])


def _write(profile: Profile, excerpts: list[Excerpt]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = excerpt_schema().names
    excerpts.sort(key=lambda row: (row[1], row[0]))
    rows = [dict(zip(names, row, strict=True)) for row in excerpts]
    table = pa.Table.from_pylist(rows, schema=excerpt_schema())
    with atomic(profile.path / "excerpts.parquet") as temporary:
        pq.write_table(table, temporary, compression="zstd")


def _valid(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def merge_excerpts(profiles: Sequence[Profile], merged: Profile) -> None:
    """Write the excerpts of a merged profile from those of its parts.

    A sample that is shown for an issue that only the whole has (a copy in another part) is shown
    by what its part kept of it, or not at all.

    Parameters
    ----------
    profiles
        The parts.
    merged
        With rows and issues.
    """
    from datakit.profiles.line_examples import read_lines

    shown = shown_texts(merged.rows, merged.issues, merged.embeddings)
    kept: dict[str, dict[str, tuple[str, list[list[int]]]]] = {}
    texts: dict[int, str] = {}
    for profile in profiles:
        for row in profile.excerpts.to_dict("records"):
            spans = [[int(a), int(b)] for a, b in row["spans"]]
            kept.setdefault(str(row["sample_id"]), {})[str(row["issue"])] = (row["text"], spans)
        known = read_lines(profile)
        texts |= dict(zip(known["line_hash"].tolist(), known["text"], strict=True))
    excerpts: list[Excerpt] = []
    for sample_id, issues in shown.items():
        known_of = kept.get(sample_id, {})
        for issue in issues:
            if issue in known_of:
                excerpts.append((sample_id, issue, *known_of[issue]))
            elif known_of and issue:
                longest = max(known_of.values(), key=lambda piece: (len(piece[0]), piece[0]))
                excerpts.append((sample_id, issue, longest[0], []))
    write_lines(merged, wanted_lines(merged), texts)
    _write(merged, excerpts)
