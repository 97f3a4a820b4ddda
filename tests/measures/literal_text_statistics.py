"""The statistics of one document, word by word and line by line: slow, short, and independent.

Only the tokens (as strings with their places) are taken from the package.
"""

import re
import unicodedata
from collections import Counter

STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}
POLICIES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
QUOTES = "\"'‘’‚‛“”„‟«»」』＂＇"
URL = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]{1,15}://|www\.)[!-~]+")


def share(part, whole):
    return min(part / whole, 1) if whole else float("nan")


def literal(text, spans, is_terminal):
    words = [text[a:b] for a, b in spans]
    columns = {"n_chars": len(text), "n_tokens": len(words)}
    columns |= word_columns(text, words)
    columns |= line_columns(text, spans, is_terminal, len(words))
    columns |= ngram_columns(text, words, spans)
    columns |= character_columns(text)
    return columns


def is_word(token):
    return unicodedata.category(token[0])[0] in "LN" or token[0] == "_"


def word_columns(text, tokens):
    words = [w for w in tokens if is_word(w)]
    return {
        "n_words": len(words),
        "mean_word_length": sum(map(len, words)) / len(words) if words else float("nan"),
        "longest_word": max(map(len, words), default=0),
        "hash_rate": share(text.count("#"), len(tokens)),
        "ellipsis_rate": share(text.count("...") + text.count("…"), len(tokens)),
        "alpha_word_rate": share(sum(any(c.isalpha() for c in w) for w in words), len(words)),
        "n_stop_words": len(STOP_WORDS & set(words)),
    }


def later(items):
    seen, found = set(), []
    for item in items:
        found.append(item in seen)
        seen.add(item)
    return found


def line_columns(text, spans, is_terminal, n_tokens):
    raw = text.splitlines()
    lines = [line.strip() for line in raw if line.strip()]
    paragraphs = []
    for previous, line in zip(["", *raw], raw, strict=False):
        if line.strip():
            if previous.strip():
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
    # What lies between the lines of a paragraph is a part of it; these texts have "\n" only.
    paragraphs = ["\n".join(p).strip() for p in paragraphs]
    n = len(lines)
    double, double_paragraphs = later(lines), later(paragraphs)
    n_newlines = len(re.findall("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]", text))
    ellipsis = [line.endswith(("...", "…", "⋯")) for line in lines]
    lower = [line.lower() for line in lines]
    return {
        "n_lines": n,
        "duplicate_line_rate": share(sum(double), n),
        "duplicate_line_char_rate": share(
            sum(len(x) for x, d in zip(lines, double, strict=True) if d), sum(map(len, lines))
        ),
        "duplicate_paragraph_rate": share(sum(double_paragraphs), len(paragraphs)),
        "duplicate_paragraph_char_rate": share(
            sum(len(x) for x, d in zip(paragraphs, double_paragraphs, strict=True) if d),
            sum(map(len, paragraphs)),
        ),
        "bullet_line_rate": share(sum(x[0] in "-•" for x in lines), n),
        "ellipsis_line_rate": share(sum(ellipsis), n),
        "terminal_line_rate": share(sum(is_terminal(x[-1]) for x in lines), n),
        "short_line_rate": share(sum(len(x) <= 30 for x in lines), n),
        "newline_rate": share(n_newlines, n_tokens),
        "n_javascript_lines": sum("javascript" in x for x in lower),
        "n_policy_lines": sum(any(p in x for p in POLICIES) for x in lower),
        "has_lorem_ipsum": "lorem ipsum" in text.lower(),
        "has_curly_bracket": "{" in text,
        "c4_line_rate": share(
            sum(
                (is_terminal(line[-1]) or line[-1] in QUOTES)
                and not dots
                and n_words_of(text, spans, line_span) >= 3
                for line, dots, line_span in zip(lines, ellipsis, line_spans(text), strict=True)
            ),
            n,
        ),
    }


def line_spans(text):
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield at, at + len(line)
        at += len(line)


def n_words_of(text, spans, line_span):
    begin, end = line_span
    return sum(begin <= a < end and is_word(text[a:b]) for a, b in spans)


def ngrams(words, n):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def ngram_columns(text, words, spans):
    columns = {}
    for n in (2, 3, 4):
        grams = ngrams(words, n)
        counted = Counter(grams).items()
        counts = [(g, k) for g, k in counted if not is_ruler(words, spans, grams.index(g), n)]
        top, count = max(counts, key=lambda pair: pair[1], default=((), 1))
        chars = len(joined_tokens(spans, grams.index(top), n)) if count > 1 else 0
        columns[f"top_{n}gram_rate"] = share(chars * count, len(text))
    for n in (5, 6, 7, 8, 9, 10):
        grams = ngrams(words, n)
        copies = later(grams)
        copies = [c and not is_ruler(words, spans, i, n) for i, c in enumerate(copies)]
        chars, i = 0, 0
        while i < len(grams):
            if copies[i]:
                chars += sum(map(len, grams[i]))
                i += n
            else:
                i += 1
        columns[f"duplicate_{n}gram_rate"] = share(chars, len(text))
    return columns


def is_ruler(words, spans, i, n):
    """Symbols without white space between them."""
    together = all(spans[k][1] == spans[k + 1][0] for k in range(i, i + n - 1))
    return together and not any(is_word(w) for w in words[i : i + n])


def joined_tokens(spans, i, n):
    """As many characters as the tokens have, and one for white space between two of them."""
    out = ""
    for k in range(i, i + n):
        if k > i and spans[k][0] > spans[k - 1][1]:
            out += " "
        out += "x" * (spans[k][1] - spans[k][0])
    return out


def character_columns(text):
    categories = [unicodedata.category(c) for c in text]
    letters = [c for c, k in zip(text, categories, strict=True) if k[0] == "L" or k == "Nl"]
    n = len(text)
    control = [
        c for c, k in zip(text, categories, strict=True) if k == "Cc" and c not in "\t\n\f\r"
    ]
    return {
        "upper_rate": share(
            sum(unicodedata.category(c) in ("Lu", "Lt") for c in letters), len(letters)
        ),
        "digit_rate": share(categories.count("Nd"), n),
        "whitespace_rate": share(sum(c.isspace() for c in text), n),
        "punctuation_rate": share(sum(k[0] in "PS" or k == "No" for k in categories), n),
        "url_rate": share(sum(len(m[0]) for m in URL.finditer(text)), n),
        "control_rate": share(len(control), n),
        "n_zero_width": sum(text.count(c) for c in "\u180e\u200b\u200c\u200d\u2060\ufeff"),
        "n_bidi_controls": sum(unicodedata.bidirectional(c) in BIDI or c in MARKS for c in text),
    }


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
MARKS = "\u061c\u200e\u200f"
