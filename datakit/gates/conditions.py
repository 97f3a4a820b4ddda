"""Row conditions that are data. Great Expectations runs all others as pandas code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["check_condition", "compared"]

_OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN")
_KEYS = {
    "and": {"type", "conditions"},
    "or": {"type", "conditions"},
    "comparison": {"type", "column", "operator", "parameter"},
    "nullity": {"type", "column", "is_null"},
}
_MOST = 100

Refuse = Callable[[str], Exception]


def check_condition(condition: Any, refuse: Refuse, depth: int = 0) -> None:
    """Refuse every row condition that could be run as code.

    Great Expectations 1.24 hands strings, the type ``pass_through`` and column names in backticks
    to ``DataFrame.query``, which calls functions.

    Parameters
    ----------
    condition
        As in the file.
    refuse
        Makes the error from what is wrong.
    depth
        How deep this one stands.
    """
    if not isinstance(condition, Mapping):
        raise refuse(
            "row_condition must be a structured condition such as "
            '{"type": "comparison", "column": {"name": "split"}, "operator": "==", "parameter": '
            '"train"}: a text would be run as code'
        )
    kind = condition.get("type")
    if not isinstance(kind, str) or kind not in _KEYS:
        raise refuse(f"row_condition type {kind!r} is refused: give one of {', '.join(_KEYS)}")
    if set(condition) != _KEYS[kind]:
        raise refuse(
            f"a row_condition of type {kind} has the keys {', '.join(sorted(_KEYS[kind]))}"
        )
    if kind in ("and", "or"):
        parts = condition["conditions"]
        if not isinstance(parts, list) or not 0 < len(parts) <= _MOST or depth > 3:
            raise refuse(f"'{kind}' takes a list of 1 to {_MOST} conditions, at most 4 deep")
        for part in parts:
            check_condition(part, refuse, depth + 1)
        return
    column = condition["column"]
    if not isinstance(column, Mapping) or set(column) != {"name"} or not _is_name(column["name"]):
        raise refuse(f"the column of a row_condition is {column!r}: give {{'name': COLUMN}}")
    if kind == "nullity":
        if not isinstance(condition["is_null"], bool):
            raise refuse("is_null of a row_condition is true or false")
        return
    _check_comparison(condition["operator"], condition["parameter"], refuse)


def compared(condition: Any) -> Iterator[tuple[str, Any]]:
    """Every column of a row condition with every value that it is compared with.

    Parameters
    ----------
    condition
        One that `check_condition` let through, or None.
    """
    if not isinstance(condition, Mapping):
        return
    for part in condition.get("conditions", ()):
        yield from compared(part)
    if condition["type"] == "comparison":
        value = condition["parameter"]
        for one in value if isinstance(value, list) else [value]:
            yield condition["column"]["name"], one


def _check_comparison(operator: Any, parameter: Any, refuse: Refuse) -> None:
    if operator not in _OPERATORS:
        raise refuse(f"the operator {operator!r} is none of {', '.join(_OPERATORS)}")
    many = operator in ("IN", "NOT_IN")
    values = parameter if many and isinstance(parameter, list) else [parameter]
    fit = all(_is_value(v) and not (many and isinstance(v, bool)) for v in values)
    if many != isinstance(parameter, list) or not values or not fit:
        raise refuse(
            f"{parameter!r} cannot be compared with {operator}: give "
            + ("a list of texts or of numbers" if many else "a text without ` and @, or a number")
        )


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier()


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return value.isprintable() and not set(value) & set("`@")
    return isinstance(value, (bool, int, float))
