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
_BEAT = struct.Struct("<qd")


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

    SIZE = _BEAT.size

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), self.SIZE)

    def write(self, position: int) -> None:
        """Say which sample is about to be touched; -1 for none."""
        _BEAT.pack_into(self._map, 0, position, time.monotonic())

    def read(self) -> tuple[int, float]:
        """Position and the monotonic time at which it was written."""
        position, since = _BEAT.unpack_from(self._map, 0)
        return position, since

    def close(self) -> None:
        """Unmap."""
        self._map.close()
