"""Samples that are in memory already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from datakit.errors import CorpusError
from datakit.sample import Sample

__all__ = ["Memory"]


class Memory:
    """A corpus of samples with their bytes.

    Parameters
    ----------
    items
        Images: `Sample` objects whose source is bytes, (name, bytes) pairs, bytes, or Pillow
        images. Or texts: `Sample` objects whose source is a str, (name, str) pairs, or str.

    Raises
    ------
    CorpusError
        An item is something else, there are images and texts, or two have the same name.
    """

    location = "<memory>"

    def __init__(self, items: Iterable[Any]) -> None:
        self.notes: dict[str, int] = {}
        self.modality = "image"
        first: dict[str, int] = {}
        samples = []
        for i, item in enumerate(items):
            sample, modality = _sample(i, item)
            if modality is not None:
                first.setdefault(modality, i)
            samples.append(sample)
        if len(first) > 1:
            raise CorpusError(
                f"item {first['image']} is an image and item {first['text']} is a text: "
                "give a corpus of one of them (the caption of an image goes into its Sample)"
            )
        self.modality = next(iter(first), "image")
        self._samples = sorted(samples, key=lambda sample: sample.sample_id)
        for a, b in zip(self._samples, self._samples[1:], strict=False):
            if a.sample_id == b.sample_id:
                raise CorpusError(f"two samples are called {a.sample_id!r}: give unique names")

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples)

    def read(self, sample: Sample) -> bytes:
        """The bytes that the sample carries; of a text, as UTF-8."""
        if not isinstance(sample.source, bytes):
            raise OSError("the sample carries no bytes")
        return sample.source


def _sample(i: int, item: Any) -> tuple[Sample, str | None]:
    """A sample that carries bytes, and its modality where the item tells."""
    if isinstance(item, Sample):
        if isinstance(item.source, str):
            text = item.source.encode("utf-8", "surrogatepass")
            return replace(item, source=text, n_bytes=len(text)), "text"
        return item, None if item.source is None else "image"
    name = f"{i:09d}"
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        name, item = item
    if isinstance(item, str):
        text = item.encode("utf-8", "surrogatepass")
        return Sample(name, name, text, len(text)), "text"
    if isinstance(item, (bytes, bytearray)):
        return Sample(name, name, bytes(item), len(item)), "image"
    if hasattr(item, "save") and hasattr(item, "mode"):
        import io

        buffer = io.BytesIO()
        item.save(buffer, "PNG")
        return Sample(name, name, buffer.getvalue(), buffer.tell()), "image"
    raise CorpusError(
        f"item {i} is a {type(item).__name__}: give samples, (name, bytes) or (name, str), bytes, "
        "Pillow images or str"
    )
