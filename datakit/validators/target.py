"""A stated target: the proportions that a corpus should have."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from datakit.errors import InputError

__all__ = ["Target", "load_target"]


@dataclass(frozen=True)
class Target:
    """Proportions that a corpus should have, by column.

    Parameters
    ----------
    proportions
        Column -> value -> proportion, each in [0, 1]. A column is one of the rows ("label",
        "language", "split", "mode", "format", ...) or "cluster", the number of the encoder's
        cell. What the proportions of a column leave to 1 is for all other values together.
    source
        Where it was read from, for messages.

    Raises
    ------
    InputError
        A proportion is no number in [0, 1], or those of a column add up to more than 1.
    """

    proportions: Mapping[str, Mapping[str, float]]
    source: str = "the target"

    def __post_init__(self) -> None:
        if not isinstance(self.proportions, Mapping) or not self.proportions:
            raise InputError(
                f"{self.source} states nothing: give proportions, for example "
                "'label: {cat: 0.5, dog: 0.5}'"
            )
        stated = {str(column): self._stated(column) for column in self.proportions}
        object.__setattr__(self, "proportions", stated)

    def _stated(self, column: str) -> dict[str, float]:
        """The proportions of one column, checked, by values as texts."""
        wanted = self.proportions[column]
        if not isinstance(wanted, Mapping):
            raise InputError(
                f"{self.source}: {column} is {wanted!r}: give proportions by value, such as "
                "{'cat': 0.5, 'dog': 0.5}"
            )
        for value, share in wanted.items():
            number = isinstance(share, Real) and not isinstance(share, bool)
            if not number or not math.isfinite(share) or not 0 <= share <= 1:
                raise InputError(
                    f"{self.source}: {column} {value} is {share!r}: give a proportion from 0 to 1"
                )
        total = sum(wanted.values())
        if not wanted or total > 1 + 1e-6:
            raise InputError(
                f"{self.source}: the proportions of {column} add up to {total:g}: give some that "
                "add up to at most 1"
            )
        return {str(value): float(share) for value, share in wanted.items()}


def load_target(path: str | os.PathLike[str]) -> Target:
    """Read a target from YAML.

    Parameters
    ----------
    path
        A file such as ``label: {cat: 0.5, dog: 0.5}``; see `Target`.

    Raises
    ------
    InputError
        The file cannot be read, is no YAML, or states no proportions; with the line.
    """
    import yaml

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the target {path} cannot be read ({error}): give a YAML file") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or error
        raise InputError(f"the target {path}{line} is no YAML ({problem}): repair it") from error
    where = f"the target {path}"
    found = (
        {}
        if node is None
        else {
            column: {value: _number(share, where) for value, share in _entries(inner, where)}
            for column, inner in _entries(node, where)
        }
    )
    return Target(found, where)


def _entries(node: Any, where: str) -> list[tuple[str, Any]]:
    """Keys (as they are written: a label 007 stays 007) and value nodes of a mapping."""
    line = f"{where}, line {node.start_mark.line + 1}"
    if not hasattr(node, "value") or node.id != "mapping":
        given = "a list" if node.id == "sequence" else repr(str(node.value)[:40])
        raise InputError(
            f"{line}: {given} stands where proportions by value are expected, such as "
            "'label: {cat: 0.5, dog: 0.5}'"
        )
    entries = [(_shown(key), value) for key, value in node.value]
    names = [name for name, _ in entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{line}: {twice[0]} is given twice: keep one")
    return entries


def _number(node: Any, where: str) -> float:
    line = f"{where}, line {node.start_mark.line + 1}"
    try:
        value = float(node.value)
    except (TypeError, ValueError):
        raise InputError(
            f"{line}: {_shown(node)[:40]!r} is no number: give a proportion from 0 to 1"
        ) from None
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise InputError(f"{line}: {value:g} is no proportion: give a number from 0 to 1")
    return value


def _shown(node: Any) -> str:
    """A node as it is written; what it is, where it holds others."""
    kinds = {"mapping": "a mapping", "sequence": "a list"}
    return kinds.get(node.id, str(node.value))
