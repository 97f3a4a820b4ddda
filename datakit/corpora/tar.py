"""Tar shards in WebDataset layout: members of one key are one sample. Nothing is extracted."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datakit.corpora.kinds import IMAGES
from datakit.corpora.layout import normal_split, printable
from datakit.corpora.tar_texts import NOT_FOLLOWED, TextMembers, member_key, tar_modality
from datakit.sample import Sample

__all__ = ["Tar"]

_MAX_MEMBER = 2**29
_MAX_TEXT = 64 * 1024


class Tar:
    """Images or texts in tar files; a plain tar is read in place, a compressed one front to back.

    Members that are text beside no image at all are documents; beside images they are captions.

    Parameters
    ----------
    location
        A tar file, or a folder of them.
    files
        The tar files.
    text_column
        The field of .json and .jsonl members that is the text; None to find it by its name.
    """

    def __init__(self, location: str, files: list[Path], text_column: str | None = None) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self.files = sorted(files, key=lambda file: file.name + "/")
        self.text_column = text_column
        kinds = (tar_modality(file) for file in self.files)
        self.modality = next((kind for kind in kinds if kind is not None), "image")
        self._length: int | None = None
        self._open: tuple[str, tarfile.TarFile] | None = None

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_open": None}

    def __len__(self) -> int:
        if self._length is None:
            self._length = sum(1 for _ in self)
        return self._length

    def __iter__(self) -> Iterator[Sample]:
        notes: Counter[str] = Counter()
        for file in self.files:
            yield from self.samples_of(file, notes)
        self.notes = dict(sorted(notes.items()))

    def samples_of(self, file: Path, notes: Counter[str]) -> Iterator[Sample]:
        """Samples of one of the files, in the order of their ids.

        Parameters
        ----------
        file
            One of `files`.
        notes
            Counts what is no sample, and damage.
        """
        if self.modality == "text":
            yield from TextMembers(file, _is_plain(file), self.text_column, notes)
        else:
            yield from sorted(_samples(file, notes), key=lambda sample: sample.sample_id)

    def read(self, sample: Sample) -> bytes:
        """Bytes of one member."""
        if isinstance(sample.source, bytes):
            return sample.source
        if not isinstance(sample.source, tuple):
            raise OSError(sample.problem or "the sample carries no text")
        path, name, offset, size = sample.source
        if size > _MAX_MEMBER:
            raise OSError(f"member of {size} bytes, limit {_MAX_MEMBER}")
        if offset is not None:
            with open(path, "rb") as file:
                file.seek(offset)
                data = file.read(size)
            if len(data) < size:
                raise OSError("the tar file ends inside this member")
            return data
        try:
            return self._from_compressed(path, name)
        except (tarfile.TarError, EOFError, KeyError) as error:
            raise OSError(f"the tar file is damaged: {error}") from error

    def _from_compressed(self, path: str, name: str) -> bytes:
        if self._open is None or self._open[0] != path:
            self._open = (path, tarfile.open(path))  # noqa: SIM115 (kept for the next member)
        member = self._open[1].extractfile(name)
        if member is None:
            raise OSError("not a regular member")
        return member.read(_MAX_MEMBER)


def _is_plain(file: Path) -> bool:
    try:
        with file.open("rb") as raw:
            return raw.read(2) not in (b"\x1f\x8b", b"BZ", b"\xfd7")
    except OSError:
        return True  # the same error is told when the tar itself is opened


def _samples(file: Path, notes: Counter[str]) -> Iterator[Sample]:
    """Samples of one tar file; members beside an image tell its caption and label."""
    images: dict[str, list[Sample]] = {}
    told: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(file) as tar:
            plain = _is_plain(file)
            for member in tar:
                _take(member, tar, file, plain, images, told, notes)
    except (tarfile.TarError, OSError, EOFError) as error:
        notes[f"{file.name} is damaged, what comes after is not seen: {error}"] += 1
    for key, samples in images.items():
        facts = told.get(key, {})
        for sample in samples:
            yield Sample(
                sample.sample_id,
                sample.path,
                sample.source,
                sample.n_bytes,
                sample.mtime_ns,
                facts.get("label"),
                normal_split(facts.get("split")),
                facts.get("caption"),
                sample.problem,
                facts.get("language"),
                facts.get("date"),
            )


def _take(
    member: tarfile.TarInfo,
    tar: tarfile.TarFile,
    file: Path,
    plain: bool,
    images: dict[str, list[Sample]],
    told: dict[str, dict[str, Any]],
    notes: Counter[str],
) -> None:
    if member.isdir():
        return
    key, suffix = member_key(member.name)
    if suffix in IMAGES.suffixes:
        raw = member.name.encode("utf-8", "surrogateescape")
        name = f"{printable(file.name.encode('utf-8', 'surrogateescape'))}/{printable(raw)}"
        offset = member.offset_data if plain and not member.issparse() else None
        problem = None if member.isreg() else NOT_FOLLOWED
        stamp = file.stat().st_mtime_ns  # writers like to give every member the same time
        source = (str(file), member.name, offset, member.size)
        sample = Sample(name, name, source, member.size, stamp, problem=problem)
        images.setdefault(key, []).append(sample)
    elif suffix in (".txt", ".caption", ".cls", ".json") and member.isreg():
        pipe = tar.extractfile(member)
        if pipe is not None and member.size <= _MAX_TEXT:
            told.setdefault(key, {}).update(_facts(suffix, pipe.read()))
    else:
        notes["member that is not an image"] += 1


def _facts(suffix: str, data: bytes) -> dict[str, Any]:
    text = data.decode("utf-8", "replace").strip()
    if suffix in (".txt", ".caption"):
        return {"caption": text}
    if suffix == ".cls":
        return {"label": text}
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    facts: dict[str, Any] = {}
    if isinstance(fields, dict):
        for name, sources in (
            ("caption", ("caption", "text")),
            ("label", ("label", "class", "cls")),
            ("split", ("split",)),
            ("language", ("language", "lang")),
            ("date", ("date",)),
        ):
            value = next(
                (fields[s] for s in sources if isinstance(fields.get(s), (str, int))), None
            )
            if value is not None:
                facts[name] = str(value)
    return facts
