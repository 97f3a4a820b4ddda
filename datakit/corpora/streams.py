"""A text file as a stream of UTF-8 bytes, whatever it is packed in or encoded with."""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datakit.corpora.encodings import find_encoding

__all__ = ["BLOCK", "Utf8Stream", "open_utf8", "restore"]

BLOCK = 2**20
"""Bytes that are read at a time."""

_HEAD = 2**18  # bytes from which the encoding is found
_PIECE = 2**16  # unpacked bytes at a time: what is lost where a packed file is damaged


def restore(text: str) -> bytes:
    """UTF-8 of a text that was decoded with "surrogateescape": bytes that are no UTF-8 return."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # there are lone surrogates that stand for no byte, too
        return b"".join(
            c.encode("utf-8", "surrogateescape" if "\udc80" <= c <= "\udcff" else "surrogatepass")
            for c in text
        )


class Utf8Stream(io.RawIOBase):
    """Bytes of a file as UTF-8, without a byte order mark.

    What is not valid in the file's encoding stays in the stream as the bytes it is, so that it
    is seen where the text is measured; in UTF-16 and UTF-32 it becomes U+FFFD.

    Parameters
    ----------
    read
        Reads the next so many bytes; closing is up to `close`.
    close
        Called when the stream is closed.
    block
        Bytes to read at a time.
    """

    def __init__(
        self, read: Callable[[int], bytes], close: Callable[[], Any], block: int = BLOCK
    ) -> None:
        super().__init__()
        self._read, self._close, self._block = read, close, block
        self._damage: OSError | None = None
        head = self._head()
        self.encoding = find_encoding(head)
        self._decoder: codecs.IncrementalDecoder | None = None
        if self.encoding == "utf-8-sig":
            head = head.removeprefix(codecs.BOM_UTF8)
        elif self.encoding != "utf-8":
            wide = self.encoding in ("utf-16", "utf-32")
            errors = "replace" if wide else "surrogateescape"
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        self._ready = memoryview(self._utf8(head))
        self._ended = False

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; returns the number of bytes, 0 at the end.

        Raises
        ------
        OSError
            The file is damaged or cannot be read further.
        """
        while not self._ready and not self._ended:
            block = self._raw()
            self._ended = not block
            self._ready = memoryview(self._utf8(block))
        n = min(len(buffer), len(self._ready))
        buffer[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def close(self) -> None:
        """Close the file below."""
        if not self.closed:
            self._close()
        super().close()

    def _head(self) -> bytes:
        blocks: list[bytes] = []
        try:
            while sum(map(len, blocks)) < _HEAD and (block := self._raw()):
                blocks.append(block)
        except OSError:
            pass  # it is raised again when what came before it was read
        return b"".join(blocks)

    def _raw(self) -> bytes:
        if self._damage is not None:
            raise self._damage
        try:
            return self._read(self._block)
        except (OSError, ValueError) as error:  # Arrow raises both
            self._damage = OSError(str(error))
            raise self._damage from error

    def _utf8(self, block: bytes) -> bytes:
        if self._decoder is None:
            return block
        return restore(self._decoder.decode(block, final=not block))


def open_utf8(path: Path, notes: Counter[str] | None = None) -> io.BufferedReader:
    """Open a file, plain or packed by gzip or zstd, as UTF-8.

    Parameters
    ----------
    path
        Its suffix says how it is packed.
    notes
        Counts a file that is not UTF-8.

    Raises
    ------
    OSError
        It cannot be opened, or is not packed as its name says.
    """
    packing = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())
    file: Any
    if packing is None:
        file = path.open("rb", buffering=0)
    else:
        import pyarrow as pa

        file = pa.input_stream(str(path), compression=packing)
    try:
        stream = Utf8Stream(file.read, file.close, BLOCK if packing is None else _PIECE)
    except BaseException:
        file.close()
        raise
    if notes is not None and not stream.encoding.startswith("utf-8"):
        notes[f"{path.name} is not UTF-8, it is read as {stream.encoding}"] += 1
    return io.BufferedReader(stream, BLOCK)
