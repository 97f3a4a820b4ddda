"""The clean samples of the study: five collections, from folders that are given.

IMAGES holds ``cifar10/**/CLASS/*.jpg`` and ``photos/*.jpg``; TEXTS holds ``movie_reviews.zip``,
``wikitext2_test.txt``, ``shakespeare.txt`` and ``hotel_zh.csv``. What is not there is left out.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from datakit.sample import Sample

__all__ = ["COLLECTIONS", "Collection", "Source"]

TILE = 64
_FLAT = 4.0


@dataclass(frozen=True)
class Source:
    """Clean samples of one collection, in random order, and the topic of each (None: unknown).

    The names are numbers in the order of the samples, so that a sample's row number is its name.
    """

    samples: list[Sample]
    topics: list[str | None]


@dataclass(frozen=True)
class Collection:
    """One collection: how it is read, how many samples are its reference, and what it is for.

    Parameters
    ----------
    name, modality, language
        Language is "" for images.
    read
        (folder, seed, quick) -> its samples.
    n_reference
        So many of the samples, the first ones, are the reference; all others are the pool.
    sizes
        Of the corpora that are drawn from the pool.
    n_copied
        So many samples of the pool have near copies.
    n_altered
        So many have other altered versions.
    """

    name: str
    modality: str
    language: str
    read: Callable[[Path, int, bool], Source]
    n_reference: int
    sizes: tuple[int, ...]
    n_copied: int
    n_altered: int


def _numbered(found: list[tuple[bytes | str, str | None, str | None]], suffix: str, seed: int):
    """Shuffled samples with numbers for names from (content, label, topic)."""
    order = np.random.default_rng([seed, 1]).permutation(len(found))
    samples = []
    for i, k in enumerate(order):
        content, label, _ = found[k]
        name = f"{i:06d}{suffix}"
        samples.append(Sample(name, name, content, len(content), label=label))
    return Source(samples, [found[k][2] for k in order])


# ------------------------------------------------------------------------------------- images
def _cifar(folder: Path, seed: int, quick: bool) -> Source:
    files = sorted((folder / "cifar10").rglob("*.jpg"))
    files = files[:: 6 if quick else 1]
    source = _numbered(
        [(f.read_bytes(), f.parent.name, f.parent.name) for f in files], ".jpg", seed
    )
    rng = np.random.default_rng([seed, 2])
    samples = [
        Sample(s.sample_id, s.path, s.source, s.n_bytes, label=s.label, caption=_caption(s, rng))
        for s in source.samples
    ]
    return Source(samples, source.topics)


_LOOKS = "small|large|young|old|dark|bright|quiet|busy|dusty|shiny|plain|distant"
_PLACES = (
    "by the river|on a field|in the street|at the harbour|under a grey sky|in the snow|near a wall"
    "|on the grass|in the morning|behind a fence|on the hill|at the lake|in the yard|on the beach"
)
_VIEWS = (
    "seen from the left|seen from above|looking to the right|in the middle of the picture|cut off"
    "|half in the shade|with a blurred background|close to the camera|far from the camera"
)


def _caption(sample: Sample, rng: np.random.Generator) -> str:
    """A caption that hardly any other image has."""
    look, place, view = (str(rng.choice(x.split("|"))) for x in (_LOOKS, _PLACES, _VIEWS))
    return f"A {look} {sample.label} {place}, {view}."


def _tiles(folder: Path, seed: int, quick: bool) -> Source:
    """Squares of 64 pixels cut side by side from photographs, flat ones left out."""
    found: list[tuple[bytes | str, str | None, str | None]] = []
    for file in sorted((folder / "photos").glob("*.jpg"))[:: 25 if quick else 1]:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        for top in range(0, picture.height - TILE + 1, TILE):
            for left in range(0, picture.width - TILE + 1, TILE):
                tile = picture.crop((left, top, left + TILE, top + TILE))
                luma = np.asarray(tile.convert("L"), np.float32)
                if np.abs(np.diff(luma, axis=0)).mean() >= _FLAT:
                    buffer = io.BytesIO()
                    tile.save(buffer, "JPEG", quality=92)
                    found.append((buffer.getvalue(), None, None))
    return _numbered(found, ".jpg", seed)


# -------------------------------------------------------------------------------------- texts
def _tidy(text: str) -> str:
    text = text.replace(" @-@ ", "-").replace(" @,@ ", ",").replace(" @.@ ", ".")
    return re.sub(r" ([,.;:?!)])", r"\1", text).strip()


def _runs(pieces: list[str], rng: np.random.Generator, least: int, most: int) -> Iterator[str]:
    """Runs of successive pieces, `least` to `most` of them."""
    begin = 0
    while begin < len(pieces):
        end = begin + int(rng.integers(least, most + 1))
        text = " ".join(pieces[begin:end])
        if len(text) >= 200:
            yield text
        begin = end


def _film(folder: Path, rng: np.random.Generator, least: int, most: int) -> list[str]:
    texts = []
    with zipfile.ZipFile(folder / "movie_reviews.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".txt") and "README" not in name:
                lines = archive.read(name).decode("latin-1").split("\n")
                texts += _runs([_tidy(x) for x in lines if x.strip()], rng, least, most)
    return list(dict.fromkeys(texts))


_NAMES = "Harlow|Brandt|Keller|Moreau|Ashby|Lindqvist|Tanaka|Okafor|Petrov|Calloway|Whitby|Sorensen"


def _encyclopedia(folder: Path, rng: np.random.Generator) -> list[str]:
    """Sentences of articles; the unknown words of the collection become names."""
    names, texts = _NAMES.split("|"), []
    for line in (folder / "wikitext2_test.txt").read_text("utf-8").split("\n"):
        if len(line) > 80:
            known = re.sub("<unk>", lambda match: str(rng.choice(names)), line)
            sentences = re.findall(r"[^.!?]+[.!?]+", known)
            texts += _runs([_tidy(x) for x in sentences], rng, 2, 3)
    return list(dict.fromkeys(texts))


def _plays(folder: Path, rng: np.random.Generator) -> list[str]:
    speeches = (folder / "shakespeare.txt").read_text("utf-8").split("\n\n")
    return list(dict.fromkeys(_runs(speeches, rng, 2, 3)))


def _english(folder: Path, seed: int, quick: bool) -> Source:
    """Film reviews, encyclopedia, plays, as many of each; four topics of each, by their place."""
    rng = np.random.default_rng([seed, 3])
    kinds = {
        "film": _film(folder, rng, 3, 5),
        "encyclopedia": _encyclopedia(folder, rng),
        "play": _plays(folder, rng),
    }
    n = min(min(map(len, kinds.values())), 250 if quick else 10**6)
    found: list[tuple[bytes | str, str | None, str | None]] = []
    for kind, texts in kinds.items():
        for i, text in enumerate(texts[:n]):
            found.append((text, kind, f"{kind} {4 * i // n + 1}"))
    return _numbered(found, ".txt", seed)


def _film_runs(folder: Path, seed: int, quick: bool) -> Source:
    texts = _film(folder, np.random.default_rng([seed, 4]), 3, 5)
    return _numbered([(text, None, None) for text in texts[:: 20 if quick else 1]], ".txt", seed)


def _chinese(folder: Path, seed: int, quick: bool) -> Source:
    found: dict[str, str] = {}
    with open(folder / "hotel_zh.csv", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            text = (row.get("review") or "").strip()
            if 60 <= len(text) <= 1500 and "\ufffd" not in text:
                found.setdefault(text, "pleased" if row["label"] == "1" else "displeased")
    rows = list(found.items())[:: 6 if quick else 1]
    return _numbered([(text, label, label) for text, label in rows], ".txt", seed)


COLLECTIONS = (
    Collection("cifar", "image", "", _cifar, 1500, (500, 2000), 800, 3000),
    Collection("tiles", "image", "", _tiles, 1500, (500, 2000, 15000), 2000, 6000),
    Collection("english", "text", "en", _english, 1500, (500, 2000), 800, 10**6),
    Collection("film", "text", "en", _film_runs, 1500, (500, 2000, 12000), 2000, 5000),
    Collection("chinese", "text", "zh", _chinese, 1500, (500, 2000), 800, 10**6),
)
