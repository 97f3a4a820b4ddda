"""Texts in a tar file: .txt members, the text field of .json members, the lines of .jsonl ones."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from datakit.corpora.jsonl import HEAD_LINES, LINE_LIMIT, head_of_lines, lines, rows_of
from datakit.corpora.kinds import IMAGES, TEXTS
from datakit.corpora.layout import printable, split_of_file
from datakit.corpora.streams import BLOCK, Utf8Stream
from datakit.corpora.text_columns import (
    NO_FACTS,
    Facts,
    Row,
    choose_columns,
    facts_of,
    other_columns,
)
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["NOT_FOLLOWED", "TextMembers", "member_key", "tar_modality"]

NOT_FOLLOWED = "link or device in a tar file, not followed"
"""The problem of a member that is no regular file."""

_JSON = ".json"
_LINES = (".jsonl", ".ndjson")
_READ = (*TEXTS.suffixes, _JSON, *_LINES)
_MAX_FACTS = 64 * 1024
_JUDGED = 1000  # members after which a tar without an image is taken to have none


def member_key(name: str) -> tuple[str, str]:
    """Key and suffix of a member, as in WebDataset: the key ends at the first dot of the name."""
    folder, _, base = name.rpartition("/")
    stem, dot, ending = base.partition(".")
    return f"{folder}/{stem}", "." + ending.rpartition(".")[2].lower() if dot else ""


def tar_modality(file: Path) -> str | None:
    """What a tar file holds, "image" or "text", by its first members; None for neither."""
    found = None
    try:
        with tarfile.open(file) as tar:
            for member in islice(tar, _JUDGED):
                _, suffix = member_key(member.name)
                if suffix in IMAGES.suffixes:
                    return "image"
                if suffix in _READ:
                    found = "text"
    except (tarfile.TarError, OSError, EOFError):
        pass  # what is damaged is told when it is listed
    return found


@dataclass(frozen=True, slots=True)
class _Member:
    """One member that holds texts; `data` is its content where the tar is compressed."""

    info: tarfile.TarInfo
    name: str
    key: str
    suffix: str
    data: bytes | None

    @property
    def order(self) -> str:
        """What its samples' ids begin with."""
        return self.name + "#" if self.suffix in _LINES else self.name


class TextMembers:
    """Documents of one tar file, in the order of their ids.

    Members of a plain tar are read when their turn comes. Those of a compressed one are held
    until then, for it can only be read from front to back.

    Parameters
    ----------
    file
        The tar file.
    plain
        Whether it is not compressed.
    text_column
        The field of .json and .jsonl members that is the text; None to find it by its name.
    notes
        Counts what is no text, and damage.
    """

    def __init__(
        self, file: Path, plain: bool, text_column: str | None, notes: Counter[str]
    ) -> None:
        self._file, self._plain = file, plain
        self._text_column, self._notes = text_column, notes
        self._facts: dict[str, Facts] = {}

    def __iter__(self) -> Iterator[Sample]:
        try:
            with tarfile.open(self._file) as tar:
                yield from self._samples(tar)
        except (tarfile.TarError, OSError, EOFError) as error:
            self._damaged(error)

    def _damaged(self, error: Exception) -> None:
        reason = f"{self._file.name} is damaged, what comes after is not seen: {error}"
        self._notes[reason] += 1

    def _samples(self, tar: tarfile.TarFile) -> Iterator[Sample]:
        members: list[_Member] = []
        try:
            for info in tar:
                if not info.isdir():
                    members += self._member(info, tar)
        except (tarfile.TarError, OSError, EOFError) as error:
            self._damaged(error)
        texts = {member.key for member in members if member.suffix in TEXTS.suffixes}
        for member in sorted(members, key=lambda member: member.order):
            if member.suffix in TEXTS.suffixes:
                yield self._document(member)
            elif member.suffix != _JSON or member.key not in texts:
                yield from self._records(member, tar)

    def _member(self, info: tarfile.TarInfo, tar: tarfile.TarFile) -> list[_Member]:
        """The member if it holds texts; what it tells of its key is kept."""
        key, suffix = member_key(info.name)
        known = self._facts.get(key, NO_FACTS)
        pipe = tar.extractfile(info) if info.isreg() else None
        if suffix == ".cls" and pipe is not None and info.size <= _MAX_FACTS:
            label = pipe.read().decode("utf-8", "replace").strip()
            self._facts[key] = (label, *known[1:])
            return []
        if suffix not in _READ:
            self._notes["member that is not a text"] += 1
            return []
        data = None
        if pipe is not None and not self._plain and info.size <= LINE_LIMIT:
            data = pipe.read()
        if pipe is not None and suffix == _JSON and info.size <= _MAX_FACTS:
            told = _told(pipe.read() if data is None else data)
            self._facts[key] = (known[0] or told[0], *told[1:])
        name = printable(info.name.encode("utf-8", "surrogateescape"))
        return [_Member(info, name, key, suffix, data)]

    def _name(self, member: _Member) -> str:
        return f"{printable(self._file.name.encode('utf-8', 'surrogateescape'))}/{member.name}"

    def _problem(self, member: _Member) -> str | None:
        if not member.info.isreg():
            return NOT_FOLLOWED
        streamed = self._plain and member.suffix != _JSON
        if member.info.size > LINE_LIMIT and not streamed:
            return f"member of {member.info.size} bytes, limit {LINE_LIMIT}"
        return None

    def _document(self, member: _Member) -> Sample:
        """A .txt member; that of a compressed tar carries its text."""
        info, name = member.info, self._name(member)
        source: object = member.data
        if source is None:
            offset = None if info.issparse() else info.offset_data
            source = (str(self._file), info.name, offset, info.size)
        label, split, language, date = self._facts.get(member.key, NO_FACTS)
        return Sample(
            name,
            name,
            source,
            info.size,
            self._file.stat().st_mtime_ns,  # writers like to give every member the same time
            label,
            split or split_of_file(member.name),
            problem=self._problem(member),
            language=language,
            date=date,
        )

    def _records(self, member: _Member, tar: tarfile.TarFile) -> Iterator[Sample]:
        """The one document of a .json member, or those of the lines of a .jsonl member."""
        told = self._facts.get(member.key, NO_FACTS)
        for row, (text, problem, facts) in enumerate(self._rows(member, tar)):
            name = self._name(member)
            if member.suffix in _LINES:
                name = f"{name}#{row:09d}"
            label, split, language, date = (a or b for a, b in zip(facts, told, strict=True))
            yield Sample(
                name,
                name,
                text,
                None if text is None else len(text),
                label=label,
                split=split or split_of_file(member.name),
                problem=problem,
                language=language,
                date=date,
            )

    def _rows(self, member: _Member, tar: tarfile.TarFile) -> Iterator[Row]:
        problem = self._problem(member)
        if problem is not None:
            yield None, problem, NO_FACTS
            return
        pipe = tar.extractfile(member.info) if member.data is None else io.BytesIO(member.data)
        assert pipe is not None  # the member is a regular file
        with io.BufferedReader(Utf8Stream(pipe.read, pipe.close), BLOCK) as stream:
            found = iter([stream.read()]) if member.suffix == _JSON else lines(stream)
            head = list(islice(found, HEAD_LINES))
            if not head:
                self._notes["member without records"] += 1
                return
            try:
                judged = head_of_lines(member.name, head)
                columns = choose_columns(member.name, judged, self._text_column)
            except CorpusError as error:
                yield None, str(error), NO_FACTS
                return
            yield from rows_of(chain(head, found), columns, self._notes)


def _told(data: bytes) -> Facts:
    """What a .json member says of the text of the same key."""
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return NO_FACTS
    if not isinstance(record, dict):
        return NO_FACTS
    return facts_of(*(name and record[name] for name in other_columns(list(record))))
