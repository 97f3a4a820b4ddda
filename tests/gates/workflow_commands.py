"""What a line of output means to GitHub's runner.

The rules are those of ActionCommand.cs in actions/runner: `::name key=value,...::data` where a line
begins with it (after white space), and the older `##[name key=value;...]data` anywhere in a line.
"""

from typing import NamedTuple

__all__ = ["Command", "read_line"]

_NAMES = {
    *("error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-path"),
    *("set-env", "set-output", "save-state", "stop-commands", "echo", "add-matcher"),
    *("remove-matcher", "command"),
}


class Command(NamedTuple):
    name: str
    properties: dict
    data: str


def read_line(line):
    """The command that the runner takes a line for, None for plain output."""
    return _new(line.lstrip()) or _old(line)


def _new(line):
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in _NAMES:
        return None
    properties = _pairs(rest.strip(), ",", ("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","))
    data = _unescaped(line[end + 2 :], ("%0D", "\r"), ("%0A", "\n"))
    return Command(name, properties, data)


def _old(line):
    begin = line.find("##[")
    if begin < 0 or (end := line.find("]", begin)) < 0:
        return None
    name, _, rest = line[begin + 3 : end].partition(" ")
    if name.lower() not in _NAMES:
        return None
    return Command(name, _pairs(rest, ";"), line[end + 1 :])


def _pairs(text, separator, *escapes):
    found = {}
    for pair in text.split(separator):
        key, equals, value = pair.partition("=")
        if key and equals and value:
            found[key] = _unescaped(value, *escapes)
    return found


def _unescaped(text, *escapes):
    for escape, character in (*escapes, ("%25", "%")):
        text = text.replace(escape, character)
    return text
