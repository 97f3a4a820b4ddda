"""What is left of a web page's markup: HTML tags and entities, scripts, style sheets, wiki marks.

Only names that HTML knows count as tags, so ``<unk>``, ``List<String>``, ``a < b`` and ``<3`` are
text. Markdown is text as well: people write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from datakit.measures.text_block import TextBlock
from datakit.sample import Column

__all__ = ["MARKUP_COLUMNS", "TAG", "entities", "locate_markup", "markup", "script_lines"]

Spans = list[tuple[int, int]]

_HTML = "HTML Living Standard, section 4 and its list of obsolete elements"

MARKUP_COLUMNS: tuple[Column, ...] = (
    Column("n_html_tags", "int", "", "HTML tags, comments and document types", 0, None, _HTML),
    Column(
        "n_html_entities",
        "int",
        "",
        "character references such as &nbsp; or &#8217;",
        0,
        None,
        "HTML Living Standard, section 13.5",
    ),
    Column("n_script_lines", "int", "", "lines of JavaScript, PHP or a style sheet", 0),
    Column(
        "n_wiki_marks",
        "int",
        "",
        "[[links]], {{templates}} and [b]BBCode[/b], and beside them '''bold'''",
        0,
    ),
    Column(
        "markup_rate",
        "float",
        "",
        "share of characters inside of tags, entities, wiki marks, script and style elements and "
        "script lines",
        0,
        1,
    ),
)

_TAGS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big "
    "blink blockquote body br button canvas caption center cite code col colgroup data datalist dd "
    "del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form "
    "frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label "
    "legend li link main map mark marquee math menu meta meter nav nobr noframes noscript object "
    "ol optgroup option output p param picture pre progress q rp rt ruby s samp script section "
    "select slot small source span strike strong style sub summary sup svg table tbody td template "
    "textarea tfoot th thead time title tr track tt u ul var video wbr xml"
)
TAG = re.compile(
    r"<(?:(/?)(" + "|".join(sorted(_TAGS.split(), key=len, reverse=True)) + r")"
    r"(?:\s[^<>]{0,4000}|/)?>|!--[^<>]{0,4000}-->|!doctype\b[^<>]{0,400}>|\?(?:php|xml)\b)",
    re.IGNORECASE,
)
"""A tag, comment or document type; its groups are the slash of a closing tag, and the name."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WIKI = re.compile(
    r"\[\[[^\[\]\n]{1,300}\]\]|\{\{[^{}\n]{1,500}\}\}|'''|"
    r"\[/?(?:b|i|u|url|img|quote|code|color|size|list|email)(?:=[^\[\]\n]{1,300})?\]",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"\b(?:var|let|const)\s+[\w$]+\s*=[^=]"  # assignment
    r"|\bfunction\b\s*[\w$]{0,60}\s*\([\w$,\s]{0,200}\)\s*\{"
    r"|\b(?:document|window|console|jQuery|navigator|localStorage)\s?\.\s?[A-Za-z]\w*\s*[(.=\[]"
    r"|\$\((?:['\"]|document|window|this|function)"
    r"|\)\s*=>\s*\{|\)\s*;\s*\}|\}\s*\)\s*(?:\(.{0,40}\))?;"
    r"|[\w$\])]\.(?:push|ready|addEventListener|appendChild|getElementById|innerHTML)\s*[(=]"
    r"|\b_?(?:gaq|gtag|fbq|dataLayer|adsbygoogle|googletag)\b\s*[.(=\[|]"
    r"|\{\s*[a-z-]{2,30}\s*:[^{}]{1,400}[;}]"  # rule of a style sheet
    r"|@(?:media|import|charset|font-face)\b[^\n]{0,200}[{;]"
    r"|^\s*[a-z-]{3,30}\s*:\s*[^;{}\n]{1,80};\s*\}?\s*$"
)
_MARKS = "<&{}=[$"
_LINE_CHARS = 2000  # of a line, so much is looked at: a script shows itself at once
_LINES = 4000  # and of a document so many lines that could be a script


def markup(block: TextBlock) -> dict[str, npt.NDArray[np.float64]]:
    """Count what is left of markup in every document.

    Returns
    -------
    dict
        One array of shape (d,) for every column of `MARKUP_COLUMNS`; the rate of an empty
        document is 0.
    """
    out = {column.name: np.zeros(len(block)) for column in MARKUP_COLUMNS}
    for i, text in enumerate(block.texts):
        if not _possible(text):
            continue
        tags, references = _tags(text), entities(text)
        scripts, wiki = list(script_lines(text)), _wiki(text)
        out["n_html_tags"][i] = len(tags)
        out["n_html_entities"][i] = len(references)
        out["n_script_lines"][i] = len(scripts)
        out["n_wiki_marks"][i] = len(wiki)
        spans = _merged([(a, b) for a, b, _ in _elements(tags)] + references + scripts + wiki)
        out["markup_rate"][i] = sum(b - a for a, b in spans) / max(len(text), 1)
    return out


def locate_markup(text: str) -> Spans:
    """Where the markup of a document is: spans in order that do not overlap."""
    tags = [(a, b) for a, b, _ in _elements(_tags(text))]
    return _merged(tags + entities(text) + list(script_lines(text)) + _wiki(text))


def _possible(text: str) -> bool:
    """Whether a document has a character without which there is no markup."""
    return any(mark in text for mark in _MARKS) or _has_calls(text)


def _tags(text: str) -> list[tuple[int, int, str]]:
    """Every tag with its name in lower case, closing tags with a slash."""
    if "<" not in text:
        return []
    return [(*m.span(), (m[1] + m[2]).lower() if m[2] else "") for m in TAG.finditer(text)]


def _elements(tags: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The tags, those of a script or style element as one span with what is between them."""
    out: list[tuple[int, int, str]] = []
    inside = -1
    for begin, end, name in tags:
        if inside >= 0 and name == "/" + out[inside][2]:
            out[inside] = (out[inside][0], end, out[inside][2])
            inside = -1
            continue
        out.append((begin, end, name))
        if inside < 0 and name in ("script", "style"):
            inside = len(out) - 1
    return out


@cache
def _entity_names() -> frozenset[str]:
    from html.entities import html5

    return frozenset(name for name in html5 if name.endswith(";"))


def entities(text: str) -> Spans:
    """Character references that HTML knows, such as ``&nbsp;`` or ``&#8217;``, in order."""
    if "&" not in text:
        return []
    names = _entity_names()
    return [m.span() for m in _ENTITY.finditer(text) if m[0][1] == "#" or m[0][1:] in names]


def _wiki(text: str) -> Spans:
    if not any(mark in text for mark in ("[[", "{{", "[/")):
        return []
    return [m.span() for m in _WIKI.finditer(text)]


def script_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines that hold a statement of a script or a rule of a style sheet."""
    if not (any(mark in text for mark in "{}=$") or _has_calls(text)):
        return
    begin = 0
    n_looked_at = 0
    for line in text.split("\n"):
        end = begin + len(line)
        head = line[:_LINE_CHARS]
        if n_looked_at < _LINES and _script_marks(head):
            n_looked_at += 1
            if _SCRIPT.search(head):
                yield begin, end
        begin = end + 1


def _script_marks(line: str) -> bool:
    return "{" in line or "=" in line or line.rstrip()[-1:] in (";", "}")


def _has_calls(text: str) -> bool:
    """Whether a line ends as a statement of a script does that has no other mark."""
    return ");\n" in text or ");\r" in text or text.rstrip().endswith(");")


def _merged(spans: Spans) -> Spans:
    """Spans in order, those that overlap as one."""
    out: Spans = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out
