"""The samples on the page of a curated corpus: dropped, changed, augmented, copies of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from datakit.measures.text_pii_span import masked
from datakit.reports.curation_choice import Choice, Copies, Dropped, Group, Pair, Reason
from datakit.reports.curation_samples import Samples
from datakit.reports.visible import short_path, visible
from datakit.reports.word_diff import Piece, collapsed, differences, differs_in, tokens

__all__ = ["changes", "shown"]

_WINDOW = 8_000
"""Characters a side that are compared, from a little before the first difference."""

_BEFORE = 160
_MOST_CHARS = 1_600
_EXCERPT = 360
_WHOLE = 500
_NOTE = 300
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>")


def shown(choice: Choice, samples: Samples) -> dict[str, Any]:
    """Everything that the page shows of samples.

    Parameters
    ----------
    choice
        Which ones.
    samples
        Their pictures and texts.
    """
    return {
        "reasons": [_reason(reason, samples) for reason in choice.reasons],
        "n_reasons": choice.n_reasons,
        "changed": [
            {"name": name, "n": n, "pairs": [_pair(pair, samples) for pair in pairs]}
            for name, n, pairs in choice.changed
        ],
        "n_augmented": choice.n_augmented,
        "copies": [_copies(one, samples) for one in choice.copies],
        "n_groups": choice.n_groups,
        "groups": [_group(group, samples) for group in choice.groups],
    }


def changes(first: str, second: str) -> dict[str, Any]:
    """What became of a text: ``diff`` as in `collapsed`, or ``sides`` where words do not tell.

    Parameters
    ----------
    first, second
        Before and after.
    """
    begin = max(0, _n_same(first, second) - _BEFORE)
    if begin:
        begin = max(begin, first.find(" ", begin, begin + _BEFORE // 2))
    a, b = (text[begin : begin + _WINDOW] for text in (first, second))
    pieces = differences(a, b)
    is_cut = "".join("".join(words) for kind, words in pieces if kind != "+") != a
    if is_cut or len(first) > begin + _WINDOW or len(second) > begin + _WINDOW:
        # Behind the last words that are equal, only the ends of what was compared differ.
        last = max((i for i, piece in enumerate(pieces) if piece[0] == "="), default=-1)
        if any(kind != "=" for kind, _ in pieces[: last + 1]):
            pieces = pieces[: last + 1]
    if all(kind == "=" for kind, _ in pieces):
        return {"sides": [visible(a[:_WHOLE]), visible(b[:_WHOLE])]}
    told = _limited(collapsed(_blanked(_spaced(pieces, b))))
    if begin and told[0][0] == "…":
        told = told[1:]
    return {"diff": [["…", "the same"], *told] if begin else told}


def _n_same(first: str, second: str) -> int:
    """How many characters both begin with."""
    least = min(len(first), len(second))
    return next((i for i in range(least) if first[i] != second[i]), least)


def _spaced(pieces: list[Piece], second: str) -> list[Piece]:
    """White space that stood before a word that went stays with the word behind it."""
    words, at = tokens(second), 0
    made: list[Piece] = []
    for kind, own in pieces:
        is_behind = kind == "=" and made and made[-1][0] == "-"
        if is_behind and own[0] == own[0].lstrip() != words[at]:
            gone = made[-1][1]
            made[-1] = "-", [gone[0].lstrip(), *gone[1:]]
            own = [words[at], *own[1:]]
        at += len(own) if kind != "-" else 0
        made.append((kind, own))
    return made


def _blanked(pieces: list[Piece]) -> list[Piece]:
    """What a placeholder stands for now is hidden, also where only a cleaner could find it."""
    made = list(pieces)
    for i, (kind, words) in enumerate(pieces[:-1]):
        other, placed = pieces[i + 1]
        if (kind, other) == ("-", "+") and _PLACEHOLDER.search("".join(placed)):
            text = "".join(words)
            made[i] = kind, [text if "**" in text else masked(text.strip())]
    return made


def _limited(pieces: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The first pieces; a gap within what went is no gap of the other side."""
    kept: list[list[str]] = []
    left = _MOST_CHARS
    for i, (kind, text) in enumerate(pieces):
        if left <= 0:
            return [*kept, ["…", "and so on"]]
        beside = {piece[0] for piece in (*pieces[max(0, i - 1) : i], *pieces[i + 1 : i + 2])}
        inside = kind == "…" and len(beside) == 1 and beside <= {"-", "+"}
        kept.append([beside.pop(), f" … {text} … "] if inside else [kind, text])
        left -= len(text)
    return kept


def _reason(reason: Reason, samples: Samples) -> dict[str, Any]:
    return {
        "edit": reason.edit,
        "reason": visible(reason.reason)[:_NOTE],
        "n": reason.n,
        "items": [_dropped(sample, samples) for sample in reason.samples],
    }


def _dropped(sample: Dropped, samples: Samples) -> dict[str, Any]:
    item: dict[str, Any] = {
        "path": short_path(sample.path),
        "why": _note(sample.evidence),
        "picture": samples.picture("a", sample.sample_id),
    }
    if samples.modality == "text":
        issue = sample.evidence.split(":")[0]
        item["text"] = samples.excerpt(sample.sample_id, issue, _EXCERPT)
        item["lang"] = samples.language("a", sample.sample_id)
    return item


def _note(note: str) -> str:
    """A note on one line, its beginning."""
    return visible(" ".join(note.split()))[:_NOTE]


def _edits(pair: Pair) -> list[str]:
    return [_note(edit) for edit in pair.edits[:8]]


def _pair(pair: Pair, samples: Samples) -> dict[str, Any]:
    parent = pair.parents[0]
    item: dict[str, Any] = {
        "path": short_path(pair.path),
        "edits": _edits(pair),
        "a": samples.picture("a", parent, True),
        "b": samples.picture("b", pair.sample_id, True),
        "facts": [samples.facts("a", parent), samples.facts("b", pair.sample_id)],
    }
    if samples.modality == "text":
        item["lang"] = samples.language("b", pair.sample_id)
        item |= _texts(samples.text("a", parent), samples.text("b", pair.sample_id))
    return item


def _texts(first: str | None, second: str | None) -> dict[str, Any]:
    if second is None:
        return {}
    return {"text": visible(second[:_EXCERPT])} if first is None else changes(first, second)


def _copies(one: Copies, samples: Samples) -> dict[str, Any]:
    own = samples.text("b", one.original.sample_id)
    copies = []
    for copy in one.copies:
        item: dict[str, Any] = {
            "path": short_path(copy.path),
            "edits": [edit for edit in _edits(copy) if edit not in _edits(one.original)],
            "picture": samples.picture("b", copy.sample_id, True),
        }
        if samples.modality == "text":
            item |= _texts(own, samples.text("b", copy.sample_id))
        copies.append(item)
    return {
        "path": short_path(one.original.path),
        "n": one.n,
        "picture": samples.picture("b", one.original.sample_id, True),
        "lang": samples.language("b", one.original.sample_id),
        "copies": copies,
    }


def _group(group: Group, samples: Samples) -> dict[str, Any]:
    members = [
        {
            "path": short_path(path),
            "why": _note(why),
            "picture": samples.picture("a", sample_id),
            "facts": samples.facts("a", sample_id),
        }
        for path, sample_id, why in (
            (group.kept_path, group.kept_id, ""),
            *((d.path, d.sample_id, _beside(d.evidence, group.kept_path)) for d in group.dropped),
        )
    ]
    made: dict[str, Any] = {"n": group.n + 1, "members": members}
    if samples.modality == "text":
        made["lang"] = samples.language("a", group.kept_id)
        kept = samples.text("a", group.kept_id)
        first = samples.text("a", group.dropped[0].sample_id)
        if kept is not None and first is not None:
            told = differs_in(kept, first)
            made |= changes(first, kept) if told else {"text": visible(kept[:_EXCERPT])}
    return made


def _beside(evidence: str, kept: str) -> str:
    """What "copy of PATH (similarity 0.9), which is longer" says but for the path."""
    rest = evidence.removeprefix("copy of ").removeprefix(kept).strip(" ,")
    if rest.startswith("(similarity "):
        rest = rest.removeprefix("(").replace(")", "", 1)
    return rest.replace("which ", "the other ", 1)
