"""The folder in which a curated corpus grows, hidden beside its destination until it is whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datakit.errors import InputError
from datakit.profiles.files import write_json
from datakit.profiles.workspace import check_apart, locked

__all__ = ["Place", "check_out", "place"]

_KEPT = ("parts", "staged", "run.json")
"""What of an interrupted run is of use to the next one."""


class Place:
    """Parts of an unfinished curated corpus, kept when a run is interrupted.

    Parameters
    ----------
    out
        Where the finished corpus goes.
    path
        The hidden folder beside it.
    is_done
        The corpus is there already, made by the same run.
    run
        What the parts depend on.
    """

    def __init__(
        self, out: Path, path: Path, is_done: bool, run: dict[str, Any] | None = None
    ) -> None:
        self.out, self.path, self.is_done, self._run = out, path, is_done, run or {}

    @property
    def parts(self) -> Path:
        """Finished shards."""
        return self.path / "parts"

    @property
    def staged(self) -> Path:
        """Encoded samples that wait for their names."""
        return self.path / "staged"

    @property
    def data(self) -> Path:
        """The curated corpus itself."""
        return self.path / "corpus"

    def start(self) -> None:
        """Make the hidden folder; parts of an earlier run of the same kind stay in it.

        Raises
        ------
        InputError
            Nothing can be written there.
        """
        try:
            _start(self.path, self._run)
        except OSError as error:
            raise InputError(f"--out {self.out} cannot be written: {error.strerror}") from error

    def publish(self) -> None:
        """Put the finished corpus in its place."""
        os.replace(self.data, self.out)  # where an empty folder may be
        self.clear()

    def clear(self) -> None:
        """Remove the hidden folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def check_out(out: Path, corpus: Path | None) -> None:
    """Refuse a place that cannot be used, before anything is done.

    Parameters
    ----------
    out
        Where a curated corpus goes.
    corpus
        The folder or file that is curated; None when it is no path.

    Raises
    ------
    InputError
        `out` lies inside the corpus or holds it, is a file, or is a folder that holds something
        else than a curated corpus.
    """
    place = Path(os.path.realpath(out))
    if corpus is not None and corpus.exists():
        check_apart(place, Path(os.path.realpath(corpus)))
    if _key_of(place) is None:
        _refuse_taken(place)


def _refuse_taken(out: Path) -> None:
    try:
        taken = os.path.lexists(out) and not (out.is_dir() and not any(out.iterdir()))
    except OSError as error:
        raise InputError(f"--out {out} cannot be used: {error.strerror}") from error
    if taken:
        raise InputError(
            f"--out {out} exists, and nothing is overwritten: give another folder, or remove it"
        )


def _key_of(out: Path) -> Any:
    """What the curated corpus at a place was made by; None where there is none."""
    from datakit.corpora.curated import MARKER

    try:
        return json.loads((out / MARKER).read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def place(out: Path, key: dict[str, Any], code: str, corpus: Path | None) -> Iterator[Place]:
    """Open the place of a curated corpus; parts of an earlier run of the same plan stay.

    Parameters
    ----------
    out
        Where the corpus goes.
    key
        What a curated corpus depends on.
    code
        What its parts depend on beside that; parts that were made with something else go.
    corpus
        The folder or file that is curated; None when it is no path.

    Raises
    ------
    InputError
        `out` cannot be used (see `check_out`), was made by another plan, or another run is at
        work on it.
    """
    out = Path(os.path.realpath(out))
    check_out(out, corpus)
    path = out.with_name(f".{out.name}.partial")
    with locked(out, path.with_name(f"{path.name}.lock")):
        made_by = _key_of(out)
        if made_by == key:
            work = Place(out, path, is_done=True)
            work.clear()  # a run may have been killed just after it had finished
            yield work
            return
        if made_by is not None:
            raise InputError(
                f"--out {out} was curated by another plan, and nothing is overwritten: give "
                "another folder, or remove it"
            )
        _refuse_taken(out)
        yield Place(out, path, is_done=False, run={"key": key, "code": code})


def _start(path: Path, run: dict[str, Any]) -> None:
    path.mkdir(exist_ok=True)
    marker = path / "run.json"
    try:
        same = json.loads(marker.read_text(encoding="utf-8")) == run
    except (OSError, ValueError):
        same = False
    for entry in path.iterdir():
        if same and entry.name in _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not same:
        write_json(marker, run)
    for name in ("parts", "staged", "corpus"):
        (path / name).mkdir(exist_ok=True)
