"""Read a parsed recipe strictly: whatever would mean nothing is refused, with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from datakit.curation.parameters import ParameterError, built, near
from datakit.curation.recipe import (
    OTHERWISE,
    Augmentation,
    Recipe,
    Step,
    check_augmenter,
    check_issue,
    check_modality,
    check_seed,
    check_step,
    check_where,
)
from datakit.curation.recipe_text import SCHEMA
from datakit.curation.selections import SELECTIONS, Selection, selection_class
from datakit.curation.yaml_places import Keys, Lines
from datakit.errors import InputError
from datakit.transforms import AUGMENTERS, CLEANERS, transform_class

__all__ = ["RecipeReader"]

_TOP = ("schema", "modality", "seed", "select", "clean", "augment")
_AUGMENT = ("copies", "steps")


class RecipeReader:
    """Reads a parsed file; its errors name the line.

    Parameters
    ----------
    name
        Of the file, for messages.
    text
        The YAML, for its comments.
    lines
        Where its values stand.
    """

    def __init__(self, name: str, text: str, lines: Lines) -> None:
        self.name, self.lines = name, lines
        self.written = text.splitlines()

    def _error(self, where: Keys, message: object) -> InputError:
        while where not in self.lines:
            where = where[:-1]
        return InputError(f"{self.name} line {self.lines[where]}: {message}")

    def _check(self, where: Keys, rule: Callable[..., None], *given: Any) -> None:
        """Apply a rule of recipes, and say where it was broken."""
        try:
            rule(*given)
        except InputError as error:
            raise self._error(where, error) from None

    def recipe(self, content: Any) -> Recipe:
        """The recipe; InputError where it is none."""
        if content is None:
            raise self._error((), "the file is empty: a recipe begins with 'modality: image'")
        self._keys((), content, _TOP, "a recipe is")
        schema = content.get("schema", SCHEMA)
        if schema != SCHEMA or isinstance(schema, bool):
            raise self._error(
                ("schema",),
                f"recipe schema {schema!r}, this datakit reads {SCHEMA}: update datakit",
            )
        if "modality" not in content:
            raise self._error((), "'modality' is missing: write modality: image, or text")
        modality = content["modality"]
        self._check(("modality",), check_modality, modality)
        seed = content.get("seed", 0)
        self._check(("seed",), check_seed, seed)
        return Recipe(
            modality,
            tuple(self._selection(*one, modality) for one in self._steps(content, "select")),
            tuple(self._step(*one, modality) for one in self._steps(content, "clean")),
            self._augment(content.get("augment"), modality),
            seed,
            tuple(self._notes()),
        )

    def _selection(self, at: Keys, name: str, given: dict[str, Any], modality: str) -> Selection:
        places = SELECTIONS
        if name not in places:
            raise self._unknown(at, "selection", name, places, modality)
        issues = given.get("issues")
        if isinstance(issues, list):
            for i, issue in enumerate(issues):
                self._check((*at, name, "issues", i), check_issue, issue, modality)
        selection: Selection = self._built(at, name, selection_class(places[name]), given)
        self._check((*at, name, "where"), check_where, getattr(selection, "where", ""), modality)
        return selection

    def _step(self, at: Keys, name: str, given: dict[str, Any], modality: str) -> Step:
        if name not in CLEANERS[modality]:
            raise self._unknown(at, "cleaner", name, CLEANERS[modality], modality)
        own = {key: value for key, value in given.items() if key not in ("only", "otherwise")}
        only = given.get("only", [])
        if not isinstance(only, list):
            raise self._error((*at, name, "only"), "'only' is a list of issues: write [blurry]")
        for i, issue in enumerate(only):
            self._check((*at, name, "only", i), check_issue, issue, modality)
        otherwise = given.get("otherwise", "drop")
        if otherwise not in OTHERWISE:
            raise self._error(
                (*at, name, "otherwise"),
                f"otherwise is {otherwise!r}: give one of {', '.join(OTHERWISE)}",
            )
        transform = self._built(at, name, transform_class(CLEANERS[modality][name]), own)
        step = Step(transform, tuple(only), otherwise, self._why(at))
        self._check(at, check_step, step, modality)
        return step

    def _augment(self, content: Any, modality: str) -> Augmentation | None:
        if content is None:
            return None
        at: Keys = ("augment",)
        self._keys(at, content, _AUGMENT, "augment is")
        if "copies" not in content:
            raise self._error(at, "'copies' is missing: write copies: 1, say")
        steps = []
        known = AUGMENTERS[modality]
        for place, name, given in self._steps(content, "steps", at):
            if name not in known:
                raise self._unknown(place, "augmenter", name, known, modality)
            made = self._built(place, name, transform_class(known[name]), given)
            self._check(place, check_augmenter, made, modality)
            steps.append(made)
        try:
            return Augmentation(content["copies"], tuple(steps))
        except InputError as error:
            raise self._error((*at, "copies") if steps else at, error) from None

    def _keys(self, at: Keys, content: Any, known: tuple[str, ...], what: str) -> None:
        if not isinstance(content, dict):
            raise self._error(at, f"{what} a mapping with the keys {', '.join(known)}")
        for key in content:
            if key not in known:
                raise self._error((*at, key), f"unknown key {key!r}: {near(key, known)}")

    def _steps(
        self, content: Mapping[str, Any], key: str, at: Keys = ()
    ) -> list[tuple[Keys, str, dict[str, Any]]]:
        """Where each step of a list stands, its name and its parameters."""
        steps = content.get(key)
        found: list[tuple[Keys, str, dict[str, Any]]] = []
        if steps is not None and not isinstance(steps, list):
            raise self._error((*at, key), f"{key!r} is a list: begin each step with '- '")
        for i, one in enumerate(steps or ()):
            place = (*at, key, i)
            if isinstance(one, str):
                found.append((place, one, {}))
                continue
            if not isinstance(one, dict) or len(one) != 1:
                raise self._error(
                    place, "a step is a name, or one name with parameters: '- name: {key: value}'"
                )
            name, given = next(iter(one.items()))
            if given is not None and not isinstance(given, dict):
                raise self._error(
                    (*place, name), f"the parameters of {name!r} are a mapping: {{key: value}}"
                )
            found.append((place, name, given or {}))
        return found

    def _built(self, at: Keys, name: str, kind: type, given: dict[str, Any]) -> Any:
        try:
            return built(kind, given, self._why(at))
        except ParameterError as error:
            where = (*at, name) if error.parameter is None else (*at, name, error.parameter)
            raise self._error(where, error) from None

    def _unknown(
        self, at: Keys, what: str, name: str, known: Mapping[str, str], modality: str
    ) -> InputError:
        """The error of a name that is not known, or known elsewhere."""
        places = {
            "select": SELECTIONS,
            "clean": CLEANERS[modality],
            "augment": AUGMENTERS[modality],
        }
        elsewhere = next((place for place, names in places.items() if name in names), None)
        other = next(
            (one for one in CLEANERS if name in {**CLEANERS[one], **AUGMENTERS[one]}), None
        )
        if elsewhere is not None:
            told = f"{name!r} is no {what}: put it under {elsewhere}"
        elif other is not None:
            told = f"{name!r} is for modality {other}, and the recipe is for {modality}: remove it"
        else:
            told = f"unknown {what} {name!r}: {near(name, known)}"
        return self._error(at, told)

    def _why(self, at: Keys) -> str:
        """The comment right above a step; steps that are commented out are none."""
        found: list[str] = []
        line = self.lines[at] - 2
        while line >= 0 and (comment := self.written[line].strip()).startswith("#"):
            told = comment.lstrip("#").strip()
            found += [told] if not told.startswith("- ") else []
            line -= 1
        return " ".join(reversed(found))

    def _notes(self) -> list[str]:
        """The comments at the head."""
        notes: list[str] = []
        for line in self.written:
            if not line.startswith("#"):
                break
            notes.append(line.lstrip("#").strip())
        return notes
