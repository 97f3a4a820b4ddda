"""Map shards: in this process, or in a pool of supervised worker processes."""

from __future__ import annotations

import os

from datakit.errors import InputError
from datakit.executors.executor import Executor, Task, Watch
from datakit.executors.pool import ProcessPool
from datakit.executors.serial import Serial

__all__ = ["Executor", "ProcessPool", "Serial", "Task", "Watch", "executor"]


def executor(workers: int | None = None) -> Executor:
    """The executor for a number of workers.

    Parameters
    ----------
    workers
        0 for this process, n for a pool of n processes, None for one process per usable core.

    Raises
    ------
    InputError
        `workers` is negative.
    """
    if workers is None:
        usable = getattr(os, "sched_getaffinity", None)
        workers = len(usable(0)) if usable else os.cpu_count() or 1
    if workers < 0:
        raise InputError(f"workers is {workers}: give 0 (this process), 1, 2, ...")
    return Serial() if workers == 0 else ProcessPool(workers)
