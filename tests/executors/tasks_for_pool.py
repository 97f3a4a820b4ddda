"""Tasks that worker processes can import."""

import ctypes
import os
import signal
import time


def double(shard, watch):
    out = []
    for position, value in enumerate(shard):
        watch.start(position)
        if position in watch.lost:
            out.append(watch.lost[position])
            continue
        print("noise on standard output")
        if value == "sigkill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif value == "segfault":
            ctypes.string_at(0)
        elif value == "exit":
            os._exit(7)
        elif value == "hang":
            time.sleep(3600)
        elif value == "raise":
            raise ZeroDivisionError("from the task")
        out.append(value * 2)
    watch.start(-1)
    return out


def die_outside(shard, watch):
    os._exit(3)


def pid_then_wait(shard, watch):
    return os.getpid()
