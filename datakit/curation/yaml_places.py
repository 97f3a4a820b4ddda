"""YAML that remembers where every value stands, so that an error can name the line."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

__all__ = ["Keys", "Lines", "YamlPlaceError", "parse_yaml"]

Keys = tuple[str | int, ...]
"""Path of keys and indices to a value."""

Lines = dict[Keys, int]
"""Path -> line, from 1, where its key or its item begins."""

_DEEPEST = 40
_LONGEST = 250_000

# Fewer things than in YAML 1.1: there, a label "no" is false and 1:30 is ninety.
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,4000})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,400}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,5})?")
_OURS = "tag:yaml.org,2002:"


class YamlPlaceError(ValueError):
    """Text that is not such YAML, and where.

    Parameters
    ----------
    message
        What is wrong, and what to do.
    line
        From 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_yaml(text: str) -> tuple[Any, Lines]:
    r"""Parse one YAML document of plain values: no tags, no anchors, no key twice.

    Parameters
    ----------
    text
        The document, at most 250,000 characters.

    Returns
    -------
    value, lines
        dict, list, str, int, float, bool and None, and where every value begins. Keys are texts,
        as they are written: a label 007 stays "007". Only ``true`` and ``false`` are bools.

    Raises
    ------
    YamlPlaceError
        It is no such document.

    Examples
    --------
    >>> parse_yaml("a:\n  - 1\n  - no")
    ({'a': [1, 'no']}, {(): 1, ('a',): 1, ('a', 0): 2, ('a', 1): 3})
    """
    import yaml

    if len(text) > _LONGEST:
        raise YamlPlaceError(
            f"{len(text):,} characters, at most {_LONGEST:,} are read: is this the right file?", 1
        )
    try:
        return _Reader(yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise YamlPlaceError(
            _said(error.problem or error.context or "", text, line), line
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlPlaceError(
            f"the character {chr(int(error.character))!r} cannot be in YAML: remove it", line
        ) from None


def _said(problem: str, text: str, line: int) -> str:
    """What PyYAML found wrong, with what to do."""
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "'\\t'" in problem or "\t" in here[: len(here) - len(here.lstrip())]:
        return "a tab indents the line: indent with spaces"
    return f"not valid YAML ({problem}): repair it, and put texts with : or # in quotes"


class _Reader:
    """Reads values off PyYAML's events, which know no references and build nothing."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.lines: Lines = {}

    def document(self) -> tuple[Any, Lines]:
        import yaml

        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            self.lines[()] = 1
            return None, self.lines
        value = self.value(next(self.events), ())
        next(self.events)
        more = next(self.events)
        if not isinstance(more, yaml.StreamEndEvent):
            raise YamlPlaceError(
                "a second document begins: give one document, without '---' in the middle",
                _line(more),
            )
        return value, self.lines

    def value(self, event: Any, path: Keys) -> Any:
        import yaml

        line = _line(event)
        self.lines.setdefault(path, line)
        self._refuse(event, path, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return _scalar(event.value) if event.implicit[0] else event.value

    def _refuse(self, event: Any, path: Keys, line: int) -> None:
        import yaml

        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise YamlPlaceError("anchors and aliases are not read: write the value out", line)
        if event.tag is not None and event.tag != "!":
            raise YamlPlaceError(
                f"the tag {event.tag.replace(_OURS, '!!')!r} is not read: remove it", line
            )
        if len(path) > _DEEPEST:
            raise YamlPlaceError("nested too deeply", line)

    def _mapping(self, path: Keys) -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            self._refuse(event, path, line)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlPlaceError("a key is a list or a mapping: give a text", line)
            key = event.value
            if key in found:
                first = self.lines[(*path, key)]
                raise YamlPlaceError(
                    f"the key {key!r} is given twice (first on line {first}): keep one", line
                )
            self.lines[(*path, key)] = line
            found[key] = self.value(next(self.events), (*path, key))
        return found

    def _sequence(self, path: Keys) -> list[Any]:
        import yaml

        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(written: str) -> Any:
    """The value of an unquoted word."""
    if written.lower() in _WORDS:
        return _WORDS[written.lower()]
    if _INT.fullmatch(written):
        return int(written)
    if _FLOAT.fullmatch(written) and math.isfinite(number := float(written)):
        return number
    return written
