"""Carry out a task in this process: simple to debug, and without protection from crashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from datakit.executors.executor import Result, Shard, Task, Watch

__all__ = ["Serial"]


class Serial:
    """One shard after the other, here."""

    def map(self, task: Task[Shard, Result], shards: Iterable[Shard]) -> Iterator[Result]:
        """Results in the order of the shards."""
        for shard in shards:
            yield task(shard, Watch())
