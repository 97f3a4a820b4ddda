"""The small interface between the work (a task on one shard) and who carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

__all__ = ["Executor", "Task", "Watch"]

S = TypeVar("S", contravariant=True)
R = TypeVar("R", covariant=True)
Shard = TypeVar("Shard")
Result = TypeVar("Result")


class Watch:
    """What a task tells its executor, and what it is told, while it works on one shard.

    Parameters
    ----------
    lost
        Position in the shard -> cause, for samples that killed or hung an earlier worker.
        The task must not touch them; it records the cause instead.
    on_start
        Called with the position of each sample just before the task touches it.
    """

    def __init__(
        self,
        lost: dict[int, str] | None = None,
        on_start: Callable[[int], None] | None = None,
    ) -> None:
        self.lost = lost or {}
        self._on_start = on_start

    def start(self, position: int) -> None:
        """Say that the sample at `position` is about to be touched.

        Call it for everything that can crash or hang; ``start(-1)`` says that the task is in
        its own code now (no single sample is to blame, no time limit runs).
        """
        if self._on_start is not None:
            self._on_start(position)


class Task(Protocol[S, R]):
    """A picklable callable that turns one shard into a small result.

    It writes what is large to disk itself, atomically.
    """

    def __call__(self, shard: S, watch: Watch) -> R:
        """Do one shard."""


class Executor(Protocol):
    """Maps a task over shards; results come in the order of the shards."""

    def map(self, task: Task[Shard, Result], shards: Iterable[Shard]) -> Iterator[Result]:
        """Results in the order of the shards."""
