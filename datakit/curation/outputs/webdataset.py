"""WebDataset tar shards: the members of one key are one sample."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from datakit.corpora.metadata import find_column
from datakit.curation.outputs.fields import FACTS, facts_of, fill, json_line, split_name
from datakit.curation.outputs.output import Output, Source, Written

__all__ = ["write_webdataset"]

_SHARD_SAMPLES = 10_000
_SHARD_BYTES = 256 * 2**20
_MOST_TOLD = 48 * 1024
"""Bytes of what is told of an image in one member."""


def write_webdataset(source: Source, root: Path) -> Iterator[Written]:
    """Write ``train-000000.tar``, ...: images with .cls, .txt and .json, or texts as .json."""
    shards: dict[str, _Shards] = {}
    members = _image if source.modality == "image" else _text
    try:
        for output in source.outputs():
            split = split_name(output.outcome)
            if split not in shards:
                shards[split] = _Shards(root, split)
            name = shards[split].add(members(output, source))
            yield Written(name, name, output.outcome)
    finally:
        for open_shards in shards.values():
            open_shards.close()


def _image(output: Output, source: Source) -> list[tuple[str, bytes]]:
    outcome = output.outcome
    facts = facts_of(outcome, "image")
    members = [(outcome.suffix or ".jpg", output.data())]
    # Readers want the same members of every sample, and a number in .cls.
    n = source.counts.get("")
    if outcome.label is not None and source.counts.get("label of digits") == n:
        members.append((".cls", outcome.label.encode()))
    if outcome.caption is not None and source.counts.get("caption") == n:
        members.append((".txt", outcome.caption.encode()))
    told = json_line(dict(output.record) | facts).encode()
    if len(told) > _MOST_TOLD:  # a reader would leave out the facts with all the rest
        members.append((".record.json", told))
        told = json_line({name: facts[name] for name in facts if name != "caption"}).encode()
    return [*members, (".json", told)]


def _text(output: Output, source: Source) -> list[tuple[str, bytes]]:
    record = dict(output.record) | {source.text_column: output.data().decode()}
    others = [name for name in record if name != source.text_column]
    columns = {fact: find_column(others, known) or usual for fact, (usual, known) in FACTS.items()}
    fill(record, facts_of(output.outcome, "text"), columns)
    return [(".json", json_line(record).encode())]


class _Shards:
    """The shards of one split; a new one is begun when the last one is full."""

    def __init__(self, root: Path, split: str) -> None:
        self._root, self._split = root, split
        self._number = self._samples = self._bytes = 0
        self._tar: tarfile.TarFile | None = None

    def add(self, members: list[tuple[str, bytes]]) -> str:
        """Take a sample; returns the name that the corpus will give it."""
        if self._samples >= _SHARD_SAMPLES or self._bytes >= _SHARD_BYTES:
            self.close()
            self._number, self._samples, self._bytes = self._number + 1, 0, 0
        name = f"{self._split}-{self._number:06d}.tar"
        if self._tar is None:
            self._tar = tarfile.open(self._root / name, "w")  # noqa: SIM115 (closed when full)
        key = f"{self._samples:06d}"
        for suffix, data in members:
            member = tarfile.TarInfo(key + suffix)  # no time, owner or mode of this machine
            member.size = len(data)
            self._tar.addfile(member, io.BytesIO(data))
            self._bytes += len(data)
        self._samples += 1
        return f"{name}/{key}{members[0][0]}"

    def close(self) -> None:
        """End the shard."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None
