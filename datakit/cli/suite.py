"""``datakit suite``: list, check and make suites."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from datakit.errors import InputError

__all__ = ["register"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "suite",
        help="list, check and make suites for gate",
        description="Suites are files of Great Expectations rules that `datakit gate` judges by.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the suites that ship with datakit")
    listed.add_argument("--json", action="store_true", help="print one JSON object")
    listed.set_defaults(run=_list)
    checked = actions.add_parser("check", help="refuse suites that gate would refuse; fast")
    checked.add_argument("suites", nargs="+", metavar="NAME_OR_FILE", help="what to check")
    checked.add_argument("--json", action="store_true", help="print one JSON object")
    checked.set_defaults(run=_check)
    made = actions.add_parser(
        "init",
        help="a suite from a profile that is known to be good",
        description="Write a suite whose bounds are what a good corpus of the same kind keeps: "
        "the far end of the 95 %% interval of every issue rate and score, not the value itself.",
    )
    made.add_argument("profile", metavar="PROFILE", help="a directory that `profile` wrote")
    made.add_argument("-o", "--out", required=True, metavar="FILE", help="the suite's file")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_init)


def _list(options: argparse.Namespace) -> int:
    from datakit.gates.load import load_suite
    from datakit.gates.suite_names import shipped_suites

    began = time.monotonic()
    suites = [load_suite(name) for name in shipped_suites()]
    if options.json:
        found = [
            {"name": s.name, "modality": s.modality, "n_rules": len(s.rules), "path": s.path}
            for s in suites
        ]
        return _print({"suites": found}, began)
    for suite in suites:
        n = sum(rule.severity == "critical" for rule in suite.rules)
        print(
            f"{suite.name:18} {suite.modality or 'any':6} {len(suite.rules):3} rules, "
            f"{n} critical   {suite.path}"
        )
    return 0


def _check(options: argparse.Namespace) -> int:
    from datakit.gates.load import load_suite

    began = time.monotonic()
    suites = [load_suite(name) for name in options.suites]
    if options.json:
        found = [{"name": s.name, "path": s.path, "n_rules": len(s.rules)} for s in suites]
        return _print({"suites": found}, began)
    for suite in suites:
        print(f"{suite.path}: {len(suite.rules)} rules, nothing wrong")
    return 0


def _init(options: argparse.Namespace) -> int:
    from datakit import verbs
    from datakit.gates.init import suite_from

    began = time.monotonic()
    out = Path(options.out)
    if out.suffix != ".json" or not out.absolute().parent.is_dir():
        raise InputError(f"--out {out}: give a file that ends in .json, in a folder that is there")
    if out.exists():
        raise InputError(f"--out {out} exists: suites are edited by hand, so none is replaced")
    profile = verbs.load(options.profile)
    content = suite_from(profile, out.stem)
    from datakit.profiles.files import write_json

    try:
        write_json(out, content)
    except OSError as error:
        raise InputError(f"--out {out} cannot be written ({error.strerror})") from error
    n = len(content["expectations"])
    if options.json:
        return _print({"suite": str(out), "n_rules": n}, began)
    print(f"suite  {out}  {n} rules: read the notes, and put in what you know about the corpus")
    return 0


def _print(content: dict[str, Any], began: float) -> int:
    seconds = round(time.monotonic() - began, 3)
    json.dump({"schema": 1} | content | {"seconds": seconds}, sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
    return 0
