"""The worker process: ``python -m datakit.executors.worker``, started by the pool only."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from pathlib import Path

from datakit.executors.executor import Watch
from datakit.executors.wire import Heartbeat, receive, send

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent is gone; elsewhere a closed pipe must do."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)


def main() -> None:
    """Receive a task, then shards; send results until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _die_with_parent()
    # What a decoder prints must not come between our messages.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    setup = receive(requests)
    sys.path[:] = setup["path"]
    beat = Heartbeat(Path(setup["beat"]))
    task = pickle.loads(setup["task"])  # noqa: S301 (from our own parent)
    send(replies, ("ready", None))
    while True:
        try:
            shard, lost = receive(requests)
        except EOFError:
            return
        try:
            message = ("done", task(shard, Watch(lost, beat.write)))
        except Exception as error:  # handed to the parent, which raises it
            error.add_note("in a worker:\n" + traceback.format_exc())
            message = ("failed", _portable(error))
        beat.write(-1)
        send(replies, message)


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own error)
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
