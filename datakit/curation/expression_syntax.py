"""What the language of `where` has: everything else is refused before it is read."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from datakit.errors import InputError

__all__ = [
    "ARITHMETIC",
    "COMPARE",
    "TEXT_TESTS",
    "called",
    "checked",
    "constant",
    "source",
    "wrong",
]

TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
    "matches": lambda text, pattern: re.search(pattern, text) is not None,
}
"""Functions of a text and a constant text."""

COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}

_LONGEST = 10_000


def checked(text: str) -> ast.expr:
    """The tree of an expression that has nothing else than the language has.

    Raises
    ------
    InputError
        It has, or is no expression.
    """
    try:
        if len(text) > _LONGEST:
            raise wrong(text, f"it has {len(text):,} characters: {_LONGEST:,} at most")
        tree = ast.parse(text.strip(), mode="eval").body
        _check(text, tree)
    except SyntaxError as error:
        raise wrong(text, f"not an expression ({error.msg}): write width < 64, say") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise wrong(text, "not an expression: it cannot be read") from error
    return tree


def wrong(text: str, what: str) -> InputError:
    """The error about an expression."""
    shown = text if len(text) <= 80 else text[:77] + "..."
    return InputError(f"where {shown!r}: {what}")


def _check(text: str, node: ast.AST) -> None:
    """Refuse everything that is not in the language, wherever it stands."""
    if isinstance(node, ast.Call):
        _check_call(text, node)
        return
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        if any(constant(item) is None for item in node.elts):
            raise wrong(text, "a list holds numbers and texts only")
        return
    if isinstance(node, ast.Compare):
        _check_nones(text, node)
    if not _allowed(node):
        told = source(node)
        raise wrong(text, f"{told!r} is not in the language of `where`: see the docs of recipes")
    for child in ast.iter_child_nodes(node):
        _check(text, child)


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or type(node.value) in (int, float, str, bool)
    if isinstance(node, ast.BinOp):
        return type(node.op) in ARITHMETIC
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, (ast.Not, ast.USub, ast.UAdd))
    known = (ast.Name, ast.Compare, ast.BoolOp, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
    return isinstance(node, (*known, ast.expr_context))


def _check_nones(text: str, node: ast.Compare) -> None:
    for op, right in zip(node.ops, node.comparators, strict=True):
        none = isinstance(right, ast.Constant) and right.value is None
        is_test = isinstance(op, (ast.Is, ast.IsNot))
        if is_test and not none:
            raise wrong(text, "`is` goes with None only: write == instead")
        if none and not is_test:
            raise wrong(text, "nothing equals None: write `is None` or missing(...)")


def _check_call(text: str, node: ast.Call) -> None:
    name, arguments = called(node)
    if name == "missing" and len(arguments) == 1 and not node.keywords:
        _check(text, arguments[0])
        return
    if name not in TEXT_TESTS:
        told = source(node.func)
        known = ", ".join(["missing", *TEXT_TESTS])
        raise wrong(text, f"{told!r} is no function here: those that are, are {known}")
    pattern = arguments[1] if len(arguments) == 2 and not node.keywords else None
    if not (isinstance(pattern, ast.Constant) and isinstance(pattern.value, str)):
        raise wrong(text, f"{name} takes a column and a text: {name}(path, 'a')")
    if name == "matches":
        try:
            re.compile(pattern.value)
        except (re.error, OverflowError) as error:
            raise wrong(text, f"no regular expression: {error}") from error
    _check(text, arguments[0])


def called(node: ast.Call) -> tuple[str, list[ast.expr]]:
    """Name and arguments of f(x, 'a'), and of x.f('a'), which means the same."""
    if isinstance(node.func, ast.Name):
        return node.func.id, node.args
    if isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_TESTS:
        return node.func.attr, [node.func.value, *node.args]
    return "", node.args


def constant(node: ast.expr) -> float | str | None:
    """The value of a number or text, with its sign; None of anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return -inner if isinstance(inner, float) else None
    if not isinstance(node, ast.Constant) or node.value is None:
        return None
    if isinstance(node.value, str):
        return node.value
    return float(node.value) if isinstance(node.value, (int, float)) else None


def source(node: ast.AST) -> str:
    """A part of an expression, as it could be written."""
    try:
        return ast.unparse(node)
    except (AttributeError, ValueError, RecursionError):
        return type(node).__name__
