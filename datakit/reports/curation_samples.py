"""Pictures and texts of the samples that the page of a curated corpus shows, each read once."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.corpora.open import open_corpus
from datakit.measures.image_read import read_small
from datakit.measures.text_encoding import decode
from datakit.profiles.embedding import Subset
from datakit.profiles.excerpt_spans import Masked
from datakit.profiles.thumbnails import thumbnail
from datakit.reports.visible import visible, with_marks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

    from datakit.corpora.corpus import Corpus
    from datakit.curation.curated import Curated
    from datakit.profiles.profile import Profile
    from datakit.reports.curation_choice import Choice

__all__ = ["Samples"]

LARGE = 176
"""Side in px of pictures that are compared; the others are as large as the profile's."""

BUDGET = 1_900_000
"""Bytes that all pictures may take in the page, encoded."""

_SMALLER = ((1.0, 82), (1.0, 65), (0.75, 60), (0.5, 50), (0.35, 40), (0.2, 30))
"""Scale and JPEG quality that are tried, until the pictures fit."""

_MOST_CHARS = 60_000
_FACTS = {
    "image": ("width", "height", "mode", "format", "bytes"),
    "text": ("encoding", "bytes"),
}

Key = tuple[str, str, bool]
"""Side ("a" or "b"), sample_id, whether it is large."""


class Samples:
    """The samples of both corpora that are shown; personal data and secrets in them are blanked.

    Parameters
    ----------
    before, after
        Profiles of the original and of the curated corpus.
    curated
        The curated corpus.
    choice
        What is shown.
    """

    def __init__(self, before: Profile, after: Profile, curated: Curated, choice: Choice) -> None:
        self.modality = before.modality
        self._images: dict[Key, Image] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self._numbers: dict[Key, int] = {}
        self._excerpts: dict[str, list[tuple[str, str, Any]]] = {}
        small, parents, results = _wanted(choice)
        self._rows = {"a": _rows(before, small | parents), "b": _rows(after, results)}
        if self.modality == "image":
            self._thumbnails(before, small | parents)
            small -= {sample_id for _, sample_id, _ in self._images}
        else:
            self._keep_excerpts(before, small | parents)
        # What could not be decoded for the profile is not tried again.
        rows = self._rows["a"]
        hashes = {i: row["content_hash"] for i, row in rows.items() if row["status"] == "ok"}
        opened = _opened(before)
        if opened is not None:
            wanted = (small | parents) & hashes.keys()
            for sample_id, data in _read(opened, wanted, hashes):
                self._add("a", sample_id, data, sample_id in small, sample_id in parents)
        for sample_id, data in _read(curated, results, {}):
            self._add("b", sample_id, data, False, True)

    def picture(self, side: str, sample_id: str, large: bool = False) -> int | None:
        """Number of a picture among `pictures`; None where there is none."""
        for key in ((side, sample_id, large), (side, sample_id, not large)):
            if key in self._images:
                return self._numbers.setdefault(key, len(self._numbers))
        return None

    def pictures(self) -> list[str]:
        """The pictures that were asked for, as base64 of JPEG, all within the budget."""
        images = [self._images[key] for key in self._numbers]
        for scale, quality in _SMALLER:
            encoded = [_encoded(image, scale, quality) for image in images]
            if sum(map(len, encoded)) <= BUDGET:
                break
        return encoded if images else []

    def text(self, side: str, sample_id: str) -> str | None:
        """A whole document, or its beginning where only the profile has it."""
        known = self._texts.get((side, sample_id))
        if known is None and side == "a":
            texts = [text for issue, text, _ in self._excerpts.get(sample_id, ()) if not issue]
            known = texts[0] if texts else None
        return known

    def excerpt(self, sample_id: str, issue: str, most: int) -> list[str] | None:
        """A piece of an original document, what its issue is about marked; None if unknown."""
        kept = self._excerpts.get(sample_id, [])
        for name, text, spans in kept:
            if name == issue and text:
                return with_marks(text[:most], spans)
        whole = self.text("a", sample_id) or next((text for _, text, _ in kept), None)
        return None if whole is None else [visible(whole[:most]) + "…" * (len(whole) > most)]

    def facts(self, side: str, sample_id: str) -> list[Any]:
        """Of images width, height, mode, format, bytes; of documents encoding, bytes."""
        row = self._rows[side].get(sample_id, {})
        return [_plain(row.get(name)) for name in _FACTS[self.modality]] if row else []

    def language(self, side: str, sample_id: str) -> str:
        """The language of a document; "" where it is not known."""
        language = self._rows[side].get(sample_id, {}).get("language")
        return language if isinstance(language, str) and language != "zxx" else ""

    def _add(self, side: str, sample_id: str, data: bytes, small: bool, large: bool) -> None:
        try:
            if self.modality == "text":
                text = decode(data).text[:_MOST_CHARS]
                self._texts[side, sample_id] = Masked(text).text
                return
            if small:
                self._images[side, sample_id, False] = _image(thumbnail(*read_small(data, 96)))
            if large:
                # As it is stored, and as a training loop reads it: not turned by EXIF.
                self._images[side, sample_id, True] = _shrunk(read_small(data, LARGE)[0])
        except Exception:  # what cannot be shown must not cost the report
            return

    def _thumbnails(self, before: Profile, ids: set[str]) -> None:
        for sample_id in sorted(ids & before.thumbnails.keys()):
            self._images["a", sample_id, False] = _image(before.thumbnails[sample_id])

    def _keep_excerpts(self, before: Profile, ids: set[str]) -> None:
        kept = before.excerpts[before.excerpts["sample_id"].isin(ids)]
        for row in kept.sort_values(["sample_id", "issue"], kind="stable").to_dict("records"):
            told = (row["issue"], row["text"], row["spans"])
            self._excerpts.setdefault(row["sample_id"], []).append(told)


def _wanted(choice: Choice) -> tuple[set[str], set[str], set[str]]:
    """Ids of originals to be shown small, of originals to be compared, and of results."""
    small = {s.sample_id for reason in choice.reasons for s in reason.samples}
    for group in choice.groups:
        small |= {group.kept_id, *(dropped.sample_id for dropped in group.dropped)}
    pairs = [pair for _, _, some in choice.changed for pair in some]
    made = [pair for one in choice.copies for pair in (one.original, *one.copies)]
    results = {pair.sample_id for pair in (*pairs, *made)}
    return small, {pair.parents[0] for pair in pairs}, results


def _rows(profile: Profile, ids: set[str]) -> dict[str, dict[str, Any]]:
    part = profile.rows[profile.rows["sample_id"].isin(ids)]
    wanted = ("sample_id", "content_hash", "status", "language", *_FACTS[profile.modality])
    part = part[[name for name in dict.fromkeys(wanted) if name in part]]
    records = [{str(k): v for k, v in row.items()} for row in part.to_dict("records")]
    return {row["sample_id"]: row for row in records}


def _plain(value: Any) -> str | int | None:
    import pandas as pd

    if value is None or pd.isna(value):
        return None
    return visible(value)[:24] if isinstance(value, str) else int(value)


def _opened(profile: Profile) -> Corpus | None:
    """The original corpus, where it is still on this machine; opened as if without options."""
    try:
        if not Path(profile.location).exists():
            return None
        corpus = open_corpus(profile.location)
    except Exception:  # it may be anything by now
        return None
    return corpus if corpus.modality == profile.modality else None


def _read(
    corpus: Corpus | Curated, ids: set[str], hashes: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """The bytes of some samples; those that cannot be read, or have other bytes now, are left."""
    if not ids:
        return
    left = len(ids)
    try:
        for sample in Subset(corpus, ids):
            left -= 1
            try:
                data = corpus.read(sample)
            except Exception:  # as above
                data = None
            known = hashes.get(sample.sample_id)
            if data is not None and known in (None, hashlib.sha256(data).hexdigest()):
                yield sample.sample_id, data
            if not left:
                return
    except OSError:
        return


def _image(data: bytes) -> Image:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def _shrunk(pixels: npt.NDArray[np.uint8]) -> Image:
    from PIL import Image

    image = Image.fromarray(pixels).convert("RGB")
    image.thumbnail((LARGE, LARGE), Image.Resampling.BOX, reducing_gap=2.0)
    return image


def _encoded(image: Image, scale: float, quality: int) -> str:
    if scale < 1:
        image = image.copy()
        image.thumbnail((max(1, scale * image.width), max(1, scale * image.height)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
