"""Samples that are in memory already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Memory"]


class Memory:
    """A corpus of samples with their bytes.

    Parameters
    ----------
    items
        `Sample` objects whose source is bytes, (name, bytes) pairs, bytes, or Pillow images.

    Raises
    ------
    CorpusError
        An item is something else, or two have the same name.
    """

    location = "<memory>"
    modality = "image"

    def __init__(self, items: Iterable[Any]) -> None:
        self.notes: dict[str, int] = {}
        samples = [_sample(i, item) for i, item in enumerate(items)]
        self._samples = sorted(samples, key=lambda sample: sample.sample_id)
        for a, b in zip(self._samples, self._samples[1:], strict=False):
            if a.sample_id == b.sample_id:
                raise CorpusError(f"two samples are called {a.sample_id!r}: give unique names")

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples)

    def read(self, sample: Sample) -> bytes:
        """The bytes that the sample carries."""
        if not isinstance(sample.source, bytes):
            raise OSError("the sample carries no bytes")
        return sample.source


def _sample(i: int, item: Any) -> Sample:
    if isinstance(item, Sample):
        return item
    name = f"{i:09d}"
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        name, item = item
    if isinstance(item, (bytes, bytearray)):
        return Sample(name, name, bytes(item), len(item))
    if hasattr(item, "save") and hasattr(item, "mode"):
        import io

        buffer = io.BytesIO()
        item.save(buffer, "PNG")
        return Sample(name, name, buffer.getvalue(), buffer.tell())
    raise CorpusError(
        f"item {i} is a {type(item).__name__}: give samples, (name, bytes), bytes or Pillow images"
    )
