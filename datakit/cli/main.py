"""``datakit``: find the command, run it, turn errors into exit codes."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from datakit import __version__
from datakit.cli import bench, compare, curate, demo, explain, gate, profile, report, suite
from datakit.errors import DatakitError

__all__ = ["main", "parser"]

COMMANDS = (profile, gate, suite, curate, bench, report, compare, explain, demo)


class _Parser(argparse.ArgumentParser):
    """In GitHub Actions, an annotation of what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        _annotate(self.prog, message)
        super().error(message)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="datakit",
        description="Data quality for generative models: profile, score and gate a corpus.",
    )
    top.add_argument("--version", action="version", version=f"datakit {__version__}")
    commands = top.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    for command in COMMANDS:
        command.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 2 cannot be carried out, 3 internal, 130 interrupted."""
    _print_anything()
    options = parser().parse_args(arguments)
    title = f"datakit {options.command}"
    try:
        code = options.run(options)
    except KeyboardInterrupt:
        kept = "what is finished is kept, the same command goes on"
        print(f"\ninterrupted: {getattr(options, 'interrupted', kept)}", file=sys.stderr)
        code = 130
    except DatakitError as error:
        from datakit.gates.formats.shown import shown

        # Suites and names come from outside: none of them begins a line, where a CI runner obeys.
        print(f"datakit: {shown(str(error))}", file=sys.stderr)
        _annotate(title, str(error))
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; there is nobody to tell
        code = 0
    except Exception as error:
        import traceback

        traceback.print_exc()
        print("datakit: internal error, please report the lines above", file=sys.stderr)
        _annotate(title, f"internal error, please report it: {type(error).__name__}: {error}")
        code = 3
    sys.exit(code)


def _print_anything() -> None:
    """What standard output has no character for is printed as an escape, as on standard error."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and out.errors in ("strict", "surrogateescape"):
        out.reconfigure(errors="backslashreplace")


def _annotate(title: str, message: str) -> None:
    from datakit.gates.ci import announce_error

    announce_error(title, message, sys.stderr, os.environ)


if __name__ == "__main__":
    main()
