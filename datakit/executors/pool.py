"""A pool of supervised worker processes in which one bad sample costs one sample.

The standard pools lose all work or hang when a worker dies. Here every worker says which sample
it touches; when it dies or stays too long, that sample is recorded as lost, the shard is given to
a fresh worker, and everything else goes on. Workers are started as ``python -m``, not forked, so
that a script needs no ``__main__`` guard.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from datakit.errors import InputError, WorkerError, WorkerKilledError
from datakit.executors.executor import Result, Shard, Task
from datakit.executors.wire import Heartbeat, receive, send

__all__ = ["ProcessPool"]

_LOOKAHEAD = 4
_POLL_SECONDS = 0.2
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class _Worker:
    """One child process, and what it is working on."""

    def __init__(self, folder: Path, number: int, task: bytes) -> None:
        beat = folder / f"beat-{number}"
        beat.write_bytes(bytes(Heartbeat.SIZE))
        self.beat = Heartbeat(beat)
        self.beat.write(-1)
        self._log = folder / f"log-{number}"
        environment = os.environ | dict.fromkeys(_THREADS, "1")
        package = str(Path(__file__).parents[2])
        paths = [package, environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "datakit.executors.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        self.job: int | None = None
        self.ready = False
        self.late = False
        self._tell({"path": sys.path, "beat": str(beat), "task": task})

    @property
    def replies(self) -> BinaryIO:
        assert self.process.stdout is not None
        return self.process.stdout  # type: ignore[return-value]

    def give(self, job: int, shard: Any, lost: dict[int, str]) -> None:
        self.job, self.late = job, False
        self.beat.write(-1)
        self._tell((shard, lost))

    def _tell(self, message: Any) -> None:
        assert self.process.stdin is not None
        # When it died, its closed reply pipe tells the supervisor.
        with contextlib.suppress(BrokenPipeError):
            send(self.process.stdin, message)  # type: ignore[arg-type]

    def cause_of_death(self, limit: float) -> str:
        """What ended the process, in words."""
        code = self.process.wait()
        if self.late:
            return f"took longer than {limit:g} s"
        if code == -signal.SIGKILL:
            return "the worker was killed (SIGKILL), perhaps out of memory"
        if code < 0:
            return f"the decoder crashed ({signal.Signals(-code).name})"
        return f"the worker exited with code {code}"

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended the process: where memory runs out, the system does."""
        return not self.late and self.process.poll() == -signal.SIGKILL

    def last_words(self) -> str:
        """The end of what the process wrote to standard error."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self.beat.close()


class ProcessPool:
    """Worker processes on this machine.

    Parameters
    ----------
    workers
        How many, at least 1.
    sample_timeout
        Seconds that one sample may take before its worker is killed.
    """

    def __init__(self, workers: int, sample_timeout: float = 60.0) -> None:
        if workers < 1:
            raise InputError(f"workers is {workers}: a pool needs at least 1")
        self.workers = workers
        self.sample_timeout = sample_timeout

    def map(self, task: Task[Shard, Result], shards: Iterable[Shard]) -> Iterator[Result]:
        """Results in the order of the shards; shards are pulled as workers become free.

        Raises
        ------
        InputError
            The task cannot be sent to a worker.
        WorkerError
            Workers cannot start, or die outside of any sample.
        Exception
            What the task itself raised.
        """
        with tempfile.TemporaryDirectory(prefix="datakit-") as folder:
            run = _Run(self, _packed(task), Path(folder), iter(shards))
            try:
                yield from run.results()
            finally:
                run.stop()


def _packed(task: Any) -> bytes:
    try:
        data = pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise InputError(
            f"{type(error).__name__}: {error}: it cannot be sent to worker processes; "
            "give workers=0 to stay in this one"
        ) from error
    if b"__main__" in data:
        raise InputError(
            "a corpus or encoder that is defined in the script itself cannot be sent to worker "
            "processes: define it in a module, or give workers=0"
        )
    return data


class _Run:
    """One call of `ProcessPool.map`."""

    def __init__(self, pool: ProcessPool, task: bytes, folder: Path, shards: Iterator[Any]) -> None:
        self._pool, self._task, self._folder = pool, task, folder
        self._shards = enumerate(shards)
        self._workers: list[_Worker] = []
        self._numbers = itertools.count()
        self._selector = selectors.DefaultSelector()
        self._pending: dict[int, Any] = {}  # given out, or waiting to be given again
        self._again: list[int] = []
        self._lost: dict[int, dict[int, str]] = {}
        self._unexplained: dict[int, list[bool]] = {}
        self._finished: dict[int, Any] = {}
        self._next = 0
        self._exhausted = False

    def results(self) -> Iterator[Any]:
        while True:
            self._feed()
            while self._next in self._finished:
                yield self._finished.pop(self._next)
                self._next += 1
            if self._exhausted and not self._pending and not self._finished:
                return
            for key, _ in self._selector.select(_POLL_SECONDS):
                self._hear(key.data)
            self._end_late_ones()

    def stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._selector.close()

    def _feed(self) -> None:
        """Give work to every free worker, starting workers as there is work."""
        free = [w for w in self._workers if w.ready and w.job is None]
        while True:
            if not free and len(self._workers) == self._pool.workers:
                return
            job = self._take()
            if job is None:
                return
            if free:
                worker = free.pop()
                worker.give(job, self._pending[job], self._lost.get(job, {}))
            else:
                self._again.insert(0, job)
                self._start()
                return

    def _take(self) -> int | None:
        if self._again:
            return self._again.pop(0)
        if self._exhausted or len(self._pending) + len(self._finished) >= (
            self._pool.workers * _LOOKAHEAD
        ):
            return None
        try:
            job, shard = next(self._shards)
        except StopIteration:
            self._exhausted = True
            return None
        self._pending[job] = shard
        return job

    def _start(self) -> None:
        worker = _Worker(self._folder, next(self._numbers), self._task)
        self._workers.append(worker)
        self._selector.register(worker.replies, selectors.EVENT_READ, worker)

    def _hear(self, worker: _Worker) -> None:
        try:
            kind, value = receive(worker.replies)
        except EOFError:
            self._bury(worker)
            return
        if kind == "ready":
            worker.ready = True
        elif kind == "failed":
            raise value
        else:
            assert worker.job is not None
            self._finished[worker.job] = value
            del self._pending[worker.job]
            worker.job = None

    def _bury(self, worker: _Worker) -> None:
        self._selector.unregister(worker.replies)
        self._workers.remove(worker)
        cause = worker.cause_of_death(self._pool.sample_timeout)
        position, _ = worker.beat.read()
        words, job = worker.last_words(), worker.job
        worker.stop()
        if not worker.ready:
            raise WorkerError(f"a worker process cannot start: {cause}: {words}")
        if job is None:
            return
        if position >= 0:
            self._lost.setdefault(job, {})[position] = cause
        else:
            killed = self._unexplained.setdefault(job, [])
            killed.append(worker.was_killed)
            if len(killed) > 1:
                error = WorkerKilledError if all(killed) else WorkerError
                raise error(f"a worker died twice outside of any sample: {cause}: {words}")
        self._again.append(job)

    def _end_late_ones(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            position, since = worker.beat.read()
            busy = worker.job is not None and position >= 0
            if busy and not worker.late and now - since > self._pool.sample_timeout:
                worker.late = True
                worker.process.kill()
