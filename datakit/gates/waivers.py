"""Waivers: who said that a failure is to be borne, why, and until when."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError
from datakit.gates.lint import near

if TYPE_CHECKING:
    import yaml

    from datakit.gates.suite import Suite

__all__ = ["Waiver", "WaiverError", "check_waivers", "load_waivers"]

_KEYS = ("rule", "samples", "reason", "expires")


class WaiverError(InputError):
    """A file of waivers that cannot be used; the message begins with file:line."""


@dataclass(frozen=True)
class Waiver:
    """One failure that is to be borne for a while.

    Parameters
    ----------
    rule
        Id of the rule.
    samples
        Globs of paths that the rule does not judge; empty for the rule as a whole.
    reason
        Why, one line.
    expires
        Last day on which it holds.
    where
        file:line of it.
    """

    rule: str
    samples: tuple[str, ...]
    reason: str
    expires: datetime.date
    where: str = ""

    def holds(self, date: datetime.date) -> bool:
        """Whether it is not over on a day."""
        return date <= self.expires

    def matches(self, path: str) -> bool:
        """Whether a sample's path is one of those waived."""
        return path in self.samples or any(fnmatch.fnmatchcase(path, g) for g in self.samples)


def load_waivers(path: str | Path) -> tuple[Waiver, ...]:
    """Read a file of waivers: YAML, a list of ``{rule, samples, reason, expires}``.

    Parameters
    ----------
    path
        The file. ``samples`` (globs of paths) may be left out, all else has to be there.

    Raises
    ------
    WaiverError
        It cannot be read, or an entry is not complete; the message begins with file:line.
    """
    import yaml

    file = Path(path)
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise WaiverError(f"{file}: the waivers cannot be read ({error})") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "no YAML"
        raise WaiverError(f"{file}{line}: not valid YAML: {problem}") from None
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        raise WaiverError(f"{_where(file, node)}: waivers are a list of {{{', '.join(_KEYS)}}}")
    return tuple(_waiver(entry, file) for entry in node.value)


def check_waivers(waivers: Sequence[Waiver], suite: Suite) -> None:
    """Refuse waivers of rules that the suite does not have, and of samples where none is judged.

    Raises
    ------
    WaiverError
        There is one.
    """
    known = {rule.id: rule for rule in suite.rules}
    for waiver in waivers:
        rule = known.get(waiver.rule)
        if rule is None:
            raise WaiverError(
                f"{waiver.where}: the suite {suite.name} has no rule {waiver.rule}"
                f"{near(waiver.rule, known)}"
            )
        if waiver.samples and rule.table == "corpus":
            raise WaiverError(
                f"{waiver.where}: {waiver.rule} judges a number of the whole corpus, not samples: "
                "leave samples out to waive the rule as a whole"
            )


def _waiver(node: yaml.Node, file: Path) -> Waiver:
    import yaml

    where = _where(file, node)
    if not isinstance(node, yaml.MappingNode):
        raise WaiverError(f"{where}: a waiver is {{{', '.join(_KEYS)}}}")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in _KEYS or key.value in found:
            close = near(str(key.value), _KEYS)
            raise WaiverError(f"{_where(file, key)}: unknown or repeated key {key.value!r}{close}")
        found[key.value] = value
    for name in ("rule", "reason", "expires"):
        if name not in found:
            raise WaiverError(f"{where}: the waiver lacks {name}")
    samples = _samples(found["samples"], file) if "samples" in found else ()
    return Waiver(
        rule=_text(found["rule"], file, "rule"),
        samples=samples,
        reason=_text(found["reason"], file, "reason"),
        expires=_date(found["expires"], file),
        where=where,
    )


def _text(node: Any, file: Path, name: str) -> str:
    given = isinstance(node.value, str) and not node.tag.endswith(":null")
    value = " ".join(node.value.split()) if given else ""
    if not value:
        raise WaiverError(f"{_where(file, node)}: {name} is empty: give a text")
    return value


def _samples(node: Any, file: Path) -> tuple[str, ...]:
    import yaml

    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise WaiverError(
            f"{_where(file, node)}: samples is a list of paths or globs such as train/cat/*.jpg; "
            "leave it out to waive the rule as a whole"
        )
    for entry in node.value:
        if _text(entry, file, "samples").strip("*/") == "":
            raise WaiverError(
                f"{_where(file, entry)}: {entry.value!r} is every sample: leave samples out to "
                "waive the rule as a whole"
            )
    return tuple(entry.value for entry in node.value)  # names may have spaces and line ends


def _date(node: Any, file: Path) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(node.value))
    except ValueError:
        raise WaiverError(
            f"{_where(file, node)}: expires is {node.value!r}: give a day such as 2027-01-31"
        ) from None


def _where(file: Path, node: Any) -> str:
    return f"{file}:{node.start_mark.line + 1}"
