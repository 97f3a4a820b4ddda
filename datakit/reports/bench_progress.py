"""Progress of a benchmark: runs that are done, time left, and the losses of those in training."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["BenchProgress", "LiveRun", "live_runs", "seconds_left"]

_EVERY = 1.0
_MOST_SHOWN = 2
_STALE = 120.0
"""Seconds without a sign after which a run counts as one that was killed."""


@dataclass(frozen=True)
class LiveRun:
    """A run in training.

    Parameters
    ----------
    name
        Such as "curated-003".
    step, steps
        How far it is.
    losses
        Of the last step, by name.
    """

    name: str
    step: int
    steps: int
    losses: dict[str, float]

    def __str__(self) -> str:
        losses = ", ".join(f"{name} {value:.3g}" for name, value in self.losses.items())
        return f"{self.name} {self.step:,}/{self.steps:,} {losses}".rstrip()


def live_runs(place: Path, since: float) -> list[LiveRun]:
    """The runs in training, of all benchmarks of a folder.

    Parameters
    ----------
    place
        The folder of benchmarks.
    since
        Time in seconds since the epoch; what was written before is of a run that was killed.
    """
    found = []
    for file in sorted(place.glob("*/runs/*/live.json")):
        try:
            if file.stat().st_mtime < since:
                continue
            told = json.loads(file.read_text(encoding="utf-8"))
            losses = {str(name): float(value) for name, value in told["losses"].items()}
            run = LiveRun(file.parent.name, int(told["step"]), max(1, int(told["steps"])), losses)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # it is being written, or done
        found.append(run)
    return found


def seconds_left(done: float, done_at_first: float, total: int, seconds: float) -> float | None:
    """Time that the rest takes if it goes on as since the first run of this call.

    Parameters
    ----------
    done
        Runs that are done, with the parts of those in training.
    done_at_first
        Runs that were done before, which took no time now.
    total
        All runs.
    seconds
        Since the first run began.

    Returns
    -------
    float or None
        None where nothing can be said yet.
    """
    made = done - done_at_first
    return None if made <= 0 or seconds <= 0 else max(0.0, total - done) * seconds / made


class BenchProgress:
    """Shown while the block runs when standard error is a terminal; silent otherwise.

    Parameters
    ----------
    place
        The folder of benchmarks, where runs say how far they are.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._bar: Any = None
        self._task: Any = None
        self._done, self._total = 0, 0
        self._done_at_first: int | None = None
        self._began, self._first = time.time(), 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> BenchProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("{task.fields[runs]}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[left]}"),
                TextColumn("{task.fields[live]}", style="dim", markup=False),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(
                "", total=None, runs="profiling, curating", left="", live=""
            )
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def advance(self, done: int, total: int) -> None:
        """Say how many runs are done, and of how many."""
        self._done, self._total = done, total

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY):
            self._show(live_runs(self._place, max(self._began, time.time() - _STALE)))

    def _show(self, live: Sequence[LiveRun]) -> None:
        now = time.monotonic()
        if live and self._done_at_first is None:
            self._done_at_first, self._first = self._done, now
        if not live and not self._total:
            return
        part = self._done + sum(run.step / run.steps for run in live)
        more = len(live) - _MOST_SHOWN
        shown = [str(run) for run in live[:_MOST_SHOWN]] + ([f"+ {more}"] if more > 0 else [])
        left = None
        if self._total and self._done_at_first is not None:
            left = seconds_left(part, self._done_at_first, self._total, now - self._first)
        self._bar.update(
            self._task,
            completed=part if self._total else None,
            total=self._total or None,
            runs=f"{self._done} of {self._total} runs" if self._total else "training",
            left="" if left is None else f"{_clock(left)} left",
            live=" · ".join(shown),
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None and self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._bar.stop()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
