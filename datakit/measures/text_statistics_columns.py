"""The schema of a document's statistics: every column with its unit, range and source."""

from __future__ import annotations

from datakit.sample import Column

__all__ = ["STATISTICS_COLUMNS"]

_GOPHER = "Rae et al. 2021, Scaling Language Models, table A1"
_REPETITION = _GOPHER + ", as in datatrove's GopherRepetitionFilter"
_FINEWEB = "Penedo et al. 2024, The FineWeb Datasets, section 3.5"
_C4 = "Raffel et al. 2020, Exploring the Limits of Transfer Learning, section 2.2"
_UAX29 = "Unicode UAX #29, word boundaries"
_UAX24 = "Unicode UAX #24, script property"
_UAX9 = "Unicode UAX #9, property Bidi_Control"
_UAX44 = "Unicode UAX #44, general category"


def _count(name: str, meaning: str, source: str = "", unit: str = "") -> Column:
    return Column(name, "int", unit, meaning, 0, None, source)


def _rate(name: str, meaning: str, source: str = "") -> Column:
    return Column(name, "float", "", meaning, 0, 1, source)


def _flag(name: str, meaning: str, source: str = "") -> Column:
    return Column(name, "bool", "", meaning, None, None, source)


_SIZES = (
    _count("n_chars", "characters (code points)", unit="characters"),
    _count("n_lines", "lines with something on them"),
    _count("n_words", "words: tokens with a letter, a digit or an underscore", _UAX29),
    _count("n_tokens", "words, characters of scripts without spaces, and marks", _UAX29),
    Column("mean_word_length", "float", "characters", "mean length of a word", 1, None, _GOPHER),
    _count("longest_word", "length of the longest word", _C4, "characters"),
)
_QUALITY = (
    _rate("hash_rate", "number signs per token", _GOPHER),
    _rate("ellipsis_rate", "ellipses (... or …) per token", _GOPHER),
    _rate("bullet_line_rate", "share of lines that begin with a bullet (• or -)", _GOPHER),
    _rate("ellipsis_line_rate", "share of lines that end with an ellipsis", _GOPHER),
    _rate("alpha_word_rate", "share of words with a letter", _GOPHER),
    Column("n_stop_words", "int", "", "how many of the eight stop words occur", 0, 8, _GOPHER),
)
_LINES = (
    _rate("duplicate_line_rate", "share of lines that stood before", _REPETITION),
    _rate(
        "duplicate_line_char_rate",
        "share of the characters of lines in those that stood before",
        f"{_REPETITION}; {_FINEWEB}",
    ),
    _rate("duplicate_paragraph_rate", "share of paragraphs that stood before", _REPETITION),
    _rate(
        "duplicate_paragraph_char_rate",
        "share of the characters of paragraphs in those that stood before",
        _REPETITION,
    ),
    _rate("terminal_line_rate", "share of lines that end with a terminal mark", _FINEWEB),
    _rate("short_line_rate", "share of lines of at most 30 characters", _FINEWEB),
    _rate("newline_rate", "line ends per token, at most 1", _FINEWEB),
    _rate(
        "c4_line_rate",
        "share of lines with three words or more that end with a terminal mark (of any script) "
        "or a quotation mark and no ellipsis",
        _C4,
    ),
    _count("n_sentences", "runs of terminal marks that end something with a word in it", _C4),
    _flag("has_lorem_ipsum", '"lorem ipsum" occurs, in any case', _C4),
    _flag("has_curly_bracket", "an opening curly bracket occurs", _C4),
    _count("n_javascript_lines", 'lines with "javascript", in any case', _C4),
    _count("n_policy_lines", "lines with a phrase of privacy or cookie policies", _C4),
)
_REPEATS = (
    *(
        _rate(
            f"top_{n}gram_rate",
            f"share of characters in all places of the most frequent {n}-gram that comes again",
            _REPETITION,
        )
        for n in (2, 3, 4)
    ),
    *(
        _rate(
            f"duplicate_{n}gram_rate",
            f"share of characters in {n}-grams that stood before, none counted twice",
            _REPETITION,
        )
        for n in (5, 6, 7, 8, 9, 10)
    ),
    _rate(
        "tail_loop_rate",
        "share of characters in phrases that are repeated back to back, anywhere: two copies and "
        "eight tokens or more",
    ),
    _rate(
        "compression_rate",
        "compressed over raw size in UTF-8, at most 1",
        "LZ4 block format (Collet 2011)",
    ),
)
_CHARACTERS = (
    _rate("upper_rate", "share of letters in upper case", _UAX44),
    _rate("digit_rate", "share of characters that are decimal digits", _UAX44),
    _rate("whitespace_rate", "share of characters that are white space", _UAX44),
    _rate("punctuation_rate", "share of characters that are punctuation or symbols", _UAX44),
    _rate("url_rate", "share of characters in web addresses"),
    _rate(
        "control_rate",
        "share of characters that are C0 or C1 controls other than tab, newline, form feed and "
        "carriage return",
        _UAX44,
    ),
    _count("n_bidi_controls", "invisible characters that turn the direction of writing", _UAX9),
    _count("n_zero_width", "zero-width spaces, joiners and byte order marks"),
)
_SCRIPTS = (
    *(
        _rate(f"{script}_rate", f"share of letters that are {name}", _UAX24)
        for script, name in (
            ("latin", "Latin"),
            ("han", "Han"),
            ("kana", "Hiragana or Katakana"),
            ("hangul", "Hangul"),
            ("cyrillic", "Cyrillic"),
            ("arabic", "Arabic"),
            ("other_script", "of another script"),
        )
    ),
    Column(
        "script",
        "string",
        "",
        "script of most letters: latin, han, kana, hangul, cyrillic, arabic, other; empty without "
        "letters",
        source=_UAX24,
    ),
    _flag(
        "ends_mid_sentence",
        "the last visible character, but for closing quotes and brackets, ends no sentence; false "
        "where the script is other",
    ),
    _count(
        "unfinished_chars",
        "characters after the last end of a sentence or line where the document ends in the middle "
        "of one, with a letter; at most 400",
        unit="characters",
    ),
)

STATISTICS_COLUMNS: tuple[Column, ...] = (
    _SIZES + _QUALITY + _LINES + _REPEATS + _CHARACTERS + _SCRIPTS
)
"""What `datakit.measures.text_statistics.text_statistics` measures."""
