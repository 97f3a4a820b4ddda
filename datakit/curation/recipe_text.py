"""A recipe as YAML that people read, edit and put under version control."""

from __future__ import annotations

import math
import re
from typing import Any

from datakit.curation.parameters import given
from datakit.curation.recipe import Recipe, Step
from datakit.curation.selections import SELECTIONS, selection_class
from datakit.errors import InputError
from datakit.transforms import AUGMENTERS, CLEANERS, transform_class

__all__ = ["SCHEMA", "recipe_yaml"]

SCHEMA = 1
"""Newest version of what a recipe file says."""

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*")
# Not texts to every reader of YAML, when they are not quoted.
_QUOTED = ("true", "false", "null", "yes", "no", "on", "off")


def recipe_yaml(recipe: Recipe) -> str:
    """The YAML of a recipe; reading it gives an equal recipe again.

    Parameters
    ----------
    recipe
        Its reasons and notes become comments; parameters at their defaults are left out.

    Raises
    ------
    InputError
        It holds what a file cannot: a selection or transform of one's own, or a function.
    """
    lines = [f"# {_comment(note)}".rstrip() for note in recipe.notes]
    lines += [""] if lines else []
    lines += [f"schema: {SCHEMA}", f"modality: {recipe.modality}", f"seed: {recipe.seed}"]
    if recipe.select:
        lines.append("select:")
        for selection in recipe.select:
            lines += _step(selection, _told(selection, SELECTIONS, selection_class), "  ")
    if recipe.clean:
        lines.append("clean:")
        for step in recipe.clean:
            known = CLEANERS[recipe.modality]
            told = _told(step.transform, known, transform_class) | _limits(step)
            lines += _step(step.transform, told, "  ", step.why)
    if recipe.augment is not None:
        lines += ["augment:", f"  copies: {recipe.augment.copies}", "  steps:"]
        for augmenter in recipe.augment.steps:
            told = _told(augmenter, AUGMENTERS[recipe.modality], transform_class)
            lines += _step(augmenter, told, "    ")
    return "\n".join(lines) + "\n"


def _limits(step: Step) -> dict[str, Any]:
    """Which samples a step is for."""
    limits: dict[str, Any] = {"only": list(step.only)} if step.only else {}
    return limits | ({"otherwise": step.otherwise} if step.otherwise != "drop" else {})


def _told(thing: Any, known: dict[str, str], class_of: Any) -> dict[str, Any]:
    """The parameters of a selection or transform that a file can name."""
    if thing.name not in known or class_of(known[thing.name]) is not type(thing):
        raise InputError(
            f"{type(thing).__name__} is not one of datakit's own, and a recipe file can name no "
            "others: use such a recipe from Python only"
        )
    return given(thing)


def _step(thing: Any, told: dict[str, Any], indent: str, why: str | None = None) -> list[str]:
    reason = _comment(getattr(thing, "why", "") if why is None else why)
    lines = [f"{indent}# {reason}"] if reason else []
    if not told:
        return [*lines, f"{indent}- {thing.name}"]
    return lines + _entry(f"{indent}- {thing.name}:", told, f"{indent}    ")


def _entry(head: str, value: Any, indent: str) -> list[str]:
    """A value behind its key: on the same line, or where that gets too long below it."""
    flat = f"{head} {_flow(value)}"
    if len(flat) <= _WIDTH or not value or not isinstance(value, (dict, list)):
        return [flat]
    lines = [head]
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += _entry(f"{indent}{_flow(key)}:", inner, f"{indent}  ")
        return lines
    for inner in value:
        flat = f"{indent}- {_flow(inner)}"
        if len(flat) > _WIDTH and isinstance(inner, dict) and inner:
            below: list[str] = []
            for key, one in inner.items():
                below += _entry(f"{indent}  {_flow(key)}:", one, f"{indent}    ")
            lines += [f"{indent}- {below[0].lstrip()}", *below[1:]]
        else:
            lines.append(flat)
    return lines


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        # Other readers of YAML take 1e-05 for a text.
        digits, mark, power = repr(value).partition("e")
        return f"{digits}{'' if '.' in digits else '.0'}{mark}{power}"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _QUOTED
        return value if plain else f'"{"".join(map(_escaped, value))}"'
    return str(value)


def _escaped(mark: str) -> str:
    if mark in '"\\':
        return f"\\{mark}"
    if mark.isprintable():
        return mark
    code = ord(mark)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


def _comment(text: str) -> str:
    """A text on one line of a file."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
