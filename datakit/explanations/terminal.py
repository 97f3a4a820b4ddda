"""Pages for people: in colours on a terminal, as plain Markdown anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from datakit.explanations.explain import FOUND_IN, Page

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["grouped", "print_index", "print_markdown"]

_WIDTH = 92
_STYLES = {
    "markdown.h1": "bold",
    "markdown.h2": "bold cyan",
    "markdown.code": "green",
    "markdown.item.bullet": "dim",
}


def grouped(pages: Sequence[Page]) -> dict[str, list[Page]]:
    """The pages by group: the scores, then the issues of each thing that they are found in."""
    groups = {"scores": [one for one in pages if one.kind == "score"]}
    for place in FOUND_IN:
        groups[f"issues of {place}"] = [one for one in pages if place in one.found_in]
    return groups


def print_markdown(text: str, console: Console | None = None) -> None:
    """Print Markdown, rendered where standard output is a terminal.

    Parameters
    ----------
    text
        Markdown.
    console
        Where to; standard output by default.
    """
    import sys

    if console is None and not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.markdown import Heading, ListItem, Markdown
    from rich.theme import Theme

    class LeftHeading(Heading):
        """A heading at the left margin, without a box, in every version of rich."""

        new_line = False

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            self.text.justify = "left"
            yield self.text

    class TightItem(ListItem):
        """An item of a list that follows its heading at once."""

        new_line = False

    class TightMarkdown(Markdown):
        elements = Markdown.elements | {"heading_open": LeftHeading, "list_item_open": TightItem}

    console = console or _console()
    with console.use_theme(Theme(_STYLES)):
        console.print()
        console.print(TightMarkdown(text), width=min(console.width, _WIDTH))
        console.print()


def print_index(pages: Sequence[Page], console: Console | None = None) -> None:
    """Print the names of all pages in groups, each with its summary."""
    import sys

    width = max(len(one.name) for one in pages)
    if console is None and not sys.stdout.isatty():  # one line each, for grep
        for group, members in grouped(pages).items():
            lines = [f"{one.name:<{width}}  {one.summary}" for one in members]
            print(group, *lines, "", sep="\n")
        return
    from rich.table import Table
    from rich.text import Text

    console = console or _console()
    for group, members in grouped(pages).items():
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column(width=width, no_wrap=True)
        table.add_column()
        for one in members:
            table.add_row(Text(one.name, style="green"), Text(one.summary))
        console.print()
        console.print(Text(group, style="bold cyan"))
        console.print(table)
    console.print()
    console.print(Text("datakit explain NAME shows a page.", style="dim"))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
