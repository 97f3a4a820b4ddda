"""Which measured values make an issue of a document: every threshold, with its source.

"planted" stands for the planted-defect study (benchmarks/planted_texts.py, seeds 0 to 2, reviews,
encyclopedia and plays in English, hotel reviews in Chinese): the threshold lies in the gap between
clean documents and plants.
"""

from __future__ import annotations

from datakit.profiles.rules import Rule

__all__ = ["TEXT_RULES", "TEXT_SETTINGS"]

_GOPHER = "Rae et al. 2021, Table A1"

# Gopher's limits, some of them moved after reading what they flagged: speakers' names repeat lines
# in plays, lists of awards and ships repeat short n-grams, and so does Chinese, whose n-grams are
# of characters.
_REPETITION = (
    ("tail_loop_rate", 0.08, 0.12),
    ("duplicate_line_rate", 0.43, 0.43),
    ("duplicate_line_char_rate", 0.20, 0.20),
    ("duplicate_paragraph_rate", 0.30, 0.30),
    ("duplicate_paragraph_char_rate", 0.20, 0.20),
    ("top_2gram_rate", 0.20, 0.25),
    ("top_3gram_rate", 0.25, 0.25),
    ("top_4gram_rate", 0.22, 0.22),
    ("duplicate_5gram_rate", 0.20, 0.20),
    ("duplicate_6gram_rate", 0.16, 0.20),
    ("duplicate_7gram_rate", 0.13, 0.20),
    ("duplicate_8gram_rate", 0.12, 0.20),
    ("duplicate_9gram_rate", 0.11, 0.20),
    ("duplicate_10gram_rate", 0.10, 0.20),
)
_LEAST_TOKENS = (("n_tokens", 50.0),)

# What looks like no language because of them is judged when they are gone.
_HIDES_WORDS = ("mojibake", "markup_residue")

TEXT_RULES: tuple[Rule, ...] = (
    Rule("mojibake", "mojibake_rate", False, 0.0, "ftfy's heuristic matches nothing clean"),
    Rule(
        "mojibake",
        "misread_rate",
        False,
        0.3,
        "planted: clean <= 0.1; fewer than ten characters can look misread by chance",
        at_least=(("n_words", 10.0),),
    ),
    Rule("mojibake", "replacement_rate", False, 0.005, "planted: lossy decoding leaves more"),
    Rule(
        "control_characters",
        "control_rate",
        False,
        0.002,
        "planted: 0.2 % of clean reviews, plants >= .013",
        ("mojibake",),
    ),
    Rule("markup_residue", "n_html_tags", False, 2.5, "planted: clean <= 2"),
    Rule("markup_residue", "n_html_entities", False, 2.5, "planted: clean <= 2"),
    Rule("markup_residue", "n_script_lines", False, 0.5, "planted: clean 0"),
    Rule("markup_residue", "n_wiki_marks", False, 2.5, "planted: clean <= 2"),
    Rule(
        "gibberish",
        "letter_bits",
        False,
        4.2,
        "planted: clean <= 3.4, shuffled >= 4.5",
        _HIDES_WORDS,
    ),
    Rule(
        "gibberish",
        "broken_word_rate",
        False,
        0.02,
        "planted: clean <= .003, OCR noise >= .03",
        _HIDES_WORDS,
    ),
    Rule(
        "gibberish", "common_bigram_rate", True, 0.16, "planted: shuffled Han <= .13", _HIDES_WORDS
    ),
    Rule(
        "gibberish",
        "non_letter_rate",
        False,
        0.7,
        "planted: number dumps; rows of dots after a word or two are none",
        _HIDES_WORDS,
        (("n_words", 20.0),),
    ),
    *(
        Rule("repetitive", column, False, limit, _GOPHER, at_least=_LEAST_TOKENS, family=family)
        for column, spaced, unspaced in _REPETITION
        for family, limit in (("spaced", spaced), ("unspaced", unspaced))
    ),
    Rule("too_short", "n_words", True, 10, "fewer say nothing to learn; clean reviews 0.2 %"),
    Rule("too_long", "n_words", False, 100_000, _GOPHER),
    Rule(
        "truncated",
        "unfinished_chars",
        False,
        8,
        "planted: 2 % of clean English, 92 % of cut documents; read it as a rate of the corpus",
        at_least=(("n_sentences", 3.0),),
        family="spaced",
    ),
    Rule(
        "truncated",
        "unfinished_chars",
        False,
        20,
        "planted: 4 % of clean Chinese, 33 % of cut documents; read it as a rate of the corpus",
        at_least=(("n_sentences", 3.0),),
        family="unspaced",
    ),
    Rule("contaminated", "contamination_rate", False, 0.30, "planted: clean <= 0.296"),
    Rule("pii", "n_pii", False, 0.5, "any span with a valid form and check digits"),
    Rule("secret", "n_secrets", False, 0.5, "any key, token or password"),
)

TEXT_SETTINGS: dict[str, float] = {
    "wrong_language": 0.9,
    "main_language": 0.5,
    "boilerplate": 1,
    "shared_lines": 2,
}
"""Thresholds of what no single column decides.

wrong_language: least probability of another language than the expected one.
main_language: share of the documents that the commonest language must have to be the one that is
    expected of those whose language the corpus does not declare.
boilerplate: lines of menus, footers and notices, known by their words.
shared_lines: lines that many other documents have too; those of very many count twice.
"""
