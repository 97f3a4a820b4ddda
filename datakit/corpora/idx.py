"""MNIST-style idx files, plain or gzip: a stack of equally large gray or colour images.

The format is described at the end of http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from datakit.corpora.layout import normal_split
from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Idx", "is_idx", "read_idx"]


def is_idx(name: str) -> bool:
    """Whether a file name is that of an idx file with images."""
    return any(mark in name.lower() for mark in ("idx3", "idx4"))


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """An idx file of bytes as an array.

    Raises
    ------
    CorpusError
        Not an idx file of unsigned bytes, or one that is cut short.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error
    n_axes = data[3] if len(data) > 3 and data[:3] == b"\x00\x00\x08" else 0
    if not 1 <= n_axes <= 4 or len(data) < 4 + 4 * n_axes:
        raise CorpusError(f"{path} is not an idx file of bytes: it begins with {data[:4]!r}")
    shape = struct.unpack(f">{n_axes}I", data[4 : 4 + 4 * n_axes])
    values = np.frombuffer(data, np.uint8, offset=4 + 4 * n_axes)
    expected = int(np.prod(shape, dtype=np.int64))
    if len(values) < expected:
        raise CorpusError(f"{path} is cut short: {len(values)} of {expected} bytes are there")
    return values[:expected].reshape(shape)


class Idx:
    """Images of one or more idx files, with the labels of the files that go with them.

    Parameters
    ----------
    location
        An idx file of images, or a folder that holds some.
    files
        The image files.
    """

    modality = "image"

    def __init__(self, location: str, files: list[Path]) -> None:
        self.location = location
        self.notes: dict[str, int] = {}
        self._files = sorted(files, key=lambda file: file.name + "#")
        self._images: dict[str, npt.NDArray[np.uint8]] = {}

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_images": {}}

    def __len__(self) -> int:
        return sum(len(self._stack(file)) for file in self._files)

    def __iter__(self) -> Iterator[Sample]:
        for file in self._files:
            labels = self._labels(file)
            word = file.name.lower().split("-")[0].split(".")[0]
            split = {"t10k": "test"}.get(word, normal_split(word))
            split = split if split in ("train", "val", "test") else None
            for i in range(len(self._stack(file))):
                name = f"{file.name}#{i:09d}"
                label = None if labels is None else str(int(labels[i]))
                stamp = file.stat().st_mtime_ns
                yield Sample(name, name, (str(file), i), None, stamp, label=label, split=split)

    def read(self, sample: Sample) -> bytes:
        """One image of the stack, as a PNG."""
        from PIL import Image

        assert isinstance(sample.source, tuple)
        path, i = sample.source
        pixels = self._stack(Path(path))[i]
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def _stack(self, file: Path) -> npt.NDArray[np.uint8]:
        if file.name not in self._images:
            stack = read_idx(file)
            if stack.ndim < 3 or (stack.ndim == 4 and stack.shape[3] not in (3, 4)):
                raise CorpusError(
                    f"{file} has shape {stack.shape}: (n, h, w) or (n, h, w, 3) is expected"
                )
            self._images[file.name] = stack
        return self._images[file.name]

    def _labels(self, file: Path) -> npt.NDArray[np.uint8] | None:
        for old, new in (("idx3", "idx1"), ("idx4", "idx1")):
            name = file.name.replace("images", "labels").replace(old, new)
            if name != file.name and (file.parent / name).exists():
                labels = read_idx(file.parent / name)
                if labels.ndim == 1 and len(labels) == len(self._stack(file)):
                    return labels
                self.notes[f"{name} does not fit {file.name}, its labels are not used"] = 1
        return None
