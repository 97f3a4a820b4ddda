"""The folder in which a profile grows, hidden beside its destination until it is whole."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.errors import ProfileError
from datakit.profiles.files import write_json

__all__ = ["Workspace", "check_apart", "locked", "workspace"]

_ENTRIES = frozenset(
    (
        "comparison.json",
        "embeddings",
        "excerpts.parquet",
        "issues.parquet",
        "manifest.json",
        "report.html",
        "rows",
        "scores.json",
        "shared_lines.parquet",
        "stamps.parquet",
        "thumbnails.parquet",
    )
)
"""What a profile consists of."""


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
        `out` lies inside the corpus or holds it, is something else than a profile, cannot be
        written, or another run is at work on it.
    """
    out = Path(os.path.realpath(out))
    if corpus is not None and corpus.is_dir():
        check_apart(out, Path(os.path.realpath(corpus)))
    old = out.with_name(f".{out.name}.old")
    for folder in (out, old):
        if folder.exists() and not _is_profile(folder) and not _empty(folder):
            raise ProfileError(
                f"--out {folder} exists and is not a profile, or holds more than one: give another "
                "folder, or remove it"
            )
    if old.exists() and not out.exists():
        os.replace(old, out)  # a run was killed between two renames
    path = out.with_name(f".{out.name}.partial")
    with locked(out, path.with_name(f"{path.name}.lock")):
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise ProfileError(f"--out {out} cannot be written: {error.strerror}") from error
        _start(path, run)
        yield Workspace(out, path)


@contextmanager
def locked(out: Path, file: Path) -> Iterator[None]:
    """Hold a lock file while the block runs; whoever holds it removes it."""
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(file, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as error:
            raise ProfileError(f"--out {out} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise ProfileError(
                f"another run is writing {out}: wait for it, or give another --out"
            ) from None
        # The one before may have removed the file between our opening and locking it.
        with contextlib.suppress(OSError):
            if os.fstat(lock).st_ino == os.stat(file).st_ino:
                break
        os.close(lock)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(lock)


def check_apart(out: Path, corpus: Path) -> None:
    """Refuse to write into a corpus, or over a folder that holds it."""
    if out.is_relative_to(corpus):
        raise ProfileError(
            f"--out {out} lies inside the corpus {corpus}, and nothing is written there: "
            "give a folder outside of it"
        )
    if corpus.is_relative_to(out):
        raise ProfileError(
            f"the corpus {corpus} lies inside --out {out}, which would be replaced: give another "
            "folder"
        )


def _is_profile(path: Path) -> bool:
    """Whether a folder is a profile and nothing else: only such a one is ever replaced."""
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        names = {entry.name for entry in path.iterdir()}
    except (OSError, ValueError):
        return False
    keys = {"schema", "datakit", "modality", "parts"}
    return isinstance(manifest, dict) and keys <= set(manifest) and names <= _ENTRIES


def _empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _start(path: Path, run: dict[str, object]) -> None:
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
