"""Where words begin and end.

Words follow the default word boundaries of Unicode (UAX #29, rules WB4 to WB7, WB8 to WB13b):
letters, digits and underscores hold together, apostrophes, dots and colons inside of letters join
them ("don't"), and so do dots and commas inside of digits ("3.14"); marks and format characters
belong to what they stand on. On purpose different:

* scripts that are written without spaces, or whose spaces do not part words (Chinese, Japanese,
  Korean, Thai, Lao, Khmer, Burmese, Tibetan), count by letters, each with its marks; UAX #29
  does so for Han, Hiragana and Thai, and keeps Katakana and Hangul together;
* white space is no token, and the narrow no-break space is white space;
* each emoji of a sequence and each half of a flag counts (no WB3c, WB15, WB16);
* quotation marks inside of Hebrew words part them (no WB7a to WB7c).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datakit.measures.text_characters import (
    DIGIT,
    LETTER,
    MARK,
    MID_LETTER,
    MID_NUMBER,
    SPACE,
    WORD,
    Codes,
    Kinds,
    code_flags,
)

__all__ = ["TOKENISER", "Mask", "find_tokens"]

TOKENISER = "words-1"
"""Version of the word rules: columns that count words are comparable only between equal ones."""

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


def find_tokens(
    kinds: Kinds, unspaced: Numbers, punctuation: tuple[Numbers, Codes | Kinds]
) -> tuple[Numbers, Numbers]:
    """Words, single characters of scripts without spaces, and single symbols.

    Parameters
    ----------
    kinds
        Class of every character, shape (n,); documents end with a newline.
    unspaced
        Positions of the letters of scripts without spaces.
    punctuation
        Positions and codes of the punctuation marks.

    Returns
    -------
    (ndarray, ndarray)
        First and past-the-last position of every token, each shape (t,).
    """
    word = (kinds & WORD) != 0
    visible = (kinds & SPACE) == 0
    word[unspaced] = False
    marks = _Marks(kinds)
    # A mark is what it stands on; on nothing it is no part of a word.
    where = marks.positions
    word[where] = (marks.bases >= 0) & word[marks.bases]
    _join(word, kinds, punctuation, marks)
    goes_on = np.zeros(len(word) + 1, np.bool_)
    np.logical_and(word[1:], word[:-1], out=goes_on[1:-1])
    goes_on[where] = (where > 0) & visible[where - 1]
    starts = np.flatnonzero(visible & ~goes_on[:-1])
    ends = np.flatnonzero(visible & ~goes_on[1:]) + 1
    return starts, ends


class _Marks:
    """Marks and format characters, and what stands before and after each run of them.

    Attributes
    ----------
    positions
        Shape (m,).
    bases, following
        Shape (m,): the last position before the mark, and the first after it, that is no mark;
        -1 and n where there is none.
    """

    def __init__(self, kinds: Kinds) -> None:
        self.positions = marks = np.flatnonzero((kinds & MARK) > 0)
        first = np.ones(len(marks), np.bool_)
        first[1:] = np.diff(marks) > 1
        last = np.append(first[1:], True)[: len(marks)]
        run = np.cumsum(first) - 1
        self.bases = (marks[first] - 1)[run]
        self.following = (marks[last] + 1)[run]

    def skip(self, positions: Numbers, beyond: Numbers) -> Numbers:
        """`positions`, those on a mark replaced by what `beyond` says of the mark."""
        if not len(self.positions):
            return positions
        place = np.searchsorted(self.positions, positions)
        on_mark = self.positions.take(place, mode="clip") == positions
        skipped = positions.copy()
        skipped[on_mark] = beyond[place[on_mark]]
        return skipped


def _join(
    word: Mask, kinds: Kinds, punctuation: tuple[Numbers, Codes | Kinds], marks: _Marks
) -> None:
    """Make apostrophes, dots, commas and the like inside of words a part of them."""
    positions, codes = punctuation
    flags = code_flags().take(codes)
    chosen = (flags & (MID_LETTER | MID_NUMBER)) > 0
    middle, flags = positions[chosen], flags[chosen]
    before = marks.skip(middle - 1, marks.bases)
    after = marks.skip(middle + 1, marks.following)
    inside = (before >= 0) & (after < len(word))
    middle, flags, before, after = middle[inside], flags[inside], before[inside], after[inside]
    both = kinds[before] & kinds[after]
    letters = (both & LETTER > 0) & (flags & MID_LETTER > 0)
    digits = (both & DIGIT > 0) & (flags & MID_NUMBER > 0)
    joins = (letters | digits) & word[before] & word[after]
    middle, after = middle[joins], after[joins]
    word[middle] = True
    for gap in np.flatnonzero(after - middle > 1).tolist():
        word[middle[gap] : after[gap]] = True
