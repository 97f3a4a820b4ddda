"""``datakit gate CORPUS_OR_PROFILE``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.cli.profiling_options import add_profiling_options
from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.gates.decision import Decision
    from datakit.profiles.profile import Profile

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
    from datakit.gating import gate
    from datakit.reports.progress import Progress

    began = time.monotonic()
    shown, files = _outputs(options)
    source = _source(options)
    with Progress("profiling", len(source)) as progress:
        decision = gate(
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
    _write(decision, files)
    try:
        _show(decision, shown, time.monotonic() - began)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader went away: what was decided stays decided
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return decision.exit_code


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


def _source(options: argparse.Namespace) -> Profile | Corpus:
    """The profile, or the opened corpus."""
    from datakit import verbs
    from datakit.profiling import is_profile_folder

    if is_profile_folder(options.source):
        return verbs.load(options.source)
    return verbs.open(options.source, manifest=options.manifest, text_column=options.text_column)


def _write(decision: Decision, files: dict[Path, str]) -> None:
    from datakit.gates.formats import render
    from datakit.profiles.files import atomic

    for file, name in files.items():
        try:
            with atomic(file) as temporary:
                temporary.write_text(render(decision, name), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"--format {name}={file} cannot be written ({error.strerror}): give another file"
            ) from error


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
