"""Noise in Chinese characters: others that sound alike, others that look alike.

Both tables hold the 3,755 common characters of GB 2312 level 1 only, so no rare character is
brought in; `benchmarks/fit_chinese_confusions.py` says how they were derived. Characters outside of
that set, among them most traditional ones, stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from datakit.transforms.text_augment_edits import Replacements, check_rate, substituted
from datakit.transforms.transform import Content

__all__ = ["Homophones", "SimilarCharacters"]


@dataclass(frozen=True)
class Homophones:
    """Chinese characters replaced by others of the same syllable and tone (在 by 再).

    Characters that often have more than one reading (长, 行, 得) are neither replaced nor put in.

    Parameters
    ----------
    rate
        Probability of every character that has homophones, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "homophones"
    modality: ClassVar[str] = "text"

    rate: float = 0.05

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with wrong characters, and how many."""
        return substituted(content, rng, self.rate, _homophones(), "replaced by homophones")


@dataclass(frozen=True)
class SimilarCharacters:
    """Chinese characters replaced by others of a similar shape (未 by 末).

    Parameters
    ----------
    rate
        Probability of every character that has such others, in [0, 1].

    Raises
    ------
    InputError
        The rate is no share.
    """

    name: ClassVar[str] = "similar_characters"
    modality: ClassVar[str] = "text"

    rate: float = 0.05

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with wrong characters, and how many."""
        return substituted(content, rng, self.rate, _similar(), "replaced by similar ones")


def _lines(file: str) -> Iterator[tuple[str, str]]:
    for line in Path(__file__).with_name(file).read_text("utf-8").splitlines():
        key, _, characters = line.partition("\t")
        yield key, characters


@cache
def _homophones() -> Replacements:
    groups = (characters for _, characters in _lines("chinese_homophones.tsv"))
    return Replacements({c: group.replace(c, "") for group in groups for c in group})


@cache
def _similar() -> Replacements:
    return Replacements(dict(_lines("chinese_similar_characters.tsv")))
