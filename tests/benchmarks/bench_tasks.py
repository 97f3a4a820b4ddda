"""Runs that find no memory, also in a worker process, which imports them from here."""

import os
import signal

from datakit.benchmarks.models.flow import Flow
from datakit.benchmarks.run_task import RunTask

WORDS = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8000000000 bytes."


class NoMemory(RunTask):
    """As torch says it."""

    def __call__(self, shard, watch):
        return _with_step(RuntimeError(WORDS), super().__call__, shard, watch)


class NoMemoryAtAll(RunTask):
    """As Python and numpy say it."""

    def __call__(self, shard, watch):
        return _with_step(MemoryError(), super().__call__, shard, watch)


class Killed(RunTask):
    """As Linux does it where memory runs out."""

    def __call__(self, shard, watch):
        os.kill(os.getpid(), signal.SIGKILL)


def _with_step(error, call, shard, watch):
    def step(*_):
        raise error

    before, Flow.step = Flow.step, step
    try:
        return call(shard, watch)
    finally:
        Flow.step = before
