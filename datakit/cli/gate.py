"""``datakit gate CORPUS_OR_PROFILE``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.cli.profiling_options import add_profiling_options
from datakit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from datakit.gates.decision import Decision

__all__ = ["register", "run"]

_DESCRIPTION = """\
Judge a corpus, or a saved profile, by a suite of rules. Made for CI: the exit code is 0 where the
data meets the suite (warnings allowed), 1 where it does not, 2 where the command could not be
carried out, 3 where a critical rule judged nothing.

Suites that ship with datakit: see `datakit suite list`. Make one from a corpus that is known to
be good with `datakit suite init PROFILE -o FILE`.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gate",
        help="judge a corpus or profile by a suite, for CI",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="CORPUS_OR_PROFILE", help="what to judge")
    parser.add_argument(
        "--suite", metavar="NAME_OR_FILE", help="the rules (images or text, by what is judged)"
    )
    parser.add_argument("--baseline", metavar="PROFILE", help="what ratchet rules compare with")
    parser.add_argument("--waivers", metavar="FILE", help="failures to be borne for a while, YAML")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="day to judge waivers by (today)")
    parser.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="NAME[=FILE]",
        help="text, json, junit, github, markdown or sarif, to standard output or to a file; may "
        "be given several times, once without a file (text)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--data-docs", metavar="DIR", help="write Great Expectations' own pages there"
    )
    parser.add_argument(
        "--against", metavar="EVAL", help="evaluation set whose samples must not be in the corpus"
    )
    add_profiling_options(parser.add_argument_group("how a corpus is profiled"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge, print, and say by the exit code what was decided."""
    began = time.monotonic()
    shown, files = "", dict[Path, str]()
    try:
        shown, wanted = _outputs(options)
        _check_files(wanted, options)
        files = wanted
        decision = _decided(options)
        _write_all(decision, files)
    except Exception as error:
        _tell(error, options, shown, files, began)
        raise
    _printed(lambda: _show(decision, shown, time.monotonic() - began))
    return decision.exit_code


def _decided(options: argparse.Namespace) -> Decision:
    from datakit.gating import gate
    from datakit.profiling import source_of
    from datakit.reports.progress import Progress

    opened = {"manifest": options.manifest, "text_column": options.text_column}
    source = source_of(options.source, **opened)
    with Progress("profiling", len(source)) as progress:
        return gate(
            source,
            options.suite,
            baseline=options.baseline,
            reference=options.reference,
            target=options.target,
            against=options.against,
            waivers=options.waivers,
            date=options.date,
            data_docs=options.data_docs,
            out=options.out,
            encoder=options.encoder,
            workers=options.workers,
            progress=progress.advance,
        )


def _tell(
    error: Exception, options: argparse.Namespace, shown: str, files: dict[Path, str], began: float
) -> None:
    """Put into every report that there is no decision, and why."""
    from datakit.gates.ci import announce_undecided, in_github_actions
    from datakit.gates.formats.json import dumps
    from datakit.gates.formats.undecided import render_undecided, undecided, undecided_object

    one = undecided(options.source, options.suite, error)
    for file, name in files.items():
        with contextlib.suppress(InputError):  # the first error is the one to tell
            _write(file, name, render_undecided(one, name))
    announce_undecided(one, sys.stderr, os.environ)
    text = ""
    if shown == "--json":
        seconds = round(time.monotonic() - began, 3)
        text = dumps(undecided_object(one) | {"seconds": seconds}) + "\n"
    elif shown not in ("", "text") and not (shown == "github" and in_github_actions(os.environ)):
        text = render_undecided(one, shown)  # annotations come from the main program
    _printed(lambda: sys.stdout.write(text))


def _outputs(options: argparse.Namespace) -> tuple[str, dict[Path, str]]:
    """What goes to standard output, and file -> format."""
    from datakit.gates.formats import FORMATS

    shown = ["--json"] if options.json else []
    files: dict[Path, str] = {}
    for given in options.format:
        name, _, file = given.partition("=")
        if name not in FORMATS:
            raise InputError(f"--format {given}: give one of {', '.join(FORMATS)}, or NAME=FILE")
        if "=" not in given:
            shown.append(name)
            continue
        path = Path(os.path.realpath(file))  # a link, such as /dev/stdout, is not replaced
        if not path.parent.is_dir() or (path.exists() and not path.is_file()):
            raise InputError(f"--format {given}: give a file in a folder that is there")
        if path in files:
            raise InputError(f"--format {given}: {files[path]} goes to this file: give another")
        files[path] = name
    if len(shown) > 1:
        raise InputError(
            f"{' and '.join(shown)} cannot both go to standard output: give a file, as "
            "--format junit=gate.xml"
        )
    return (shown[0] if shown else ""), files


def _check_files(files: dict[Path, str], options: argparse.Namespace) -> None:
    """Refuse a report in the place of something that is read."""
    from datakit.gating import read_by
    from datakit.pairing import check_out

    named = (options.suite, options.waivers, options.target, options.manifest)
    others = (options.baseline, options.reference, options.against)
    read = read_by(options.source, options.out, named, others)
    for file, name in files.items():
        check_out(file, read, f"--format {name}=", file=True)


def _write_all(decision: Decision, files: dict[Path, str]) -> None:
    from datakit.gates.formats import render

    for file, name in files.items():
        _write(file, name, render(decision, name))


def _write(file: Path, name: str, text: str) -> None:
    from datakit.profiles.files import atomic

    try:
        with atomic(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"--format {name}={file} cannot be written ({error.strerror}): give another file"
        ) from error


def _printed(show: Callable[[], object]) -> None:
    """Write to standard output; that the reader went away changes nothing that was decided."""
    try:
        show()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show(decision: Decision, shown: str, seconds: float) -> None:
    from datakit.gates.ci import announce
    from datakit.gates.formats import render
    from datakit.gates.formats.json import as_object, dumps
    from datakit.gates.formats.text import print_decision

    machine = shown not in ("", "text", "github")
    if shown != "github":
        announce(decision, sys.stderr if machine else sys.stdout, os.environ)
    if shown == "--json":
        sys.stdout.write(dumps(as_object(decision) | {"seconds": round(seconds, 3)}) + "\n")
    elif shown in ("", "text"):
        print_decision(decision)
    else:
        sys.stdout.write(render(decision, shown))
