"""A progress bar with rate and time left, on standard error, for people only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

__all__ = ["Progress"]


class Progress:
    """Shown while the block runs when standard error is a terminal; silent otherwise.

    Parameters
    ----------
    title
        What is going on.
    total
        Number of samples.
    """

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=self._total, rate="")
        return self

    def advance(self, n: int) -> None:
        """Say that `n` more samples are done."""
        if self._bar is not None:
            task = self._bar.tasks[0]
            elapsed = task.elapsed or 0
            rate = (task.completed + n) / elapsed if elapsed > 0.5 else 0
            text = f"{rate:,.0f} samples/s" if rate else ""
            self._bar.update(self._task, advance=n, rate=text)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
