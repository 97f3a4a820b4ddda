"""Corpora that are small and have planted copies, and who writes runs instead of training."""

import json

import numpy as np
from conftest import encoded, textured
from PIL import Image

import datakit as dk
from datakit.benchmarks.bench import Side
from datakit.benchmarks.run_task import read_run, run_folder

SIZE = (72, 56)


def side(items, place):
    """A corpus in memory with its profile."""
    corpus = dk.open(list(items))
    return Side(corpus, dk.profile(corpus, place, encoder="none", workers=0))


def image(base, form="png"):
    """Picture number `base`, or a copy of it: "jpg", "small" or "bright"."""
    picture = textured(base, SIZE)
    if form == "small":
        picture = picture.resize((54, 42), Image.LANCZOS)
    elif form == "bright":
        picture = picture.point(lambda v: min(255, v + 6))
    if form == "jpg":
        return encoded(picture, "JPEG", quality=85)
    return encoded(picture)


def bases_of(pixels, n_bases):
    """Which pictures some images (n, C, H, W) are, by the nearest pixels of all of them."""
    size = pixels.shape[2]
    known = [square(textured(base, SIZE), size).ravel() for base in range(n_bases)]
    known = np.stack(known).astype(np.float64)
    found = []
    for one in pixels.transpose(0, 2, 3, 1).reshape(len(pixels), -1).astype(np.float64):
        off = ((known - one) ** 2).mean(axis=1)
        nearest = int(off.argmin())
        assert off[nearest] < 150 < np.partition(off, 1)[1]
        found.append(nearest)
    return found


def square(picture, size):
    """The middle square of a picture, shrunk: written apart from the package."""
    w, h = picture.size
    left, top = (w - h) // 2, 0
    return np.asarray(picture.crop((left, top, left + h, h)).resize((size, size), Image.BOX))


TOPICS = ("river", "market", "engine", "garden", "letter", "window", "doctor", "bridge", "winter")
VERBS = ("carried", "found", "repaired", "opened", "watched", "painted", "measured", "followed")
PLACES = ("harbour", "station", "village", "library", "kitchen", "valley", "factory", "museum")


def text(base, changed=0):
    """Document number `base`, which says so; `changed`: so many of its words are others."""
    rng = np.random.default_rng(base)
    told = [f"This is report number {base} about the year {1700 + base}."]
    for _ in range(12):
        a, v, p, t = (rng.choice(words) for words in (TOPICS, VERBS, PLACES, TOPICS))
        n = rng.integers(2, 900)
        told.append(f"In the {p} somebody {v} the {a}, and {n} people spoke of the {t} since.")
    for i in range(changed):
        told[2 + i] = told[2 + i].replace("somebody", "a neighbour")
    return " ".join(told)


class Planted:
    """An executor that writes runs with the values it is told, arm -> one a seed.

    Parameters
    ----------
    most
        Runs after which it is interrupted.
    nearer
        Arm -> share of its images that are nearer to training images than held-out ones.
    """

    def __init__(self, values=None, most=10_000, nearer=None):
        self.values, self.most, self.done = values or {}, most, []
        self.nearer = nearer or {}

    def map(self, task, shards):
        for _, (arm, seed) in shards:
            place = run_folder(task.folder, arm, seed)
            if (read_run(place) or {}).get("key") != task.key:
                if len(self.done) == self.most:
                    raise KeyboardInterrupt
                self.done.append((arm, seed))
                place.mkdir(parents=True, exist_ok=True)
                value = float(self.values[arm][seed]) if self.values else 1.0
                found = {"key": task.key, "arm": arm, "seed": seed, "status": "ok", "value": value}
                if arm in self.nearer:
                    found["fidelity"] = {"nearer_train_rate": self.nearer[arm]}
                (place / "run.json").write_text(json.dumps(found))
            yield {}
