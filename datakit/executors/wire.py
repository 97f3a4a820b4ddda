"""How parent and worker talk: length-prefixed pickles on a pipe, and a heartbeat in a file."""

from __future__ import annotations

import mmap
import pickle
import struct
import time
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Heartbeat", "receive", "send"]

_LENGTH = struct.Struct("<Q")


def send(pipe: BinaryIO, message: Any) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        The other side is gone.
    """
    head = _exactly(pipe, _LENGTH.size)
    return pickle.loads(_exactly(pipe, _LENGTH.unpack(head)[0]))  # noqa: S301 (our own child)


def _exactly(pipe: BinaryIO, n: int) -> bytes:
    data = bytearray()
    while len(data) < n:
        chunk = pipe.read(n - len(data))
        if not chunk:
            raise EOFError("the pipe was closed")
        data += chunk
    return bytes(data)


class Heartbeat:
    """The position a worker is at, and since when, in memory that both sides map.

    Parameters
    ----------
    path
        A file of at least 16 bytes.
    """

    SIZE = 16

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), self.SIZE)
        # Whole 8-byte words: a value that is read while it is written must not be torn.
        self._words = memoryview(self._map).cast("q")

    def write(self, position: int) -> None:
        """Say which sample is about to be touched; -1 for none."""
        self._words[1] = time.monotonic_ns()
        self._words[0] = position  # after the time, and read before it

    def read(self) -> tuple[int, float]:
        """Position and the monotonic time at which it was written."""
        position = self._words[0]
        return position, self._words[1] / 1e9

    def close(self) -> None:
        """Unmap."""
        self._words.release()
        self._map.close()
