"""``datakit demo``: profile a small dirty corpus whose defects are known."""

from __future__ import annotations

import argparse
import json
import sys
import time

__all__ = ["register", "run"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        help="profile a small dirty corpus made from packaged images",
        description="Build a small corpus from images that ship inside scikit-learn, plant a "
        "known number of defects, profile it, and print what was found against what was planted.",
    )
    parser.add_argument("-o", "--out", default="demo", metavar="DIR", help="where to write (demo)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the plants (0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, profile, compare."""
    from pathlib import Path

    from datakit import verbs
    from datakit.cli.demo_corpus import build_demo
    from datakit.cli.profile import summary
    from datakit.reports.progress import Progress

    began = time.monotonic()
    folder = Path(options.out)
    planted = build_demo(folder / "images", options.seed)
    corpus = verbs.open(str(folder / "images"))
    with Progress("profiling", len(corpus)) as progress:
        profile = verbs.profile(corpus, folder / "images.profile", progress=progress.advance)
    seconds = time.monotonic() - began
    issues = profile.issues
    rows = []
    for issue, files in sorted(planted.items()):
        found = set(issues.loc[issues["issue"] == issue, "path"])
        rows.append((issue, len(files), len(files & found), len(found - files)))
    if options.json:
        counts = {
            issue: {"planted": n, "found": hit, "others": other} for issue, n, hit, other in rows
        }
        json.dump(summary(profile, seconds) | {"planted": counts}, sys.stdout)
        sys.stdout.write("\n")
        return 0
    from datakit.reports.terminal import print_planted, print_profile

    print_profile(profile, seconds)
    print_planted(rows)
    return 0
