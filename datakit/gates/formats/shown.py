"""Text of unknown origin (file names, suites from pull requests) for a log: shown, not obeyed."""

from __future__ import annotations

__all__ = ["encodable", "short", "shown"]

_JOINERS = "\u200c\u200d"
"""Persian and emoji need them, and they change nothing outside of a word."""


def encodable(text: str) -> str:
    r"""The text with lone surrogates as ``\\udcNN``: UTF-8, JSON and XML have no place for them."""
    return text.encode("utf-8", "backslashreplace").decode()


def shown(text: str) -> str:
    r"""The text on one line, with what cannot be seen as escapes.

    Control characters, line ends, bidirectional marks and other invisible characters appear as
    ``\\n``, ``\\x1b`` or ``\\u202e``. ``##[`` loses its bracket, since GitHub's runner reads
    ``##[error]`` as a command anywhere in a line.

    Parameters
    ----------
    text
        Any text, also with lone surrogates.

    Examples
    --------
    >>> print(shown("a\nb\u202ec"))
    a\nb\u202ec
    """
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode()
            for c in text
        )
    return text.replace("##[", "##\\x5b")


def short(path: str, most: int = 200) -> str:
    """A path on one line; of a long one its end, where it tells most.

    Parameters
    ----------
    path
        Of a sample.
    most
        Characters that are kept.
    """
    line = shown(path)
    return line if len(line) <= most else "…" + line[-most:]
