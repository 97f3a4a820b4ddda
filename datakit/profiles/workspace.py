"""The folder in which a profile grows, hidden beside its destination until it is whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.errors import ProfileError
from datakit.profiles.files import write_json

__all__ = ["Workspace", "workspace"]


class Workspace:
    """Parts of an unfinished profile, kept when a run is interrupted.

    Parameters
    ----------
    out
        Where the finished profile goes.
    path
        The hidden folder beside it.
    """

    def __init__(self, out: Path, path: Path) -> None:
        self.out, self.path = out, path

    def folder(self, name: str) -> Path:
        """A sub-folder for parts."""
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder

    def publish(self) -> None:
        """Put the finished profile in the place of the earlier one."""
        for name in ("parts", "embedded", "run.json"):
            entry = self.path / name
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
        old = self.out.with_name(f".{self.out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if self.out.exists():
            os.replace(self.out, old)
        os.replace(self.path, self.out)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def workspace(out: Path, run: dict[str, object], corpus: Path | None) -> Iterator[Workspace]:
    """Open the workspace of a profile; parts of an earlier run with the same settings stay.

    Parameters
    ----------
    out
        Where the finished profile goes.
    run
        What the parts depend on; parts that were made with something else are removed.
    corpus
        The corpus's folder, which nothing may be written into; None when it is no local path.

    Raises
    ------
    ProfileError
        `out` lies inside the corpus, is something else than a profile, cannot be written, or
        another run is at work on it.
    """
    out = Path(os.path.abspath(out))
    if corpus is not None and out.is_relative_to(os.path.abspath(corpus)) and corpus.is_dir():
        raise ProfileError(
            f"--out {out} lies inside the corpus {corpus}, and nothing is written there: "
            "give a folder outside of it"
        )
    old = out.with_name(f".{out.name}.old")
    if old.exists() and not out.exists():
        os.replace(old, out)  # a run was killed between two renames
    if out.exists() and not (out / "manifest.json").exists() and not _empty(out):
        raise ProfileError(
            f"--out {out} exists and is not a profile: give another folder, or remove it"
        )
    path = out.with_name(f".{out.name}.partial")
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise ProfileError(f"--out {out} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ProfileError(
                f"another run is writing {out}: wait for it, or give another --out"
            ) from None
        _start(path, run)
        yield Workspace(out, path)
    finally:
        path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
        os.close(lock)


def _empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _start(path: Path, run: dict[str, object]) -> None:
    import json

    marker = path / "run.json"
    try:
        same = json.loads(marker.read_text(encoding="utf-8")) == run
    except (OSError, ValueError):
        same = False
    for entry in path.iterdir():
        if same and entry.name in ("parts", "embedded", "run.json"):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not same:
        write_json(marker, run)
    for leftover in path.rglob(".*.tmp-*"):
        leftover.unlink()
