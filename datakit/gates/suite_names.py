"""Suites by name: those that ship with datakit, or a file."""

from __future__ import annotations

import difflib
from pathlib import Path

from datakit.gates.suite import SuiteError

__all__ = ["DEFAULT_SUITES", "shipped_folder", "shipped_suites", "suite_file"]

DEFAULT_SUITES = {"image": "images", "text": "text"}
"""Modality -> the suite that is meant where none is given."""


def shipped_folder() -> Path:
    """Folder of the suites that ship with datakit, in a wheel or in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "expectations"
    return installed if installed.is_dir() else package.parent / "expectations"


def shipped_suites() -> dict[str, Path]:
    """Name -> file of every suite that ships with datakit, sorted by name."""
    files = sorted(shipped_folder().glob("*.json"), key=lambda file: file.stem)
    return {file.stem: file for file in files}


def suite_file(name: str) -> Path:
    """The file of a suite.

    Parameters
    ----------
    name
        A name, or a path: whatever ends in ``.json`` or has a ``/``.

    Raises
    ------
    SuiteError
        There is none.
    """
    path = Path(name)
    if path.suffix == ".json" or path.name != name:
        if not path.is_file():
            raise SuiteError(f"{name}: there is no such suite file")
        return path
    known = shipped_suites()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "give one of these, or a file that ends in .json"
    raise SuiteError(f"no suite is named {name}; there are {', '.join(known)}: {hint}")
