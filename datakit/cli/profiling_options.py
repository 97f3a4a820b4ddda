"""The options that say how a corpus is opened and measured: the same in every command."""

from __future__ import annotations

import argparse

__all__ = ["add_opening_options", "add_profiling_options", "add_workers"]


def add_profiling_options(parser: argparse._ActionsContainer) -> None:
    """Add them to a parser, or to a group of one."""
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="where to write the profile (NAME.profile)"
    )
    parser.add_argument(
        "--reference", metavar="REF", help="corpus or profile to measure representativeness by"
    )
    parser.add_argument(
        "--target",
        metavar="YAML",
        help="proportions of labels, languages, ... to measure representativeness by",
    )
    add_opening_options(parser)
    parser.add_argument(
        "--encoder",
        default="default",
        metavar="NAME",
        help="images: efficientnet-lite0 (default), pixels; texts: lsa (default); hub:MODEL; none",
    )
    add_workers(parser)


def add_opening_options(parser: argparse._ActionsContainer) -> None:
    """Add what `open` takes beside a place."""
    parser.add_argument(
        "--manifest", metavar="FILE", help="table with captions, labels, splits by file name"
    )
    parser.add_argument(
        "--text-column", metavar="NAME", help="column of a table that holds the texts"
    )


def add_workers(parser: argparse._ActionsContainer) -> None:
    """Add the number of worker processes."""
    parser.add_argument(
        "--workers", type=int, metavar="N", help="worker processes (one per core; 0: this process)"
    )
