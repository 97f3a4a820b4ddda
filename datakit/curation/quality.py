"""Which of several copies is the best one: stated criteria, each with a tolerance.

Of a group of copies those stay in the race that come within the tolerance of the best by the
first criterion, of these those that do by the second, and so on ("elimination by aspects",
Tversky 1972); what is left is told apart by ``sample_id``. So a difference that is no more than
the accuracy of a measurement never decides, and the order in which copies are read is nothing.

Both kinds of samples begin with: readable, not cut short, fewest defects.

Images then: more detail (the area times the share of the spectrum that is used, twice); not
enlarged, not blurred; more pixels; still with its colour profile; a much higher JPEG quality; less
that is pure white or black; less clipped; not recoloured; more colour detail (every lossy saving
averages colour away, whatever quality it claims: that is how a copy that was saved again at a
higher quality is known); more bytes than its quality asks for.

Texts then: fewer lines of menus and notices; more letters; not in capitals throughout;
punctuation; a last sentence that ends; lines of the length that is usual in the corpus; usual
pairs of characters; no white space that separates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from datakit.curation.pool import Pool

__all__ = ["Criterion", "best", "criteria", "quality"]

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_DEFECTS = {
    "image": (
        "over_compressed",
        "letterboxed",
        "grayscale",
        "noisy",
        "too_dark",
        "too_bright",
        "low_contrast",
    ),
    "text": (
        "not_utf8",
        "mojibake",
        "control_characters",
        "markup_residue",
        "gibberish",
        "repetitive",
        "pii",
        "secret",
    ),
}
"""Issues that a copy can have although its original has not, and that no other criterion covers.

Not blurry, upscaled and odd_size: detail tells them, and a reduced copy of a soft photograph looks
sharper than it.
"""


@dataclass(frozen=True)
class Criterion:
    """One thing that makes a copy better.

    Parameters
    ----------
    name
        What the better copy is or has, behind "which": "has more detail".
    values
        Shape (n,), the higher the better; NaN is the worst.
    tolerance
        A smaller difference says nothing.
    """

    name: str
    values: Values
    tolerance: float = 0.0


def criteria(pool: Pool) -> list[Criterion]:
    """The criteria for the samples of a pool, the weightiest first."""
    modality = pool.profile.modality
    status = pool.rows["status"]
    readable = (status == "ok").to_numpy() * 2.0 + (status == "truncated").to_numpy()
    defects = np.sum([pool.flag(issue) for issue in _DEFECTS[modality]], axis=0)
    found = [Criterion("can be read", np.asarray(readable, np.float64))]
    if modality == "image":
        found.append(Criterion("is whole", -pool.flag("truncated").astype(float)))
    found.append(Criterion("has fewer defects", -defects.astype(float)))
    return found + (_of_images(pool.rows) if modality == "image" else _of_texts(pool.rows))


def _of_images(rows: pd.DataFrame) -> list[Criterion]:
    column = _Columns(rows)
    pixels = _log(column("width") * column("height"))
    spectrum = _log(column("effective_resolution", 1.0))
    blown = column("white_rate") + column("black_rate")
    return [
        Criterion("has more detail", pixels + 2 * spectrum, 0.5),
        Criterion("was not enlarged or blurred", spectrum, 0.3),
        Criterion("has more pixels", pixels, 0.03),
        Criterion("has its colour profile", column("has_icc", 0.0)),
        Criterion("was saved at a higher quality", column("jpeg_quality", 100.0), 32.0),
        Criterion("has less that is pure white or black", -blown, 0.02),
        Criterion("is less clipped", -column("clipped_rate"), 0.03),
        Criterion("is less strongly coloured", -np.log(column("chroma") + 8), 0.2),
        Criterion("kept more colour detail", _log(column("colourfulness") + 0.1), 0.001),
        Criterion("has more bytes for its quality", _bytes_at_one_quality(column)),
        Criterion("has fewer bytes", -column("bytes")),
    ]


def _bytes_at_one_quality(column: _Columns) -> Values:
    """Logarithm of the bytes that a file would have at JPEG quality 50; 0 of other files.

    What was saved at a low quality and then again at a high one has fewer bytes than that quality
    promises. Bytes fall about with the power 0.6 of the scale of the quantisation table (IJG
    libjpeg, `jpeg_quality_scaling`).
    """
    quality = column("jpeg_quality")
    scale = np.where(quality < 50, 5000 / np.maximum(quality, 1), 200 - 2 * quality)
    value = _log(column("bytes")) + 0.6 * np.log(np.maximum(scale, 1) / 100)
    return np.asarray(np.where(np.isnan(quality), 0.0, value))


def _of_texts(rows: pd.DataFrame) -> list[Criterion]:
    column = _Columns(rows)
    chars, words = column("n_chars"), np.maximum(column("n_words"), 1.0)
    letters = words * column("mean_word_length")
    spaced = column("han_rate", 0.0) + column("kana_rate", 0.0) < 0.5
    line = _log(chars / np.maximum(column("n_lines"), 1.0))
    usual = np.nanmedian(line) if np.isfinite(line).any() else 0.0
    marks = column("punctuation_rate") * chars / words
    spaces = column("whitespace_rate") * chars
    return [
        Criterion("has fewer lines of menus and notices", -column("n_boilerplate_lines", 0.0)),
        Criterion("is longer", _log(letters), 0.04),
        Criterion("is not in capitals", -(spaced & (column("upper_rate") > 0.5)).astype(float)),
        Criterion("has its punctuation", _log(marks), 0.3),
        Criterion("ends its last sentence", -(column("unfinished_chars", 0.0) > 0).astype(float)),
        Criterion("has lines of the usual length", -np.abs(line - usual), 0.3),
        Criterion("has more usual pairs of characters", column("common_bigram_rate"), 0.0001),
        Criterion("has less white space", -spaces),
        Criterion("has more bytes", column("bytes")),
    ]


class _Columns:
    """Columns as floats; NaN, or what is given, where a value or the whole column is missing."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows

    def __call__(self, name: str, missing: float = np.nan) -> Values:
        if name not in self._rows.columns:
            return np.full(len(self._rows), missing)
        return np.asarray(self._rows[name].astype(object).to_numpy(float, na_value=missing))


def _log(values: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(np.maximum(values, 1e-9)))


def best(groups: Numbers, rows: Numbers, found: list[Criterion]) -> tuple[Numbers, Numbers]:
    """The best of every group, and what the others lack.

    Parameters
    ----------
    groups
        Number of every row's group, shape (n,).
    rows
        The rows that are compared, ascending, shape (m,).
    found
        `criteria`.

    Returns
    -------
    kept
        For every one of `rows` the best row of its group, shape (m,).
    lack
        For every one of `rows` the number of the criterion that put it out; -1 for the best
        one, and the number of criteria where only the names differ.
    """
    _, place = np.unique(groups[rows], return_inverse=True)
    n_groups = int(place.max(initial=-1)) + 1
    lack = np.full(len(rows), -1, np.int64)
    for number, criterion in enumerate(found):
        values = np.nan_to_num(criterion.values[rows], nan=-np.inf, neginf=-np.inf)
        top = np.full(n_groups, -np.inf)
        racing = lack < 0
        np.maximum.at(top, place[racing], values[racing])
        with np.errstate(invalid="ignore"):
            behind = racing & (values < top[place] - criterion.tolerance)
        lack[behind] = number
    left = np.flatnonzero(lack < 0)
    firsts = np.full(n_groups, -1, np.int64)
    firsts[place[left][::-1]] = left[::-1]
    lack[left] = len(found)
    lack[firsts] = -1
    return rows[firsts[place]], lack


def quality(pool: Pool) -> Values:
    """Share of the samples that are no better than a sample, shape (n,), in (0, 1].

    The criteria of copies in their order, each rounded to its tolerance; samples that are alike
    in all of them have the same share.
    """
    n = len(pool)
    if not n:
        return np.zeros(0)
    keys = []
    for criterion in pool.criteria:
        values = np.nan_to_num(criterion.values, nan=-np.inf, neginf=-np.inf)
        keys.append(np.floor(values / criterion.tolerance) if criterion.tolerance else values)
    order = np.lexsort(keys[::-1])
    table = np.stack(keys)[:, order]
    new = np.concatenate([[True], (table[:, 1:] != table[:, :-1]).any(axis=0)])
    last = np.concatenate([np.flatnonzero(new)[1:], [n]])
    shares = np.empty(n)
    shares[order] = last[np.cumsum(new) - 1] / n
    return shares
