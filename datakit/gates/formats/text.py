"""A decision for a person at a terminal or in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datakit.gates.formats.phrases import judged_of, label, measured, summary, worst_first
from datakit.gates.formats.shown import short, shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from datakit.gates.decision import Decision, Verdict

__all__ = ["print_decision", "to_text"]

_SHOWN_SAMPLES = 5
_STYLES = {
    "FAILED": "bold red",
    "ERROR": "bold red",
    "warning": "yellow",
    "info": "cyan",
    "unjudged": "yellow",
    "waived": "magenta",
    "passed": "dim green",
}
_DECIDED = {"passed": "bold green", "failed": "bold red", "error": "bold red"}


def to_text(decision: Decision) -> str:
    """The decision as plain text, without colours and without wrapping.

    Parameters
    ----------
    decision
        What the gate decided.
    """
    return _whole(decision).plain


def print_decision(decision: Decision, console: Console | None = None) -> None:
    """The same text, with colours where the console is a terminal.

    Parameters
    ----------
    decision
        What the gate decided.
    console
        Where to; standard output by default.
    """
    from rich.console import Console

    console = console or Console(highlight=False)
    console.print(_whole(decision), end="", soft_wrap=True)


def _whole(decision: Decision) -> Text:
    """What passed, then what did not, the worst first, and the verdict at the very end."""
    from rich.text import Text

    text = Text(
        "\ngate  "
    )  # no line begins with text of others: a runner obeys what begins with ::
    text.append(shown(decision.corpus), "bold")
    text.append(f" against {shown(decision.suite)}")
    text.append(f"   {decision.n_samples:,} samples", "dim")
    if decision.baseline is not None:
        text.append(f", baseline {shown(decision.baseline)}", "dim")
    text.append(f", {decision.date}\n\n", "dim")
    width = min(max((len(shown(v.rule)) for v in decision.verdicts), default=0), 40)
    passed = [v for v in decision.verdicts if v.outcome == "passed"]
    for verdict in passed:
        text.append_text(_line(verdict, width, decision.n_samples))
    for note in decision.notes:
        text.append(f"note      {shown(note)}\n", "dim")
    wrong = [v for v in worst_first(decision) if v.outcome != "passed"]
    text.append("\n" if (passed or decision.notes) and wrong else "")
    for verdict in wrong:
        text.append_text(_line(verdict, width, decision.n_samples))
        text.append_text(_details(verdict))
    text.append("\n")
    text.append(decision.decision, _DECIDED[decision.decision])
    failed = ", ".join(shown(v.rule) for v in decision.failures)
    unjudged = ", ".join(shown(v.rule) for v in decision.errors)
    stopped = "; ".join(filter(None, (failed, unjudged and f"not judged: {unjudged}")))
    text.append(f": {stopped}\n" if stopped else "\n")
    text.append(f"{summary(decision)}; exit code {decision.exit_code}\n", "dim")
    return text


def _line(verdict: Verdict, width: int, n_samples: int) -> Text:
    from rich.text import Text

    name = label(verdict)
    text = Text()
    text.append(f"{name:9} ", _STYLES[name])
    text.append(f"{shown(verdict.rule):{width}}  ", "dim" if name == "passed" else "bold")
    told = "; ".join(filter(None, (measured(verdict), judged_of(verdict, n_samples))))
    text.append(f"{told}\n", "dim" if name == "passed" else "")
    return text


def _details(verdict: Verdict) -> Text:
    from rich.text import Text

    text = Text()
    for name, value in (("why", verdict.why), ("fix", verdict.fix)):
        if value and verdict.outcome != "waived":
            text.append(f"          {name}  ", "dim")
            text.append(f"{shown(value)}\n")
    for path in verdict.samples[:_SHOWN_SAMPLES]:
        text.append(f"          - {short(path)}\n", "dim" if verdict.outcome == "waived" else "")
    more = len(verdict.samples) - _SHOWN_SAMPLES
    if more > 0:
        text.append(f"          and {more:,} more (--format json=FILE has all)\n", "dim")
    return text
