"""What an earlier profile already knows, so that unchanged samples are not measured again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xxhash

from datakit.errors import ProfileError
from datakit.profiles.profile import Profile
from datakit.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Previous", "place_of"]


def place_of(location: str) -> str:
    """Digest of where a corpus is."""
    place = location if "://" in location else os.path.realpath(location)
    return hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _key(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode())


class Previous:
    """Looks up rows and embeddings of an earlier profile, by place or by content.

    Memory is some 16 bytes per earlier row for each of the two indexes, plus one part of rows.

    Parameters
    ----------
    path
        The earlier profile's directory; it may be missing, unreadable, or of another version,
        and then knows nothing.
    measures, encoder
        Digests that an earlier profile must have for its rows or embeddings to count.
    place
        Digest of where the corpus is (see `place_of`): names and time stamps say nothing about
        another corpus, only contents do.
    """

    def __init__(self, path: Path, measures: str, encoder: str | None, place: str) -> None:
        self._path, self._measures, self._encoder = path, measures, encoder
        self._place = place
        self._profile: Profile | None = None
        self._opened = False

    def __getstate__(self) -> dict[str, Any]:
        return {
            "_path": self._path,
            "_measures": self._measures,
            "_encoder": self._encoder,
            "_place": self._place,
            "_profile": None,
            "_opened": False,
        }

    def row(self, sample: Sample) -> dict[str, Any] | None:
        """The earlier row of an unchanged sample: same place, size and time stamp."""
        if sample.mtime_ns is None or sample.n_bytes is None or not self._open():
            return None
        if not self._same_place:
            return None
        number = self._find(self._places, _key(sample.sample_id))
        if number is None or self._stamps[number].tolist() != [sample.n_bytes, sample.mtime_ns]:
            return None
        row = self._load(number)
        return row if row["sample_id"] == sample.sample_id else None

    def same_content(self, content_hash: str) -> dict[str, Any] | None:
        """The earlier row of a sample with the same bytes, wherever it was."""
        if not self._open():
            return None
        number = self._find(self._contents, _key(content_hash))
        if number is None:
            return None
        row = self._load(number)
        return row if row["content_hash"] == content_hash else None

    def embedding(self, sample_id: str) -> npt.NDArray[np.float16] | None:
        """The earlier embedding of a sample, shape (d,), when the encoder is the same."""
        return self._vectors.get(sample_id) if self._open() else None

    def _open(self) -> bool:
        if not self._opened:
            self._opened = True
            try:
                profile = Profile(self._path)
                if profile.manifest["measures"] == self._measures:
                    self._read(profile)
                    self._profile = profile
            except (ProfileError, OSError, KeyError, ValueError):
                self._profile = None
        return self._profile is not None

    def _read(self, profile: Profile) -> None:
        import pyarrow.parquet as pq

        rows = profile.table.to_table(columns=["sample_id", "content_hash"])
        self._places = _index(rows.column("sample_id"))
        self._contents = _index(rows.column("content_hash"))
        stamps = pq.read_table(self._path / "stamps.parquet")
        told = stamps.schema.metadata or {}
        self._same_place = told.get(b"place") == self._place.encode()
        self._stamps = np.stack(
            [stamps.column(name).to_numpy().astype(np.int64) for name in ("bytes", "mtime_ns")], 1
        )
        self._starts = np.cumsum([0] + [part["n"] for part in profile.manifest["parts"]])
        self._part: tuple[int, list[dict[str, Any]]] = (-1, [])
        self._vectors: dict[str, npt.NDArray[np.float16]] = {}
        encoder = profile.encoder
        if encoder is not None and encoder["digest"] == self._encoder:
            embeddings = profile.embeddings
            assert embeddings is not None
            self._vectors = dict(zip(embeddings.sample_ids, embeddings.vectors, strict=True))

    @staticmethod
    def _find(index: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]], key: int) -> int | None:
        keys, numbers = index
        at = int(np.searchsorted(keys, np.uint64(key)))
        return int(numbers[at]) if at < len(keys) and int(keys[at]) == key else None

    def _load(self, number: int) -> dict[str, Any]:
        import pyarrow.parquet as pq

        assert self._profile is not None
        part = int(np.searchsorted(self._starts, number, side="right")) - 1
        if self._part[0] != part:
            name = self._profile.manifest["parts"][part]["name"]
            self._part = (part, pq.read_table(self._path / "rows" / name).to_pylist())
        return dict(self._part[1][number - int(self._starts[part])])


def _index(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Sorted 64-bit keys of a text column, and the row number of each."""
    texts = column.to_pylist()
    keys = np.array([_key(text) if text is not None else 0 for text in texts], np.uint64)
    order = np.argsort(keys, kind="stable")
    return keys[order], order
