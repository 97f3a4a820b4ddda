"""Defects planted in a clean corpus of small pictures, with the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effect.sources import Pictures

__all__ = ["DEFECTS", "RARE", "SHARES", "Planted", "plant"]

DEFECTS = ("duplicates", "junk", "noise", "imbalance", "blanks", "mix")

SHARES = {
    "duplicates": {"duplicates": 0.40},
    "junk": {"junk": 0.20},
    "noise": {"noise": 0.20},
    "imbalance": {},
    "blanks": {"blanks": 0.20},
    "mix": {"duplicates": 0.20, "junk": 0.10, "noise": 0.10, "blanks": 0.05},
}
"""Share of the samples that each kind of defect takes the place of, at severity 1."""

RARE = {"imbalance": 0.9, "mix": 0.5}
"""Share of every other class that is gone, at severity 1."""

_COPIED = 20
"""Pictures that all the copies are of."""


@dataclass(frozen=True)
class Planted:
    """A spoiled corpus.

    Parameters
    ----------
    pictures
        In random order.
    kinds
        What was done to each: "clean" or the name of a defect; the copied pictures are clean.
    """

    pictures: Pictures
    kinds: np.ndarray


def plant(
    clean: Pictures, foreign: np.ndarray, defect: str, severity: float, rng: np.random.Generator
) -> Planted:
    """Spoil a corpus.

    Parameters
    ----------
    clean
        Sound pictures.
    foreign
        Pictures of something else, of the same shape: the junk.
    defect
        One of `DEFECTS`.
    severity
        From 0, nothing, to 1, the shares above.
    rng
        Of every choice.
    """
    rows = _unbalanced(clean.labels, severity * RARE.get(defect, 0.0), rng)
    images, labels = clean.images[rows].copy(), clean.labels[rows].copy()
    kinds = np.full(len(rows), "clean", object)
    places = iter(np.split(rng.permutation(len(rows)), [_COPIED])[1])
    copied = [i for i in range(len(rows))]
    taken = {
        kind: np.array([next(places) for _ in range(round(severity * share * len(rows)))], int)
        for kind, share in SHARES[defect].items()
    }
    spared = np.setdiff1d(copied, np.concatenate([*taken.values(), np.zeros(0, int)]))
    sources = rng.choice(spared, _COPIED, replace=False)
    for kind, where in taken.items():
        kinds[where] = kind
        if kind == "duplicates":
            of = rng.choice(sources, len(where))
            images[where], labels[where] = _copies(images[of], rng), labels[of]
        elif kind == "junk":
            images[where] = foreign[rng.choice(len(foreign), len(where), replace=False)]
        elif kind == "noise":
            images[where] = _noised(images[where], rng)
        else:
            images[where] = _blank(images[where], rng)
    return Planted(Pictures(images, labels), kinds)


def _unbalanced(labels: np.ndarray, gone: float, rng: np.random.Generator) -> np.ndarray:
    """Rows that stay when a share of every other class goes."""
    rare = np.flatnonzero(labels % 2 == 1)
    lost = rng.choice(rare, round(gone * len(rare)), replace=False)
    return np.setdiff1d(np.arange(len(labels)), lost)


def _copies(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every other one exact; the rest a little lighter or darker, with hardly visible noise."""
    found = images.astype(float)
    part = found[1::2]
    shape = (len(part), *[1] * (images.ndim - 1))
    part = part * rng.uniform(0.94, 1.06, shape) + rng.normal(0, 2, part.shape)
    found[1::2] = part
    return found.round().clip(0, 255).astype(np.uint8)


def _noised(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every other one under noise of 40 to 80 gray levels; the rest blurred by 1.2 to 2.4 px."""
    from scipy.ndimage import gaussian_filter

    found = images.astype(float)
    for i, image in enumerate(found):
        if i % 2:
            spread = rng.uniform(1.2, 2.4)
            found[i] = gaussian_filter(image, (spread, spread, 0)[: image.ndim])
        else:
            found[i] = image + rng.normal(0, rng.uniform(40, 80), image.shape)
    return found.round().clip(0, 255).astype(np.uint8)


def _blank(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nothing but one gray; every third cut off below its first quarter, as a broken transfer."""
    found = np.empty_like(images)
    for i in range(len(images)):
        found[i] = rng.integers(0, 256)
        if i % 3 == 0:
            quarter = images.shape[1] // 4
            found[i, :quarter], found[i, quarter:] = images[i, :quarter], 128
    return found
