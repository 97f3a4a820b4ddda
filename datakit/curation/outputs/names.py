"""Paths of the files of a curated folder: as they were where that is possible, each given once."""

from __future__ import annotations

import os
import re
from itertools import accumulate

from datakit.corpora.layout import label_and_split, printable
from datakit.corpora.metadata import METADATA_NAMES

__all__ = ["Names", "fits", "flat", "own_path", "plain", "raw_path", "shown"]

_LONGEST = 255
"""Bytes of a file name that every usual file system takes."""

_ESCAPE = re.compile(rb"\\(\\|x[89a-f][0-9a-f])")
_ROW = re.compile(r"#(\d{9,})$")
_SKIPPED = "__MACOSX"


def raw_path(path: str) -> bytes:
    r"""The bytes of a printable path: ``\\xNN`` and doubled backslashes undone.

    A path that is none (it is a name of its user's own choice) is taken as it is.
    """
    told = path.encode("utf-8", "surrogateescape")
    if "\\" not in path:
        return told
    raw = _ESCAPE.sub(lambda m: b"\\" if m[1] == b"\\" else bytes([int(m[1][1:], 16)]), told)
    return raw if printable(raw) == path else told


def own_path(path: str, suffix: str) -> str | None:
    """The path that a sample had, as a path for its output; None where it must not be used.

    Parameters
    ----------
    path
        Printable, relative to the corpus; of table rows ``train.parquet#000000012``.
    suffix
        Of the output.

    Returns
    -------
    str or None
        A relative path that stays inside its folder, undecodable bytes as surrogates.

    Examples
    --------
    >>> own_path("cat/1.jpg", ".jpg")
    'cat/1.jpg'
    >>> own_path("train.parquet#000000012", ".png")
    'train.parquet-000000012.png'
    >>> own_path("../../etc/passwd", ".jpg") is None
    True
    """
    try:
        raw = os.fsdecode(raw_path(path))
    except UnicodeEncodeError:  # half a character is no name
        return None
    raw = _ROW.sub(lambda m: f"-{m[1]}{suffix}", raw)
    parts = raw.split("/")
    if any(part in ("", _SKIPPED) or part.startswith(".") or "\0" in part for part in parts):
        return None  # not below the folder, or not seen when that is opened
    path = f"{raw}{suffix}" if parts[-1] in METADATA_NAMES else raw
    return path if fits(path.rpartition("/")[0]) else None


def fits(path: str) -> bool:
    """Whether a file system takes every name of a path."""
    if 4 * len(path) <= _LONGEST:
        return True
    return all(len(os.fsencode(part)) <= _LONGEST for part in path.split("/"))


def flat(path: str, label: str | None, split: str | None) -> str:
    """The path without folders, where these say a label or a split that the sample does not have.

    Examples
    --------
    >>> flat("shard.tar/1.jpg", None, None)
    'shard.tar-1.jpg'
    """
    said_label, said_split = label_and_split(shown(path))
    wrong = (label is None and said_label) or (split is None and said_split)
    return path.replace("/", "-") if wrong else path


def plain(path: str) -> str:
    """A path that metadata can name: without backslashes and undecodable bytes."""
    return "".join("_" if c == "\\" or "\udc80" <= c <= "\udcff" else c for c in path)


def shown(path: str) -> str:
    """A path as ids and tables have it."""
    usual = path.isascii() and "\\" not in path
    return path if usual else printable(os.fsencode(path))


class Names:
    """Gives every output a path of its own, in the order in which it is asked."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self._files: set[str] = set(reserved)
        self._folders: set[str] = set()

    def keep(self, path: str) -> bool:
        """Whether a path could be given as it is; it is taken now."""
        if path in self._files or path in self._folders:
            return False
        above = list(accumulate(path.split("/")[:-1], "{}/{}".format))
        if any(folder in self._files for folder in above):
            return False
        self._files.add(path)
        self._folders.update(above)
        return True

    def give(self, path: str, suffix: str, mark: str) -> str:
        """A free path like `path`, with another suffix or for a further copy.

        Parameters
        ----------
        path
            The sample's path.
        suffix
            Of the output; "" leaves that of the path.
        mark
            "" for the sample itself, "~1", "~2", ... for its copies.
        """
        folder, _, base = path.rpartition("/")
        stem, dot, ending = base.rpartition(".")
        old = f"{dot}{ending}" if stem else ""
        stem = stem or base
        suffix = old if suffix in ("", old.lower()) else suffix
        wanted = [_named(folder, stem, mark, suffix)]
        if old and suffix != old:
            wanted.append(_named(folder, base, mark, suffix))
        found = next((name for name in wanted if self.keep(name)), None)
        if found is not None:
            return found
        # Where a file has the name of the folder, nothing can be in the folder.
        above = list(accumulate(folder.split("/"), "{}/{}".format))
        if any(name in self._files for name in above):
            stem, folder = f"{folder.replace('/', '-')}-{stem}", ""
        number = 1
        while not self.keep(name := _named(folder, stem, f"{mark}-{number}", suffix)):
            number += 1
        return name


def _named(folder: str, stem: str, mark: str, suffix: str) -> str:
    """The path, with a stem that is cut where the name would be too long."""
    raw = os.fsencode(stem)[: max(1, _LONGEST - len(os.fsencode(mark + suffix)))]
    # Half a character at the cut would be undecodable bytes, and no name as it was.
    while raw and raw != os.fsencode(stem) and _is_torn(raw, os.fsencode(stem)):
        raw = raw[:-1]
    name = f"{os.fsdecode(raw)}{mark}{suffix}"
    return f"{folder}/{name}" if folder else name


def _is_torn(cut: bytes, whole: bytes) -> bool:
    return 0x80 <= whole[len(cut)] < 0xC0
