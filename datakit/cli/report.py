"""``datakit report PROFILE``."""

from __future__ import annotations

import argparse
import json

__all__ = ["register", "run"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="write the HTML report of a saved profile again")
    parser.add_argument("profile", metavar="PROFILE", help="a directory that `profile` wrote")
    parser.add_argument(
        "-o", "--out", metavar="FILE", help="the HTML file (report.html in the profile)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report and say where it is."""
    from pathlib import Path

    from datakit import verbs

    out = options.out or Path(options.profile) / "report.html"
    file = verbs.report(options.profile, out)
    print(json.dumps({"schema": 1, "report": str(file)}) if options.json else f"report  {file}")
    return 0
