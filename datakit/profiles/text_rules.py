"""Which measured values make an issue of a document: every threshold, with its source.

"planted" stands for the planted-defect study (benchmarks/planted_texts.py, seeds 0 to 2, reviews,
encyclopedia and plays in English, hotel reviews in Chinese): the threshold lies in the gap between
clean documents and plants.
"""

from __future__ import annotations

from datakit.profiles.rules import Rule

__all__ = ["TEXT_RULES", "TEXT_SETTINGS"]

_GOPHER = "Rae et al. 2021, Table A1"

TEXT_RULES: tuple[Rule, ...] = (
    Rule("mojibake", "mojibake_rate", False, 0.0, "ftfy's heuristic matches nothing clean"),
    Rule("mojibake", "misread_rate", False, 0.3, "planted: clean <= 0.1"),
    Rule("mojibake", "replacement_rate", False, 0.005, "planted: lossy decoding leaves more"),
    Rule("control_characters", "control_rate", False, 0.0005, "planted: clean 0"),
    Rule("markup_residue", "n_html_tags", False, 2.5, "planted: clean <= 2"),
    Rule("markup_residue", "n_html_entities", False, 2.5, "planted: clean <= 2"),
    Rule("markup_residue", "n_script_lines", False, 0.5, "planted: clean 0"),
    Rule("markup_residue", "n_wiki_marks", False, 2.5, "planted: clean <= 2"),
    Rule("gibberish", "letter_bits", False, 4.2, "planted: clean <= 3.4, shuffled >= 4.5"),
    Rule("gibberish", "broken_word_rate", False, 0.02, "planted: clean <= .003, OCR noise >= .03"),
    Rule("gibberish", "common_bigram_rate", True, 0.2, "planted: shuffled Han <= .13"),
    Rule("gibberish", "non_letter_rate", False, 0.7, "planted: number dumps"),
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
shared_lines: lines that many other documents have too.
"""
