"""``datakit compare A B``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import nullcontext

from datakit.cli.profiling_options import add_workers

__all__ = ["register", "run"]

_DESCRIPTION = """\
Say what differs between two corpora, or two versions of one: scores, measured columns, embeddings,
slices (labels, languages, clusters), samples without a counterpart, and common contents.

A and B are profiles, or corpora, which are profiled first (nothing of that is kept). B is what A
is compared with: "label deer is gone" means that B has it and A has not.
"""

_INTERRUPTED = "nothing is kept; profile A and B first, and compare their profiles"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="say what differs between two corpora or profiles",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("a", metavar="A", help="a corpus or a profile")
    parser.add_argument("b", metavar="B", help="what to compare it with")
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="write comparison.html and comparison.json there"
    )
    parser.add_argument(
        "--encoder",
        default="default",
        metavar="NAME",
        help="for corpora; as for profile (default: that of the other side's profile)",
    )
    add_workers(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run, interrupted=_INTERRUPTED)


def run(options: argparse.Namespace) -> int:
    """Compare, then print."""
    from datakit import verbs
    from datakit.profiling import check_unused, is_corpus, source_of
    from datakit.reports.progress import Progress

    began = time.monotonic()
    a, b = source_of(options.a), source_of(options.b)
    n = sum(len(side) for side in (a, b) if is_corpus(side))
    if not any(is_corpus(side) for side in (a, b)):
        check_unused((a, b), {"--encoder": options.encoder, "--workers": options.workers})
    progress = Progress("profiling", n)
    with progress if n else nullcontext():  # saved profiles have nothing to count
        comparison = verbs.compare(
            a,
            b,
            options.out,
            encoder=options.encoder,
            workers=options.workers,
            progress=progress.advance,
        )
    seconds = time.monotonic() - began
    if options.json:
        found = comparison.to_json() | {"seconds": round(seconds, 3)}
        json.dump(found, sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
        return 0
    from datakit.reports.terminal_comparison import print_comparison

    print_comparison(comparison, seconds, options.out)
    return 0
