"""Where things are as seen from the repository that a CI job checks out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datakit.gates.decision import Decision

__all__ = ["in_repository", "quoted", "sample_uri"]


def in_repository(path: str) -> str | None:
    """The path relative to the repository's root, with ``/``; None where it is outside.

    The root is GITHUB_WORKSPACE or CI_PROJECT_DIR where CI sets it, else the current folder.

    Parameters
    ----------
    path
        Of a suite or a corpus, relative to the current folder or absolute.
    """
    if not path or "://" in path or "\0" in path:
        return None
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or os.getcwd()
    full, base = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    return full.relative_to(base).as_posix() if full.is_relative_to(base) else None


def sample_uri(decision: Decision, path: str) -> str:
    """A sample's file as a relative URI reference (RFC 3986), from the repository's root.

    Parameters
    ----------
    decision
        Its corpus comes before the path where it lies in the repository.
    path
        Of a sample, relative to its corpus; any text.
    """
    corpus = in_repository(decision.corpus)
    whole = path if corpus in (None, ".") else f"{corpus}/{path}"
    return quoted(whole)


def quoted(path: str) -> str:
    """A path as a relative URI reference: anything but letters, digits and ``/-._~`` as ``%NN``.

    Parameters
    ----------
    path
        With ``/``; any text. What begins with ``/`` gets a ``.`` before it.
    """
    uri = quote(path, safe="/", errors="backslashreplace")
    return f".{uri}" if uri.startswith("/") else uri
