"""Corpora with known defects, and their scorecards."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import datakit as dk
from effect.junk import colour_digits, gray_photographs
from effect.planted import DEFECTS, plant
from effect.sources import Pictures, cifar, mnist, write

__all__ = ["CASES", "SETS", "Case", "Collection", "cards", "collection"]

SETS = ("mnist", "cifar")
SEVERITIES = (0.25, 0.5, 1.0, 1.5)
N_DRAWS = 3
"""Divisions of a data set into corpora and references; every one has a clean corpus."""


@dataclass(frozen=True)
class Case:
    """One corpus: what is planted in it, and which division it is made from."""

    defect: str
    severity: float
    draw: int

    @property
    def name(self) -> str:
        return f"{self.defect}-{self.severity:.2f}-{self.draw}"

    @property
    def seed(self) -> tuple[int, int, int]:
        """Of the planting."""
        return (DEFECTS.index(self.defect), round(100 * self.severity), self.draw)


def _cases() -> tuple[Case, ...]:
    cases = [Case("clean", 0.0, draw) for draw in range(N_DRAWS)]
    for i, defect in enumerate(DEFECTS):
        for j, severity in enumerate(SEVERITIES):
            # Nine tenths of the rare classes are gone at severity 1: there is nothing above it.
            if defect != "imbalance" or severity <= 1:
                cases.append(Case(defect, severity, (i + j) % N_DRAWS))
    return tuple(cases)


CASES = _cases()


@dataclass(frozen=True)
class Collection:
    """A data set to make corpora from.

    Parameters
    ----------
    name
        One of `SETS`.
    pictures
        What corpora and references are drawn from.
    held
        Clean pictures that no corpus holds, the same for all corpora.
    foreign
        Junk.
    n, n_reference
        Pictures of a corpus before planting, and of its reference.
    """

    name: str
    pictures: Pictures
    held: np.ndarray
    foreign: np.ndarray
    n: int
    n_reference: int

    def divided(self, draw: int) -> tuple[Pictures, Pictures]:
        """A clean corpus and its reference, without a common picture."""
        order = np.random.default_rng([1, draw]).permutation(len(self.pictures))
        return self.pictures[order[: self.n]], self.pictures[order[self.n :][: self.n_reference]]

    def corpus(self, case: Case) -> Pictures:
        """The pictures of a case."""
        clean, _ = self.divided(case.draw)
        if case.defect == "clean":
            return clean
        rng = np.random.default_rng(case.seed)
        return plant(clean, self.foreign, case.defect, case.severity, rng).pictures


def collection(data: Path, name: str) -> Collection:
    """A data set, from the folder that holds ``mnist/`` and ``cifar10/``."""
    digits, photographs = mnist(data / "mnist"), cifar(data / "cifar10" / "train")
    rng = np.random.default_rng(0)
    if name == "mnist":
        order = rng.permutation(len(digits))
        held, rest = digits[order[:3_000]].images, digits[order[3_000:]]
        return Collection(name, rest, held, gray_photographs(photographs.images), 2_500, 2_000)
    held = cifar(data / "cifar10" / "test").images
    return Collection(name, photographs, held, colour_digits(digits.images, rng), 2_000, 2_000)


def cards(source: Collection, case: Case, place: Path, workers: int) -> dict[str, Any]:
    """The scorecards of a corpus, without and with a clean reference.

    The classes are the labels. Profiles of references stay in the folder, those of corpora go.

    Returns
    -------
    dict
        ``without`` and ``with``: dimension -> value, low, high, or value None with a reason;
        ``n``: samples; ``cpu_seconds``: of the profile, and of the second scorecard.
    """
    _, reference = source.divided(case.draw)
    beside = place / f"reference-{case.draw}.profile"
    if not (beside / "manifest.json").exists():
        _profiled(reference, beside, workers)
    pictures = source.corpus(case)
    began = _cpu()
    profile = _profiled(pictures, place / f"{case.name}.profile", workers)
    between = _cpu()
    # The encoder is not fitted, so a profile made beside a reference is this one, scored with it.
    both = {"without": profile.scores, "with": dk.validate(profile, beside).to_json()}
    seconds = {"profile": between - began, "with": _cpu() - between}
    shutil.rmtree(profile.path)
    wanted = ("value", "low", "high", "reason")
    found: dict[str, Any] = {
        way: {name: {k: score[k] for k in wanted if k in score} for name, score in card.items()}
        for way, card in both.items()
    }
    return found | {"n": len(pictures), "cpu_seconds": seconds}


def _profiled(pictures: Pictures, out: Path, workers: int) -> dk.Profile:
    folder = out.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    profile = dk.profile(write(pictures, folder), out, workers=workers)
    shutil.rmtree(folder)
    return profile


def _cpu() -> float:
    """CPU seconds of this process and of the workers that have ended."""
    return sum(os.times()[:4])
