"""``datakit explain [NAME]``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datakit.explanations.explain import Page

__all__ = ["register", "run"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="say what an issue or a score means, how it is found, what to do",
        description="Show the page of an issue or of a score. Without a name, list all names.",
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="such as blurry, mojibake or usability"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a page, or the list of all pages."""
    begin = time.perf_counter()
    from datakit.explanations.explain import page, pages

    if options.name is None:
        known = pages()
        if options.json:
            _print_json({"pages": [_head(one) for one in known]}, begin)
        else:
            from datakit.explanations.terminal import print_index

            print_index(known)
        return 0
    _show(page(options.name), options.json, begin)
    return 0


def _show(one: Page, as_json: bool, begin: float) -> None:
    from datakit.explanations.thresholds import markdown, thresholds

    if as_json:
        from dataclasses import asdict

        numbers = [asdict(number) for number in thresholds(one.name)]
        _print_json(_head(one) | {"page": one.text, "thresholds": numbers}, begin)
        return
    from datakit.explanations.terminal import print_markdown

    generated = f"\n{markdown(one.name)}" if one.kind == "issue" else ""
    print_markdown(one.text + generated)


def _head(one: Page) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "summary": one.summary,
        "found_in": list(one.found_in),
        "counts_in": list(one.counts_in),
    }


def _print_json(content: dict[str, Any], begin: float) -> None:
    seconds = round(time.perf_counter() - begin, 3)
    json.dump({"schema": 1} | content | {"seconds": seconds}, sys.stdout, allow_nan=False)
    sys.stdout.write("\n")
