"""JSON that remembers where every value stands, so that an error can name the line."""

from __future__ import annotations

import bisect
import json
import math
from typing import Any

__all__ = ["JsonPlaceError", "Place", "Places", "parse_json"]

Place = tuple[int, int]
"""Line and column, from 1."""

Places = dict[tuple[str | int, ...], Place]
"""Path of keys and indices -> where that value begins."""

_SPACE = " \t\r\n"
_DEEPEST = 60


class JsonPlaceError(ValueError):
    """Text that is not strict JSON, and where.

    Parameters
    ----------
    message
        What is wrong.
    place
        Line and column.
    """

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places: Places = {}
        self._decoder = json.JSONDecoder(parse_constant=_no_constant)
        self._begins = [0, *(i + 1 for i, mark in enumerate(text) if mark == "\n")]

    def place(self, at: int) -> Place:
        line = bisect.bisect_right(self._begins, at)
        return line, at - self._begins[line - 1] + 1

    def error(self, message: str, at: int) -> JsonPlaceError:
        return JsonPlaceError(message, self.place(at))

    def skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in _SPACE:
            at += 1
        return at

    def value(self, at: int, path: tuple[str | int, ...]) -> tuple[Any, int]:
        at = self.skip(at)
        self.places[path] = self.place(at)
        if len(path) > _DEEPEST:
            raise self.error("nested too deeply", at)
        mark = self.text[at : at + 1]
        if mark == "{":
            return self._object(at + 1, path)
        if mark == "[":
            return self._array(at + 1, path)
        return self._scalar(at)

    def _scalar(self, at: int) -> tuple[Any, int]:
        try:
            value, end = self._decoder.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self.error(f"not valid JSON: {error.msg}", error.pos) from None
        except ValueError as error:
            raise self.error(str(error), at) from None
        if isinstance(value, float) and not math.isfinite(value):
            raise self.error(f"the number {self.text[at:end]} is not finite", at)
        return value, end

    def _object(self, at: int, path: tuple[str | int, ...]) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self.skip(at)
        if self.text[at : at + 1] == "}":
            return found, at + 1
        while True:
            at = self.skip(at)
            if self.text[at : at + 1] != '"':
                raise self.error("not valid JSON: expected a key in double quotes", at)
            key, end = self._scalar(at)
            if key in found:
                raise self.error(f"the key {key!r} stands twice in one object", at)
            end = self.skip(end)
            if self.text[end : end + 1] != ":":
                raise self.error("not valid JSON: expected ':'", end)
            found[key], at = self.value(end + 1, (*path, key))
            at, done = self._next(at, "}")
            if done:
                return found, at

    def _array(self, at: int, path: tuple[str | int, ...]) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self.skip(at)
        if self.text[at : at + 1] == "]":
            return found, at + 1
        while True:
            value, at = self.value(at, (*path, len(found)))
            found.append(value)
            at, done = self._next(at, "]")
            if done:
                return found, at

    def _next(self, at: int, close: str) -> tuple[int, bool]:
        at = self.skip(at)
        mark = self.text[at : at + 1]
        if mark not in (",", close) or not mark:
            raise self.error(f"not valid JSON: expected ',' or '{close}'", at)
        return at + 1, mark == close


def parse_json(text: str) -> tuple[Any, Places]:
    r"""Parse strict JSON: no NaN or infinity, no key twice, and nothing behind the value.

    Parameters
    ----------
    text
        The document.

    Returns
    -------
    value, places
        What it says, and where every value begins.

    Raises
    ------
    JsonPlaceError
        It is no such JSON.

    Examples
    --------
    >>> parse_json('{"a":\n [1, 2]}')[1][("a", 1)]
    (2, 6)
    """
    reader = _Reader(text)
    value, at = reader.value(0, ())
    at = reader.skip(at)
    if at < len(text):
        raise reader.error("not valid JSON: there is something behind the end", at)
    return value, reader.places


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
