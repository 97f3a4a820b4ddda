"""The parameters of selections and transforms: the fields of their dataclasses, by their types."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, Literal, Union

from datakit.errors import InputError

__all__ = ["ParameterError", "built", "given", "near", "parameters"]

_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    type(None): "null",
}
_MANY = {
    int: "whole numbers",
    float: "numbers",
    bool: "true or false",
    str: "texts",
}


class ParameterError(InputError):
    """A parameter that cannot be used.

    Parameters
    ----------
    message
        What is wrong, and what to do.
    parameter
        Its name; None where it is missing.
    """

    def __init__(self, message: str, parameter: str | None) -> None:
        super().__init__(message)
        self.parameter = parameter


def near(name: str, known: Iterable[str]) -> str:
    """``did you mean 'X'?``, or what there is."""
    known = list(known)
    found = difflib.get_close_matches(name, known, 1)
    if found:
        return f"did you mean {found[0]!r}?"
    return f"there are {', '.join(known)}" if known else "there is none"


def parameters(kind: type) -> dict[str, Any]:
    """Name -> type of every parameter, in order; ``why`` is none.

    Parameters
    ----------
    kind
        A dataclass.
    """
    hints = typing.get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind) if one.init and one.name != "why"}


def built(kind: type, values: Mapping[str, Any], why: str = "") -> Any:
    """An object of a class from what stands in a recipe.

    Parameters
    ----------
    kind
        A dataclass with a ``name``.
    values
        Parameter -> value: dict, list, str, int, float, bool or None.
    why
        Given on, where the class has such a field.

    Raises
    ------
    ParameterError
        One is unknown, missing, of another type, or not in its range.
    """
    name = kind.name  # type: ignore[attr-defined]
    hints = parameters(kind)
    for key in values:
        if key not in hints:
            has = near(key, hints) if hints else f"{name} has none, remove it"
            raise ParameterError(f"unknown parameter {key!r} of {name}: {has}", key)
    for one in fields(kind):
        required = one.default is MISSING and one.default_factory is MISSING
        if required and one.name in hints and one.name not in values:
            raise ParameterError(
                f"{name} needs the parameter {one.name!r}: give {_described(hints[one.name])}, "
                f"as in '{name}: {{{one.name}: ...}}'",
                None,
            )
    read = {key: _checked(name, key, value, hints[key]) for key, value in values.items()}
    if why and any(one.name == "why" for one in fields(kind)):
        read["why"] = why
    try:
        return kind(**read)
    except ParameterError:
        raise
    except InputError as error:
        raise ParameterError(str(error), _blamed(str(error), values)) from None


def given(thing: Any) -> dict[str, Any]:
    """The parameters of an object that are not its defaults, as a recipe has them.

    Parameters
    ----------
    thing
        A dataclass object with a ``name``.

    Raises
    ------
    InputError
        A value is nothing that a recipe can hold, such as a function.
    """
    told = {}
    names = parameters(type(thing))
    for one in fields(thing):
        if one.name not in names:
            continue
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        value = getattr(thing, one.name)
        if one.default is default is MISSING or value != default:
            told[one.name] = _plain(value, f"{thing.name} {one.name}")
    return told


def _plain(value: Any, what: str) -> Any:
    """The same value of dict, list, str, int, float, bool and None."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) and math.isfinite(value):
        return value
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(inner, what) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner, what) for inner in value]
    raise InputError(
        f"{what} is {value!r:.80}: a recipe file holds finite numbers, texts, lists and mappings "
        "by texts; use such a value from Python only"
    )


def _blamed(message: str, values: Mapping[str, Any]) -> str | None:
    """The parameter that a message is about: the one whose name or value it has."""
    words = set(message.replace(":", " ").replace("'", " ").split())
    named = [key for key in values if key in words]
    quoted = [key for key, value in values.items() if isinstance(value, str) and value in message]
    return next(iter(quoted + named), None)


def _checked(name: str, key: str, value: Any, hint: Any) -> Any:
    try:
        return _read(value, hint)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(
            f"{name} {key} is {_shown(value)}: give {_described(hint)}", key
        ) from None


def _shown(value: Any) -> str:
    """A value as a recipe has it, not too long."""
    if isinstance(value, dict):
        return "a mapping"
    words = {None: "null", True: "true", False: "false"}
    told = words[value] if value is None or isinstance(value, bool) else repr(value)
    return told if len(told) <= 60 else f"{told[:57]}..."


def _read(value: Any, hint: Any) -> Any:
    """A value of the type that is asked for; TypeError or ValueError where it is none."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if hint in _KINDS:
        return _plain_read(value, hint)
    if origin is Literal:
        if any(value == one and type(value) is type(one) for one in inner):
            return value
    elif origin in (Union, types.UnionType):
        return _one_of(value, inner)
    elif hint is Mapping or origin in (Mapping, dict):
        if isinstance(value, dict):
            return {key: _read(one, (inner or (str, Any))[1]) for key, one in value.items()}
    elif origin in (tuple, list, Sequence) and isinstance(value, list):
        if origin is not tuple or inner[-1] is Ellipsis:
            return tuple(_read(one, inner[0]) for one in value)
        return tuple(_read(one, kind) for one, kind in zip(value, inner, strict=True))
    raise TypeError


def _plain_read(value: Any, hint: type) -> Any:
    """A number, a text, a bool or None."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise TypeError
    return value


def _one_of(value: Any, hints: tuple[Any, ...]) -> Any:
    """The first of several types that fits, the exact ones first: 1 is an int before a float."""
    for hint in sorted(hints, key=lambda hint: type(value) is not hint):
        try:
            return _read(value, hint)
        except (TypeError, ValueError, OverflowError):
            continue
    raise TypeError


def _described(hint: Any) -> str:
    """A type, for people."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _KINDS:
        return _KINDS[hint]
    if origin is Literal:
        return " or ".join(_shown(one) for one in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_described(one) for one in inner))
    if hint is Mapping or origin in (Mapping, dict):
        return "a mapping such as {key: value}"
    if origin in (tuple, list, Sequence):
        kinds = _MANY.get(inner[0], "values")
        several = origin is not tuple or inner[-1] is Ellipsis
        return f"a list of {kinds}, in brackets" if several else f"a list of {len(inner)} {kinds}"
    return "it from Python: a recipe file cannot hold it"
