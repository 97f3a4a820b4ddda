"""``datakit profile CORPUS``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from datakit.cli.profiling_options import add_profiling_options

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["register", "run", "summary"]

_DESCRIPTION = """\
Measure every sample of a corpus, find issues, score the whole, and write a report.

CORPUS is a folder of images or of text files (sub-folders give labels, train/val/test give
splits), a csv, jsonl or parquet table, WebDataset tar shards, MNIST-style idx files, a text file,
or an fsspec URL. An interrupted run goes on where it stopped; samples that did not change are not
measured again.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "profile",
        help="measure, score and report a corpus",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("corpus", metavar="CORPUS", help="what to profile")
    add_profiling_options(parser)
    parser.add_argument(
        "--against", metavar="EVAL", help="evaluation set of texts to look for in the corpus"
    )
    parser.add_argument(
        "--embed-limit",
        type=int,
        default=20_000,
        metavar="N",
        help="embed at most N samples (20000)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Profile, then print."""
    from datakit import verbs
    from datakit.reports.progress import Progress

    began = time.monotonic()
    corpus = verbs.open(options.corpus, manifest=options.manifest, text_column=options.text_column)
    with Progress("profiling", len(corpus)) as progress:
        profile = verbs.profile(
            corpus,
            options.out,
            reference=options.reference,
            target=options.target,
            against=options.against,
            encoder=options.encoder,
            embed_limit=options.embed_limit,
            workers=options.workers,
            progress=progress.advance,
        )
    show(profile, options.json, time.monotonic() - began)
    return 0


def show(profile: Profile, as_json: bool, seconds: float) -> None:
    """Print a profile for a person or for a program."""
    if as_json:
        json.dump(summary(profile, seconds), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
        return
    from datakit.reports.terminal import print_profile

    print_profile(profile, seconds)


def summary(profile: Profile, seconds: float) -> dict[str, Any]:
    """The JSON object of the command."""
    from datakit.reports.shown_scores import shown_scores

    n = profile.n_samples
    counts = profile.issues.groupby("issue")["sample_id"].nunique()
    encoder = profile.encoder
    return {
        "schema": 1,
        "corpus": {
            "path": profile.location,
            "modality": profile.modality,
            "n_samples": n,
            "n_bytes": profile.n_bytes,
        },
        "encoder": None if encoder is None else {"name": encoder["name"], "dim": encoder["dim"]},
        "scores": shown_scores(profile.scores),
        "issues": {
            str(issue): {"n": int(count), "rate": int(count) / n} for issue, count in counts.items()
        },
        "profile": str(profile.path),
        "seconds": round(seconds, 3),
    }
