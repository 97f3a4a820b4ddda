"""``datakit``: find the command, run it, turn errors into exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from datakit import __version__
from datakit.cli import compare, demo, explain, gate, profile, report, suite
from datakit.errors import DatakitError

__all__ = ["main", "parser"]

COMMANDS = (profile, gate, suite, report, compare, explain, demo)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="datakit",
        description="Data quality for generative models: profile, score and gate a corpus.",
    )
    top.add_argument("--version", action="version", version=f"datakit {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 2 cannot be carried out, 3 internal, 130 interrupted."""
    options = parser().parse_args(arguments)
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
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; there is nobody to tell
        code = 0
    except Exception:
        import traceback

        traceback.print_exc()
        print("datakit: internal error, please report the lines above", file=sys.stderr)
        code = 3
    sys.exit(code)


if __name__ == "__main__":
    main()
