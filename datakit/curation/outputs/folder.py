"""A folder of files: the paths that samples had, labels and splits in their folders or metadata."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from datakit.corpora.curated import OWN
from datakit.corpora.kinds import KINDS
from datakit.corpora.layout import label_and_split
from datakit.corpora.metadata import METADATA_NAMES
from datakit.curation.outputs.fields import Fields, facts_of, fill, json_line
from datakit.curation.outputs.names import Names, fits, flat, own_path, plain, shown
from datakit.curation.outputs.output import Output, Source, Written

__all__ = ["write_folder"]

_UNKNOWN = {"image": ".jpg", "text": ".txt"}
"""Suffix of what neither name nor bytes show to be a sample: only a manifest said that it is."""


def write_folder(source: Source, root: Path) -> Iterator[Written]:
    """Put the outputs at their paths; what these do not tell goes into metadata.jsonl.

    What is unchanged, or changed in the same format, has its own path; what is written in another
    format has that with the new suffix; copies are called ``stem~1.png``.
    """
    fields = Fields(source, ("file_name",))
    paths = _paths(source, fields)
    made: set[str] = set()
    with (root / "metadata.jsonl").open("w", encoding="utf-8") as metadata:
        for output, path in zip(source.outputs(), paths, strict=True):
            folder = path.rpartition("/")[0]
            if folder not in made:
                os.makedirs(root / folder, exist_ok=True)
                made.add(folder)
            _place(output.staged, f"{root}/{path}")
            told = _told(output, path, fields, source.modality)
            if told:
                metadata.write(json_line({"file_name": path} | told) + "\n")
            name = shown(path)
            yield Written(name, name, output.outcome)
    if not os.path.getsize(root / "metadata.jsonl"):
        (root / "metadata.jsonl").unlink()


def _paths(source: Source, fields: Fields) -> list[str]:
    """Where each output goes: first those that can stay where they were, copies last."""
    wanted = [_wanted(output, n, source, fields) for n, output in enumerate(source.outputs())]
    names = Names(OWN | frozenset(METADATA_NAMES))
    found = [""] * len(wanted)
    for rank in _Rank:
        for number, one in enumerate(wanted):
            if one.rank == rank:
                stays = rank <= _Rank.SAME_FORMAT and names.keep(one.path)
                found[number] = one.path if stays else names.give(one.path, one.suffix, one.mark)
    return found


class _Rank(IntEnum):
    UNCHANGED, SAME_FORMAT, OTHER_NAME, COPY = range(4)


class _Wanted(NamedTuple):
    path: str
    suffix: str
    mark: str
    rank: _Rank


def _wanted(output: Output, number: int, source: Source, fields: Fields) -> _Wanted:
    """The path that an output would have, were it alone."""
    outcome = output.outcome
    suffix = outcome.suffix or _UNKNOWN[source.modality]
    path = own_path(outcome.path, suffix) or f"{number:09d}{suffix}"
    path = flat(path, outcome.label, outcome.split)
    if plain(path) != path and _told(output, path, fields, source.modality):
        path = plain(path)
    seen = KINDS[source.modality].is_named(path)
    if not seen and (source.modality == "text" or not outcome.suffix):
        path += suffix
    if output.mark:
        rank = _Rank.COPY
    elif not fits(path) or (outcome.changed and not path.lower().endswith(suffix)):
        rank = _Rank.OTHER_NAME
    else:
        rank = _Rank.SAME_FORMAT if outcome.changed else _Rank.UNCHANGED
    return _Wanted(path, suffix, output.mark, rank)


def _place(staged: str, target: str) -> None:
    """Linked rather than moved: a run that is killed here still has what it staged."""
    try:
        os.link(staged, target)
    except OSError:
        shutil.copyfile(staged, target)


def _told(output: Output, path: str, fields: Fields, modality: str) -> dict[str, Any]:
    """What is told of a sample that its path does not tell."""
    outcome = output.outcome
    label, split = label_and_split(shown(path))
    known = {"label": label, "split": split}
    facts = facts_of(outcome, modality)
    new = {name: value for name, value in facts.items() if known.get(name) != value}
    told = fields.own(output)
    fill(told, new, fields.facts)
    return {name: value for name, value in told.items() if value is not None}
