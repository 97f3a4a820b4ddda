"""Recipes as YAML: by name or path, read strictly; every error names the line."""

from __future__ import annotations

import os
from pathlib import Path

from datakit.curation.parameters import near
from datakit.curation.recipe import Recipe
from datakit.curation.recipe_reader import RecipeReader
from datakit.curation.recipe_text import recipe_yaml
from datakit.curation.yaml_places import YamlPlaceError, parse_yaml
from datakit.errors import InputError

__all__ = ["load_recipe", "parse_recipe", "recipe_yaml", "shipped_recipes"]

_MOST_BYTES = 250_000


def shipped_recipes() -> dict[str, Path]:
    """Name -> file of every recipe that ships with datakit, sorted by name."""
    package = Path(__file__).parents[1]
    installed = package / "recipes"
    folder = installed if installed.is_dir() else package.parent / "recipes"
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}


def load_recipe(name: str | os.PathLike[str]) -> Recipe:
    """Read a recipe by name or path.

    Parameters
    ----------
    name
        Name of a recipe that ships with datakit, or a file: whatever ends in ``.yaml`` or ``.yml``
        or has a ``/``.

    Raises
    ------
    InputError
        The file is not there, cannot be read, or says anything that no recipe says; with the line.
    """
    path = _file(name)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"the recipe {path} cannot be read ({error.strerror}): give a YAML file"
        ) from None
    if len(data) > _MOST_BYTES:
        raise InputError(
            f"the recipe {path} is larger than {_MOST_BYTES:,} bytes: is this the right file?"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path} line {line}: not UTF-8: save the file as UTF-8") from None
    return parse_recipe(text, str(path))


def parse_recipe(text: str, name: str = "recipe.yaml") -> Recipe:
    """Read a recipe from YAML.

    A comment right above a step becomes its `why`, those at the head of the text the notes.

    Parameters
    ----------
    text
        The YAML.
    name
        Of the file, for messages.

    Raises
    ------
    InputError
        It says anything that no recipe says: ``recipe.yaml line 7: unknown cleaner 'resise': did
        you mean 'resize'?``.
    """
    try:
        content, lines = parse_yaml(text)
    except YamlPlaceError as error:
        raise InputError(f"{name} line {error.line}: {error}") from None
    return RecipeReader(name, text, lines).recipe(content)


def _file(name: str | os.PathLike[str]) -> Path:
    path = Path(name)
    if not isinstance(name, str) or path.suffix in (".yaml", ".yml") or path.name != name:
        if not path.exists():
            raise InputError(
                f"there is no recipe file {path}: give a YAML file, or a name of {_shipped()}"
            )
        return path
    known = shipped_recipes()
    if name not in known:
        raise InputError(
            f"no recipe is named {name!r}: {near(name, known)} ({_shipped()}; or give a file that "
            "ends in .yaml)"
        )
    return known[name]


def _shipped() -> str:
    return ", ".join(shipped_recipes())
