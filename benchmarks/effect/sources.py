"""Clean images and texts that the studies begin with."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["Pictures", "cifar", "mnist", "write"]


@dataclass(frozen=True)
class Pictures:
    """Images (n, H, W) or (n, H, W, 3) as bytes, with a class each."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: np.ndarray | slice) -> Pictures:
        return Pictures(self.images[rows], self.labels[rows])


def mnist(folder: Path) -> Pictures:
    """The 10,000 digits of the test set, from the two idx files in a folder."""
    from datakit.corpora.idx import read_idx

    packed = (folder / "t10k-labels-idx1-ubyte.gz").read_bytes()
    labels = np.frombuffer(gzip.decompress(packed)[8:], np.uint8)
    return Pictures(read_idx(folder / "t10k-images-idx3-ubyte.gz"), labels)


def cifar(folder: Path) -> Pictures:
    """Photographs of 32 px from class folders, in the order of their paths."""
    files = sorted(folder.glob("*/*"))
    names = sorted({file.parent.name for file in files})
    images = np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])
    return Pictures(images, np.array([names.index(file.parent.name) for file in files], np.uint8))


def write(pictures: Pictures, folder: Path, classes: bool = True) -> Path:
    """One PNG each, in a folder a class unless told otherwise."""
    for i, (image, label) in enumerate(zip(pictures.images, pictures.labels, strict=True)):
        place = folder / str(label) if classes else folder
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{i:05d}.png", compress_level=1)
    return folder
