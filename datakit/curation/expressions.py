"""A small language over the columns of the rows: which samples a selection is about.

>>> import numpy as np
>>> columns = {"width": np.array([32.0, 640.0, np.nan]), "height": np.array([32, 480, 480])}
>>> parse("width < 64 or missing(width)").mask(columns.__getitem__, 3).tolist()
[True, False, True]

It has the names of columns, numbers, texts, True and False; ``== != < <= > >=`` (also chained),
``in [...]`` and ``not in [...]``, ``'x' in column``; ``and or not``; ``+ - * / // % **``; ``x is
None`` and ``missing(x)``; ``startswith(x, 'a')``, ``endswith``, ``contains`` and ``matches(x,
'regular expression')``, also written ``x.startswith('a')``. It looks like Python and is read by
Python's own parser, but nothing is ever executed: what is not in this list is refused.

A missing value makes every comparison false, ``!=`` too; ``missing(x)`` finds it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from datakit.curation.expression_syntax import (
    ARITHMETIC,
    COMPARE,
    TEXT_TESTS,
    called,
    checked,
    constant,
    source,
    wrong,
)

__all__ = ["Expression", "parse"]

Mask = npt.NDArray[np.bool_]
Column = Callable[[str], Any]

_KINDS = {"number": "a number", "text": "a text", "flag": "true or false", "empty": "empty"}


@dataclass(frozen=True)
class _Values:
    """Values of one kind, one a row (float64, object or bool), and where they are missing."""

    kind: str
    values: npt.NDArray[Any]
    missing: Mask


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    Parameters
    ----------
    text
        As it was written.
    names
        The columns that it asks for.
    """

    text: str
    names: frozenset[str]
    _tree: ast.expr = field(repr=False, compare=False)

    def mask(self, column: Column, n: int) -> Mask:
        """Of which rows it is true, shape (n,).

        Parameters
        ----------
        column
            Name -> its values, one a row: an array or a pandas Series of numbers, texts or
            booleans; raises `InputError` for a name that is no column.
        n
            Number of rows.

        Raises
        ------
        InputError
            Unlike things are compared, or the whole is not true or false.
        """
        with np.errstate(all="ignore"):
            return _Reading(self.text, column, n).flag(self._tree)


def parse(text: str) -> Expression:
    """Read an expression, without any rows.

    Raises
    ------
    InputError
        It is none, or uses what the language does not have.
    """
    tree = checked(text)
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Expression(text, frozenset(node.id for node in names if id(node) not in calls), tree)


class _Reading:
    """One evaluation of a checked tree."""

    def __init__(self, text: str, column: Column, n: int) -> None:
        self._text = text
        self._column = column
        self._n = n

    def flag(self, node: ast.expr) -> Mask:
        """What has to be true or false; what is missing is not true."""
        found = self._read(node)
        if found.kind not in ("flag", "empty"):
            self._fail(f"{source(node)!r} is {_KINDS[found.kind]}, not true or false: compare it")
        if found.kind == "empty":
            return np.zeros(self._n, bool)
        return np.asarray(found.values, bool)

    def _read(self, node: ast.expr) -> _Values:
        if isinstance(node, ast.Name):
            return _values(self._column(node.id))
        if isinstance(node, ast.Constant):
            return self._repeated(node.value)
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return self._known("flag", join.reduce([self.flag(value) for value in node.values]))
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return self._known("flag", ~self.flag(node.operand))
            number = self._number(node.operand)
            return self._found(-number if isinstance(node.op, ast.USub) else number)
        if isinstance(node, ast.BinOp):
            both = self._number(node.left), self._number(node.right)
            return self._found(ARITHMETIC[type(node.op)](*both))
        if isinstance(node, ast.Compare):
            return self._known("flag", self._compare(node))
        if isinstance(node, ast.Call):
            return self._known("flag", self._test(node))
        raise wrong(self._text, f"a list stands only behind `in`, not as in {source(node)!r}")

    def _repeated(self, value: Any) -> _Values:
        if isinstance(value, bool):
            return self._known("flag", np.full(self._n, value))
        if isinstance(value, (int, float)):
            return self._found(np.full(self._n, _float(value)))
        return self._known("text", np.full(self._n, value, object))

    def _known(self, kind: str, values: npt.NDArray[Any]) -> _Values:
        return _Values(kind, values, np.zeros(self._n, bool))

    def _found(self, numbers: npt.NDArray[np.float64]) -> _Values:
        """Numbers, missing where they are not finite: nothing is above or below 1 / 0."""
        return _Values("number", numbers, ~np.isfinite(numbers))

    def _number(self, node: ast.expr) -> npt.NDArray[np.float64]:
        found = self._read(node)
        if found.kind == "text":
            self._fail(f"{source(node)!r} is a text, and there is no arithmetic with texts")
        if found.kind == "empty":
            return np.full(self._n, np.nan)
        return np.where(found.missing, np.nan, found.values.astype(np.float64))

    def _compare(self, node: ast.Compare) -> Mask:
        true = np.ones(self._n, bool)
        left_node = node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            left = self._read(left_node)
            if isinstance(op, (ast.Is, ast.IsNot)):
                true &= left.missing ^ isinstance(op, ast.IsNot)
            elif isinstance(op, (ast.In, ast.NotIn)):
                found, known = self._within(left, left_node, right_node)
                true &= (found ^ isinstance(op, ast.NotIn)) & known
            else:
                true &= self._pair(left, self._read(right_node), op, node)
            left_node = right_node
        return true

    def _pair(self, left: _Values, right: _Values, op: ast.cmpop, node: ast.Compare) -> Mask:
        found = np.zeros(self._n, bool)
        if "empty" in (left.kind, right.kind):
            return found
        if left.kind != right.kind and "text" in (left.kind, right.kind):
            self._fail(f"{source(node)!r} compares {_KINDS[left.kind]} with {_KINDS[right.kind]}")
        known = ~(left.missing | right.missing)
        found[known] = COMPARE[type(op)](left.values[known], right.values[known])
        return found

    def _within(self, left: _Values, node: ast.expr, right: ast.expr) -> tuple[Mask, Mask]:
        """Whether it is in the list (or a part of the text), and where that can be told."""
        if not isinstance(right, (ast.List, ast.Tuple, ast.Set)):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                self._fail(f"behind `in` goes a list, ['a', 'b'], not {source(right)!r}")
            return self._tested("contains", right, node.value)
        wanted = {constant(item) for item in right.elts}
        unlike = any((left.kind == "text") != isinstance(item, str) for item in wanted)
        if left.kind != "empty" and unlike:
            self._fail(f"{source(node)!r} is {_KINDS[left.kind]}, and not all of the list is")
        found = np.array([value in wanted for value in left.values.tolist()], bool)
        return found, ~left.missing

    def _test(self, node: ast.Call) -> Mask:
        name, arguments = called(node)
        if name == "missing":
            return self._read(arguments[0]).missing
        return self._tested(name, arguments[0], str(constant(arguments[1])))[0]

    def _tested(self, name: str, node: ast.expr, pattern: str) -> tuple[Mask, Mask]:
        found = self._read(node)
        if found.kind not in ("text", "empty"):
            self._fail(f"{name} takes a text, and {source(node)!r} is {_KINDS[found.kind]}")
        test = TEXT_TESTS[name]
        pairs = zip(found.values.tolist(), found.missing.tolist(), strict=True)
        true = [not missing and test(value, pattern) for value, missing in pairs]
        return np.array(true, bool), ~found.missing

    def _fail(self, what: str) -> NoReturn:
        raise wrong(self._text, what)


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _values(column: Any) -> _Values:
    """A column of the rows as values of one kind."""
    import pandas as pd

    values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    if values.dtype.kind in "iuf":
        numbers = values.astype(np.float64)
        return _Values("number", numbers, ~np.isfinite(numbers))
    missing = np.asarray(pd.isna(values), bool)
    known = values[~missing]
    if not len(known) and values.dtype != bool:
        return _Values("empty", values, missing)
    if all(isinstance(value, (bool, np.bool_)) for value in known):
        return _Values("flag", np.where(missing, False, values).astype(bool), missing)
    return _Values("text", np.where(missing, "", values).astype(object), missing)
