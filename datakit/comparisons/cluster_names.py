"""Readable names of clusters: what their samples are, or how they look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["cluster_name", "label_mix"]

_MOSTLY = 0.5
"""Share of a cluster from which a label names it."""

_TWO = 0.6
"""Share from which two labels do."""

_FAR = 0.8
"""Standard deviations from which a column is worth a word."""

_MIX = 5

_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "image": {
        "luma_mean": ("dark", "bright"),
        "contrast": ("low contrast", "high contrast"),
        "colourfulness": ("pale", "colourful"),
        "sharpness": ("soft", "sharp"),
        "noise": ("", "noisy"),
        "entropy": ("flat", ""),
        "gradient": ("smooth", "detailed"),
        "white_rate": ("", "white areas"),
        "black_rate": ("", "black areas"),
        "width": ("narrow", "wide"),
        "height": ("low", "tall"),
        "transparent_rate": ("", "transparent"),
        "caption_n_words": ("short captions", "long captions"),
    },
    "text": {
        "n_chars": ("short", "long"),
        "n_lines": ("", "many lines"),
        "mean_word_length": ("short words", "long words"),
        "upper_rate": ("", "many capitals"),
        "digit_rate": ("", "many digits"),
        "punctuation_rate": ("little punctuation", "much punctuation"),
        "url_rate": ("", "links"),
        "bullet_line_rate": ("", "lists"),
        "markup_rate": ("", "markup"),
        "n_stop_words": ("few stop words", ""),
        "duplicate_10gram_rate": ("", "repetitive"),
        "boilerplate_rate": ("", "boilerplate"),
        "letter_bits": ("", "unusual letters"),
        "n_pii": ("", "personal data"),
    },
}
"""Column -> words for little and for much of it."""


def cluster_name(modality: str, number: int, rows: pd.DataFrame, everything: pd.DataFrame) -> str:
    """Such as "cluster 7 (mostly truck)", "cluster 3 (dark, low contrast)", "cluster 5 (mixed)".

    By the label of most samples, the language if it is not that of most others, and up to two
    columns whose mean is 0.8 standard deviations from that of everything.

    Parameters
    ----------
    modality
        "image" or "text".
    number
        Of the cluster.
    rows, everything
        The rows of its samples, and of all.
    """
    told = [*_labels(rows), *_language(rows, everything)]
    told += list(_looks(modality, rows, everything))[: 1 if told else 2]
    return f"cluster {number} ({', '.join(told) or 'mixed'})"


def label_mix(rows: pd.DataFrame) -> tuple[tuple[str, float], ...]:
    """The commonest labels with their shares of the labelled samples, at most five."""
    rates = rows["label"].value_counts(normalize=True)
    order = sorted(((str(label), float(rate)) for label, rate in rates.items()), key=_by_rate)
    return tuple(order[:_MIX])


def _by_rate(entry: tuple[str, float]) -> tuple[float, str]:
    return -entry[1], entry[0]


def _labels(rows: pd.DataFrame) -> Iterator[str]:
    known = float(rows["label"].notna().mean())
    mix = label_mix(rows)
    if not mix or known < _MOSTLY:
        return
    if mix[0][1] >= _MOSTLY:
        yield f"mostly {mix[0][0]}"
    elif sum(rate for _, rate in mix[:2]) >= _TWO:
        yield f"{mix[0][0]} and {mix[1][0]}"


def _language(rows: pd.DataFrame, everything: pd.DataFrame) -> Iterator[str]:
    if "language" not in rows:
        return
    here, there = (frame["language"].value_counts(normalize=True) for frame in (rows, everything))
    if len(here) and here.iloc[0] >= _MOSTLY and here.index[0] != there.index[0]:
        yield f"language {here.index[0]}"


def _looks(modality: str, rows: pd.DataFrame, everything: pd.DataFrame) -> Iterator[str]:
    found = []
    for column, (little, much) in _WORDS[modality].items():
        values = pd.to_numeric(everything[column], errors="coerce")
        spread = float(values.std())
        if not spread > 0:
            continue
        far = float(pd.to_numeric(rows[column], errors="coerce").mean() - values.mean()) / spread
        word = much if far > 0 else little
        if word and abs(far) >= _FAR:
            found.append((-abs(far), word))
    yield from (word for _, word in sorted(found))
