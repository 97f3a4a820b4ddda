"""Read a suite strictly: whatever would be dropped or run as code is refused, with its place.

Great Expectations 1.24 only logs a misspelt type or severity and drops the rule, so the run
passes. It is not imported here, so a bad suite is refused in a fraction of a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from datakit.gates.columns import DIMENSIONS
from datakit.gates.json_places import JsonPlaceError, Places, parse_json
from datakit.gates.lint import check_arguments, check_columns, check_type, near
from datakit.gates.suite import NEEDS, Rule, Suite, SuiteError
from datakit.gates.suite_names import suite_file

__all__ = ["FORMAT", "check_for", "is_name", "load_suite"]

FORMAT = 1
"""Newest version of what datakit puts into ``meta``."""

_TOP = ("name", "expectations", "meta", "notes", "id", "suite_parameters")
_EXPECTATION = ("type", "kwargs", "severity", "meta", "description", "notes", "id")
_META = ("id", "table", "dimension", "why", "fix", "source", "needs")
_SEVERITIES = ("critical", "warning", "info")
_TABLES = ("samples", "corpus")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Keys = tuple[str | int, ...]


class _File:
    """A parsed file whose errors name the place."""

    def __init__(self, path: str, places: Places) -> None:
        self.path, self.places = path, places

    def error(self, where: Keys, message: str) -> SuiteError:
        while where not in self.places:
            where = where[:-1]
        line, column = self.places[where]
        return SuiteError(f"{self.path}:{line}:{column}: {message}")


def load_suite(name: str | Path) -> Suite:
    """Read a suite by name or path.

    Parameters
    ----------
    name
        Name of a suite that ships with datakit, or a file.

    Raises
    ------
    SuiteError
        The file is not there, is no strict JSON, or has anything in it that would not be judged;
        the message begins with file:line:column.
    """
    path = suite_file(str(name))
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows begin files with a mark
    except OSError as error:
        raise SuiteError(f"{path}: the suite cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}: the suite cannot be read as UTF-8 ({error})") from None
    try:
        content, places = parse_json(text)
    except JsonPlaceError as error:
        raise SuiteError(f"{path}:{error.place[0]}:{error.place[1]}: {error}") from None
    return _suite(content, _File(str(path), places), path)


def check_for(suite: Suite, modality: str) -> None:
    """Refuse a suite whose columns the profiles of a modality do not have.

    Raises
    ------
    SuiteError
        It is for another modality, or names such a column.
    """
    if suite.modality not in (None, modality):
        raise SuiteError(
            f"{suite.path}: the suite {suite.name} is for {suite.modality} profiles, this one is "
            f"of {modality}s: give another --suite"
        )
    for rule in suite.rules:
        where = f"{suite.where(rule)}: {rule.id}"
        check_columns(rule, modality, partial(_at, where))


def is_name(name: str) -> bool:
    """Whether a suite or a rule can have that name: lower-case words joined by hyphens.

    Great Expectations takes dots for folders.
    """
    return _ID.fullmatch(name) is not None


def _at(where: str, message: str) -> SuiteError:
    return SuiteError(f"{where}: {message}")


def _suite(content: Any, file: _File, path: Path) -> Suite:
    if not isinstance(content, dict):
        raise file.error((), "a suite is an object with 'name' and 'expectations'")
    for key in content:
        if key not in _TOP:
            raise file.error((key,), f"unknown key {key!r}{near(key, _TOP)}")
    name = content.get("name", path.stem)
    if not isinstance(name, str) or not is_name(name):
        raise file.error(
            ("name",), f"the name is {name!r}: give lower-case words joined by hyphens"
        )
    modality = _about(content.get("meta"), file)
    entries = content.get("expectations")
    if not isinstance(entries, list) or not entries:
        raise file.error(
            ("expectations",), "'expectations' is missing or empty: such a suite passes everything"
        )
    rules: list[Rule] = []
    for i, entry in enumerate(entries):
        rule = _rule(entry, ("expectations", i), file)
        if any(other.id == rule.id for other in rules):
            raise file.error(("expectations", i), f"the id {rule.id} is taken by an earlier rule")
        if modality is not None:
            check_columns(rule, modality, partial(file.error, ("expectations", i, "kwargs")))
        rules.append(rule)
    return Suite(name, str(path), tuple(rules), modality)


def _about(meta: Any, file: _File) -> str | None:
    """The modality that a suite says it is for."""
    if meta is None:
        return None
    ours = meta.get("datakit", {}) if isinstance(meta, dict) else None
    if not isinstance(ours, dict) or not set(ours) <= {"format", "modality"}:
        raise file.error(("meta",), "meta.datakit has the keys format and modality")
    if ours.get("format", FORMAT) != FORMAT:
        raise file.error(
            ("meta", "datakit", "format"),
            f"suite format {ours['format']!r}, this datakit reads {FORMAT}: update datakit",
        )
    modality = ours.get("modality")
    if modality not in (None, "image", "text"):
        raise file.error(
            ("meta", "datakit", "modality"), f"modality {modality!r}: give image or text"
        )
    return modality


def _rule(entry: Any, at: Keys, file: _File) -> Rule:
    if not isinstance(entry, dict):
        raise file.error(at, "an expectation is an object with 'type', 'kwargs' and 'meta'")
    for key in entry:
        if key == "expectation_type":
            raise file.error(
                (*at, key), "'expectation_type' is of Great Expectations 0.x: write 'type'"
            )
        if key not in _EXPECTATION:
            raise file.error((*at, key), f"unknown key {key!r}{near(key, _EXPECTATION)}")
    signature = check_type(entry.get("type"), partial(file.error, (*at, "type")))
    kwargs, meta = entry.get("kwargs", {}), entry.get("meta", {})
    if not isinstance(kwargs, dict):
        raise file.error((*at, "kwargs"), "'kwargs' is an object of arguments")
    check_arguments(signature, kwargs, partial(file.error, (*at, "kwargs")))
    severity = entry.get("severity", "critical")
    if severity not in _SEVERITIES:
        raise file.error(
            (*at, "severity"), f"severity {severity!r}: give one of {', '.join(_SEVERITIES)}"
        )
    found = _meta(meta, (*at, "meta"), file)
    if signature.shape == "score" and found["table"] != "corpus":
        raise file.error((*at, "meta"), f"{entry['type']} judges scores: write table corpus")
    line, column = file.places[at]
    rule = Rule(
        id=found["id"] or _default_id(entry["type"], kwargs),
        type=entry["type"],
        kwargs=kwargs,
        severity=severity,
        table=found["table"],
        dimension=found["dimension"],
        why=found["why"] or str(entry.get("description") or ""),
        fix=found["fix"],
        source=found["source"],
        needs=found["needs"],
        line=line,
        column=column,
    )
    if rule.parameters and "baseline" not in rule.needs:
        return replace(rule, needs=(*rule.needs, "baseline"))
    return rule


def _meta(meta: Any, at: Keys, file: _File) -> dict[str, Any]:
    if not isinstance(meta, dict):
        raise file.error(at, f"'meta' is an object with {', '.join(_META)}")
    for key in meta:
        close = near(key, _META)
        if key not in _META and close:
            raise file.error((*at, key), f"unknown key {key!r}{close}")
    found: dict[str, Any] = {key: meta.get(key, "") for key in _META if key != "needs"}
    for key, value in found.items():
        if not isinstance(value, str) or not value.replace("\t", " ").isprintable():
            raise file.error((*at, key), f"{key} is {value!r}: give a text of one line")
    found["table"] = found["table"] or "samples"
    if found["table"] not in _TABLES:
        raise file.error((*at, "table"), f"table {found['table']!r}: give samples or corpus")
    if found["dimension"] and found["dimension"] not in DIMENSIONS:
        raise file.error(
            (*at, "dimension"),
            f"dimension {found['dimension']!r}: give one of {', '.join(DIMENSIONS)}",
        )
    if found["id"] and not is_name(found["id"]):
        raise file.error(
            (*at, "id"), f"the id is {found['id']!r}: give lower-case words joined by hyphens"
        )
    needs = meta.get("needs", [])
    if not isinstance(needs, list) or not all(need in tuple(NEEDS) for need in needs):
        raise file.error((*at, "needs"), f"needs is a list of {', '.join(NEEDS)}")
    return found | {"needs": tuple(needs)}


def _default_id(name: str, kwargs: Mapping[str, Any]) -> str:
    """A readable id for a rule that has none: plain Great Expectations suites."""
    about = kwargs.get("column") or kwargs.get("score") or kwargs.get("column_A") or "table"
    what = name.removeprefix("expect_").removeprefix("column_")
    return re.sub(r"[^a-z0-9]+", "-", f"{about}-{what}".lower()).strip("-")
